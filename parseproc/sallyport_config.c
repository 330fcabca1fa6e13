#include "parseproc/sallyport_config.h"

#include <string.h>

#include "parseproc/config_value.h"
#include "parseproc/yaml_map.h"

static const struct config_key stale_max = { "stale_max", NULL };

/* Every name in the file must be one that we know. */
static enum reason
check_names(const struct yaml_map *map, struct config_error *error)
{
	const struct yaml_node *node = yaml_map_first(map, map->nodes);

	for (; node != NULL; node = yaml_map_next(map, node))
		if (node->key_len != strlen(stale_max.path) ||
		    memcmp(node->key, stale_max.path, node->key_len) != 0)
			return config_error_set(error, REASON_CONFIG_VALUE,
			    node->line, NULL, "unknown key: remove it, or "
			    "correct it to stale_max");
	return REASON_OK;
}

enum reason
sallyport_config_read(const uint8_t *text, size_t len,
    struct sallyport_config *config, struct config_error *error)
{
	struct yaml_map map;
	enum reason reason;

	memset(config, 0, sizeof(*config));
	reason = yaml_map_read(&map, text, len, error);
	if (reason != REASON_OK)
		return reason;
	config->stale_max_s = STALE_MAX_DEFAULT_S;
	reason = check_names(&map, error);
	if (reason == REASON_OK)
		reason = config_duration(&map, stale_max, STALE_MAX_MAX_S,
		    "must be 0 (off) or a time such as 90m, 24h or 7d, at "
		    "most 30d", &config->stale_max_s, error);
	yaml_map_free(&map);
	if (reason != REASON_OK)
		memset(config, 0, sizeof(*config));
	return reason;
}
