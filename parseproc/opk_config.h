/*
 * /etc/opk/config.yml: who may never log in, and how to reach the providers.
 *
 * It fails closed: if the file exists and cannot be read as what it is,
 * nobody logs in. So a struct that is all zero denies everybody, and a key
 * that could be a misspelt deny list is an error. Other keys are opkssh's.
 */
#ifndef PARSEPROC_OPK_CONFIG_H
#define PARSEPROC_OPK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parseproc/config_error.h"
#include "parseproc/span.h"
#include "parseproc/url.h"
#include "parseproc/yaml_map.h"

/* How many settings that we ignore are told by name, and how much of it. */
#define OPK_IGNORED_MAX 8
#define OPK_IGNORED_NAME_MAX 48

/* A setting that means nothing to us, for the log. */
struct opk_ignored {
	uint32_t line;
	char name[OPK_IGNORED_NAME_MAX + 1]; /* printable ASCII, cut */
};

struct opk_config {
	bool usable; /* it was read; false denies everybody */
	struct yaml_map map; /* owned; what the pointers below point into */
	const struct yaml_node *deny_users; /* a list, or NULL */
	const struct yaml_node *deny_emails;
	/* Each "" if not set, or http://host:port. */
	char https_proxy[PROXY_MAX + 1];
	char http_proxy[PROXY_MAX + 1];
	struct span no_proxy; /* as it stands there */
	char ca_file[PATH_LEN_MAX + 1]; /* "" = the system's */
	char ca_dir[PATH_LEN_MAX + 1]; /* one or several with ':' between */
	size_t nignored; /* of all; the first are in ignored */
	struct opk_ignored ignored[OPK_IGNORED_MAX];
};

/*
 * Reads the file's len bytes; no bytes at all (text may be NULL then) are an
 * empty file, which is as good as none. Returns REASON_OK and *config, to be
 * given to opk_config_free(); or the reason and, in *error, line and remedy,
 * and *config is all zero.
 */
enum reason opk_config_read(const uint8_t *text, size_t len,
    struct opk_config *config, struct config_error *error) MUST_CHECK;

/* Leaves it all zero, so that it denies everybody. */
void opk_config_free(struct opk_config *config);

/*
 * Whether deny_users has the login name, or deny_emails the e-mail, ignoring
 * case (folded.h); or whether *config is unusable. No e-mail (len 0) is on no
 * list.
 */
bool opk_config_denies_user(const struct opk_config *config,
    struct span name);
bool opk_config_denies_email(const struct opk_config *config,
    struct span email);

/*
 * The proxy for a request to url, "" for none: HTTPS_PROXY or HTTP_PROXY,
 * unless NO_PROXY has the host (no_proxy.h) or it is loopback.
 */
const char *opk_config_proxy(const struct opk_config *config,
    const struct url *url);

#endif
