#include "netproc/cache_control.h"

#include <string.h>
#include <strings.h>

#include "ipc/limits.h"

struct text {
	const char *p;
	size_t n;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct text
trim(struct text t)
{
	while (t.n > 0 && is_space(t.p[0])) {
		t.p++;
		t.n--;
	}
	while (t.n > 0 && is_space(t.p[t.n - 1]))
		t.n--;
	return t;
}

/* Cuts the next directive off; a comma in quotes is none. */
static struct text
next_directive(struct text *rest)
{
	struct text directive = { rest->p, 0 };
	bool quoted = false;
	size_t i;

	for (i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		if (c == ',' && !quoted)
			break;
		if (c == '"')
			quoted = !quoted;
		else if (c == '\\' && quoted && i + 1 < rest->n)
			i++;
	}
	directive.n = i;
	i += i < rest->n; /* its comma */
	rest->p += i;
	rest->n -= i;
	return trim(directive);
}

static bool
is(struct text t, const char *name)
{
	return t.n == strlen(name) && strncasecmp(t.p, name, t.n) == 0;
}

/* Digits, perhaps in quotes (section 5.2); false if it is anything else. */
static bool
read_seconds(struct text t, uint32_t *seconds)
{
	uint32_t sum = 0;

	if (t.n >= 2 && t.p[0] == '"' && t.p[t.n - 1] == '"') {
		t.p++;
		t.n -= 2;
	}
	if (t.n == 0)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] < '0' || t.p[i] > '9')
			return false;
		/* Section 1.2.2: what is too large counts as very large. */
		sum = sum * 10 + (uint32_t)(t.p[i] - '0');
		if (sum > MAX_AGE_MAX_S)
			sum = MAX_AGE_MAX_S;
	}
	*seconds = sum;
	return true;
}

static void
take_directive(struct cache_control *cc, struct text directive)
{
	const char *equals = directive.n > 0 ?
	    memchr(directive.p, '=', directive.n) : NULL;
	struct text name = directive, value = { "", 0 };
	uint32_t seconds;

	if (equals != NULL) {
		name.n = (size_t)(equals - directive.p);
		value.p = equals + 1;
		value.n = directive.n - name.n - 1;
	}
	if (is(name, "no-store") || is(name, "no-cache"))
		cc->never = true;
	if (!is(name, "max-age"))
		return;
	/* Section 4.2.1: what is no number is stale at once. */
	if (!read_seconds(value, &seconds))
		cc->never = true;
	else if (!cc->said || seconds < cc->max_age_s)
		cc->max_age_s = seconds;
	cc->said = true;
}

void
cache_control_add(struct cache_control *cc, const char *line, size_t n)
{
	static const char header[] = "cache-control:";
	struct text rest = { line, n };

	if (n < sizeof(header) - 1 ||
	    strncasecmp(line, header, sizeof(header) - 1) != 0)
		return;
	rest.p += sizeof(header) - 1;
	rest.n -= sizeof(header) - 1;
	while (rest.n > 0)
		take_directive(cc, next_directive(&rest));
}

uint32_t
cache_control_max_age(const struct cache_control *cc)
{
	if (cc->never || (cc->said && cc->max_age_s == 0))
		return 1;
	return cc->max_age_s;
}
