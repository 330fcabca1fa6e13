#include "parseproc/k9_config.h"

#include <string.h>

#include "parseproc/config_value.h"
#include "parseproc/percent.h"
#include "parseproc/url.h"
#include "parseproc/yaml_map.h"

#define TIMEOUT_DEFAULT_S 5

/* The required keys, and what to tell who lacks one. */
static const struct config_key machine_group = { "system.machine_group",
	"is missing: add the Key9 machine group of this host" };
static const struct config_key run_as = { "system.run_as",
	"is missing: add the user in sshd's AuthorizedKeysCommandUser" };
static const struct config_key api_key = { "authentication.api_key",
	"is missing: add it, Key9 gives it to you" };
static const struct config_key company_uuid = { "authentication.company_uuid",
	"is missing: add it, Key9 gives it to you" };
static const struct config_key query_ssh_keys = { "urls.query_ssh_keys",
	"is missing: add it, usually "
	"https://ssh-api.k9.io/api/v1/ssh/query/" };
/* And those that may be absent. */
static const struct config_key timeout = { "system.connection_timeout", NULL };
static const struct config_key allow_http = { "system.allow_http", NULL };
static const struct config_key ca_file = { "system.ca_file", NULL };
static const struct config_key proxy = { "system.proxy", NULL };

/* What the readers of single keys share. */
struct file {
	struct yaml_map map;
	struct k9_config *config;
	struct config_error *error;
};

/* An error in the value of a key that is there. */
static enum reason
bad_value(struct file *f, struct config_key key, const char *phrase)
{
	const struct yaml_node *node = yaml_map_find(&f->map, key.path);

	return config_error_set(f->error, REASON_CONFIG_VALUE,
	    node != NULL ? node->line : 0, key.path, phrase);
}

/* A section that is there must be a map; "system:" alone is as if absent. */
static enum reason
check_section(struct file *f, const char *name)
{
	const struct yaml_node *node = yaml_map_find(&f->map, name);

	if (node == NULL || node->kind == YAML_IS_MAP ||
	    (node->kind == YAML_IS_SCALAR && node->len == 0))
		return REASON_OK;
	return config_error_set(f->error, REASON_CONFIG_VALUE, node->line,
	    name, "must be a section: its keys indented on the next lines");
}

/*
 * Appends one group, or several with commas between, to the list. Any text
 * can be the name of a group, since it is percent-encoded; but not a
 * control character, nor an empty one, which only a mistake can mean.
 */
static enum reason
add_groups(struct file *f, const struct yaml_node *node)
{
	char *out = f->config->machine_group;
	size_t used = strlen(out), start = 0;
	size_t comma = used > 0 ? 1 : 0;

	if (node->len > K9_GROUP_MAX || used + comma > K9_GROUP_MAX - node->len)
		return bad_value(f, machine_group,
		    "is longer than 512 characters: shorten it");
	for (size_t i = 0; i <= node->len; i++) {
		char c = i < node->len ? node->text[i] : ',';

		if ((unsigned char)c < 0x20 || c == 0x7f)
			return bad_value(f, machine_group,
			    "has a line break or control character: remove it");
		if (c != ',')
			continue;
		if (i == start)
			return bad_value(f, machine_group,
			    "has an empty group: remove the extra comma");
		start = i + 1;
	}
	memcpy(out + used, ",", comma);
	memcpy(out + used + comma, node->text, node->len);
	return REASON_OK;
}

/* The groups: Key9's own form is one text with commas; a list works too. */
static enum reason
read_groups(struct file *f)
{
	const struct yaml_node *node = yaml_map_find(&f->map,
	    machine_group.path);
	enum reason reason;

	if (node == NULL || node->kind != YAML_IS_LIST) {
		reason = config_scalar(&f->map, machine_group, &node,
		    f->error);
		return reason == REASON_OK ? add_groups(f, node) : reason;
	}
	node = yaml_map_first(&f->map, node);
	if (node == NULL)
		return bad_value(f, machine_group, machine_group.remedy);
	for (; node != NULL; node = yaml_map_next(&f->map, node)) {
		if (node->kind != YAML_IS_SCALAR)
			return bad_value(f, machine_group,
			    "must be a name or a list of names");
		reason = add_groups(f, node);
		if (reason != REASON_OK)
			return reason;
	}
	return REASON_OK;
}

/*
 * A path of "." or ".." would be taken for a step, whatever stands before
 * it; and the longest URL must fit.
 */
static enum reason
check_groups(struct file *f)
{
	const char *groups = f->config->machine_group;
	size_t url_len = strlen(f->config->query_ssh_keys) + 1 +
	    KEY9_USER_MAX + 1;

	if (strcmp(groups, ".") == 0 || strcmp(groups, "..") == 0)
		return bad_value(f, machine_group, "cannot be a dot or two");
	if (percent_encoded_len(groups, strlen(groups)) > URL_MAX - url_len)
		return bad_value(f, machine_group,
		    "is too long for a URL: shorten it");
	return REASON_OK;
}

static enum reason
read_credentials(struct file *f)
{
	struct k9_config *config = f->config;
	enum reason reason;

	reason = config_word(&f->map, api_key, config->api_key,
	    sizeof(config->api_key), f->error);
	if (reason != REASON_OK)
		return reason;
	reason = config_word(&f->map, company_uuid, config->company_uuid,
	    sizeof(config->company_uuid), f->error);
	if (reason != REASON_OK)
		return reason;
	/* The header is uuid:key, so the first colon must be ours. */
	if (strchr(config->company_uuid, ':') != NULL)
		return bad_value(f, company_uuid, "must have no colon in it");
	return REASON_OK;
}

static enum reason
read_url(struct file *f)
{
	struct k9_config *config = f->config;
	const char *problem;
	struct url url;
	enum reason reason;

	reason = config_word(&f->map, query_ssh_keys, config->query_ssh_keys,
	    sizeof(config->query_ssh_keys), f->error);
	if (reason != REASON_OK)
		return reason;
	problem = url_read(config->query_ssh_keys,
	    strlen(config->query_ssh_keys), &url);
	if (problem != NULL)
		return bad_value(f, query_ssh_keys, problem);
	if (!url.https && !url_is_loopback(&url) && !config->allow_http)
		return bad_value(f, query_ssh_keys, "must begin with https:// "
		    "(or set system.allow_http: true if the network up to "
		    "your proxy is trusted)");
	/* Nobody has allowed plain http to leave this machine. */
	if (!url.https && url_is_loopback(&url))
		config->proxy[0] = '\0';
	return REASON_OK;
}

static enum reason
read_proxy(struct file *f)
{
	struct k9_config *config = f->config;
	const char *problem;
	struct url url;
	enum reason reason;

	reason = config_word(&f->map, proxy, config->proxy,
	    sizeof(config->proxy), f->error);
	if (reason != REASON_OK || config->proxy[0] == '\0')
		return reason;
	problem = url_read(config->proxy, strlen(config->proxy), &url);
	if (problem == NULL && (url.https || url.port == 0 ||
	    url.path_len > 1))
		problem = "must have the form http://host:port";
	return problem == NULL ? REASON_OK : bad_value(f, proxy, problem);
}

static enum reason
read_ca_file(struct file *f)
{
	const struct yaml_node *node;
	enum reason reason;

	reason = config_scalar(&f->map, ca_file, &node, f->error);
	if (reason != REASON_OK || node == NULL)
		return reason;
	if (node->text[0] != '/')
		return bad_value(f, ca_file, "must be a path from / on");
	if (node->len > PATH_LEN_MAX)
		return bad_value(f, ca_file, "is too long for a path");
	/* Other bytes are the file system's own business. */
	for (size_t i = 0; i < node->len; i++)
		if ((unsigned char)node->text[i] < 0x20 ||
		    node->text[i] == 0x7f)
			return bad_value(f, ca_file,
			    "has a line break or control character: remove it");
	memcpy(f->config->ca_file, node->text, node->len);
	return REASON_OK;
}

static enum reason
read_system(struct file *f)
{
	struct k9_config *config = f->config;
	enum reason reason;

	reason = read_groups(f);
	if (reason == REASON_OK)
		reason = config_word(&f->map, run_as, config->run_as,
		    sizeof(config->run_as), f->error);
	if (reason == REASON_OK)
		reason = config_number(&f->map, timeout, 1, DEADLINE_MAX_S,
		    "must be a whole number of seconds, 1 to 30",
		    &config->connection_timeout_s, f->error);
	if (reason == REASON_OK)
		reason = config_bool(&f->map, allow_http, &config->allow_http,
		    f->error);
	if (reason == REASON_OK)
		reason = read_ca_file(f);
	if (reason == REASON_OK)
		reason = read_proxy(f);
	return reason;
}

static enum reason
read_all(struct file *f)
{
	static const char *const sections[] = { "system", "authentication",
		"urls" };
	enum reason reason = REASON_OK;

	f->config->connection_timeout_s = TIMEOUT_DEFAULT_S;
	for (size_t i = 0; reason == REASON_OK && i < 3; i++)
		reason = check_section(f, sections[i]);
	if (reason == REASON_OK)
		reason = read_system(f);
	if (reason == REASON_OK)
		reason = read_credentials(f);
	if (reason == REASON_OK)
		reason = read_url(f);
	if (reason == REASON_OK)
		reason = check_groups(f);
	return reason;
}

enum reason
k9_config_read(const uint8_t *text, size_t len, struct k9_config *config,
    struct config_error *error)
{
	struct file f = { .config = config, .error = error };
	enum reason reason;

	memset(config, 0, sizeof(*config));
	reason = yaml_map_read(&f.map, text, len, error);
	if (reason == REASON_OK)
		reason = read_all(&f);
	yaml_map_free(&f.map);
	if (reason != REASON_OK)
		memset(config, 0, sizeof(*config));
	return reason;
}

bool
k9_config_plain_http(const struct k9_config *config)
{
	struct url url;

	return url_read(config->query_ssh_keys, strlen(config->query_ssh_keys),
	    &url) == NULL && !url.https && !url_is_loopback(&url);
}
