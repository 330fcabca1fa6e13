#include "parseproc/sources_config.h"

#include <string.h>

#include "parseproc/config_value.h"

static const char *const names[] = {
	[IPC_SOURCE_OPENPUBKEY] = "openpubkey",
	[IPC_SOURCE_KEY9] = "key9",
	[IPC_SOURCE_CHAIN] = "chain",
};

/* A source while it is read: paths begin in its own entry. */
struct entry {
	struct yaml_map map; /* borrowed */
	const struct yaml_node *node;
	struct source_config *source;
	struct config_error *error;
};

static const struct yaml_node *
find(const struct entry *e, const char *key)
{
	return yaml_map_find(&e->map, key);
}

static enum reason
bad_value(const struct entry *e, const char *key, const char *phrase)
{
	const struct yaml_node *node = find(e, key);

	return config_error_set(e->error, REASON_CONFIG_VALUE,
	    node != NULL ? node->line : e->node->line, key, phrase);
}

static enum reason
read_name(const struct entry *e)
{
	static const struct config_key key = { "source",
		"is missing: openpubkey, key9 or chain" };
	char word[16];
	enum reason reason = config_word(&e->map, key, word, sizeof(word),
	    e->error);

	if (reason != REASON_OK)
		return reason;
	for (unsigned i = 0; i < IPC_SOURCE_COUNT; i++)
		if (strcmp(word, names[i]) == 0) {
			e->source->source = (enum ipc_source)i;
			return REASON_OK;
		}
	return bad_value(e, key.path, "must be openpubkey, key9 or chain");
}

static enum reason
read_on_error(const struct entry *e)
{
	static const struct config_key key = { "on_error", NULL };
	char word[16];
	enum reason reason = config_word(&e->map, key, word, sizeof(word),
	    e->error);

	if (reason != REASON_OK)
		return reason;
	e->source->stop = strcmp(word, "stop") == 0;
	if (e->source->stop || word[0] == '\0' || strcmp(word, "continue") == 0)
		return REASON_OK;
	return bad_value(e, key.path, "must be continue or stop");
}

/* Each of the list is one option, as it would stand before a key. */
static enum reason
read_options(const struct entry *e)
{
	static const char key[] = "options";
	const struct yaml_node *list = find(e, key), *node;

	if (list == NULL)
		return REASON_OK;
	if (list->kind != YAML_IS_LIST)
		return bad_value(e, key, "must be a list such as "
		    "[restrict, pty]");
	for (node = yaml_map_first(&e->map, list); node != NULL;
	    node = yaml_map_next(&e->map, node)) {
		struct span text = span_chars(node->text, node->len);

		if (node->kind != YAML_IS_SCALAR || !line_options_read(&text,
		    false, &e->source->options) || text.len > 0)
			return config_error_set(e->error, REASON_CONFIG_VALUE,
			    node->line, key, "has one that is not of "
			    "authorized_keys, comes twice, is too long or "
			    "wants quotes: restrict, 'from=\"10.0.0.0/8\"', "
			    "'command=\"...\"'");
	}
	return REASON_OK;
}

/* Words with blanks between, as in sshd_config. */
static enum reason
read_command(const struct entry *e)
{
	static const struct config_key key = { "command",
		"is missing: the path of a program, and its words" };
	struct source_config *source = e->source;
	const struct yaml_node *node;
	enum reason reason = config_scalar(&e->map, key, &node, e->error);

	if (reason != REASON_OK)
		return reason;
	if (node->text[0] != '/')
		return bad_value(e, key.path, "must begin with a path from / "
		    "on");
	if (node->len > PATH_LEN_MAX)
		return bad_value(e, key.path, "is too long");
	for (size_t i = 0; i < node->len; i++) {
		char c = node->text[i];

		if (c < 0x20 || c > 0x7e || strchr("\"'\\", c) != NULL)
			return bad_value(e, key.path, "may have no quotes, "
			    "backslashes and characters that are not ASCII: "
			    "put them into a script");
		if (c != ' ')
			source->words[source->words_len++] = c;
		else if (source->words[source->words_len - 1] != '\0')
			source->words[source->words_len++] = '\0';
	}
	if (source->words[source->words_len - 1] != '\0')
		source->words[source->words_len++] = '\0';
	return REASON_OK;
}

static enum reason
read_chain(const struct entry *e)
{
	static const struct config_key user = { "user",
		"is missing: the user to run it as, who should have no "
		"other job" };
	static const struct config_key authority = { "cert_authority", NULL };
	struct source_config *source = e->source;
	enum reason reason = read_command(e);

	if (reason == REASON_OK)
		reason = config_word(&e->map, user, source->run_as,
		    sizeof(source->run_as), e->error);
	if (reason == REASON_OK)
		reason = config_bool(&e->map, authority,
		    &source->cert_authority, e->error);
	return reason;
}

/*
 * Every name must be one that this source has, with a value behind it: whoever
 * wrote require_email_verified and no more meant something by it.
 */
static enum reason
check_names(const struct entry *e)
{
	static const struct {
		const char *name;
		int only; /* of a source; -1: of all */
	} keys[] = {
		{ "source", -1 }, { "enable", -1 }, { "deadline", -1 },
		{ "on_error", -1 }, { "options", -1 },
		{ "require_email_verified", IPC_SOURCE_OPENPUBKEY },
		{ "command", IPC_SOURCE_CHAIN }, { "user", IPC_SOURCE_CHAIN },
		{ "cert_authority", IPC_SOURCE_CHAIN },
	};
	const struct yaml_node *node = yaml_map_first(&e->map, e->node);
	enum reason reason = REASON_OK;

	for (; reason == REASON_OK && node != NULL;
	    node = yaml_map_next(&e->map, node)) {
		struct config_key key = { NULL, "has no value: give it one, "
			"or remove it" };
		const struct yaml_node *value;

		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (span_is(span_chars(node->key, node->key_len),
			    keys[i].name) && (keys[i].only == -1 ||
			    keys[i].only == (int)e->source->source))
				key.path = keys[i].name;
		if (key.path == NULL)
			return config_error_set(e->error, REASON_CONFIG_VALUE,
			    node->line, NULL, "unknown key of this source: "
			    "remove it, or see sallyport.yaml(5)");
		if (node->kind == YAML_IS_SCALAR)
			reason = config_scalar(&e->map, key, &value, e->error);
	}
	return reason;
}

static enum reason
read_entry(const struct entry *e, bool *enabled)
{
	static const struct config_key enable = { "enable", NULL };
	static const struct config_key deadline = { "deadline", NULL };
	static const struct config_key verified = { "require_email_verified",
		NULL };
	struct source_config *source = e->source;
	enum reason reason = read_name(e);

	*enabled = true;
	if (reason == REASON_OK)
		reason = check_names(e);
	if (reason == REASON_OK)
		reason = config_bool(&e->map, enable, enabled, e->error);
	if (reason == REASON_OK)
		reason = config_deadline(&e->map, deadline,
		    &source->deadline_s, e->error);
	if (reason == REASON_OK)
		reason = read_on_error(e);
	if (reason == REASON_OK)
		reason = read_options(e);
	if (reason == REASON_OK)
		reason = config_bool(&e->map, verified,
		    &source->require_email_verified, e->error);
	if (reason == REASON_OK && source->source == IPC_SOURCE_CHAIN)
		reason = read_chain(e);
	return reason;
}

enum reason
sources_config_read(const struct yaml_map *map, const char *path,
    uint32_t deadline_s, struct sources_config *sources,
    struct config_error *error)
{
	struct source_config source;
	struct entry e = { .map = *map, .source = &source, .error = error };
	const struct yaml_node *list = yaml_map_find(map, path);
	enum reason reason = REASON_OK;
	uint32_t seen = 0;
	bool enabled;

	if (list == NULL)
		return REASON_OK;
	if (list->kind != YAML_IS_LIST)
		return config_error_set(error, REASON_CONFIG_VALUE,
		    list->line, path, "must be a list: each begins with "
		    "\"- source:\" on a line of its own");
	for (e.node = yaml_map_first(map, list); e.node != NULL;
	    e.node = yaml_map_next(map, e.node)) {
		if (e.node->kind != YAML_IS_MAP)
			return config_error_set(error, REASON_CONFIG_VALUE,
			    e.node->line, path, "has an entry that does not "
			    "begin with \"- source:\"");
		memset(&source, 0, sizeof(source));
		source.deadline_s = deadline_s;
		e.map.root = (size_t)(e.node - map->nodes);
		if ((reason = read_entry(&e, &enabled)) != REASON_OK) {
			/* What is missing is missing in this entry. */
			if (error->line == 0)
				error->line = e.node->line;
			return reason;
		}
		if ((seen & 1U << source.source) != 0)
			return bad_value(&e, "source", "comes twice: remove "
			    "one");
		seen |= 1U << source.source;
		if (enabled)
			sources->list[sources->n++] = source;
	}
	return REASON_OK;
}

const struct source_config *
sources_config_find(const struct sources_config *sources,
    enum ipc_source source)
{
	for (size_t i = 0; i < sources->n; i++)
		if (sources->list[i].source == source)
			return &sources->list[i];
	return NULL;
}
