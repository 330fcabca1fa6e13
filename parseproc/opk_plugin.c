#include "parseproc/opk_plugin.h"

#include <string.h>

#include "parseproc/config_value.h"
#include "parseproc/opk_lines.h"
#include "parseproc/utf8.h"
#include "parseproc/yaml_map.h"

static const struct config_key name = { "name",
	"is missing: add one, for the log" };
static const struct config_key command = { "command",
	"is missing: add the path of a program, and its arguments" };

/* What the readers of single keys share. */
struct file {
	const uint8_t *text;
	size_t len;
	struct yaml_map map;
	struct opk_plugin *plugin;
	struct config_error *error;
};

static enum reason
bad_value(struct file *f, const struct yaml_node *node, struct config_key key,
    const char *phrase)
{
	return config_error_set(f->error, REASON_CONFIG_VALUE, node->line,
	    key.path, phrase);
}

static enum reason
read_name(struct file *f)
{
	const struct yaml_node *node;
	enum reason reason = config_scalar(&f->map, name, &node, f->error);
	char *out = f->plugin->name;

	if (reason != REASON_OK)
		return reason;
	out[utf8_to_ascii((const uint8_t *)node->text, node->len, out,
	    OPK_PLUGIN_NAME_MAX)] = '\0';
	return REASON_OK;
}

/* Appends one word, given raw: NULL, or what is wrong with it. */
static const char *
add_word(struct opk_plugin *plugin, struct span word)
{
	uint8_t buf[OPK_PLUGIN_COMMAND_MAX];
	struct span text = opk_word_text(word, buf);

	if (plugin->nwords == OPK_PLUGIN_WORDS_MAX)
		return "has more than 32 words: shorten it";
	/* No overflow: all words are no longer than the command. */
	memcpy(plugin->words + plugin->words_len, text.p, text.len);
	plugin->words_len += text.len;
	plugin->words[plugin->words_len++] = '\0';
	plugin->nwords++;
	return NULL;
}

/* The command, as the file has it: NULL, or what is wrong with it. */
static const char *
split(struct opk_plugin *plugin, struct span rest)
{
	const char *problem = NULL;
	struct span word;

	if (rest.len > OPK_PLUGIN_COMMAND_MAX)
		return "is too long: shorten it";
	for (size_t i = 0; i < rest.len; i++)
		if ((rest.p[i] < 0x20 && rest.p[i] != '\t' &&
		    rest.p[i] != '\n') || rest.p[i] == 0x7f)
			return "has a control character: remove it";
	while (problem == NULL) {
		problem = opk_word_cut(&rest, &word);
		if (problem == NULL && word.p == NULL)
			break;
		if (problem == NULL)
			problem = add_word(plugin, word);
	}
	return problem;
}

/* Whether a part of the path is empty, "." or "..". */
static bool
has_detour(const char *path)
{
	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		if (n == 0 || (n == 1 && path[0] == '.') ||
		    (n == 2 && path[0] == '.' && path[1] == '.'))
			return true;
		path += n;
	}
	return false;
}

/* NULL, or what is wrong with the program's path. */
static const char *
check_path(const struct file *f)
{
	const char *path = f->plugin->words;

	if (f->plugin->nwords == 0)
		return "must begin with the path of a program";
	if (path[0] != '/')
		return "must begin with a path from / on: nothing is searched";
	if (has_detour(path))
		return "has a path with //, /. or /.. in it: write it plainly";
	if (memmem(f->text, f->len, path, strlen(path)) == NULL)
		return "has a path with back slashes or escapes: write it "
		    "plainly";
	return NULL;
}

static enum reason
read_command(struct file *f)
{
	const struct yaml_node *node;
	enum reason reason = config_scalar(&f->map, command, &node, f->error);
	const char *problem;

	if (reason != REASON_OK)
		return reason;
	problem = split(f->plugin, span_chars(node->text, node->len));
	if (problem == NULL)
		problem = check_path(f);
	return problem == NULL ? REASON_OK :
	    bad_value(f, node, command, problem);
}

enum reason
opk_plugin_read(const uint8_t *text, size_t len, struct opk_plugin *plugin,
    struct config_error *error)
{
	struct file f = { .text = text, .len = len, .plugin = plugin,
		.error = error };
	enum reason reason;

	memset(plugin, 0, sizeof(*plugin));
	reason = yaml_map_read(&f.map, text, len, error);
	if (reason == REASON_OK)
		reason = read_name(&f);
	if (reason == REASON_OK)
		reason = read_command(&f);
	yaml_map_free(&f.map);
	if (reason != REASON_OK)
		memset(plugin, 0, sizeof(*plugin));
	return reason;
}
