/*
 * Big-endian integers and length-prefixed strings, read and written within
 * bounds: the representation of RFC 4251 section 5, which our own messages,
 * the cache files and the SSH key formats have in common.
 *
 * A reader never looks past its end and never moves when it fails. All bytes
 * behind a reader are hostile; all bytes behind a writer are ours.
 */
#ifndef IPC_WIRE_H
#define IPC_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"

struct wire_reader {
	const uint8_t *p; /* next byte */
	size_t left;      /* bytes not yet read */
};

struct wire_writer {
	uint8_t *buf;
	size_t size; /* of buf */
	size_t used; /* <= size */
};

/* Each returns ERR_OK, or ERR_SHORT with *v zero and the reader unmoved. */
enum err wire_get_u8(struct wire_reader *r, uint8_t *v) MUST_CHECK;
enum err wire_get_u32(struct wire_reader *r, uint32_t *v) MUST_CHECK;
enum err wire_get_u64(struct wire_reader *r, uint64_t *v) MUST_CHECK;

/* The next n bytes, borrowed from the reader's buffer, which is not NULL. */
enum err wire_get_bytes(struct wire_reader *r, size_t n, const uint8_t **p)
    MUST_CHECK;

/* A u32 length and that many bytes; *p is borrowed, *n its length in bytes. */
enum err wire_get_string(struct wire_reader *r, const uint8_t **p, size_t *n)
    MUST_CHECK;

/* Each returns ERR_OK, or ERR_TOO_BIG with nothing written. */
enum err wire_put_u8(struct wire_writer *w, uint8_t v) MUST_CHECK;
enum err wire_put_u32(struct wire_writer *w, uint32_t v) MUST_CHECK;
enum err wire_put_u64(struct wire_writer *w, uint64_t v) MUST_CHECK;
enum err wire_put_bytes(struct wire_writer *w, const void *p, size_t n)
    MUST_CHECK;
enum err wire_put_string(struct wire_writer *w, const void *p, size_t n)
    MUST_CHECK;

#endif
