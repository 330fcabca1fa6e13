/* The three packed lists of a certificate, each read to its end. */
#include "proofs/contracts/ssh_cert.h"

static void
prove_check_principals(struct ssh_cert *cert, struct span list)
{
	cert->principals = list;
	POSSIBLE(check_principals(cert) == REASON_OK &&
	    cert->nprincipals > 200, "many");
}

static void
prove_check_options(struct ssh_cert *cert, struct span list)
{
	(void)cert;
	POSSIBLE(check_options(list) == REASON_OK && list.len > 1000, "long");
}

static void
prove_check_extensions(struct ssh_cert *cert, struct span list)
{
	POSSIBLE(check_extensions(list, cert) == REASON_OK &&
	    cert->token.len > 1000 && cert->access_token.len > 1000, "both");
}

void
harness(void)
{
	struct span list = any_span(SSH_CERT_MAX);
	struct ssh_cert cert = { 0 };

	PROVE_OF(EACH)(&cert, list);
}
