/* What keeps a judge who reads a file of ours from making its values up. */
#ifndef PARENT_WORD_STANDS_H
#define PARENT_WORD_STANDS_H

#include <stdbool.h>

#include "parent/trusted_file.h"

/*
 * Whether the word, hostile and not empty, stands somewhere in the file with
 * nothing on either side but what may stand around a value in YAML.
 */
bool word_stands(const struct trusted_file *file, const char *word)
    __attribute__((warn_unused_result));

#endif
