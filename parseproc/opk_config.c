#include "parseproc/opk_config.h"

#include <string.h>

#include "parseproc/folded.h"
#include "parseproc/no_proxy.h"
#include "parseproc/utf8.h"

/* What the readers of single keys share. */
struct file {
	struct opk_config *config;
	struct config_error *error;
};

static enum reason
bad_value(struct file *f, const struct yaml_node *node, const char *key,
    const char *phrase)
{
	return config_error_set(f->error, REASON_CONFIG_VALUE, node->line, key,
	    phrase);
}

static struct span
key_of(const struct yaml_node *node)
{
	return span_chars(node->key, node->key_len);
}

static struct span
text_of(const struct yaml_node *node)
{
	return span_chars(node->text, node->len);
}

/* Takes a note of a setting that we do not know. */
static void
ignore(struct opk_config *config, const struct yaml_node *node)
{
	if (config->nignored < OPK_IGNORED_MAX) {
		struct opk_ignored *ignored =
		    &config->ignored[config->nignored];

		ignored->line = node->line;
		ignored->name[utf8_to_ascii((const uint8_t *)node->key,
		    node->key_len, ignored->name, OPK_IGNORED_NAME_MAX)] =
		    '\0';
	}
	config->nignored++;
}

/* Nothing, ~ or null, without quotes. */
static bool
is_nothing(const struct yaml_node *node)
{
	return node->kind == YAML_IS_SCALAR && (node->len == 0 ||
	    (node->plain && (span_is(text_of(node), "~") ||
	    span_is(text_of(node), "null"))));
}

/*
 * One entry of a deny list. What cannot be anybody's name would deny nobody,
 * although somebody was meant; hence it is an error.
 */
static enum reason
check_entry(struct file *f, const struct yaml_node *node, const char *key)
{
	if (node->kind != YAML_IS_SCALAR)
		return bad_value(f, node, key, "must be a list of names");
	if (is_nothing(node))
		return bad_value(f, node, key,
		    "has an empty entry: remove it or add the name");
	for (size_t i = 0; i < node->len; i++)
		if ((unsigned char)node->text[i] <= ' ' ||
		    node->text[i] == 0x7f)
			return bad_value(f, node, key, "has an entry with "
			    "white space: write one name on each line, "
			    "behind \"- \"");
	return REASON_OK;
}

/* A deny list: *list, or NULL if it is absent or empty. */
static enum reason
read_list(struct file *f, const struct yaml_node *node, const char *key,
    const struct yaml_node **list)
{
	const struct yaml_map *map = &f->config->map;
	const struct yaml_node *entry;
	enum reason reason = REASON_OK;

	if (is_nothing(node))
		return REASON_OK;
	if (node->kind != YAML_IS_LIST)
		return bad_value(f, node, key, "must be a list: each name on "
		    "its own line, behind \"- \"");
	*list = node;
	for (entry = yaml_map_first(map, node);
	    reason == REASON_OK && entry != NULL;
	    entry = yaml_map_next(map, entry))
		reason = check_entry(f, entry, key);
	return reason;
}

/* Copies a value without white space; false if it does not fit or has some. */
static bool
copy_word(struct span text, char *out, size_t size)
{
	if (text.len >= size)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] <= ' ' || text.p[i] == 0x7f)
			return false;
	memcpy(out, text.p, text.len);
	out[text.len] = '\0';
	return true;
}

/* A proxy, with or without http:// in front, as Go takes it. */
static enum reason
read_proxy(struct file *f, const struct yaml_node *node, const char *key,
    char out[static PROXY_MAX + 1])
{
	static const char scheme[] = "http://";
	struct span text = text_of(node);
	size_t n = memmem(text.p, text.len, "://", 3) == NULL ?
	    strlen(scheme) : 0;
	const char *problem;
	struct url url;

	memcpy(out, scheme, n);
	if (!copy_word(text, out + n, PROXY_MAX + 1 - n))
		problem = "has white space or is longer than 512 bytes";
	else
		problem = url_read(out, strlen(out), &url);
	if (problem == NULL && (url.https || url.port == 0 ||
	    url.path_len > 1))
		problem = "must have the form http://host:port";
	return problem == NULL ? REASON_OK : bad_value(f, node, key, problem);
}

/* A path from / on, or several with colons between if that is allowed. */
static enum reason
read_path(struct file *f, const struct yaml_node *node, const char *key,
    bool several, char out[static PATH_LEN_MAX + 1])
{
	struct span text = text_of(node);

	if (text.len > PATH_LEN_MAX)
		return bad_value(f, node, key, "is too long for a path");
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < 0x20 || text.p[i] == 0x7f)
			return bad_value(f, node, key,
			    "has a control character: remove it");
		if ((i == 0 || (several && text.p[i - 1] == ':')) &&
		    text.p[i] != '/')
			return bad_value(f, node, key,
			    "must be a path from / on");
	}
	memcpy(out, text.p, text.len);
	out[text.len] = '\0';
	return REASON_OK;
}

static enum reason
read_https_proxy(struct file *f, const struct yaml_node *node)
{
	return read_proxy(f, node, "env_vars.HTTPS_PROXY",
	    f->config->https_proxy);
}

static enum reason
read_http_proxy(struct file *f, const struct yaml_node *node)
{
	return read_proxy(f, node, "env_vars.HTTP_PROXY",
	    f->config->http_proxy);
}

static enum reason
read_no_proxy(struct file *f, const struct yaml_node *node)
{
	f->config->no_proxy = text_of(node);
	return REASON_OK;
}

static enum reason
read_ca_file(struct file *f, const struct yaml_node *node)
{
	return read_path(f, node, "env_vars.SSL_CERT_FILE", false,
	    f->config->ca_file);
}

static enum reason
read_ca_dir(struct file *f, const struct yaml_node *node)
{
	return read_path(f, node, "env_vars.SSL_CERT_DIR", true,
	    f->config->ca_dir);
}

/*
 * The variables that are ours. As in Go, of two spellings the upper-case one
 * counts: it is read last.
 */
static const struct {
	const char *name;
	enum reason (*read)(struct file *f, const struct yaml_node *node);
} variables[] = {
	{ "https_proxy", read_https_proxy },
	{ "http_proxy", read_http_proxy },
	{ "no_proxy", read_no_proxy },
	{ "HTTPS_PROXY", read_https_proxy },
	{ "HTTP_PROXY", read_http_proxy },
	{ "NO_PROXY", read_no_proxy },
	{ "SSL_CERT_FILE", read_ca_file },
	{ "SSL_CERT_DIR", read_ca_dir },
};
#define NVARIABLES (sizeof(variables) / sizeof(variables[0]))

/* Every variable has a single value; those that we do not know are noted. */
static enum reason
check_variables(struct file *f, const struct yaml_node *section)
{
	const struct yaml_map *map = &f->config->map;
	const struct yaml_node *node = yaml_map_first(map, section);

	for (; node != NULL; node = yaml_map_next(map, node)) {
		bool known = false;

		if (node->kind != YAML_IS_SCALAR)
			return bad_value(f, node, "env_vars",
			    "must have lines of the form NAME: value");
		for (size_t i = 0; i < NVARIABLES; i++)
			known |= span_is(key_of(node),
			    variables[i].name);
		if (!known)
			ignore(f->config, node);
	}
	return REASON_OK;
}

/* Reads one variable, if the section has it and it is not empty. */
static enum reason
read_variable(struct file *f, const struct yaml_node *section, size_t i)
{
	const struct yaml_map *map = &f->config->map;
	const struct yaml_node *node = yaml_map_first(map, section);

	for (; node != NULL; node = yaml_map_next(map, node))
		if (node->len > 0 && span_is(key_of(node),
		    variables[i].name))
			return variables[i].read(f, node);
	return REASON_OK;
}

static enum reason
read_variables(struct file *f, const struct yaml_node *section)
{
	enum reason reason;

	if (is_nothing(section))
		return REASON_OK;
	if (section->kind != YAML_IS_MAP)
		return bad_value(f, section, "env_vars",
		    "must be a section: its variables indented on the next "
		    "lines");
	reason = check_variables(f, section);
	for (size_t i = 0; reason == REASON_OK && i < NVARIABLES; i++)
		reason = read_variable(f, section, i);
	return reason;
}

/* Whether a key could be meant to deny something. */
static bool
may_deny(struct span key)
{
	for (size_t i = 0; i + 4 <= key.len; i++) {
		struct span four = { key.p + i, 4 };

		if (span_equal_nocase(four, span_of("deny")) ||
		    span_equal_nocase(four, span_of("deni")))
			return true;
	}
	return false;
}

static enum reason
read_key(struct file *f, const struct yaml_node *node)
{
	if (span_is(key_of(node), "deny_users"))
		return read_list(f, node, "deny_users",
		    &f->config->deny_users);
	if (span_is(key_of(node), "deny_emails"))
		return read_list(f, node, "deny_emails",
		    &f->config->deny_emails);
	if (span_is(key_of(node), "env_vars"))
		return read_variables(f, node);
	if (may_deny(key_of(node)))
		return bad_value(f, node, NULL, "unknown key: remove it, or "
		    "correct it to deny_users or deny_emails");
	ignore(f->config, node);
	return REASON_OK;
}

enum reason
opk_config_read(const uint8_t *text, size_t len, struct opk_config *config,
    struct config_error *error)
{
	struct file f = { .config = config, .error = error };
	const struct yaml_node *node;
	enum reason reason;

	memset(config, 0, sizeof(*config));
	reason = yaml_map_read(&config->map, text, len, error);
	if (reason != REASON_OK)
		return reason;
	for (node = yaml_map_first(&config->map, config->map.nodes);
	    reason == REASON_OK && node != NULL;
	    node = yaml_map_next(&config->map, node))
		reason = read_key(&f, node);
	config->usable = reason == REASON_OK;
	if (reason != REASON_OK)
		opk_config_free(config);
	return reason;
}

void
opk_config_free(struct opk_config *config)
{
	yaml_map_free(&config->map);
	memset(config, 0, sizeof(*config));
}

static bool
list_has(const struct opk_config *config, const struct yaml_node *list,
    struct span text)
{
	const struct yaml_node *entry;

	if (list == NULL || text.len == 0)
		return false;
	for (entry = yaml_map_first(&config->map, list); entry != NULL;
	    entry = yaml_map_next(&config->map, entry))
		if (folded_equal(text_of(entry), text))
			return true;
	return false;
}

bool
opk_config_denies_user(const struct opk_config *config, struct span name)
{
	return !config->usable || list_has(config, config->deny_users, name);
}

bool
opk_config_denies_email(const struct opk_config *config, struct span email)
{
	return !config->usable || list_has(config, config->deny_emails, email);
}

const char *
opk_config_proxy(const struct opk_config *config, const struct url *url)
{
	if (url_is_loopback(url) || no_proxy_has(config->no_proxy, url))
		return "";
	return url->https ? config->https_proxy : config->http_proxy;
}
