/* The parts of reading a certificate: its key, what follows it, its checks. */
#include "proofs/contracts/ssh_cert.h"

static uint8_t *blob;

static void
prove_get_key(struct wire_reader *r, struct ssh_cert *cert,
    struct lists *lists)
{
	if (get_key(r, cert, lists) != REASON_OK)
		return;
	PROVE(IS_USER_KEY(&cert->key, lists->fields), "of these fields");
	POSSIBLE(cert->key.type == JWK_RSA && r->left > 1000, "RSA");
}

static void
prove_get_rest(struct wire_reader *r, struct ssh_cert *cert,
    struct lists *lists)
{
	cert->signed_part.p = blob;
	POSSIBLE(get_rest(r, cert, lists) == REASON_OK &&
	    cert->principals.len > 1000 && lists->extensions.len > 1000,
	    "long");
}

static void
prove_check(struct wire_reader *r, struct ssh_cert *cert,
    struct lists *lists)
{
	(void)r;
	place = ANY(size_t);
	*cert = (struct ssh_cert){
		.key_type = ANY(bool) ? "ssh-rsa" : "ecdsa-sha2-nistp256",
		.principals = any_span(SSH_CERT_MAX),
		.signature_key = any_span(SSH_CERT_MAX) };
	*lists = (struct lists){ .fields = any_span(SSH_CERT_MAX),
		.options = any_span(SSH_CERT_MAX),
		.extensions = any_span(SSH_CERT_MAX),
		.type = ANY(uint32_t) };
	POSSIBLE(check(cert, lists) == REASON_OK && cert->nprincipals > 0 &&
	    cert->access_token.len > 0, "all");
}

void
harness(void)
{
	size_t len = ANY(size_t), at = ANY(size_t);
	struct ssh_cert cert;
	struct lists lists;
	struct wire_reader r;

	ASSUME(len <= SSH_CERT_MAX && at <= len);
	blob = any_bytes(len);
	r = (struct wire_reader){ at == 0 ? blob : blob + at,
		len - at };
	PROVE_OF(EACH)(&r, &cert, &lists);
}
