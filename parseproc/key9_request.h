/*
 * The question to Key9: POST {query_ssh_keys}{user}/{machine_group}, two
 * headers with the credentials, and where the client comes from.
 */
#ifndef PARSEPROC_KEY9_REQUEST_H
#define PARSEPROC_KEY9_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parseproc/k9_config.h"

/* Strings with their lengths; each ends in NUL as well. */
struct key9_request {
	char url[URL_MAX + 1];
	size_t url_len;
	char headers[HEADERS_MAX + 1]; /* lines with '\n' between them */
	size_t headers_len;
	char body[REQUEST_BODY_MAX + 1]; /* JSON, RFC 8259; may be empty */
	size_t body_len;
};

/* Key9's rule for user names: [a-z_][a-z0-9_-]{0,31}, and nothing else. */
bool key9_user_valid(const uint8_t *user, size_t len);

/*
 * Composes the request. user and remote are hostile: the name that somebody
 * tries to log in as, and what sshd says about the connection (%C), which is
 * left out of the body if empty. What is not UTF-8 in remote becomes U+FFFD:
 * it is only told to Key9's log, and must not stop a login.
 *
 * Returns REASON_OK and *request; USER_NAME if user breaks the rule;
 * CONFIG_VALUE if the configuration leaves no room for the URL (which
 * k9_config_read() has ruled out); USAGE if remote is longer than REMOTE_MAX.
 * *request is all zero unless REASON_OK.
 */
enum reason key9_request_write(const struct k9_config *config,
    const uint8_t *user, size_t user_len, const uint8_t *remote,
    size_t remote_len, struct key9_request *request) MUST_CHECK;

#endif
