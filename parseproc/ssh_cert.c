#include "parseproc/ssh_cert.h"

#include <string.h>

#include "ipc/wire.h"
#include "parseproc/ssh_user_key.h"

/* PROTOCOL.certkeys: SSH_CERT_TYPE_USER. */
#define TYPE_USER 1

static const struct cert_type {
	const char *name;
	enum jwk_type key;
} types[] = {
	{ "ecdsa-sha2-nistp256-cert-v01@openssh.com", JWK_P256 },
	{ "ssh-ed25519-cert-v01@openssh.com", JWK_ED25519 },
	{ "ssh-rsa-cert-v01@openssh.com", JWK_RSA },
};

#define NTYPES (sizeof(types) / sizeof(types[0]))

/* sshd enforces both; what else is critical, nobody here would. */
static const char *const known_options[] = {
	"force-command",
	"source-address",
};

#define NOPTIONS (sizeof(known_options) / sizeof(known_options[0]))

static bool
get_span(struct wire_reader *r, struct span *s)
{
	return wire_get_string(r, &s->p, &s->len) == ERR_OK;
}

static const struct cert_type *
find_type(struct span name)
{
	for (size_t i = 0; i < NTYPES; i++)
		if (span_is(name, types[i].name))
			return &types[i];
	return NULL;
}

const char *
ssh_cert_type(const uint8_t *name, size_t len)
{
	const struct cert_type *type = find_type((struct span){ name, len });

	return type != NULL ? type->name : NULL;
}

/* One option or extension. */
struct pair {
	struct span name;
	bool has_value; /* flags have none */
	struct span value;
};

/*
 * The next pair of a packed list. previous is the name before it, empty at
 * first: names must ascend. The data is empty or exactly one string.
 */
static bool
get_pair(struct wire_reader *r, struct span previous, struct pair *pair)
{
	struct wire_reader data;

	*pair = (struct pair){ 0 };
	if (!get_span(r, &pair->name) ||
	    wire_get_string(r, &data.p, &data.left) != ERR_OK)
		return false;
	if (!span_before(previous, pair->name))
		return false;
	if (data.left == 0)
		return true;
	pair->has_value = true;
	return get_span(&data, &pair->value) && data.left == 0;
}

static bool
is_known_option(const struct pair *pair)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		if (span_is(pair->name, known_options[i]))
			return pair->has_value;
	return false;
}

static enum reason
check_options(struct span list)
{
	struct wire_reader r = { list.p, list.len };
	struct span previous = { NULL, 0 };
	struct pair pair;

	/* Known names that ascend: the loop ends soon. */
	while (r.left > 0) {
		if (!get_pair(&r, previous, &pair) || !is_known_option(&pair))
			return REASON_CERT_OPTION;
		previous = pair.name;
	}
	return REASON_OK;
}

/*
 * The alphabet of RFC 6750 section 2.1, without asking for padding only at
 * the end: the token stands in a header line, where none of these can end it.
 */
static bool
is_bearer_token(struct span token)
{
	for (size_t i = 0; i < token.len; i++) {
		uint8_t c = token.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '.' ||
		    c == '_' || c == '~' || c == '+' || c == '/' || c == '='))
			return false;
	}
	return token.len > 0;
}

/* Takes the two extensions that are ours; sshd knows about the others. */
static bool
take_extension(const struct pair *pair, struct ssh_cert *cert)
{
	if (span_is(pair->name, "openpubkey-pkt")) {
		cert->token = pair->value;
		return true;
	}
	if (span_is(pair->name, "openpubkey-act")) {
		cert->access_token = pair->value;
		return is_bearer_token(pair->value);
	}
	return true;
}

static enum reason
check_extensions(struct span list, struct ssh_cert *cert)
{
	struct wire_reader r = { list.p, list.len };
	struct span previous = { NULL, 0 };
	struct pair pair;

	for (size_t i = 0; r.left > 0; i++) {
		if (i == SSH_CERT_OPTIONS_MAX ||
		    !get_pair(&r, previous, &pair) ||
		    !take_extension(&pair, cert))
			return REASON_CERT_EXTENSION;
		previous = pair.name;
	}
	return REASON_OK;
}

static enum reason
check_principals(struct ssh_cert *cert)
{
	struct wire_reader r = { cert->principals.p, cert->principals.len };
	struct span name;

	while (r.left > 0) {
		if (cert->nprincipals == SSH_CERT_PRINCIPALS_MAX ||
		    !get_span(&r, &name) || name.len == 0)
			return REASON_CERT_PRINCIPALS;
		cert->nprincipals++;
	}
	return REASON_OK;
}

/*
 * Whether the signature key is the certified key's plain blob, byte for
 * byte: its name and then fields, the certified key's own.
 */
static bool
is_self_signed(const struct ssh_cert *cert, struct span fields)
{
	struct wire_reader r = { cert->signature_key.p,
		cert->signature_key.len };
	struct span name;

	return get_span(&r, &name) && span_is(name, cert->key_type) &&
	    span_equal((struct span){ r.p, r.left }, fields);
}

/* The parts of a certificate that are looked at once all are there. */
struct lists {
	struct span fields; /* of the certified key */
	struct span options, extensions, reserved;
	uint32_t type;
};

/* The name, the nonce, the certified key. */
static enum reason
get_key(struct wire_reader *r, struct ssh_cert *cert, struct lists *lists)
{
	const struct cert_type *type;
	struct span name;

	if (!get_span(r, &name))
		return REASON_CERT_BLOB;
	if ((type = find_type(name)) == NULL)
		return REASON_CERT_TYPE;
	cert->type = type->name;
	cert->key_type = ssh_user_key_name(type->key);
	if (!get_span(r, &cert->nonce))
		return REASON_CERT_BLOB;
	lists->fields.p = r->p;
	if (!ssh_user_key_fields(type->key, r, &cert->key))
		return REASON_CERT_KEY;
	lists->fields.len = (size_t)(r->p - lists->fields.p);
	return REASON_OK;
}

/* Everything behind the certified key, to the last byte. */
static enum reason
get_rest(struct wire_reader *r, struct ssh_cert *cert, struct lists *lists)
{
	const uint8_t *start = cert->signed_part.p;

	if (wire_get_u64(r, &cert->serial) != ERR_OK ||
	    wire_get_u32(r, &lists->type) != ERR_OK ||
	    !get_span(r, &cert->key_id) || !get_span(r, &cert->principals) ||
	    wire_get_u64(r, &cert->valid_after) != ERR_OK ||
	    wire_get_u64(r, &cert->valid_before) != ERR_OK ||
	    !get_span(r, &lists->options) ||
	    !get_span(r, &lists->extensions) ||
	    !get_span(r, &lists->reserved) ||
	    !get_span(r, &cert->signature_key))
		return REASON_CERT_BLOB;
	cert->signed_part.len = (size_t)(r->p - start);
	if (!get_span(r, &cert->signature) || r->left != 0)
		return REASON_CERT_BLOB;
	/* Nobody has found a use for it yet. */
	return lists->reserved.len == 0 ? REASON_OK : REASON_CERT_BLOB;
}

static enum reason
check(struct ssh_cert *cert, const struct lists *lists)
{
	enum reason reason;

	if (lists->type != TYPE_USER)
		return REASON_CERT_HOST;
	if ((reason = check_principals(cert)) != REASON_OK ||
	    (reason = check_options(lists->options)) != REASON_OK ||
	    (reason = check_extensions(lists->extensions, cert)) != REASON_OK)
		return reason;
	if (!is_self_signed(cert, lists->fields))
		return REASON_CERT_SELF;
	return cert->token.len > 0 ? REASON_OK : REASON_CERT_NO_TOKEN;
}

enum reason
ssh_cert_read(const uint8_t *blob, size_t len, struct ssh_cert *cert)
{
	struct wire_reader r = { blob, len };
	struct lists lists = { 0 };
	enum reason reason = REASON_CERT_BLOB;

	memset(cert, 0, sizeof(*cert));
	cert->signed_part.p = blob;
	if (len <= SSH_CERT_MAX)
		reason = get_key(&r, cert, &lists);
	if (reason == REASON_OK)
		reason = get_rest(&r, cert, &lists);
	if (reason == REASON_OK)
		reason = check(cert, &lists);
	if (reason != REASON_OK)
		memset(cert, 0, sizeof(*cert));
	return reason;
}

bool
ssh_cert_valid_at(const struct ssh_cert *cert, uint64_t now)
{
	return cert->valid_after <= now && now < cert->valid_before;
}

enum ssh_cert_principal
ssh_cert_principal(const struct ssh_cert *cert, struct span login_name)
{
	struct wire_reader r = { cert->principals.p, cert->principals.len };
	struct span name;

	if (cert->nprincipals == 0)
		return SSH_CERT_NONE;
	while (get_span(&r, &name)) {
		if (span_is(name, SSH_CERT_WILDCARD_PRINCIPAL))
			return SSH_CERT_WILDCARD;
		if (span_equal(name, login_name))
			return SSH_CERT_LOGIN_NAME;
	}
	return SSH_CERT_REFUSED;
}
