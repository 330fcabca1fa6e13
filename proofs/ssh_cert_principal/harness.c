/* Of a certificate that was read: its time, and the login name in its list. */
#include "proofs/proof.h"

/* Here, so that the contract in its loop knows the words above. */
#include "parseproc/ssh_cert.c"

void
harness(void)
{
	struct span list = any_span(SSH_CERT_MAX), user = any_span(ANY_LEN);
	struct ssh_cert cert = { .nprincipals = ANY(size_t) };
	enum ssh_cert_principal which;
	uint64_t now = ANY(uint64_t);

	cert.valid_after = ANY(uint64_t);
	cert.valid_before = ANY(uint64_t);
	PROVE(ssh_cert_valid_at(&cert, now) ==
	    (now >= cert.valid_after && now < cert.valid_before), "its time");
	cert.principals = list;
	which = ssh_cert_principal(&cert, user);
	PROVE((which == SSH_CERT_NONE) == (cert.nprincipals == 0),
	    "any user only if the list is empty");
	POSSIBLE(which == SSH_CERT_LOGIN_NAME, "the login name");
	POSSIBLE(which == SSH_CERT_WILDCARD, "the wildcard");
	POSSIBLE(which == SSH_CERT_REFUSED && list.len > 1000, "neither");
}
