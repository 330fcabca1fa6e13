/* Certificates: OpenSSH PROTOCOL.certkeys, parseproc/ssh_cert.h. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutate.h"
#include "fuzz/test_keys.h"
#include "ipc/wire.h"
#include "parseproc/ssh_cert.h"

#define FIELDS_MAX 16
#define ECDSA "ecdsa-sha2-nistp256"

/*
 * The fields: s is a string, digits a number's bytes. Behind the name and the
 * nonce stand those of the key.
 */
static const struct layout {
	const char *name;
	const char *fields;
} layouts[] = {
	{ ECDSA "-cert-v01@openssh.com", "ssss84ss88sssss" },
	{ "ssh-ed25519-cert-v01@openssh.com", "sss84ss88sssss" },
	{ "ssh-rsa-cert-v01@openssh.com", "ssss84ss88sssss" },
};

struct map {
	const struct layout *layout;
	size_t n;
	size_t at[FIELDS_MAX + 1]; /* where each field begins; the end */
};

static const struct layout *
find_layout(const uint8_t *p, size_t len)
{
	const char *name = ssh_cert_type(p, len);

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (name != NULL && strcmp(layouts[i].name, name) == 0)
			return &layouts[i];
	return NULL;
}

/* False if the bytes are not laid out as a certificate. */
static bool
find_fields(const uint8_t *p, size_t len, struct map *map)
{
	struct wire_reader r = { p, len };
	const uint8_t *s;
	size_t n;

	if (wire_get_string(&r, &s, &n) != ERR_OK ||
	    (map->layout = find_layout(s, n)) == NULL)
		return false;
	r = (struct wire_reader){ p, len };
	map->n = strlen(map->layout->fields);
	for (size_t i = 0; i < map->n; i++) {
		char field = map->layout->fields[i];

		map->at[i] = (size_t)(r.p - p);
		if ((field == 's' ? wire_get_string(&r, &s, &n) :
		    wire_get_bytes(&r, (size_t)(field - '0'), &s)) != ERR_OK)
			return false;
	}
	map->at[map->n] = len;
	return r.left == 0;
}

/* A number of eight or four bytes: an edge, or other bits. */
static size_t
mutate_number(uint8_t *p, size_t len, size_t max)
{
	(void)max;
	switch (dice(4)) {
	case 0:
		memset(p, 0, len);
		break;
	case 1:
		memset(p, 0xff, len);
		break;
	case 2:
		p[len - 1]++;
		break;
	default:
		p[dice((unsigned)len)] ^= (uint8_t)(1 << dice(8));
	}
	return len;
}

/* A whole string field, as what it holds. */
static size_t
mutate_string(uint8_t *p, size_t len, size_t max)
{
	struct wire_writer w = { p, 4, 0 };

	len = mutate_part(mutate_strings, p, len, max, 4, len - 4);
	(void)!wire_put_u32(&w, (uint32_t)(len - 4));
	return len;
}

static size_t
mutate_field(uint8_t *p, size_t len, size_t max, const struct map *map)
{
	size_t one = dice((unsigned)map->n);

	/* The options are where most decisions are. */
	if (dice(3) == 0)
		one = map->n - 5 + dice(2);
	return mutate_part(map->layout->fields[one] == 's' ? mutate_string :
	    mutate_number, p, len, max, map->at[one],
	    map->at[one + 1] - map->at[one]);
}

/* --- signing --- */

static bool
put(struct wire_writer *w, const char *s)
{
	return wire_put_string(w, s, strlen(s)) == ERR_OK;
}

/* The certified key's fields. */
static bool
put_key(struct wire_writer *w)
{
	uint8_t point[TEST_KEY_POINT_LEN];

	test_key_point(TEST_KEY_USER, point);
	return put(w, "nistp256") &&
	    wire_put_string(w, point, sizeof(point)) == ERR_OK;
}

static bool
put_mpint(struct wire_writer *w, const uint8_t *p, size_t n)
{
	static const uint8_t zero;

	while (n > 1 && p[0] == 0) {
		p++;
		n--;
	}
	return wire_put_u32(w, (uint32_t)(n + (p[0] >> 7))) == ERR_OK &&
	    wire_put_bytes(w, &zero, p[0] >> 7) == ERR_OK &&
	    wire_put_bytes(w, p, n) == ERR_OK;
}

/* The signature's field, over all that was written. */
static bool
put_signature(struct wire_writer *w)
{
	uint8_t raw[TEST_KEY_SIGNATURE_LEN], mpints[80], blob[128];
	struct wire_writer inner = { mpints, sizeof(mpints), 0 };
	struct wire_writer outer = { blob, sizeof(blob), 0 };

	test_key_sign(TEST_KEY_USER, w->buf, w->used, raw);
	return put_mpint(&inner, raw, 32) && put_mpint(&inner, raw + 32, 32) &&
	    put(&outer, ECDSA) &&
	    wire_put_string(&outer, mpints, inner.used) == ERR_OK &&
	    wire_put_string(w, blob, outer.used) == ERR_OK;
}

/* The same certificate of the test key, signed by it. */
static bool
put_signed(struct wire_writer *w, const uint8_t *p, const struct map *map)
{
	uint8_t blob[128];
	struct wire_writer key = { blob, sizeof(blob), 0 };
	size_t behind = map->at[4], end = map->at[map->n - 2];

	return put(&key, ECDSA) && put_key(&key) &&
	    wire_put_bytes(w, p, map->at[2]) == ERR_OK && put_key(w) &&
	    wire_put_bytes(w, p + behind, end - behind) == ERR_OK &&
	    wire_put_string(w, blob, key.used) == ERR_OK && put_signature(w);
}

/* ECDSA certificates only: we have the secret of such a key. */
static size_t
sign(uint8_t *p, size_t len, size_t max)
{
	struct wire_writer w = { malloc(max + 1), max, 0 };
	struct map map;

	if (w.buf != NULL && find_fields(p, len, &map) &&
	    map.layout == &layouts[0] && put_signed(&w, p, &map)) {
		memcpy(p, w.buf, w.used);
		len = w.used;
	}
	free(w.buf);
	return len;
}

size_t
mutate_certificate(uint8_t *p, size_t len, size_t max)
{
	struct map map;

	if (dice(16) == 0 || !find_fields(p, len, &map))
		return mutate_bytes(p, len, max);
	len = mutate_field(p, len, max, &map);
	return dice(4) == 0 ? len : sign(p, len, max);
}

/* --- the token in it --- */

static void
add_to(uint8_t *p, size_t at, size_t grown)
{
	struct wire_reader r = { p + at, 4 };
	struct wire_writer w = { p + at, 4, 0 };
	uint32_t n;

	(void)!wire_get_u32(&r, &n);
	(void)!wire_put_u32(&w, n + (uint32_t)grown);
}

size_t
mutate_login_certificate(uint8_t *p, size_t len, size_t max)
{
	struct ssh_cert cert;
	struct map map;
	size_t at, changed;

	if (dice(4) == 0 || !find_fields(p, len, &map) ||
	    ssh_cert_read(p, len, &cert) != REASON_OK)
		return mutate_certificate(p, len, max);
	at = (size_t)(cert.token.p - p);
	changed = mutate_part(dice(8) == 0 ? mutate_token :
	    mutate_signed_token, p, len, max, at, cert.token.len);
	/* The extensions, the token's data, the string in it: wrapping. */
	add_to(p, map.at[map.n - 4], changed - len);
	add_to(p, at - 8, changed - len);
	add_to(p, at - 4, changed - len);
	return sign(p, changed, max);
}
