/*
 * What a policy plugin is told: the OPKSSH_PLUGIN_* variables, as opkssh
 * documents them, except that lists are valid JSON here whatever is in them.
 *
 * Everything that comes from a token has been authenticated; still a value
 * that the environment cannot carry as it is (a NUL) or that has another
 * type than the claim has by its standard means that no plugin runs.
 */
#ifndef PARSEPROC_OPK_PLUGIN_ENV_H
#define PARSEPROC_OPK_PLUGIN_ENV_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/json.h"
#include "parseproc/span.h"

/* Linux's MAX_ARG_STRLEN: what execve(2) takes in one string, with its NUL. */
#define OPK_ENV_STRING_MAX 131072

/* What is handed on as it is; empty where there is none. */
struct opk_plugin_login {
	struct span user; /* sshd's %u, %k and %t */
	struct span key;
	struct span type;
	struct span payload;  /* the claims' JSON text */
	struct span upk;      /* the user's public JWK, a JSON text */
	struct span id_token; /* compact */
	struct span pk_token; /* compact */
	struct span userinfo; /* what the endpoint answered, a JSON text */
	struct span config;   /* the plugin's file */
	const struct span *extra; /* the words behind %t */
	size_t nextra;
};

/* The outcome. */
struct opk_plugin_env {
	size_t len;       /* of what was written; 0 unless OK */
	const char *what; /* the variable that could not be: a constant */
};

/*
 * Writes NAME=VALUE for every variable, each with a NUL behind it, into out,
 * which has room for size bytes. claims is login->payload, read. Returns
 * REASON_OK; or PLUGIN_VALUE if a value has NUL, the wrong type or is too
 * large for the environment or the room; or MEMORY.
 */
enum reason opk_plugin_env_write(const struct opk_plugin_login *login,
    const struct json *claims, char *out, size_t size,
    struct opk_plugin_env *env) MUST_CHECK;

#endif
