/*
 * /etc/opk/config.yml. Beyond not crashing: what cannot be read denies
 * everybody, who is on a list is denied, and a proxy is a URL of ours.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/opk_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
printable(const char *text)
{
	for (; *text != '\0'; text++)
		require(*text >= 0x20 && *text <= 0x7e);
}

static void
entries_are_denied(const struct opk_config *config,
    const struct yaml_node *list,
    bool (*denies)(const struct opk_config *config, struct span name))
{
	const struct yaml_node *entry = list == NULL ? NULL :
	    yaml_map_first(&config->map, list);

	for (; entry != NULL; entry = yaml_map_next(&config->map, entry))
		require(denies(config,
		    span_chars(entry->text, entry->len)));
	require(!denies(config, (struct span){ NULL, 0 }));
}

static void
proxy_is_sound(const char *proxy)
{
	struct url url;

	require(proxy[0] == '\0' || (url_read(proxy, strlen(proxy), &url) ==
	    NULL && !url.https && url.port > 0));
}

static void
config_is_sound(const struct opk_config *config)
{
	static const char *const urls[] = { "https://a.example/x",
		"http://a.example:8080/", "https://[fe80::1]:8443/" };
	struct url url;

	entries_are_denied(config, config->deny_users,
	    opk_config_denies_user);
	entries_are_denied(config, config->deny_emails,
	    opk_config_denies_email);
	proxy_is_sound(config->https_proxy);
	proxy_is_sound(config->http_proxy);
	require(config->ca_file[0] == '\0' || config->ca_file[0] == '/');
	require(config->ca_dir[0] == '\0' || config->ca_dir[0] == '/');
	for (size_t i = 0; i < config->nignored && i < OPK_IGNORED_MAX; i++)
		printable(config->ignored[i].name);
	for (size_t i = 0; i < 3; i++) {
		require(url_read(urls[i], strlen(urls[i]), &url) == NULL);
		proxy_is_sound(opk_config_proxy(config, &url));
	}
	require(url_read("https://127.0.0.1/", 18, &url) == NULL);
	require(opk_config_proxy(config, &url)[0] == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct opk_config config;
	struct config_error error;
	enum reason reason = opk_config_read(data, size, &config, &error);

	require((reason == REASON_OK) == config.usable);
	if (reason == REASON_OK) {
		config_is_sound(&config);
	} else {
		require(error.reason == reason && error.what[0] != '\0');
		printable(error.what);
	}
	opk_config_free(&config);
	require(opk_config_denies_user(&config, span_of("x")));
	require(opk_config_denies_email(&config, span_of("x@x")));
	return 0;
}
