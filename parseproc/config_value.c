#include "parseproc/config_value.h"

#include <string.h>

#include "ipc/limits.h"

/* YAML 1.1's null: nothing, ~ or the word, without quotes. */
static bool
is_null(const struct yaml_node *node)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (!node->plain)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (node->len == strlen(words[i]) &&
		    memcmp(node->text, words[i], node->len) == 0)
			return true;
	return false;
}

enum reason
config_scalar(const struct yaml_map *map, struct config_key key,
    const struct yaml_node **node, struct config_error *error)
{
	const struct yaml_node *found = yaml_map_find(map, key.path);
	const char *remedy = key.remedy;

	*node = NULL;
	if (found != NULL && found->kind != YAML_IS_SCALAR)
		return config_error_set(error, REASON_CONFIG_VALUE,
		    found->line, key.path,
		    "must be a single value: put it on the key's own line");
	if (found != NULL && found->len > 0 && !is_null(found)) {
		*node = found;
		return REASON_OK;
	}
	if (remedy == NULL)
		return REASON_OK;
	return config_error_set(error, REASON_CONFIG_VALUE,
	    found != NULL ? found->line : 0, key.path, remedy);
}

enum reason
config_word(const struct yaml_map *map, struct config_key key, char *out,
    size_t size, struct config_error *error)
{
	const struct yaml_node *node;
	enum reason reason = config_scalar(map, key, &node, error);

	memset(out, 0, size);
	if (reason != REASON_OK || node == NULL)
		return reason;
	if (node->len >= size)
		return config_error_set(error, REASON_CONFIG_VALUE, node->line,
		    key.path, "is too long: shorten it");
	for (size_t i = 0; i < node->len; i++)
		if (node->text[i] < 0x21 || node->text[i] > 0x7e)
			return config_error_set(error, REASON_CONFIG_VALUE,
			    node->line, key.path, "has white space or a "
			    "character that is not ASCII: remove it");
	memcpy(out, node->text, node->len);
	return REASON_OK;
}

static bool
is_word(const struct yaml_node *node, const char *word)
{
	return node->plain && node->len == strlen(word) &&
	    memcmp(node->text, word, node->len) == 0;
}

enum reason
config_bool(const struct yaml_map *map, struct config_key key, bool *value,
    struct config_error *error)
{
	const struct yaml_node *node;
	enum reason reason = config_scalar(map, key, &node, error);

	if (reason != REASON_OK || node == NULL)
		return reason;
	if (!is_word(node, "true") && !is_word(node, "false"))
		return config_error_set(error, REASON_CONFIG_VALUE, node->line,
		    key.path, "must be true or false, without quotes");
	*value = is_word(node, "true");
	return REASON_OK;
}

/*
 * The decimal digits at the start of text: their value, at most UINT32_MAX
 * (which is more than any max here), and how many there are.
 */
static size_t
read_digits(const char *text, size_t len, uint64_t *value)
{
	size_t n = 0;

	*value = 0;
	while (n < len && text[n] >= '0' && text[n] <= '9') {
		*value = *value * 10 + (uint64_t)(text[n++] - '0');
		if (*value > UINT32_MAX)
			*value = UINT32_MAX;
	}
	return n;
}

enum reason
config_number(const struct yaml_map *map, struct config_key key, uint32_t min,
    uint32_t max, const char *range, uint32_t *value,
    struct config_error *error)
{
	const struct yaml_node *node;
	enum reason reason = config_scalar(map, key, &node, error);
	uint64_t number;

	if (reason != REASON_OK || node == NULL)
		return reason;
	if (read_digits(node->text, node->len, &number) != node->len ||
	    number < min || number > max)
		return config_error_set(error, REASON_CONFIG_VALUE, node->line,
		    key.path, range);
	*value = (uint32_t)number;
	return REASON_OK;
}

/* Seconds in a unit, which is all that is left of the text; 0 if unknown. */
static uint32_t
unit_seconds(const char *unit, size_t len)
{
	if (len == 0)
		return 1;
	if (len > 1)
		return 0;
	switch (unit[0]) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 24 * 3600;
	default:
		return 0;
	}
}

enum reason
config_duration(const struct yaml_map *map, struct config_key key,
    uint32_t max, const char *range, uint32_t *value,
    struct config_error *error)
{
	const struct yaml_node *node;
	enum reason reason = config_scalar(map, key, &node, error);
	uint64_t number;
	uint32_t unit;
	size_t n;

	if (reason != REASON_OK || node == NULL)
		return reason;
	n = read_digits(node->text, node->len, &number);
	unit = unit_seconds(node->text + n, node->len - n);
	/* No overflow: both factors are below 2^32. */
	if (n == 0 || unit == 0 || number * unit > max)
		return config_error_set(error, REASON_CONFIG_VALUE, node->line,
		    key.path, range);
	*value = (uint32_t)(number * unit);
	return REASON_OK;
}

enum reason
config_deadline(const struct yaml_map *map, struct config_key key,
    uint32_t *value, struct config_error *error)
{
	static const char range[] = "must be a time of 1s to 30s";
	enum reason reason = config_duration(map, key, DEADLINE_MAX_S, range,
	    value, error);
	const struct yaml_node *node;

	if (reason != REASON_OK || *value > 0)
		return reason;
	node = yaml_map_find(map, key.path);
	return config_error_set(error, REASON_CONFIG_VALUE,
	    node != NULL ? node->line : 0, key.path, range);
}
