/* OPKSSH_PLUGIN_*: what plugins are told, and what stops them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/opk_plugin_env.h"

static struct opk_plugin_login login;
static struct opk_plugin_env env;
static char out[4 * OPK_ENV_STRING_MAX];

static int
setup(void **state)
{
	(void)state;
	login = (struct opk_plugin_login){
		.user = span_of("dev"),
		.key = span_of("AAAA"),
		.type = span_of("ssh-ed25519-cert-v01@openssh.com"),
		.upk = span_of("{\"kty\":\"OKP\"}"),
		.id_token = span_of("h.p.s"),
		.pk_token = span_of("p:h:s:h:s"),
		.userinfo = span_of(""),
		.config = span_of("name: a\n"),
	};
	return 0;
}

/* Writes into memory of exactly size bytes. */
static enum reason
write_sized(const char *payload, size_t size)
{
	size_t len = strlen(payload);
	struct json doc = { 0 };
	char *room = malloc(size + (size == 0));
	enum reason reason;

	assert_non_null(room);
	assert_int_equal(json_read(&doc, (const uint8_t *)payload, len),
	    JSON_OK);
	login.payload = span_chars(payload, len);
	reason = opk_plugin_env_write(&login, &doc, room, size, &env);
	memcpy(out, room, env.len);
	json_free(&doc);
	free(room);
	assert_int_equal(reason == REASON_OK, env.what == NULL);
	assert_int_equal(reason == REASON_OK, env.len > 0);
	return reason;
}

static enum reason
write_env(const char *payload)
{
	return write_sized(payload, sizeof(out));
}

/* What the variable with that name has, which must be there once. */
static const char *
value(const char *name)
{
	const char *found = NULL;
	size_t n = strlen(name);

	for (const char *p = out; p < out + env.len; p += strlen(p) + 1)
		if (strncmp(p, "OPKSSH_PLUGIN_", 14) != 0)
			fail_msg("%s", p);
		else if (strncmp(p + 14, name, n) == 0 && p[14 + n] == '=') {
			assert_null(found);
			found = p + 14 + n + 1;
		}
	assert_non_null(found);
	return found;
}

static void
refused(const char *payload, const char *what)
{
	if (write_env(payload) != REASON_PLUGIN_VALUE)
		fail_msg("%s", payload);
	assert_string_equal(env.what, what);
}

static void
opk_plugin_env_all_claims_written(void **state)
{
	static const char payload[] = "{\"iss\":\"https://op.example\","
	    "\"sub\":\"s-1\",\"email\":\"alice@example.com\","
	    "\"email_verified\":true,\"aud\":\"client\",\"exp\":1700003600,"
	    "\"nbf\":1700000000,\"iat\":1700000001,\"jti\":\"j\","
	    "\"groups\":[\"a\",\"b\"],\"other\":1}";
	static const char *const expected[][2] = {
		{ "U", "dev" }, { "K", "AAAA" },
		{ "T", "ssh-ed25519-cert-v01@openssh.com" },
		{ "ISS", "https://op.example" }, { "SUB", "s-1" },
		{ "EMAIL", "alice@example.com" }, { "EMAIL_VERIFIED", "true" },
		{ "AUD", "client" }, { "EXP", "1700003600" },
		{ "NBF", "1700000000" }, { "IAT", "1700000001" },
		{ "JTI", "j" }, { "GROUPS", "[\"a\",\"b\"]" },
		{ "UPK", "eyJrdHkiOiJPS1AifQ==" }, { "IDT", "h.p.s" },
		{ "PKT", "p:h:s:h:s" }, { "CONFIG", "bmFtZTogYQo=" },
		{ "USERINFO", "" }, { "EXTRA_ARGS", "" },
	};
	size_t n = 0;

	(void)state;
	assert_int_equal(write_env(payload), REASON_OK);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_string_equal(value(expected[i][0]), expected[i][1]);
	assert_memory_equal(value("PAYLOAD"), "eyJpc3MiOiJodHRwczovL29wLmV4",
	    28);
	for (const char *p = out; p < out + env.len; p += strlen(p) + 1)
		n++;
	assert_int_equal(n, 20);
	assert_int_equal(out[env.len - 1], '\0');
}

static void
opk_plugin_env_missing_claims_are_empty(void **state)
{
	static const char *const names[] = { "ISS", "SUB", "EMAIL",
		"EMAIL_VERIFIED", "AUD", "EXP", "NBF", "IAT", "JTI",
		"GROUPS" };

	(void)state;
	for (int null = 0; null < 2; null++) {
		assert_int_equal(write_env(null ? "{\"iss\":null,\"sub\":null,"
		    "\"email\":null,\"email_verified\":null,\"aud\":null,"
		    "\"exp\":null,\"nbf\":null,\"iat\":null,\"jti\":null,"
		    "\"groups\":null}" : "{}"), REASON_OK);
		for (size_t i = 0; i < 10; i++)
			assert_string_equal(value(names[i]), "");
	}
	assert_string_equal(value("PAYLOAD")[0] == 'e' ? "e" : "", "e");
}

/* user-needs 3b, 4: an audience list flattened to a joined string. */
static void
opk_plugin_env_audience_list_is_json(void **state)
{
	(void)state;
	assert_int_equal(write_env("{\"aud\":[\"a,b\",\"c\\\"]\",\"\"]}"),
	    REASON_OK);
	assert_string_equal(value("AUD"), "[\"a,b\",\"c\\\"]\",\"\"]");
	assert_int_equal(write_env("{\"aud\":[\"a\"]}"), REASON_OK);
	assert_string_equal(value("AUD"), "[\"a\"]");
	assert_int_equal(write_env("{\"aud\":[]}"), REASON_OK);
	assert_string_equal(value("AUD"), "[]");
	refused("{\"aud\":1}", "OPKSSH_PLUGIN_AUD");
	refused("{\"aud\":[\"a\",1]}", "OPKSSH_PLUGIN_AUD");
	refused("{\"aud\":[[\"a\"]]}", "OPKSSH_PLUGIN_AUD");
	refused("{\"aud\":{\"a\":\"b\"}}", "OPKSSH_PLUGIN_AUD");
}

/* A group called  x","root  must stay one. */
static void
opk_plugin_env_groups_are_valid_json(void **state)
{
	struct json doc = { 0 };
	const char *text;

	(void)state;
	assert_int_equal(write_env("{\"groups\":[\"x\\\",\\\"root\","
	    "\"\\\\\",\"\\u0001\\n\\t\\u007f\",\"\\u00e9\\ud83d\\udd11\"]}"),
	    REASON_OK);
	text = value("GROUPS");
	assert_string_equal(text, "[\"x\\\",\\\"root\",\"\\\\\","
	    "\"\\u0001\\u000a\\u0009\x7f\",\"\xc3\xa9\xf0\x9f\x94\x91\"]");
	assert_int_equal(json_read(&doc, (const uint8_t *)text,
	    strlen(text)), JSON_OK);
	json_free(&doc);
	assert_int_equal(write_env("{\"groups\":[]}"), REASON_OK);
	assert_string_equal(value("GROUPS"), "[]");
	refused("{\"groups\":\"admins\"}", "OPKSSH_PLUGIN_GROUPS");
	refused("{\"groups\":[1]}", "OPKSSH_PLUGIN_GROUPS");
	refused("{\"groups\":{}}", "OPKSSH_PLUGIN_GROUPS");
}

static void
opk_plugin_env_email_verified_is_a_boolean(void **state)
{
	static const struct {
		const char *json;
		const char *value;
	} cases[] = {
		{ "true", "true" }, { "false", "false" },
		{ "\"true\"", "true" }, { "\"false\"", "false" },
		{ "\"True\"", "true" }, { "\"1\"", "true" },
		{ "\"0\"", "false" }, { "\"F\"", "false" },
		{ "\"\"", "" }, { "\"maybe\"", "maybe" },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "{\"email_verified\":%s}",
		    cases[i].json);
		assert_int_equal(write_env(text), REASON_OK);
		assert_string_equal(value("EMAIL_VERIFIED"), cases[i].value);
	}
	refused("{\"email_verified\":1}", "OPKSSH_PLUGIN_EMAIL_VERIFIED");
	refused("{\"email_verified\":[true]}",
	    "OPKSSH_PLUGIN_EMAIL_VERIFIED");
}

static void
opk_plugin_env_times_are_whole_numbers(void **state)
{
	static const char *const bad[] = { "1.5", "1e9", "-1", "-0",
		"9223372036854775808", "\"1\"", "true", "[1]" };
	char text[64];

	(void)state;
	assert_int_equal(write_env("{\"exp\":0,\"iat\":999999999999999999}"),
	    REASON_OK);
	assert_string_equal(value("EXP"), "0");
	assert_string_equal(value("IAT"), "999999999999999999");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "{\"exp\":%s}", bad[i]);
		refused(text, "OPKSSH_PLUGIN_EXP");
	}
}

static void
opk_plugin_env_nul_refuses(void **state)
{
	(void)state;
	refused("{\"sub\":\"a\\u0000b\"}", "OPKSSH_PLUGIN_SUB");
	refused("{\"email\":\"\\u0000\"}", "OPKSSH_PLUGIN_EMAIL");
	refused("{\"aud\":\"a\\u0000\"}", "OPKSSH_PLUGIN_AUD");
	refused("{\"aud\":[\"a\\u0000\"]}", "OPKSSH_PLUGIN_AUD");
	refused("{\"groups\":[\"a\",\"\\u0000\"]}", "OPKSSH_PLUGIN_GROUPS");
	/* In base64 it is harmless. */
	assert_int_equal(write_env("{\"other\":\"\\u0000\"}"), REASON_OK);
	login.userinfo = span_chars("{}\0", 3);
	refused("{}", "OPKSSH_PLUGIN_USERINFO");
	setup(NULL);
	login.user = span_chars("a\0b", 3);
	refused("{}", "OPKSSH_PLUGIN_U");
}

static void
opk_plugin_env_strings_of_wrong_type_refused(void **state)
{
	(void)state;
	refused("{\"iss\":1}", "OPKSSH_PLUGIN_ISS");
	refused("{\"sub\":[\"a\"]}", "OPKSSH_PLUGIN_SUB");
	refused("{\"email\":{}}", "OPKSSH_PLUGIN_EMAIL");
	refused("{\"jti\":false}", "OPKSSH_PLUGIN_JTI");
}

/* A line feed stays inside its value: NULs separate. */
static void
opk_plugin_env_value_makes_no_variable(void **state)
{
	(void)state;
	assert_int_equal(write_env("{\"sub\":\"x\\nOPKSSH_PLUGIN_U=root\"}"),
	    REASON_OK);
	assert_string_equal(value("U"), "dev");
	assert_string_equal(value("SUB"), "x\nOPKSSH_PLUGIN_U=root");
}

static void
opk_plugin_env_extra_words_are_json(void **state)
{
	const struct span extra[] = { span_of("192.0.2.1 5 192.0.2.2 22"),
		span_of("a\"b\\"), span_of("") };
	const struct span bad[] = { span_of("\xff") };

	(void)state;
	login.extra = extra;
	login.nextra = 3;
	assert_int_equal(write_env("{}"), REASON_OK);
	assert_string_equal(value("EXTRA_ARGS"),
	    "[\"192.0.2.1 5 192.0.2.2 22\",\"a\\\"b\\\\\",\"\"]");
	login.extra = bad;
	login.nextra = 1;
	refused("{}", "OPKSSH_PLUGIN_EXTRA_ARGS");
}

/* With any less room it is refused, and nothing is written past the end. */
static void
opk_plugin_env_needs_all_its_room(void **state)
{
	static const char payload[] = "{\"sub\":\"a\\u00e9\",\"aud\":"
	    "[\"a\",\"\\n\"],\"email_verified\":\"T\",\"exp\":1}";
	const struct span extra[] = { span_of("x") };
	size_t need, refusals = 0;

	(void)state;
	login.extra = extra;
	login.nextra = 1;
	assert_int_equal(write_env(payload), REASON_OK);
	need = env.len;
	for (size_t size = 0; size < need; size++)
		if (write_sized(payload, size) == REASON_PLUGIN_VALUE)
			refusals++;
	assert_int_equal(refusals, need);
	assert_int_equal(write_sized(payload, need), REASON_OK);
}

/* execve(2) refuses longer strings, and with them the program. */
static void
opk_plugin_env_longer_than_execve_takes_refused(void **state)
{
	static char text[OPK_ENV_STRING_MAX + 1];
	size_t head = strlen("OPKSSH_PLUGIN_IDT=");

	(void)state;
	memset(text, 'x', sizeof(text));
	login.id_token = span_chars(text, OPK_ENV_STRING_MAX - head - 1);
	assert_int_equal(write_env("{}"), REASON_OK);
	login.id_token.len++;
	refused("{}", "OPKSSH_PLUGIN_IDT");
	setup(NULL);
	login.config = span_chars(text, OPK_ENV_STRING_MAX / 4 * 3);
	refused("{}", "OPKSSH_PLUGIN_CONFIG");
	login.config.len = OPK_ENV_STRING_MAX + 1;
	refused("{}", "OPKSSH_PLUGIN_CONFIG");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup(opk_plugin_env_##name, setup)
		T(all_claims_written),
		T(missing_claims_are_empty),
		T(audience_list_is_json),
		T(groups_are_valid_json),
		T(email_verified_is_a_boolean),
		T(times_are_whole_numbers),
		T(nul_refuses),
		T(strings_of_wrong_type_refused),
		T(value_makes_no_variable),
		T(extra_words_are_json),
		T(needs_all_its_room),
		T(longer_than_execve_takes_refused),
#undef T
	};

	return cmocka_run_group_tests_name("opk_plugin_env", tests, NULL,
	    NULL);
}
