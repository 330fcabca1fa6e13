/*
 * The YAML of configuration files, through libyaml's events and no more of
 * the language than such files need: mappings of scalars, lists and
 * mappings. Anchors, aliases, tags, merge keys, several documents, keys that
 * are no scalars and keys that come twice are refused, each with its line.
 *
 * The files are ours or Key9's, owned by root or run_as; still nothing in
 * them may make this process slow, large or wrong.
 */
#ifndef PARSEPROC_YAML_MAP_H
#define PARSEPROC_YAML_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/config_error.h"

/* A k9.yaml is 2 deep; other programs' sections may be a little deeper. */
#define YAML_DEPTH_MAX 8
/*
 * A k9.yaml with every section has 30; a list of 3,000 names that may not
 * log in fills 64 KiB. Bounds the search for twins, too.
 */
#define YAML_NODES_MAX 4096

enum yaml_kind { YAML_IS_SCALAR, YAML_IS_MAP, YAML_IS_LIST };

struct yaml_node {
	enum yaml_kind kind;
	uint32_t line;   /* from 1; of a member, its value's */
	uint32_t parent; /* index of its map or list; the root's is its own */
	bool plain;      /* a scalar without quotes */
	/* Its name in the map above; NULL elsewhere. Both end in NUL ... */
	const char *key;
	size_t key_len;
	const char *text; /* a scalar's; NULL elsewhere. ... may have more. */
	size_t len;
};

/* A file that was read: nodes[0] is the root, a map. All zero: empty. */
struct yaml_map {
	struct yaml_node *nodes; /* in the file's order; owned */
	size_t nnodes;
	char *pool; /* what key and text point into; owned */
	size_t root; /* where paths begin: 0, or in a borrowed copy another map */
};

/*
 * Reads len bytes, which may be anything: REASON_OK and *map, to be given to
 * yaml_map_free(); otherwise CONFIG_SIZE, CONFIG_SYNTAX or MEMORY, *error
 * filled and *map all zero. A file without content is an empty map.
 */
enum reason yaml_map_read(struct yaml_map *map, const uint8_t *text,
    size_t len, struct config_error *error) MUST_CHECK;

void yaml_map_free(struct yaml_map *map);

/*
 * The node at a path of names with dots between, a constant of ours; NULL if
 * there is none.
 */
const struct yaml_node *yaml_map_find(const struct yaml_map *map,
    const char *path);

/*
 * The first node inside a map or list, and the one behind a node in the same
 * map or list; NULL if there is none.
 */
const struct yaml_node *yaml_map_first(const struct yaml_map *map,
    const struct yaml_node *parent);
const struct yaml_node *yaml_map_next(const struct yaml_map *map,
    const struct yaml_node *node);

#endif
