/*
 * auth_id against an identity that has a bit of everything. Beyond not
 * crashing: a login without e-mail is let in by no more rows than one with
 * it; the row that lets in does so alone; every row is counted once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/opk_auth_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static bool
claim_matches(const void *claims, struct span name, struct span value)
{
	(void)claims;
	require(name.len > 0 && value.len > 0 && !span_has(name, '"'));
	return span_equal(name, span_of("email")) ?
	    span_equal(value, span_of("Alice@Example.com")) :
	    span_equal(name, value) || span_equal(value, span_of("a:b c")) ||
	    span_equal(name, span_of("https://acme.com/groups"));
}

static struct opk_policy
find(const uint8_t *data, size_t size, struct span email,
    enum opk_verified verified)
{
	const struct opk_identity identity = {
		.issuer = span_of("https://op.example"),
		.sub = span_of("repo:o/r:ref:refs/heads/main"),
		.email = email,
		.email_verified = verified,
		.claim_matches = claim_matches,
	};
	struct opk_policy policy;

	opk_auth_id_find(&policy, data, size, span_of("root"), &identity);
	return policy;
}

/* The rest of the text from a line on. */
static size_t
skip_lines(const uint8_t *data, size_t size, uint32_t line)
{
	size_t i = 0;

	while (line-- > 1)
		while (i < size && data[i++] != '\n')
			;
	return i;
}

static void
verdict_is_sound(const uint8_t *data, size_t size,
    const struct opk_policy *policy, struct span email,
    enum opk_verified verified)
{
	struct opk_policy alone;
	size_t from = 0;

	require((policy->line > 0) == (policy->reason != REASON_NO_RULE));
	require(policy->reason == REASON_OK || !policy->email_unstated);
	if (policy->line == 0)
		return;
	require(policy->nearest > 0 && policy->nearest <= policy->line);
	if (policy->line > 1) /* the first one may have a mark before it */
		from = skip_lines(data, size, policy->line);
	alone = find(data + from, skip_lines(data + from, size - from, 2),
	    email, verified);
	require(alone.reason == policy->reason && alone.line == 1);
	require(alone.rows == 1 && alone.reports.count == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span email = span_of("Alice@Example.com");
	const struct span nothing = { NULL, 0 };
	struct opk_policy yes = find(data, size, email, OPK_VERIFIED_TRUE);
	struct opk_policy no = find(data, size, email, OPK_VERIFIED_FALSE);
	struct opk_policy none = find(data, size, nothing,
	    OPK_VERIFIED_TRUE);
	struct opk_policy all;
	struct opk_lines lines;
	struct opk_row row;
	size_t rows = 0;

	verdict_is_sound(data, size, &yes, email, OPK_VERIFIED_TRUE);
	verdict_is_sound(data, size, &no, email, OPK_VERIFIED_FALSE);
	require(yes.reason != REASON_EMAIL_UNVERIFIED);
	require((yes.reason == REASON_OK) == (no.reason != REASON_NO_RULE));
	require(no.reason != REASON_OK || yes.line <= no.line);
	require(none.reason != REASON_OK || yes.reason == REASON_OK);
	opk_auth_id_check(&all, data, size);
	opk_lines_begin(&lines, data, size);
	while (opk_lines_next(&lines, &row))
		rows++;
	require(rows == all.rows + all.reports.count);
	require(yes.reason == REASON_OK || yes.rows == all.rows);
	return 0;
}
