/*
 * After the warm-ups no reader or verifier makes a system call, whatever it
 * reads.
 * Shown under a filter that lets nothing pass but exit_group.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parseproc/chain_line.h"
#include "parseproc/claims.h"
#include "parseproc/discovery.h"
#include "parseproc/gq256.h"
#include "parseproc/json.h"
#include "parseproc/jwk_write.h"
#include "parseproc/jwks.h"
#include "parseproc/jws.h"
#include "parseproc/jws_answers.h"
#include "parseproc/k9_config.h"
#include "parseproc/key9_answer.h"
#include "parseproc/key9_request.h"
#include "parseproc/pk_token.h"
#include "parseproc/opk_auth_id.h"
#include "parseproc/opk_config.h"
#include "parseproc/opk_plugin.h"
#include "parseproc/opk_plugin_env.h"
#include "parseproc/opk_providers.h"
#include "parseproc/sallyport_config.h"
#include "parseproc/ssh_cert_self.h"
#include "parseproc/sha3.h"
#include "parseproc/token_header.h"
#include "tests/parseproc/gq256_vector.h"
#include "tests/parseproc/sample_keys.h"
#include "tests/parseproc/vectors.h"

/* More than all readers below use together; the worker has an arena. */
#define HEAP (16 * 1024 * 1024)

static char body[65536];
static struct key9_answer answer;
static struct k9_config config;
static struct key9_request request;

static void
make_body(void)
{
	size_t used = 0;

	for (size_t i = 0; i < ngood_keys; i++)
		used += (size_t)sprintf(body + used, "{\"public_key\":\"%s %s\""
		    "}\n", good_keys[i].type, good_keys[i].base64);
	for (size_t i = 0; i < nbad_keys; i++)
		used += (size_t)sprintf(body + used, "{\"public_key\":\"%s %s\""
		    "}\n", bad_keys[i].type, bad_keys[i].base64);
}

/* Makes the C library hold memory that it will not give back. */
static void
grow_heap(void)
{
	/* Volatile, or clang sees that nobody needs it and leaves it out. */
	void *volatile p;

	(void)mallopt(M_MMAP_THRESHOLD, 2 * HEAP);
	(void)mallopt(M_TRIM_THRESHOLD, 4 * HEAP);
	(void)mallopt(M_TOP_PAD, HEAP);
	p = malloc(HEAP);
	if (p == NULL)
		_exit(3);
	memset(p, 1, HEAP);
	free(p);
}

/* From here on every system call but exit_group kills. */
static void
shut(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
		_exit(4);
}

static struct gq256_vector gq_vector;

/* A token's parts; 0 if all answers are right. */
static int
read_token(void)
{
	static const char token[] = "{\"iss\":\"a\",\"sub\":\"b\",\"aud\":\"c\""
	    ",\"iat\":1,\"exp\":2}";
	static const char head[] = "{\"alg\":\"RS256\"}";
	static const char document[] = "{\"issuer\":\"https://a\",\"jwks_uri\":"
	    "\"https://b\"}";
	static const struct header_key key = { "RS256", false, { NULL, 0 } };
	static struct discovery discovery;
	struct claims claims;
	bool key_bound;
	int wrong = 0;

	wrong |= gq256_verify(&gq_vector.key, &gq_vector.token) != REASON_OK;
	gq_vector.signature[1] ^= 1;
	wrong |= gq256_verify(&gq_vector.key, &gq_vector.token) !=
	    REASON_TOKEN_SIGNATURE;
	gq_vector.signature[1] ^= 1;
	wrong |= claims_read(CLAIMS_ID_TOKEN, (const uint8_t *)token,
	    sizeof(token) - 1, &claims) != REASON_OK;
	claims_free(&claims);
	wrong |= op_header_read((const uint8_t *)head, sizeof(head) - 1, &key,
	    &key_bound) != REASON_OK;
	wrong |= discovery_read((const uint8_t *)document,
	    sizeof(document) - 1, span_of("https://a"), &discovery) !=
	    REASON_OK;
	wrong |= commitment_matches((const uint8_t *)head, sizeof(head) - 1,
	    (const uint8_t *)token, COMMITMENT_LEN);
	return wrong;
}

static bool
claim_matches(const void *claims, struct span name, struct span value)
{
	(void)claims;
	return span_equal(name, value);
}

/* OpenPubkey's policy files and what plugins are told; 0 if all is right. */
static int
read_policy(void)
{
	static const char rows[] = "https://a b 24h\nhttps://a 'c\n";
	static const char rules[] = "root 'x\nroot repo:[a-c]* https://a\n"
	    "root oidc:\"a:b\":x https://a\nroot oidc:x:x https://a # \n";
	static const char yaml[] = "deny_users: [eve]\nname: a\n"
	    "command: /b 'c d'\n";
	static const char payload[] = "{\"aud\":[\"a\"],\"exp\":1}";
	static const struct opk_identity identity = {
		.issuer = { (const uint8_t *)"https://a", 9 },
		.claim_matches = claim_matches,
	};
	static struct opk_providers providers;
	static struct opk_policy policy;
	static struct opk_config deny;
	static struct opk_plugin plugin;
	static char out[4096];
	const struct opk_plugin_login login = { .payload = span_of(payload) };
	struct opk_plugin_env env;
	struct config_error error;
	struct json doc = { 0 };
	int wrong = 0;

	opk_providers_read(&providers, (const uint8_t *)rows,
	    sizeof(rows) - 1);
	wrong |= providers.count != 1 || providers.reports.count != 1;
	opk_auth_id_find(&policy, (const uint8_t *)rules, sizeof(rules) - 1,
	    span_of("root"), &identity);
	wrong |= policy.reason != REASON_OK || policy.line != 4;
	wrong |= opk_config_read((const uint8_t *)yaml, sizeof(yaml) - 1,
	    &deny, &error) != REASON_OK;
	wrong |= !opk_config_denies_user(&deny, span_of("Eve"));
	opk_config_free(&deny);
	wrong |= opk_plugin_read((const uint8_t *)yaml, sizeof(yaml) - 1,
	    &plugin, &error) != REASON_OK;
	wrong |= json_read(&doc, (const uint8_t *)payload,
	    sizeof(payload) - 1) != JSON_OK;
	wrong |= opk_plugin_env_write(&login, &doc, out, sizeof(out), &env) !=
	    REASON_OK;
	json_free(&doc);
	return wrong;
}

static int
read_sources(void)
{
	static const char yaml[] = "sources:\n  - source: chain\n"
	    "    command: /bin/x %u\n    user: u\n    options: [restrict]\n";
	static struct sallyport_config ours;
	static struct chain_line line;
	static char text[16 * 1024];
	struct config_error error;
	int wrong = 0;

	wrong |= sallyport_config_read((const uint8_t *)yaml,
	    sizeof(yaml) - 1, &ours, &error) != REASON_OK;
	for (size_t i = 0; i < ngood_keys; i++) {
		(void)snprintf(text, sizeof(text), "pty,from=\"a\" %s %s",
		    good_keys[i].type, good_keys[i].base64);
		wrong |= chain_line_read(span_of(text), &ours.sources.list[0],
		    &line) != REASON_OK;
		ssh_key_free(&line.key);
	}
	return wrong;
}

/* Exit status 0 if all answers are right. */
static void
read_everything(void)
{
	static const char k9[] = "system: {machine_group: [a, b], run_as: k}\n"
	    "authentication: {api_key: k, company_uuid: u}\n"
	    "urls: {query_ssh_keys: \"https://a/q\"}\n";
	static const char bad[] = "a: &b [\n";
	struct sallyport_config ours;
	struct config_error error;
	struct json doc = { 0 };
	int wrong = 0;

	for (int i = 0; i < 3; i++) {
		wrong |= key9_answer_read((uint8_t *)body, strlen(body),
		    &answer) != REASON_OK;
		wrong |= answer.nkeys != ngood_keys;
		wrong |= answer.ndrops != nbad_keys;
		key9_answer_free(&answer);
		wrong |= k9_config_read((const uint8_t *)k9, sizeof(k9) - 1,
		    &config, &error) != REASON_OK;
		wrong |= key9_request_write(&config, (const uint8_t *)"joe",
		    3, (const uint8_t *)"r", 1, &request) != REASON_OK;
		wrong |= k9_config_read((const uint8_t *)bad, sizeof(bad) - 1,
		    &config, &error) != REASON_CONFIG_SYNTAX;
		wrong |= sallyport_config_read(NULL, 0, &ours, &error) !=
		    REASON_OK;
		wrong |= read_sources();
		wrong |= read_policy();
		wrong |= json_read(&doc, (const uint8_t *)"[1]", 3) != JSON_OK;
		json_free(&doc);
		wrong |= read_token();
	}
	_exit(wrong);
}

static void
child_reads(void)
{
	if (!ssh_key_warm_up() || !jws_prepare(JWS_RS256))
		_exit(2);
	make_body();
	gq256_vector_read("opkssh-2048", &gq_vector);
	grow_heap();
	shut();
	read_everything();
}

static struct vector vectors[NVECTORS];

/* A good and a bad signature of each algorithm: whether all answers are right. */
static bool
verify_all(void)
{
	bool right = true;

	for (int i = 0; i < JWS_ALGS; i++) {
		const struct jws_answer *known = &jws_answers[i];
		struct span other = { known->input.p, known->input.len - 1 };

		right &= jws_verify(&known->key, known->input,
		    known->signature) == REASON_OK;
		right &= jws_verify(&known->key, other, known->signature) ==
		    REASON_TOKEN_SIGNATURE;
	}
	return right;
}

/* A certificate to the end: its token's signatures, its own. */
static bool
verify_vector(const struct vector *v)
{
	static uint8_t room[PK_TOKEN_ROOM(PK_TOKEN_MAX)];
	uint8_t thumbprint[JWK_THUMBPRINT_LEN];
	static struct jwks jwks;
	struct pk_token token;
	struct ssh_cert cert;
	bool right;

	right = ssh_cert_read(v->blob, v->len, &cert) == REASON_OK &&
	    pk_token_read(cert.token.p, cert.token.len, room, sizeof(room),
	    &token) == REASON_OK &&
	    jwks_read(v->jwks.p, v->jwks.len, &jwks) == REASON_OK;
	if (!right)
		return false;
	for (size_t i = 0; i < jwks.nkeys; i++)
		(void)!jws_verify(&jwks.keys[i], token.segment[0].input,
		    token.segment[0].signature);
	jwk_thumbprint(&cert.key, thumbprint);
	jwks_free(&jwks);
	return ssh_cert_self_verify(&cert) == REASON_OK;
}

/* Their self-tests, too, are silent: the keys have been made once. */
static void
child_verifies(void)
{
	bool right = ssh_key_warm_up();

	for (int i = 0; i < JWS_ALGS; i++)
		right &= jws_prepare((enum jws_alg)i);
	if (!right)
		_exit(2);
	grow_heap();
	shut();
	for (int i = 0; i < 3; i++) {
		right &= verify_all();
		for (size_t k = 0; k < NVECTORS; k++)
			right &= verify_vector(&vectors[k]);
	}
	_exit(right ? 0 : 1);
}

static void
child_asks_the_kernel(void)
{
	shut();
	(void)syscall(SYS_getppid);
	_exit(0);
}

/* The wait status of a child that runs. */
static int
status_of(void (*run)(void))
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		run();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
silent_readers_make_no_system_call(void **state)
{
	int status;

	(void)state;
	status = status_of(child_reads);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("wait status %#x", (unsigned)status);
}

static void
silent_verifiers_make_no_system_call(void **state)
{
	int status;

	(void)state;
	for (size_t i = 0; i < NVECTORS; i++)
		vectors[i] = vector_read(vector_names[i]);
	status = status_of(child_verifies);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("wait status %#x", (unsigned)status);
	for (size_t i = 0; i < NVECTORS; i++)
		vector_free(&vectors[i]);
}

static void
silent_filter_kills_control(void **state)
{
	int status;

	(void)state;
	status = status_of(child_asks_the_kernel);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silent_readers_make_no_system_call),
		cmocka_unit_test(silent_verifiers_make_no_system_call),
		cmocka_unit_test(silent_filter_kills_control),
	};

	return cmocka_run_group_tests_name("silent", tests, NULL, NULL);
}
