/*
 * A file of policy.d, and, since plugins are told of claims, the same bytes
 * as claims. Beyond not crashing: a command's path is absolute, plain and
 * stands in the file; every variable is one string with the right name, and
 * what is a list is JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/opk_plugin.h"
#include "parseproc/opk_plugin_env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
plugin_is_sound(const struct opk_plugin *plugin, const uint8_t *data,
    size_t size)
{
	size_t used = 0;

	require(plugin->nwords > 0 && plugin->nwords <= OPK_PLUGIN_WORDS_MAX);
	require(plugin->words[0] == '/');
	require(strstr(plugin->words, "/../") == NULL);
	require(memmem(data, size, plugin->words, strlen(plugin->words)) !=
	    NULL);
	for (size_t i = 0; i < plugin->nwords; i++)
		used += strlen(plugin->words + used) + 1;
	require(used == plugin->words_len);
	require(used <= sizeof(plugin->words));
	require(plugin->name[0] != '\0');
}

static void
env_is_sound(const char *out, size_t len)
{
	static const char prefix[] = "OPKSSH_PLUGIN_";
	struct json doc = { 0 };
	size_t strings = 0;

	require(out[len - 1] == '\0');
	for (const char *p = out; p < out + len; p += strlen(p) + 1) {
		const char *value = strchr(p, '=');

		require(strncmp(p, prefix, strlen(prefix)) == 0);
		require(value != NULL && strlen(p) < OPK_ENV_STRING_MAX);
		if (strncmp(p, "OPKSSH_PLUGIN_GROUPS=", 21) == 0 &&
		    value[1] != '\0')
			require(json_read(&doc, (const uint8_t *)value + 1,
			    strlen(value + 1)) == JSON_OK);
		strings++;
	}
	require(strings == 20);
	json_free(&doc);
}

static void
write_env(const uint8_t *data, size_t size)
{
	static char out[8 * OPK_ENV_STRING_MAX];
	const struct span payload = { data, size };
	const struct opk_plugin_login login = { .payload = payload,
		.userinfo = payload, .config = payload, .extra = &payload,
		.nextra = 1 };
	struct json doc = { 0 };
	struct opk_plugin_env env;

	if (json_read(&doc, data, size) == JSON_OK &&
	    opk_plugin_env_write(&login, &doc, out, sizeof(out), &env) ==
	    REASON_OK)
		env_is_sound(out, env.len);
	json_free(&doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct opk_plugin plugin;
	struct config_error error;

	if (opk_plugin_read(data, size, &plugin, &error) == REASON_OK)
		plugin_is_sound(&plugin, data, size);
	else
		require(error.what[0] != '\0' && plugin.nwords == 0);
	write_env(data, size);
	return 0;
}
