/*
 * What keeps the runner of plugins (parent/plugin_process.c) from running
 * what root did not name: the judge, which reads the files of policy.d, might
 * be owned, and the runner does not read YAML.
 */
#ifndef PARENT_PLUGIN_COMMAND_H
#define PARENT_PLUGIN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the command's words, each with a NUL behind it and both hostile,
 * stand in the text behind `command:` and one behind the other, in nothing but
 * quotes, backslashes and white space. The first must be a whole path, and the
 * last a whole word: "/opt/check --strict" in the text allows neither /opt/ch
 * nor "/opt/check --str" nor "/opt/check --lax". What this cannot see is
 * whether words are lacking at the end, whether two are joined, and whether
 * all of it is a comment or in another string. A command written with other
 * escapes than a quote or backslash, or with a tag, an anchor or a comment
 * before it, fits nothing.
 */
bool plugin_command_stands(const char *text, size_t text_len,
    const char *words, size_t words_len);

/*
 * Whether env, NAME=VALUE with a NUL behind each, holds nothing but variables
 * that plugins are told: OPKSSH_PLUGIN_ and upper case.
 */
bool plugin_env_valid(const char *env, size_t len);

#endif
