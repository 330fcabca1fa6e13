/*
 * A file of /etc/opk/policy.d: which command to ask. It is only read here;
 * who runs it checks whose file it is, and that the path stands in a text
 * that came from policy.d.
 */
#ifndef PARSEPROC_OPK_PLUGIN_H
#define PARSEPROC_OPK_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parseproc/config_error.h"

/* A name is for the log; a command is a path and a few words. */
#define OPK_PLUGIN_NAME_MAX 128
#define OPK_PLUGIN_COMMAND_MAX PATH_LEN_MAX
#define OPK_PLUGIN_WORDS_MAX 32

struct opk_plugin {
	char name[OPK_PLUGIN_NAME_MAX + 1]; /* printable ASCII */
	/*
	 * The command's words, each with a NUL behind it and none inside. The
	 * first is a path from / on without "." or ".." in it, and stands in
	 * the file as it stands here. So it can be found there by whoever
	 * does not read YAML.
	 */
	size_t nwords; /* 1 to OPK_PLUGIN_WORDS_MAX */
	size_t words_len; /* with the NULs */
	char words[OPK_PLUGIN_COMMAND_MAX + 1];
};

/*
 * Reads the file's len bytes: REASON_OK and *plugin, or the reason and, in
 * *error, line and remedy; *plugin is then all zero. Keys other than name and
 * command mean nothing.
 *
 * command is split as a shell would that expands nothing: no variables, no
 * patterns, no pipes.
 */
enum reason opk_plugin_read(const uint8_t *text, size_t len,
    struct opk_plugin *plugin, struct config_error *error) MUST_CHECK;

#endif
