/*
 * The sources of `authorize`, in sallyport.yaml: which, in what order, and
 * what is added to their lines.
 */
#ifndef PARSEPROC_SOURCES_CONFIG_H
#define PARSEPROC_SOURCES_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/message.h"
#include "ipc/reason.h"
#include "parseproc/config_error.h"
#include "parseproc/line_options.h"
#include "parseproc/yaml_map.h"

struct source_config {
	enum ipc_source source;
	bool stop; /* if it fails, none counts */
	uint32_t deadline_s; /* 1 to DEADLINE_MAX_S */
	struct line_options options; /* added to each line */
	bool require_email_verified; /* openpubkey's */
	/* chain's: a NUL behind each word, of which the first is a path */
	char words[PATH_LEN_MAX + 2];
	size_t words_len;
	char run_as[USER_NAME_MAX + 1];
	bool cert_authority; /* whether its lines may name one */
};

/* Those that are enabled, in order; each at most once. */
struct sources_config {
	struct source_config list[IPC_SOURCE_COUNT];
	size_t n;
};

/*
 * Reads the list at that path, a constant of ours; none if it is absent.
 * deadline_s: of those that do not say. As sallyport_config_read().
 */
enum reason sources_config_read(const struct yaml_map *map, const char *path,
    uint32_t deadline_s, struct sources_config *sources,
    struct config_error *error) MUST_CHECK;

/* The source if it is enabled, or NULL. */
const struct source_config *sources_config_find(
    const struct sources_config *sources, enum ipc_source source);

#endif
