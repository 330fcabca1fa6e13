/*
 * The keys that will be printed: checked one by one, printed all at once or
 * not at all.
 */
#ifndef PARENT_KEY_LIST_H
#define PARENT_KEY_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/message.h"

struct key_list {
	char *text; /* owned; lines as sshd reads them */
	size_t len, size;
	size_t count;
};

/*
 * Appends a key that the judge found good. Its parts are hostile all the
 * same: the type must be one that we print, the rest of its alphabet (message
 * bounds hold already). ERR_ALPHABET, ERR_TOO_BIG and ERR_MEMORY leave the
 * list as it was.
 */
enum err key_list_add(struct key_list *list, struct ipc_span type,
    struct ipc_span base64, struct ipc_span comment) MUST_CHECK;

void key_list_free(struct key_list *list);

#endif
