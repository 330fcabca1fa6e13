/*
 * k9.yaml, as Key9's own client reads it: five keys that must be there and a
 * few that may. Everything else in the file belongs to other programs.
 */
#ifndef PARSEPROC_K9_CONFIG_H
#define PARSEPROC_K9_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parseproc/config_error.h"

/* Groups have short names, and all of them must fit into a URL. */
#define K9_GROUP_MAX 512
/* Key9 gives keys and ids of less than 70 characters. */
#define K9_API_KEY_MAX 512
#define K9_COMPANY_MAX 128
/* What remains of URL_MAX for user and groups must be worth having. */
#define K9_URL_MAX 1024

/* Every string ends in NUL and has none inside. */
struct k9_config {
	char machine_group[K9_GROUP_MAX + 1]; /* one, or several with commas */
	char run_as[USER_NAME_MAX + 1];
	char api_key[K9_API_KEY_MAX + 1];
	char company_uuid[K9_COMPANY_MAX + 1];
	char query_ssh_keys[K9_URL_MAX + 1];
	char ca_file[PATH_LEN_MAX + 1]; /* "" = the system's */
	char proxy[PROXY_MAX + 1];      /* "" = none for this URL */
	uint32_t connection_timeout_s;  /* 1 to DEADLINE_MAX_S */
	bool allow_http;
};

/*
 * Reads the file's len bytes. Returns REASON_OK and *config, or the reason
 * and, in *error, line and remedy; *config is then all zero.
 *
 * query_ssh_keys is https, or http where the host is a loopback address
 * literal or "localhost", or where allow_http is true. So plain http to
 * another machine takes two deliberate acts: plain http to a loopback host is
 * never asked through a proxy.
 */
enum reason k9_config_read(const uint8_t *text, size_t len,
    struct k9_config *config, struct config_error *error) MUST_CHECK;

/*
 * Whether the query's URL is plain http to a host that is not loopback: what
 * must be logged each time.
 */
bool k9_config_plain_http(const struct k9_config *config);

#endif
