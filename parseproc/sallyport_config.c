#include "parseproc/sallyport_config.h"

#include <string.h>

#include "parseproc/config_value.h"
#include "parseproc/yaml_map.h"

static const struct config_key stale_max = { "stale_max", NULL };
static const struct config_key preload_max = { "preload_max", NULL };
static const struct config_key home_policy = { "home_policy", NULL };
static const struct config_key expiry_time = { "expiry_time", NULL };
static const struct config_key deadline = { "deadline", NULL };
static const struct config_key deny_status = { "deny_status", NULL };
static const struct config_key log_json = { "log_json", NULL };
static const struct config_key sources = { "sources", NULL };

static const struct config_key *const keys[] = { &stale_max, &preload_max,
	&home_policy, &expiry_time, &deadline, &deny_status, &log_json,
	&sources };

static bool
is_known(const struct yaml_node *node)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (node->key_len == strlen(keys[i]->path) &&
		    memcmp(node->key, keys[i]->path, node->key_len) == 0)
			return true;
	return false;
}

/* Every name in the file must be one that we know. */
static enum reason
check_names(const struct yaml_map *map, struct config_error *error)
{
	const struct yaml_node *node = yaml_map_first(map, map->nodes);

	for (; node != NULL; node = yaml_map_next(map, node))
		if (!is_known(node))
			return config_error_set(error, REASON_CONFIG_VALUE,
			    node->line, NULL, "unknown key: remove it, or "
			    "correct it to stale_max, preload_max, "
			    "home_policy, expiry_time, deadline, "
			    "deny_status, log_json or sources");
	return REASON_OK;
}

static enum reason
read_all(const struct yaml_map *map, struct sallyport_config *config,
    struct config_error *error)
{
	enum reason reason = check_names(map, error);

	if (reason == REASON_OK)
		reason = config_duration(map, stale_max, STALE_MAX_MAX_S,
		    "must be 0 (off) or a time such as 90m, 24h or 7d, at "
		    "most 30d", &config->stale_max_s, error);
	if (reason == REASON_OK)
		reason = config_duration(map, preload_max, PRELOAD_MAX_MAX_S,
		    "must be 0 (off) or a time such as 12h or 30d, at most "
		    "366d", &config->preload_max_s, error);
	if (reason == REASON_OK)
		reason = config_bool(map, home_policy, &config->home_policy,
		    error);
	if (reason == REASON_OK)
		reason = config_bool(map, expiry_time, &config->expiry_time,
		    error);
	if (reason == REASON_OK)
		reason = config_deadline(map, deadline, &config->deadline_s,
		    error);
	if (reason == REASON_OK)
		reason = config_number(map, deny_status, 0, DENY_STATUS_MAX,
		    "must be a whole number, 0 to 255", &config->deny_status,
		    error);
	if (reason == REASON_OK)
		reason = config_bool(map, log_json, &config->log_json, error);
	if (reason == REASON_OK)
		reason = sources_config_read(map, sources.path,
		    config->deadline_s, &config->sources, error);
	return reason;
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
	config->preload_max_s = PRELOAD_MAX_DEFAULT_S;
	config->home_policy = true;
	config->deadline_s = DEADLINE_DEFAULT_S;
	reason = read_all(&map, config, error);
	yaml_map_free(&map);
	if (reason != REASON_OK)
		memset(config, 0, sizeof(*config));
	return reason;
}
