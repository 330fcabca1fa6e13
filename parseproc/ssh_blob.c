#include "parseproc/ssh_blob.h"

#include <stdbool.h>
#include <string.h>

#include "ipc/wire.h"
#include "parseproc/ec_point.h"
#include "parseproc/ssh_mpint.h"

#define ED25519_KEY_LEN 32

struct key_type;

/* Reads a type's own fields, behind its name. */
typedef enum reason check_fn(const struct key_type *type,
    struct wire_reader *r);

static check_fn check_ed25519, check_ecdsa, check_rsa;

static const struct key_type {
	const char *name;
	check_fn *check;
	bool application; /* an sk- type: one more field */
	enum ec_curve curve;   /* ecdsa only, and its name, */
	const char *curve_name; /* RFC 5656 section 10.1 */
} types[] = {
	{ "ssh-ed25519", check_ed25519, false, EC_CURVES, NULL },
	{ "ecdsa-sha2-nistp256", check_ecdsa, false, EC_P256, "nistp256" },
	{ "ecdsa-sha2-nistp384", check_ecdsa, false, EC_P384, "nistp384" },
	{ "ecdsa-sha2-nistp521", check_ecdsa, false, EC_P521, "nistp521" },
	{ "ssh-rsa", check_rsa, false, EC_CURVES, NULL },
	{ "sk-ssh-ed25519@openssh.com", check_ed25519, true, EC_CURVES,
	    NULL },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", check_ecdsa, true, EC_P256,
	    "nistp256" },
};

#define NTYPES (sizeof(types) / sizeof(types[0]))

/* Whether n bytes are the text. */
static bool
bytes_are(const uint8_t *p, size_t n, const char *text)
{
	return n == strlen(text) && memcmp(p, text, n) == 0;
}

static enum reason
check_rsa(const struct key_type *type, struct wire_reader *r)
{
	struct span e, n;
	size_t ebits, nbits;

	(void)type;
	if (!ssh_mpint_get(r, &e) || !ssh_mpint_get(r, &n))
		return REASON_KEY_BLOB;
	nbits = ssh_mpint_bits(n);
	if (nbits < RSA_BITS_MIN || nbits > RSA_BITS_MAX ||
	    (n.p[n.len - 1] & 1) == 0)
		return REASON_KEY_RSA;
	/* Odd and more than one bit: at least 3. */
	ebits = ssh_mpint_bits(e);
	if (ebits < 2 || ebits > RSA_EXPONENT_BITS_MAX ||
	    (e.p[e.len - 1] & 1) == 0)
		return REASON_KEY_RSA;
	return REASON_OK;
}

static enum reason
check_ed25519(const struct key_type *type, struct wire_reader *r)
{
	const uint8_t *key;
	size_t n;

	(void)type;
	if (wire_get_string(r, &key, &n) != ERR_OK || n != ED25519_KEY_LEN)
		return REASON_KEY_BLOB;
	return REASON_OK;
}

static enum reason
check_ecdsa(const struct key_type *type, struct wire_reader *r)
{
	const uint8_t *name, *point;
	size_t name_len, point_len;

	if (wire_get_string(r, &name, &name_len) != ERR_OK)
		return REASON_KEY_BLOB;
	if (!bytes_are(name, name_len, type->curve_name))
		return REASON_KEY_INNER_TYPE;
	if (wire_get_string(r, &point, &point_len) != ERR_OK)
		return REASON_KEY_BLOB;
	return ec_point_check(type->curve, point, point_len);
}

/* What an sk- key is bound to: printable, because people will read it. */
static enum reason
check_application(struct wire_reader *r)
{
	const uint8_t *p;
	size_t n;

	if (wire_get_string(r, &p, &n) != ERR_OK || n == 0 ||
	    n > SK_APPLICATION_MAX)
		return REASON_KEY_BLOB;
	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return REASON_KEY_BLOB;
	return REASON_OK;
}

/* The type of that name, or NULL. */
static const struct key_type *
find_type(const uint8_t *name, size_t len)
{
	for (size_t i = 0; i < NTYPES; i++)
		if (bytes_are(name, len, types[i].name))
			return &types[i];
	return NULL;
}

const char *
ssh_blob_type(const uint8_t *name, size_t len)
{
	const struct key_type *type = find_type(name, len);

	return type != NULL ? type->name : NULL;
}

enum reason
ssh_blob_check(const char *type_name, const uint8_t *blob, size_t len)
{
	const struct key_type *type = find_type((const uint8_t *)type_name,
	    strlen(type_name));
	struct wire_reader r = { blob, len };
	enum reason reason;
	const uint8_t *inner;
	size_t inner_len;

	if (type == NULL || wire_get_string(&r, &inner, &inner_len) != ERR_OK)
		return REASON_KEY_BLOB;
	if (!bytes_are(inner, inner_len, type->name))
		return REASON_KEY_INNER_TYPE;
	reason = type->check(type, &r);
	if (reason == REASON_OK && type->application)
		reason = check_application(&r);
	if (reason == REASON_OK && r.left != 0)
		reason = REASON_KEY_BLOB;
	return reason;
}
