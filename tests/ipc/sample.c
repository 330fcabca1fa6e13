#include "tests/ipc/sample.h"

#include <string.h>

/* More than any field's maximum, so that one byte too many can be had. */
#define PATTERN_SIZE ((size_t)2 * IPC_MESSAGE_MAX)

/* All bytes that a kind allows, over and over. */
static const uint8_t *
pattern(enum ipc_kind kind)
{
	static uint8_t printable[PATTERN_SIZE], text[PATTERN_SIZE],
	    any[PATTERN_SIZE];
	static bool made;

	for (size_t i = 0; !made && i < PATTERN_SIZE; i++) {
		printable[i] = (uint8_t)(0x20 + i % 0x5f);
		text[i] = (uint8_t)(1 + i % 0xff);
		any[i] = (uint8_t)i;
	}
	made = true;
	if (kind == IPC_PRINT)
		return printable;
	return kind == IPC_STR ? text : any;
}

bool
sample_is_span(const struct ipc_field *f)
{
	return f->kind == IPC_PRINT || f->kind == IPC_STR ||
	    f->kind == IPC_BYTES;
}

struct ipc_span *
sample_span(struct ipc_message *m, const struct ipc_field *f)
{
	return (struct ipc_span *)(void *)((char *)m + f->offset);
}

void
sample_set(struct ipc_message *m, const struct ipc_field *f, uint64_t n)
{
	char *at = (char *)m + f->offset;
	uint32_t u32 = (uint32_t)n;
	uint8_t u8 = (uint8_t)n;

	if (sample_is_span(f))
		*sample_span(m, f) = (struct ipc_span){ pattern(f->kind),
			(size_t)n };
	else if (f->kind == IPC_U8)
		memcpy(at, &u8, sizeof(u8));
	else if (f->kind == IPC_U32)
		memcpy(at, &u32, sizeof(u32));
	else
		memcpy(at, &n, sizeof(n));
}

uint64_t
sample_get(const struct ipc_message *m, const struct ipc_field *f)
{
	const char *at = (const char *)m + f->offset;
	struct ipc_span span;
	uint64_t u64;
	uint32_t u32;

	if (sample_is_span(f)) {
		memcpy(&span, at, sizeof(span));
		return span.len;
	}
	if (f->kind == IPC_U8)
		return *(const uint8_t *)at;
	if (f->kind == IPC_U32) {
		memcpy(&u32, at, sizeof(u32));
		return u32;
	}
	memcpy(&u64, at, sizeof(u64));
	return u64;
}

void
sample_message(unsigned type, enum sample which, struct ipc_message *m)
{
	const struct ipc_spec *spec = ipc_spec(type);

	memset(m, 0, sizeof(*m));
	m->type = (enum ipc_type)type;
	for (size_t i = 0; i < spec->nfields; i++)
		sample_set(m, &spec->fields[i], which == SAMPLE_MIN ?
		    spec->fields[i].min : spec->fields[i].max);
}

static size_t
craft_int(uint8_t *buf, size_t bytes, uint64_t v)
{
	for (size_t i = 0; i < bytes; i++)
		buf[i] = (uint8_t)(v >> 8 * (bytes - 1 - i));
	return bytes;
}

size_t
sample_craft(const struct ipc_message *m, uint8_t *buf)
{
	const struct ipc_spec *spec = ipc_spec((unsigned)m->type);
	struct ipc_span span;
	size_t n = craft_int(buf, 1, (uint64_t)m->type);

	for (size_t i = 0; i < spec->nfields; i++) {
		const struct ipc_field *f = &spec->fields[i];

		if (!sample_is_span(f)) {
			n += craft_int(buf + n, f->kind == IPC_U8 ? 1 :
			    f->kind == IPC_U32 ? 4 : 8, sample_get(m, f));
			continue;
		}
		memcpy(&span, (const char *)m + f->offset, sizeof(span));
		n += craft_int(buf + n, 4, span.len);
		if (span.len > 0)
			memcpy(buf + n, span.p, span.len);
		n += span.len;
	}
	return n;
}
