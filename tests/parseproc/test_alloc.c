/*
 * Every allocation fails once, and for good: the readers answer MEMORY or
 * give the right answer, never another one, and keep nothing.
 *
 * Linked with -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,
 * --wrap=free, and with libyaml's static library before anything that brings
 * the shared one, so that its allocations are counted too.
 * BoringSSL, however linked, is reached through its own hooks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/claims.h"
#include "parseproc/discovery.h"
#include "parseproc/gq256.h"
#include "parseproc/json.h"
#include "parseproc/jwks.h"
#include "parseproc/jws.h"
#include "parseproc/jws_answers.h"
#include "parseproc/k9_config.h"
#include "parseproc/key9_answer.h"
#include "parseproc/opk_config.h"
#include "parseproc/opk_plugin.h"
#include "parseproc/opk_plugin_env.h"
#include "parseproc/sallyport_config.h"
#include "parseproc/ssh_cert_self.h"
#include "parseproc/ssh_key.h"
#include "parseproc/token_header.h"
#include "tests/parseproc/gq256_vector.h"
#include "tests/parseproc/sample_keys.h"
#include "tests/parseproc/vectors.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
void __wrap_free(void *p);
/* Seen by a shared BoringSSL too. */
#define HOOK __attribute__((visibility("default")))
HOOK void *OPENSSL_memory_alloc(size_t n);
HOOK void OPENSSL_memory_free(void *p);
HOOK size_t OPENSSL_memory_get_size(void *p);

static bool counting;     /* inside what is tested */
static size_t allocated;  /* how many allocations were asked for */
static size_t fail_at;    /* the first one that fails; 0: none */
static bool fail_forever; /* or only that one */
static long alive;        /* blocks that were not freed */

static bool
refuse(void)
{
	if (!counting)
		return false;
	allocated++;
	return fail_at != 0 && (allocated == fail_at ||
	    (fail_forever && allocated > fail_at));
}

static void *
count(void *p)
{
	if (counting && p != NULL)
		alive++;
	return p;
}

void *
__wrap_malloc(size_t n)
{
	return refuse() ? NULL : count(__real_malloc(n));
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return refuse() ? NULL : count(__real_calloc(n, size));
}

void *
__wrap_realloc(void *p, size_t n)
{
	if (refuse())
		return NULL;
	return p == NULL ? count(__real_realloc(p, n)) : __real_realloc(p, n);
}

char *
__wrap_strdup(const char *s)
{
	return refuse() ? NULL : count(__real_strdup(s));
}

void
__wrap_free(void *p)
{
	if (counting && p != NULL)
		alive--;
	__real_free(p);
}

/* BoringSSL's own: a head with the size, aligned for anything behind it. */
#define HEAD 16

void *
OPENSSL_memory_alloc(size_t n)
{
	uint8_t *p = __wrap_malloc(HEAD + n);

	if (p == NULL)
		return NULL;
	memcpy(p, &n, sizeof(n));
	return p + HEAD;
}

void
OPENSSL_memory_free(void *p)
{
	if (p != NULL)
		__wrap_free((uint8_t *)p - HEAD);
}

size_t
OPENSSL_memory_get_size(void *p)
{
	size_t n = 0;

	if (p != NULL)
		memcpy(&n, (uint8_t *)p - HEAD, sizeof(n));
	return n;
}

/* --- what is tested: each returns MEMORY or its right answer --- */

static char text[65536];

static enum reason
read_answer(void)
{
	struct key9_answer answer;
	enum reason reason = key9_answer_read((uint8_t *)text, strlen(text),
	    &answer);

	/* With memory for all of it, all of it. */
	if (reason == REASON_OK && (answer.nkeys != ngood_keys ||
	    answer.ndrops != nbad_keys))
		reason = REASON_COUNT;
	for (size_t i = 0; reason == REASON_OK && i < nbad_keys; i++)
		if (answer.drops[i].reason != bad_keys[i].reason)
			reason = REASON_COUNT;
	key9_answer_free(&answer);
	return reason;
}

static enum reason
read_k9_config(void)
{
	static struct k9_config config;
	struct config_error error;

	return k9_config_read((uint8_t *)text, strlen(text), &config, &error);
}

static enum reason
read_sallyport_config(void)
{
	struct sallyport_config config;
	struct config_error error;

	return sallyport_config_read((uint8_t *)text, strlen(text), &config,
	    &error);
}

static enum reason
read_opk_config(void)
{
	struct opk_config config;
	struct config_error error;
	enum reason reason = opk_config_read((uint8_t *)text, strlen(text),
	    &config, &error);

	/* Without memory nobody logs in. */
	if (opk_config_denies_user(&config, span_of("joe")) !=
	    (reason != REASON_OK) ||
	    !opk_config_denies_user(&config, span_of("root")))
		reason = REASON_COUNT;
	opk_config_free(&config);
	return reason;
}

static enum reason
read_opk_plugin(void)
{
	static struct opk_plugin plugin;
	struct config_error error;

	return opk_plugin_read((uint8_t *)text, strlen(text), &plugin,
	    &error);
}

static enum reason
write_opk_plugin_env(void)
{
	static char out[4096];
	const struct opk_plugin_login login = { .payload = span_of(text) };
	struct opk_plugin_env env;
	struct json doc = { 0 };
	enum json_verdict verdict = json_read(&doc, (uint8_t *)text,
	    strlen(text));
	enum reason reason = verdict == JSON_OK ? opk_plugin_env_write(&login,
	    &doc, out, sizeof(out), &env) : verdict == JSON_MEMORY ?
	    REASON_MEMORY : REASON_COUNT;

	json_free(&doc);
	return reason;
}

static enum reason
read_json(void)
{
	struct json doc = { 0 };
	enum json_verdict verdict = json_read(&doc, (uint8_t *)text,
	    strlen(text));

	if (verdict == JSON_OK)
		verdict = json_read(&doc, (const uint8_t *)"[[1],[2],[[3]]]",
		    15);
	json_free(&doc);
	return verdict == JSON_OK ? REASON_OK : verdict == JSON_MEMORY ?
	    REASON_MEMORY : REASON_COUNT;
}

static struct vector vector;
static struct ssh_cert cert;

static enum reason
read_jwks(void)
{
	static struct jwks jwks;
	enum reason reason = jwks_read(vector.jwks.p, vector.jwks.len, &jwks);

	/* RSA, P-256, Ed25519, PS256's: none may be lost. */
	if (reason == REASON_OK && (jwks.nkeys != 4 || jwks.ndrops != 0))
		reason = REASON_COUNT;
	jwks_free(&jwks);
	return reason;
}

/* A good signature of each algorithm. */
static enum reason
verify_signatures(void)
{
	enum reason reason = REASON_OK;

	for (int i = 0; i < JWS_ALGS && reason == REASON_OK; i++)
		reason = jws_verify(&jws_answers[i].key,
		    jws_answers[i].input, jws_answers[i].signature);
	return reason;
}

static enum reason
verify_certificate(void)
{
	return ssh_cert_self_verify(&cert);
}

static struct gq256_vector gq_vector;

static enum reason
verify_gq256(void)
{
	return gq256_verify(&gq_vector.key, &gq_vector.token);
}

static enum reason
read_claims(void)
{
	struct claims claims;
	enum reason reason = claims_read(CLAIMS_ID_TOKEN, (uint8_t *)text,
	    strlen(text), &claims);

	claims_free(&claims);
	return reason;
}

static enum reason
read_op_header(void)
{
	static const struct header_key key = { "RS256", false, { NULL, 0 } };
	bool key_bound;

	return op_header_read((uint8_t *)text, strlen(text), &key,
	    &key_bound);
}

static enum reason
read_discovery(void)
{
	static struct discovery discovery;

	return discovery_read((uint8_t *)text, strlen(text),
	    span_of("https://a"), &discovery);
}

/* Fails the first, the second ... allocation, until none is left to fail. */
static void
sweep(const char *name, enum reason (*run)(void), enum reason expected)
{
	for (int forever = 0; forever < 2; forever++) {
		enum reason reason;

		fail_forever = forever;
		for (fail_at = 1;; fail_at++) {
			allocated = 0;
			alive = 0;
			counting = true;
			reason = run();
			counting = false;
			if (alive != 0)
				fail_msg("%s: %ld blocks kept when %zu fails",
				    name, alive, fail_at);
			if (allocated < fail_at)
				break;
			/* libyaml may do without; then all is as it was. */
			if (reason != REASON_MEMORY && reason != expected)
				fail_msg("%s: %s when %zu fails", name,
				    reason_word(reason), fail_at);
			if (forever && reason != REASON_MEMORY)
				fail_msg("%s: no MEMORY at %zu", name,
				    fail_at);
		}
		assert_int_equal(reason, expected);
		assert_true(fail_at > 1);
		print_message("%s: each of %zu allocations failed %s\n", name,
		    fail_at - 1, forever ? "with all after it" : "once");
	}
	fail_at = 0;
}

static int
setup(void **state)
{
	(void)state;
	for (int i = 0; i < JWS_ALGS; i++)
		/* Self-tested here, so that no failure falls into that. */
		if (jws_verify(&jws_answers[i].key, jws_answers[i].input,
		    jws_answers[i].signature) != REASON_OK)
			return 1;
	return ssh_key_warm_up() ? 0 : 1;
}

static void
alloc_fails_in_key9_answer_memory(void **state)
{
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < ngood_keys; i++)
		used += (size_t)sprintf(text + used, "{\"public_key\":\"%s %s\""
		    "}\n", good_keys[i].type, good_keys[i].base64);
	/* A longer line makes the document grow. */
	for (size_t i = 0; i < nbad_keys; i++)
		used += (size_t)sprintf(text + used, "{\"x\":[1,2,3,4,5,6],"
		    "\"public_key\":\"%s %s\"}\n", bad_keys[i].type,
		    bad_keys[i].base64);
	assert_true(used < sizeof(text));
	sweep("key9_answer", read_answer, REASON_OK);
}

static void
alloc_fails_in_k9_config_memory(void **state)
{
	(void)state;
	strcpy(text, "system:\n  machine_group: [a, \"b\\u00e9\"]\n"
	    "  run_as: k\nauthentication:\n  api_key: k\n"
	    "  company_uuid: u\nurls:\n  query_ssh_keys: https://a/q\n"
	    "tail: {a: [1, {b: c}], d: 'x'}\n");
	sweep("k9_config", read_k9_config, REASON_OK);
	strcat(text, "x: &a *b\n");
	sweep("k9_config with an error", read_k9_config,
	    REASON_CONFIG_SYNTAX);
	strcpy(text, "system: [\n");
	sweep("k9_config that is no YAML", read_k9_config,
	    REASON_CONFIG_SYNTAX);
}

static void
alloc_fails_in_sallyport_config_memory(void **state)
{
	(void)state;
	strcpy(text, "# ours\nstale_max: 24h\n");
	sweep("sallyport_config", read_sallyport_config, REASON_OK);
}

static void
alloc_fails_in_opk_config_memory(void **state)
{
	(void)state;
	strcpy(text, "env_vars: {HTTPS_PROXY: \"p:1\", X: y}\n"
	    "deny_users: [Root, eve]\ndeny_emails:\n- eve@example.com\n");
	sweep("opk_config", read_opk_config, REASON_OK);
}

static void
alloc_fails_in_opk_plugin_memory(void **state)
{
	(void)state;
	strcpy(text, "name: a\ncommand: /b 'c d'\n");
	sweep("opk_plugin", read_opk_plugin, REASON_OK);
	strcpy(text, "{\"aud\":[\"a\",\"b\"],\"groups\":[\"c\"]}");
	sweep("opk_plugin_env", write_opk_plugin_env, REASON_OK);
}

static void
alloc_fails_in_json_memory(void **state)
{
	(void)state;
	strcpy(text, "{\"a\":1,\"b\":[]}");
	sweep("json", read_json, REASON_OK);
}

static void
alloc_fails_in_jwks_memory(void **state)
{
	(void)state;
	vector = vector_read("RS256-ecdsa");
	sweep("jwks", read_jwks, REASON_OK);
	vector_free(&vector);
}

static void
alloc_fails_in_signatures_memory(void **state)
{
	(void)state;
	sweep("jws", verify_signatures, REASON_OK);
	vector = vector_read("RS256-ecdsa");
	assert_int_equal(ssh_cert_read(vector.blob, vector.len, &cert),
	    REASON_OK);
	sweep("ssh_cert_self", verify_certificate, REASON_OK);
	vector_free(&vector);
}

static void
alloc_fails_in_gq256_memory(void **state)
{
	(void)state;
	gq256_vector_read("opkssh-2048", &gq_vector);
	/* Its self-test comes first, once, and is not what fails here. */
	assert_int_equal(verify_gq256(), REASON_OK);
	sweep("gq256", verify_gq256, REASON_OK);
	gq_vector.signature[0] ^= 1;
	sweep("gq256 of a wrong signature", verify_gq256,
	    REASON_TOKEN_SIGNATURE);
	gq_vector.n[gq_vector.key.n.len - 1] ^= 1;
	sweep("gq256 of an even key", verify_gq256, REASON_TOKEN_SIGNATURE);
	gq256_vector_free(&gq_vector);
}

static void
alloc_fails_in_claims_memory(void **state)
{
	(void)state;
	strcpy(text, "{\"iss\":\"a\",\"sub\":\"b\",\"aud\":[\"c\"],\"iat\""
	    ":1,\"exp\":2}");
	sweep("claims", read_claims, REASON_OK);
	text[2] = 'I';
	sweep("claims without iss", read_claims, REASON_TOKEN_CLAIM);
}

static void
alloc_fails_in_op_header_memory(void **state)
{
	(void)state;
	strcpy(text, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
	sweep("op_header", read_op_header, REASON_OK);
	text[8] = 'P';
	sweep("op_header of another alg", read_op_header, REASON_TOKEN_ALG);
}

static void
alloc_fails_in_discovery_memory(void **state)
{
	(void)state;
	strcpy(text, "{\"issuer\":\"https://a\",\"jwks_uri\":\"https://b\"}");
	sweep("discovery", read_discovery, REASON_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alloc_fails_in_key9_answer_memory),
		cmocka_unit_test(alloc_fails_in_k9_config_memory),
		cmocka_unit_test(alloc_fails_in_sallyport_config_memory),
		cmocka_unit_test(alloc_fails_in_opk_config_memory),
		cmocka_unit_test(alloc_fails_in_opk_plugin_memory),
		cmocka_unit_test(alloc_fails_in_json_memory),
		cmocka_unit_test(alloc_fails_in_jwks_memory),
		cmocka_unit_test(alloc_fails_in_signatures_memory),
		cmocka_unit_test(alloc_fails_in_gq256_memory),
		cmocka_unit_test(alloc_fails_in_claims_memory),
		cmocka_unit_test(alloc_fails_in_op_header_memory),
		cmocka_unit_test(alloc_fails_in_discovery_memory),
	};

	return cmocka_run_group_tests_name("alloc", tests, setup, NULL);
}
