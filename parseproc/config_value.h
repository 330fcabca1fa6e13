/*
 * Single values of a configuration file, read with one set of rules and one
 * kind of error. Every function names the key by its full path ("a.b", a
 * constant of ours), returns REASON_OK or the reason why the file is
 * unusable, and then has filled *error.
 */
#ifndef PARSEPROC_CONFIG_VALUE_H
#define PARSEPROC_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/config_error.h"
#include "parseproc/yaml_map.h"

/* A key and, if it must be there, what to do when it is not. */
struct config_key {
	const char *path;
	const char *remedy; /* NULL: it may be absent */
};

/*
 * The scalar at the key: *node; NULL if it may be absent and is, or if its
 * value is null or empty and it may be absent. CONFIG_VALUE if it must be
 * there, or is a map or list.
 */
enum reason config_scalar(const struct yaml_map *map, struct config_key key,
    const struct yaml_node **node, struct config_error *error) MUST_CHECK;

/*
 * A text copied to out, which has room for size characters and is given a
 * NUL; "" if absent. CONFIG_VALUE if it does not fit or has a character
 * outside 0x21 to 0x7e: no white space either, no control byte, no NUL.
 */
enum reason config_word(const struct yaml_map *map, struct config_key key,
    char *out, size_t size, struct config_error *error) MUST_CHECK;

/* true or false, without quotes; *value is left alone if absent. */
enum reason config_bool(const struct yaml_map *map, struct config_key key,
    bool *value, struct config_error *error) MUST_CHECK;

/*
 * A whole decimal number from min to max; *value is left alone if absent.
 * range is the phrase for the error.
 */
enum reason config_number(const struct yaml_map *map, struct config_key key,
    uint32_t min, uint32_t max, const char *range, uint32_t *value,
    struct config_error *error) MUST_CHECK;

/*
 * A duration in seconds: digits and, if not seconds, a unit: s, m, h or d
 * (90m, 24h, 2d, 3600). *value is left alone if absent. range as above.
 */
enum reason config_duration(const struct yaml_map *map,
    struct config_key key, uint32_t max, const char *range, uint32_t *value,
    struct config_error *error) MUST_CHECK;

/* A login's time in seconds: as a duration, 1 to DEADLINE_MAX_S. */
enum reason config_deadline(const struct yaml_map *map,
    struct config_key key, uint32_t *value, struct config_error *error)
    MUST_CHECK;

#endif
