/*
 * Which principals= is answered is what the list says, entry by entry, read
 * here a second time: the first of its entries that fits, and only if it does.
 */
#include <string.h>

#include "parseproc/ssh_cert.h"
#include "proofs/proof.h"

#define LIST_MAX 14
#define USER_MAX 3

static uint8_t list[LIST_MAX], user[USER_MAX];

static bool
is_name(const uint8_t *name, size_t n, struct span wanted)
{
	if (n != wanted.len)
		return false;
	for (size_t i = 0; i < n; i++)
		if (name[i] != wanted.p[i])
			return false;
	return true;
}

/* What the first entry that fits is, of those before the list's end. */
static enum ssh_cert_principal
first_listed(struct span login_name)
{
	static const struct span wildcard = {
		(const uint8_t *)SSH_CERT_WILDCARD_PRINCIPAL,
		sizeof(SSH_CERT_WILDCARD_PRINCIPAL) - 1 };
	size_t at = 0, n;

	while (LIST_MAX - at >= 4) {
		const uint8_t *name = list + at + 4;

		n = list[at + 3];
		if (list[at] + list[at + 1] + list[at + 2] > 0 ||
		    n > LIST_MAX - at - 4)
			break;
		if (is_name(name, n, wildcard))
			return SSH_CERT_WILDCARD;
		if (is_name(name, n, login_name))
			return SSH_CERT_LOGIN_NAME;
		at += 4 + n;
	}
	return SSH_CERT_REFUSED;
}

void
harness(void)
{
	struct span login_name = { NULL, ANY(size_t) % (USER_MAX + 1) };
	struct ssh_cert cert = { .principals = { list, LIST_MAX } };
	enum ssh_cert_principal which;

	__CPROVER_havoc_object(list);
	__CPROVER_havoc_object(user);
	login_name.p = LAST(user, login_name.len);
	cert.nprincipals = 1;
	which = ssh_cert_principal(&cert, login_name);
	PROVE(which == first_listed(login_name), "what is listed");
	POSSIBLE(which == SSH_CERT_LOGIN_NAME && list[3] > 0 &&
	    login_name.len == USER_MAX, "the login name, not the first");
	POSSIBLE(which == SSH_CERT_WILDCARD && list[3] == 3, "the wildcard");
}
