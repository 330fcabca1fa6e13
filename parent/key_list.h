/*
 * The keys that will be printed: checked one by one, printed all at once or
 * not at all. Each source has its own room.
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
	/* where the lines of the source begin that is being added */
	size_t begun_len, begun_count;
};

/* The parts of a line; all but type and base64 may be empty. */
struct key_line {
	struct ipc_span own;  /* its options, as who wrote it has them */
	struct ipc_span more; /* ours, behind them: sshd takes the last word */
	struct ipc_span type, base64, comment;
};

/*
 * Whether sshd reads the options as we do: outside of quotes no blank ends
 * them too early, and no quote is left open that would swallow what follows.
 */
bool key_list_options_sound(struct ipc_span options);

/* Begins the lines of a source: each may have as many as if it were alone. */
void key_list_begin(struct key_list *list);

/* How many it has so far; and takes them back. */
size_t key_list_begun(const struct key_list *list);
void key_list_take_back(struct key_list *list);

/*
 * Appends a key that the judge found good. Its parts are hostile all the
 * same: the options must be sound, the type be one that we print, the rest
 * of its alphabet (message bounds hold already). ERR_ALPHABET, ERR_TOO_BIG
 * and ERR_MEMORY leave the list as it was.
 */
enum err key_list_add_line(struct key_list *list,
    const struct key_line *line) MUST_CHECK;

/* The same without options. */
enum err key_list_add(struct key_list *list, struct ipc_span type,
    struct ipc_span base64, struct ipc_span comment) MUST_CHECK;

/*
 * Begins a source and appends the lines of a text that another list was, or
 * that verify would have printed: has_options says which. Ours are added to
 * each. All of them or, unless it returns ERR_OK, none.
 */
enum err key_list_add_text(struct key_list *list, const char *text,
    size_t len, bool has_options, struct ipc_span more) MUST_CHECK;

void key_list_free(struct key_list *list);

#endif
