#include "fuzz/conversation.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "ipc/wire.h"

/* No descriptor has this number. */
#define ROLES_END (1 << 24)
#define RECORDS_MAX 256

static struct record {
	uint8_t kind;
	bool used;
	struct span bytes;
} records[RECORDS_MAX];
static size_t nrecords;

static struct ipc_channel channel;

/* --- what the role has allocated --- */

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

static struct {
	bool on;
	void **blocks;
	size_t count, room;
	unsigned asked_for; /* how often */
	unsigned fail_at;   /* the one that fails; 0: none */
} kept;

static bool
refuse(void)
{
	return kept.on && ++kept.asked_for == kept.fail_at;
}

static void *
keep(void *p)
{
	if (!kept.on || p == NULL)
		return p;
	if (kept.count == kept.room) {
		kept.room = 2 * kept.room + 64;
		kept.blocks = __real_realloc(kept.blocks,
		    kept.room * sizeof(kept.blocks[0]));
		require(kept.blocks != NULL);
	}
	kept.blocks[kept.count++] = p;
	return p;
}

static void
forget(const void *p)
{
	/* What was allocated last is mostly freed first. */
	for (size_t i = kept.on ? kept.count : 0; i > 0; i--)
		if (kept.blocks[i - 1] == p) {
			kept.blocks[i - 1] = kept.blocks[--kept.count];
			return;
		}
}

void *
__wrap_malloc(size_t n)
{
	return refuse() ? NULL : keep(__real_malloc(n));
}

void *
__wrap_calloc(size_t count, size_t n)
{
	return refuse() ? NULL : keep(__real_calloc(count, n));
}

void *
__wrap_realloc(void *p, size_t n)
{
	if (refuse())
		return NULL;
	forget(p);
	return keep(__real_realloc(p, n));
}

void
__wrap_free(void *p)
{
	forget(p);
	__real_free(p);
}

/*
 * BoringSSL keeps some of its own for good, and frees the rest itself: these
 * stand in for its malloc, with the size in front.
 */
#define HEAD 16
#define HOOK __attribute__((visibility("default")))
HOOK void *OPENSSL_memory_alloc(size_t n);
HOOK void OPENSSL_memory_free(void *p);
HOOK size_t OPENSSL_memory_get_size(void *p);

void *
OPENSSL_memory_alloc(size_t n)
{
	uint8_t *p = refuse() ? NULL : __real_malloc(HEAD + n);

	if (p == NULL)
		return NULL;
	memcpy(p, &n, sizeof(n));
	return p + HEAD;
}

void
OPENSSL_memory_free(void *p)
{
	if (p != NULL)
		__real_free((uint8_t *)p - HEAD);
}

size_t
OPENSSL_memory_get_size(void *p)
{
	size_t n = 0;

	if (p != NULL)
		memcpy(&n, (uint8_t *)p - HEAD, sizeof(n));
	return n;
}

/* --- what the parent says --- */

static struct {
	uint8_t *bytes; /* each message a string */
	size_t size, used, read;
	unsigned said, heard;     /* messages that have arrived */
	unsigned cut_at, deaf_at; /* the first that does not; 0: none */
	bool was_cut;
} line;

ssize_t __real_read(int fd, void *buf, size_t n);
ssize_t __real_write(int fd, const void *buf, size_t n);
ssize_t __wrap_read(int fd, void *buf, size_t n);
ssize_t __wrap_write(int fd, const void *buf, size_t n);

void
conversation_say(const struct ipc_message *m)
{
	static uint8_t message[IPC_MESSAGE_MAX];
	struct wire_writer w;
	size_t len;

	require(ipc_encode(m, IPC_TO_PARSE, message, &len) == ERR_OK);
	if (line.size - line.used < len + 4) {
		line.size = 2 * line.size + len + 4;
		line.bytes = __real_realloc(line.bytes, line.size);
		require(line.bytes != NULL);
	}
	w = (struct wire_writer){ line.bytes, line.size, line.used };
	require(wire_put_string(&w, message, len) == ERR_OK);
	line.used = w.used;
}

ssize_t
__wrap_read(int fd, void *buf, size_t n)
{
	struct wire_reader r = { line.bytes + line.read,
		line.used - line.read };
	const uint8_t *message;
	size_t len;

	if (fd != ROLES_END)
		return __real_read(fd, buf, n);
	if (line.said + 1 == line.cut_at) {
		line.was_cut = true;
		return 0;
	}
	/* It never listens for what nobody will say. */
	require(wire_get_string(&r, &message, &len) == ERR_OK && len <= n);
	memcpy(buf, message, len);
	line.read = (size_t)(r.p - line.bytes);
	line.said++;
	return (ssize_t)len;
}

/* The parent refuses what breaks the protocol; the role never says it. */
ssize_t
__wrap_write(int fd, const void *buf, size_t n)
{
	struct ipc_message m;
	bool kept_on = kept.on;

	if (fd != ROLES_END)
		return __real_write(fd, buf, n);
	if (line.heard + 1 == line.deaf_at) {
		line.was_cut = true;
		errno = EPIPE;
		return -1;
	}
	line.heard++;
	require(ipc_decode(buf, n, IPC_FROM_PARSE, UINT32_MAX, &m) == ERR_OK);
	kept.on = false;
	conversation_heard(&m);
	kept.on = kept_on;
	return (ssize_t)n;
}

/* --- the input --- */

static void
read_records(struct span input)
{
	struct wire_reader r = { input.p, input.len };

	nrecords = 0;
	while (nrecords < RECORDS_MAX) {
		struct record record = { .used = false };

		if (wire_get_u8(&r, &record.kind) != ERR_OK ||
		    wire_get_string(&r, &record.bytes.p, &record.bytes.len) !=
		    ERR_OK)
			return;
		records[nrecords++] = record;
	}
}

static struct span
find_record(unsigned kind)
{
	struct span last = { NULL, 0 };

	for (size_t i = 0; i < nrecords; i++) {
		if (records[i].kind != kind)
			continue;
		last = records[i].bytes;
		if (records[i].used)
			continue;
		records[i].used = true;
		break;
	}
	return last;
}

static struct span choices;

struct span
conversation_choices(void)
{
	return choices;
}

struct span
conversation_text(enum ipc_text kind)
{
	return find_record((unsigned)kind);
}

struct span
conversation_say_text(enum ipc_text kind, size_t max)
{
	struct span text = conversation_text(kind);
	struct ipc_message m = { .type = IPC_TEXT };

	if (text.len > max)
		text.len = max;
	m.as.TEXT.text = (uint8_t)kind;
	for (size_t sent = 0; sent < text.len;) {
		size_t n = text.len - sent;

		if (n > IPC_CHUNK_MAX)
			n = IPC_CHUNK_MAX;
		m.as.TEXT.data = (struct ipc_span){ text.p + sent, n };
		conversation_say(&m);
		sent += n;
	}
	m = (struct ipc_message){ .type = IPC_TEXT_END };
	m.as.TEXT_END.text = (uint8_t)kind;
	m.as.TEXT_END.total = (uint32_t)text.len;
	conversation_say(&m);
	return text;
}

/* --- a whole one --- */

enum reason conversation_verdict;

static void
read_choices(void)
{
	struct span bytes = find_record(0);
	struct wire_reader r = { bytes.p, bytes.len };
	uint8_t faults[4] = { 0 };

	for (size_t i = 0; i < sizeof(faults); i++)
		(void)!wire_get_u8(&r, &faults[i]);
	line.cut_at = faults[0];
	line.deaf_at = faults[1];
	kept.fail_at = faults[2] * 256U + faults[3];
	choices = (struct span){ r.p, r.left };
}

struct ipc_channel *
conversation_begin(struct span input)
{
	read_records(input);
	read_choices();
	line.used = line.read = line.said = line.heard = 0;
	line.was_cut = false;
	kept.asked_for = 0;
	conversation_verdict = REASON_COUNT;
	channel.fd = ROLES_END;
	channel.sends = IPC_FROM_PARSE;
	channel.receives = IPC_TO_PARSE;
	kept.on = true;
	return &channel;
}

bool
conversation_was_cut(void)
{
	return line.was_cut;
}

bool
conversation_was_starved(void)
{
	return kept.fail_at != 0 && kept.asked_for >= kept.fail_at;
}

void
conversation_end(void)
{
	kept.on = false;
	while (kept.count > 0)
		__real_free(kept.blocks[--kept.count]);
}
