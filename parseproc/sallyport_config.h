/*
 * sallyport.yaml, our own file. It is ours alone, so a key that we do not
 * know is a mistake to be mended, not somebody else's.
 */
#ifndef PARSEPROC_SALLYPORT_CONFIG_H
#define PARSEPROC_SALLYPORT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parseproc/config_error.h"
#include "parseproc/sources_config.h"

/* What an exit status holds. */
#define DENY_STATUS_MAX 255

struct sallyport_config {
	uint32_t stale_max_s; /* 0 = off; <= STALE_MAX_MAX_S */
	uint32_t preload_max_s; /* 0 = off; <= PRELOAD_MAX_MAX_S */
	bool home_policy; /* whether ~/.opk/auth_id counts */
	bool expiry_time; /* whether the line says when it ends */
	uint32_t deadline_s; /* 1 to DEADLINE_MAX_S */
	uint32_t deny_status; /* of a denied login; <= DENY_STATUS_MAX */
	bool log_json; /* whether log lines are JSON */
	struct sources_config sources; /* of `authorize` */
};

/*
 * Reads the file's len bytes; no bytes at all (text may be NULL then) give
 * the defaults. Returns REASON_OK and *config, or the reason and, in *error,
 * line and remedy; *config is then all zero.
 */
enum reason sallyport_config_read(const uint8_t *text, size_t len,
    struct sallyport_config *config, struct config_error *error) MUST_CHECK;

#endif
