/*
 * Messages of every type, made from the table at run time: a message that is
 * added to it is tested without a word here.
 */
#ifndef TESTS_IPC_SAMPLE_H
#define TESTS_IPC_SAMPLE_H

#include "ipc/message.h"

/* Room for a crafted datagram, larger than any that may be sent. */
#define SAMPLE_ROOM ((size_t)4 * IPC_MESSAGE_MAX)

enum sample { SAMPLE_MIN, SAMPLE_MAX };

/* A message whose every field has its minimum or its maximum. */
void sample_message(unsigned type, enum sample which, struct ipc_message *m);

/*
 * Sets a field to n: an integer's value, or a span's length, and bytes of
 * every kind that the field allows. n may break the field's bounds.
 */
void sample_set(struct ipc_message *m, const struct ipc_field *f, uint64_t n);

/* What sample_set() has set. */
uint64_t sample_get(const struct ipc_message *m, const struct ipc_field *f);

bool sample_is_span(const struct ipc_field *f);

/* A field of kind PRINT, STR or BYTES. */
struct ipc_span *sample_span(struct ipc_message *m, const struct ipc_field *f);

/*
 * The datagram for *m, by no rule and by no code of ours: what a liar sends.
 * Returns its length; buf has SAMPLE_ROOM bytes.
 */
size_t sample_craft(const struct ipc_message *m, uint8_t *buf);

#endif
