#include "parseproc/yaml_map.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "ipc/limits.h"
#include "parseproc/utf8.h"

/*
 * Scalars are no longer than their text, but for double-quoted escapes: the
 * worst makes three bytes of two (\L and \P). A NUL each for key and text.
 */
#define POOL_SIZE(len) (2 * (len) + 2 * YAML_NODES_MAX)

/* Everything that lives while a file is read. */
struct reading {
	struct yaml_map *map;
	struct config_error *error;
	size_t room;      /* of map->nodes */
	size_t pool_size; /* of map->pool */
	size_t pool_used;
	uint32_t open[YAML_DEPTH_MAX]; /* maps and lists around us */
	size_t depth;
	const char *key; /* in a map: the name that awaits its value */
	size_t key_len;
	bool document; /* one has begun */
};

static enum reason
refuse(struct reading *r, const yaml_event_t *event, const char *phrase)
{
	return config_error_set(r->error, REASON_CONFIG_SYNTAX,
	    (uint32_t)event->start_mark.line + 1, NULL, phrase);
}

static enum reason
no_memory(struct config_error *error)
{
	return config_error_set(error, REASON_MEMORY, 0, NULL,
	    "there was no memory to read the file");
}

/* Copies text into the pool, with a NUL behind it; NULL if it is full. */
static const char *
keep(struct reading *r, const void *text, size_t len)
{
	char *copy = r->map->pool + r->pool_used;

	if (r->pool_size - r->pool_used <= len)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	r->pool_used += len + 1;
	return copy;
}

/* The map or list that we are directly in; NULL at the root. */
static const struct yaml_node *
around(const struct reading *r)
{
	return r->depth > 0 ? &r->map->nodes[r->open[r->depth - 1]] : NULL;
}

/* Whether the next node is a key, not a value. */
static bool
at_key(const struct reading *r)
{
	const struct yaml_node *parent = around(r);

	return parent != NULL && parent->kind == YAML_IS_MAP && r->key == NULL;
}

/* Adds a node; its key is the one that waits. */
static enum reason
add_node(struct reading *r, const yaml_event_t *event, enum yaml_kind kind,
    struct yaml_node **added)
{
	struct yaml_node *node;

	*added = NULL;
	if (r->map->nnodes == r->room)
		return refuse(r, event, "is one entry too many for a "
		    "configuration file: shorten the file");
	node = &r->map->nodes[r->map->nnodes];
	node->kind = kind;
	node->line = (uint32_t)event->start_mark.line + 1;
	node->parent = r->depth > 0 ? r->open[r->depth - 1] : 0;
	node->key = r->key;
	node->key_len = r->key_len;
	r->key = NULL;
	r->key_len = 0;
	r->map->nnodes++;
	*added = node;
	return REASON_OK;
}

/* Opens a map or list. */
static enum reason
open_node(struct reading *r, const yaml_event_t *event, enum yaml_kind kind)
{
	struct yaml_node *node;
	enum reason reason;

	if (at_key(r))
		return refuse(r, event, "a key must be a simple name: "
		    "put quotes around braces and brackets");
	if (r->depth == 0 && kind != YAML_IS_MAP)
		return refuse(r, event, "the file must consist of lines like "
		    "name: value, not of a list");
	if (r->depth == YAML_DEPTH_MAX)
		return refuse(r, event, "nested too deeply: remove a level");
	reason = add_node(r, event, kind, &node);
	if (reason == REASON_OK)
		r->open[r->depth++] = (uint32_t)(r->map->nnodes - 1);
	return reason;
}

/* Whether the map that we are in has a member of that name. */
static bool
has_member(const struct reading *r, const void *name, size_t len)
{
	uint32_t parent = r->open[r->depth - 1];

	for (size_t i = (size_t)parent + 1; i < r->map->nnodes; i++) {
		const struct yaml_node *node = &r->map->nodes[i];

		if (node->parent == parent && node->key_len == len &&
		    memcmp(node->key, name, len) == 0)
			return true;
	}
	return false;
}

static enum reason
take_key(struct reading *r, const yaml_event_t *event)
{
	const yaml_char_t *name = event->data.scalar.value;
	size_t len = event->data.scalar.length;

	if (len == 2 && memcmp(name, "<<", 2) == 0)
		return refuse(r, event, "merge keys (<<) are not supported: "
		    "write the values out");
	if (has_member(r, name, len))
		return refuse(r, event, "this key stands twice in its "
		    "section: remove one");
	r->key = keep(r, name, len);
	r->key_len = len;
	return r->key != NULL ? REASON_OK : no_memory(r->error);
}

static enum reason
take_scalar(struct reading *r, const yaml_event_t *event)
{
	const yaml_char_t *text = event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct yaml_node *node;
	enum reason reason;

	if (at_key(r))
		return take_key(r, event);
	if (r->depth == 0 && len == 0) /* a document without content */
		return REASON_OK;
	if (r->depth == 0)
		return refuse(r, event, "the file must consist of lines like "
		    "name: value");
	reason = add_node(r, event, YAML_IS_SCALAR, &node);
	if (reason != REASON_OK)
		return reason;
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = keep(r, text, len);
	node->len = len;
	return node->text != NULL ? REASON_OK : no_memory(r->error);
}

/* What can hang on any node and is refused on every one. */
static enum reason
check_properties(struct reading *r, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	}
	if (anchor != NULL)
		return refuse(r, event, "anchors (&name) are not supported: "
		    "write the value out, or put quotes around it");
	if (tag != NULL)
		return refuse(r, event, "tags (!name) are not supported: "
		    "remove it, or put quotes around the value");
	return REASON_OK;
}

/* One event of libyaml's. */
static enum reason
take_event(struct reading *r, const yaml_event_t *event)
{
	enum reason reason = check_properties(r, event);

	if (reason != REASON_OK)
		return reason;
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (r->document)
			return refuse(r, event, "a second document begins "
			    "here: remove it, with its ---");
		r->document = true;
		return REASON_OK;
	case YAML_ALIAS_EVENT:
		return refuse(r, event, "aliases (*name) are not supported: "
		    "write the value out, or put quotes around it");
	case YAML_SCALAR_EVENT:
		return take_scalar(r, event);
	case YAML_MAPPING_START_EVENT:
		return open_node(r, event, YAML_IS_MAP);
	case YAML_SEQUENCE_START_EVENT:
		return open_node(r, event, YAML_IS_LIST);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		return REASON_OK;
	default: /* begin and end of the stream, end of the document */
		return REASON_OK;
	}
}

/* The line that the byte at an offset stands in. */
static uint32_t
line_of(const uint8_t *text, size_t offset)
{
	uint32_t line = 1;

	for (size_t i = 0; i < offset; i++)
		if (text[i] == '\n')
			line++;
	return line;
}

/* libyaml gave up: its own words, which are constants, and the line. */
static enum reason
parser_failed(struct reading *r, const yaml_parser_t *parser,
    const uint8_t *text)
{
	const char *problem = parser->problem;

	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(r->error);
	if (parser->error == YAML_READER_ERROR)
		return config_error_set(r->error, REASON_CONFIG_SYNTAX,
		    line_of(text, parser->problem_offset), NULL,
		    "there is a control character on this line: remove it");
	return config_error_set(r->error, REASON_CONFIG_SYNTAX,
	    (uint32_t)parser->problem_mark.line + 1,
	    problem != NULL ? problem : "this is not YAML",
	    "(check indentation, colons and quotes here and just above)");
}

/* All events, until one is refused or the stream ends. */
static enum reason
take_events(struct reading *r, yaml_parser_t *parser, const uint8_t *text)
{
	enum reason reason = REASON_OK;
	bool ended = false;

	while (reason == REASON_OK && !ended) {
		yaml_event_t event;

		if (yaml_parser_parse(parser, &event) != 1)
			return parser_failed(r, parser, text);
		ended = event.type == YAML_STREAM_END_EVENT;
		reason = take_event(r, &event);
		yaml_event_delete(&event);
	}
	return reason;
}

/* Reads the text, whose size and encoding have been checked. */
static enum reason
read_text(struct reading *r, const uint8_t *text, size_t len)
{
	yaml_parser_t parser;
	enum reason reason;

	/* No file has more nodes than bytes; and there is always a root. */
	r->room = len < YAML_NODES_MAX ? len + 1 : YAML_NODES_MAX;
	r->pool_size = POOL_SIZE(len);
	r->map->nodes = calloc(r->room, sizeof(r->map->nodes[0]));
	r->map->pool = malloc(r->pool_size);
	if (r->map->nodes == NULL || r->map->pool == NULL ||
	    yaml_parser_initialize(&parser) != 1)
		return no_memory(r->error);
	yaml_parser_set_input_string(&parser, len > 0 ? text :
	    (const uint8_t *)"", len);
	reason = take_events(r, &parser, text);
	yaml_parser_delete(&parser);
	if (reason == REASON_OK && r->map->nnodes == 0) {
		r->map->nodes[0].kind = YAML_IS_MAP;
		r->map->nodes[0].line = 1;
		r->map->nnodes = 1;
	}
	return reason;
}

/* Whether the text is UTF-8; *offset is where it stops being so. */
static bool
is_utf8(const uint8_t *text, size_t len, size_t *offset)
{
	size_t n = 1;

	for (*offset = 0; *offset < len && n > 0; *offset += n)
		n = utf8_char_len(text + *offset, len - *offset);
	return n > 0;
}

enum reason
yaml_map_read(struct yaml_map *map, const uint8_t *text, size_t len,
    struct config_error *error)
{
	struct reading r = { .map = map, .error = error };
	enum reason reason;
	size_t offset;

	memset(map, 0, sizeof(*map));
	memset(error, 0, sizeof(*error));
	if (len > CONFIG_FILE_MAX)
		return config_error_set(error, REASON_CONFIG_SIZE, 0, NULL,
		    "the file is larger than 64 KiB: shorten it");
	/* libyaml would take UTF-16 too, whose byte order marks end here. */
	if (!is_utf8(text, len, &offset))
		return config_error_set(error, REASON_CONFIG_SYNTAX,
		    line_of(text, offset), NULL,
		    "the file is not UTF-8: save it in that encoding");
	reason = read_text(&r, text, len);
	if (reason != REASON_OK)
		yaml_map_free(map);
	return reason;
}

void
yaml_map_free(struct yaml_map *map)
{
	free(map->nodes);
	free(map->pool);
	memset(map, 0, sizeof(*map));
}

const struct yaml_node *
yaml_map_first(const struct yaml_map *map, const struct yaml_node *parent)
{
	size_t i = (size_t)(parent - map->nodes) + 1;

	/* What is inside a node stands directly behind it. */
	if (i == map->nnodes ||
	    map->nodes[i].parent != (uint32_t)(parent - map->nodes))
		return NULL;
	return &map->nodes[i];
}

const struct yaml_node *
yaml_map_next(const struct yaml_map *map, const struct yaml_node *node)
{
	for (size_t i = (size_t)(node - map->nodes) + 1; i < map->nnodes; i++)
		if (map->nodes[i].parent == node->parent)
			return &map->nodes[i];
	return NULL;
}

/* The member of a map by its name of n bytes. */
static const struct yaml_node *
member(const struct yaml_map *map, const struct yaml_node *parent,
    const char *name, size_t n)
{
	const struct yaml_node *node;

	if (parent->kind != YAML_IS_MAP)
		return NULL;
	node = yaml_map_first(map, parent);
	while (node != NULL &&
	    (node->key_len != n || memcmp(node->key, name, n) != 0))
		node = yaml_map_next(map, node);
	return node;
}

const struct yaml_node *
yaml_map_find(const struct yaml_map *map, const char *path)
{
	const struct yaml_node *node = map->nodes + map->root;

	while (node != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		node = member(map, node, path, n);
		path += n;
		if (*path == '.')
			path++;
	}
	return node;
}
