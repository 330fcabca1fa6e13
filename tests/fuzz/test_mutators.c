/*
 * The mutators: most of what they make of a good input is still one as far
 * as lengths, encodings and signatures go, where bytes changed at random
 * hardly ever are; and whatever they are given, they keep to their bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fuzz/mutate.h"
#include "fuzz/test_keys.h"
#include "ipc/limits.h"
#include "parseproc/json.h"
#include "parseproc/jws.h"
#include "parseproc/key9_answer.h"
#include "parseproc/pk_token.h"
#include "parseproc/ssh_cert_self.h"
#include "tests/parseproc/vectors.h"

#define ROUNDS 1000
#define ROOM (OFFERED_KEY_MAX)

/* libFuzzer's, of which there is only an outline here: a byte changes, comes
 * or goes. */
size_t
LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
{
	size_t at = dice((unsigned)size + 1);

	if (size < max && dice(3) == 0) {
		memmove(data + at + 1, data + at, size - at);
		data[at] = (uint8_t)dice(256);
		return size + 1;
	}
	if (size == 0)
		return 0;
	at %= size;
	if (dice(2) == 0) {
		data[at] ^= (uint8_t)(1 + dice(255));
		return size;
	}
	memmove(data + at, data + at + 1, size - at - 1);
	return size - 1;
}

typedef bool check(const uint8_t *p, size_t len);

/* How many of a seed's mutants differ from it and pass. */
static unsigned
count_good(struct span seed, mutation *how, check *is_good)
{
	uint8_t *room = malloc(ROOM);
	unsigned good = 0;

	assert_non_null(room);
	for (unsigned i = 0; i < ROUNDS; i++) {
		size_t len;

		dice_begin(i);
		memcpy(room, seed.p, seed.len);
		len = how(room, seed.len, ROOM);
		assert_true(len <= ROOM);
		good += (len != seed.len || memcmp(room, seed.p, len) != 0) &&
		    is_good(room, len);
	}
	free(room);
	return good;
}

static void
aware_beats_plain(const char *what, struct span seed, mutation *aware,
    check *is_good, unsigned least)
{
	unsigned good = count_good(seed, aware, is_good);
	unsigned plain = count_good(seed, mutate_bytes, is_good);

	print_message("%s: of %u mutants %u are good, %u at random\n", what,
	    ROUNDS, good, plain);
	assert_true(good >= least && good > 4 * plain);
}

/* --- certificates --- */

static bool
certificate_is_signed(const uint8_t *p, size_t len)
{
	struct ssh_cert cert;

	return ssh_cert_read(p, len, &cert) == REASON_OK &&
	    ssh_cert_self_verify(&cert) == REASON_OK;
}

static bool
token_is_signed(const uint8_t *p, size_t len)
{
	static uint8_t room[PK_TOKEN_ROOM(PK_TOKEN_MAX)];
	uint8_t points[TEST_KEYS][TEST_KEY_POINT_LEN];
	struct pk_token token;
	unsigned fitting = 0;

	if (pk_token_read(p, len, room, sizeof(room), &token) != REASON_OK)
		return false;
	for (int k = 0; k < TEST_KEYS; k++) {
		struct jwk key = { .type = JWK_P256, .alg = JWS_ES256,
			.point = { points[k], TEST_KEY_POINT_LEN } };

		test_key_point((enum test_key)k, points[k]);
		for (int i = 0; i < PK_TOKEN_SEGMENTS; i++)
			fitting += jws_verify(&key, token.segment[i].input,
			    token.segment[i].signature) == REASON_OK;
	}
	return fitting == 2;
}

/* Both signatures in it, and its own. */
static bool
login_is_signed(const uint8_t *p, size_t len)
{
	struct ssh_cert cert;

	return certificate_is_signed(p, len) &&
	    ssh_cert_read(p, len, &cert) == REASON_OK &&
	    token_is_signed(cert.token.p, cert.token.len);
}

static void
mutators_certificates_stay_signed(void **state)
{
	struct vector v = vector_read("../made/access-token");
	struct span blob = { v.blob, v.len };

	(void)state;
	aware_beats_plain("certificate", blob, mutate_certificate,
	    certificate_is_signed, ROUNDS / 4);
	aware_beats_plain("login", blob, mutate_login_certificate,
	    login_is_signed, ROUNDS / 2);
	vector_free(&v);
}

static void
mutators_tokens_stay_signed(void **state)
{
	struct vector v = vector_read("../made/refreshed");
	struct ssh_cert cert;

	(void)state;
	assert_int_equal(ssh_cert_read(v.blob, v.len, &cert), REASON_OK);
	aware_beats_plain("token", cert.token, mutate_signed_token,
	    token_is_signed, ROUNDS / 2);
	vector_free(&v);
}

/* --- texts --- */

static bool
is_json(const uint8_t *p, size_t len)
{
	struct json doc = { 0 };
	bool good = json_read(&doc, p, len) == JSON_OK;

	json_free(&doc);
	return good;
}

static void
mutators_json_stays_json(void **state)
{
	struct vector v = vector_read("RS256-ecdsa");
	unsigned good = count_good(v.jwks, mutate_json, is_json);

	(void)state;
	print_message("JSON: of %u mutants %u are\n", ROUNDS, good);
	assert_true(good >= ROUNDS / 2);
	vector_free(&v);
}

/* An answer with an ed25519 key, taken or dropped for what is in its blob. */
static bool
is_answer(const uint8_t *p, size_t len)
{
	struct key9_answer answer;
	enum reason reason = key9_answer_read(p, len, &answer);
	bool good = reason == REASON_OK;

	for (size_t i = 0; i < answer.ndrops; i++)
		good = good || answer.drops[i].reason == REASON_KEY_BLOB ||
		    answer.drops[i].reason == REASON_KEY_INNER_TYPE;
	key9_answer_free(&answer);
	return good;
}

static void
mutators_answers_stay_answers(void **state)
{
	static const char line[] = "{\"public_key\":\"ssh-ed25519 AAAAC3NzaC1"
	    "lZDI1NTE5AAAAIMu6n0qEYxIT80+eQOhsQc3yKzH0B3XTe4MZkWkNu9OP\"}\n";
	unsigned good = count_good(span_of(line), mutate_lines, is_answer);

	(void)state;
	print_message("answers: of %u mutants %u are\n", ROUNDS, good);
	assert_true(good >= ROUNDS / 4);
}

/* --- bounds --- */

/* Of every size and of every kind of nonsense, with little room or none. */
static void
mutators_keep_to_their_room(void **state)
{
	static mutation *const all[] = { mutate_bytes, mutate_strings,
		mutate_json, mutate_token, mutate_signed_token,
		mutate_certificate, mutate_login_certificate, mutate_lines };
	struct vector v = vector_read("../made/refreshed");

	(void)state;
	for (unsigned i = 0; i < 20 * ROUNDS; i++) {
		size_t len, max, from;
		uint8_t *p;

		dice_begin(i);
		from = dice(2) == 0 ? 0 : dice((unsigned)v.len);
		len = dice((unsigned)(v.len - from) + 1);
		max = len + dice(3) * dice(200);
		p = malloc(max + (max == 0));
		assert_non_null(p);
		memcpy(p, v.blob + from, len);
		assert_true(all[i % (sizeof(all) / sizeof(all[0]))](p, len,
		    max) <= max);
		free(p);
	}
	vector_free(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutators_certificates_stay_signed),
		cmocka_unit_test(mutators_tokens_stay_signed),
		cmocka_unit_test(mutators_json_stays_json),
		cmocka_unit_test(mutators_answers_stay_answers),
		cmocka_unit_test(mutators_keep_to_their_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
