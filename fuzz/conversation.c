#include "fuzz/conversation.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "fuzz/role_memory.h"
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
		line.bytes = realloc_uncounted(line.bytes, line.size);
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

	if (fd != ROLES_END)
		return __real_write(fd, buf, n);
	if (line.heard + 1 == line.deaf_at) {
		line.was_cut = true;
		errno = EPIPE;
		return -1;
	}
	line.heard++;
	require(ipc_decode(buf, n, IPC_FROM_PARSE, UINT64_MAX, &m) == ERR_OK);
	role_memory_count(false);
	conversation_heard(&m);
	role_memory_count(true);
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
	role_memory_begin(faults[2] * 256U + faults[3]);
	choices = (struct span){ r.p, r.left };
}

struct ipc_channel *
conversation_begin(struct span input)
{
	read_records(input);
	read_choices();
	line.used = line.read = line.said = line.heard = 0;
	line.was_cut = false;
	conversation_verdict = REASON_COUNT;
	channel.fd = ROLES_END;
	channel.sends = IPC_FROM_PARSE;
	channel.receives = IPC_TO_PARSE;
	role_memory_count(true);
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
	return role_memory_was_short();
}

void
conversation_end(enum err err)
{
	require(err == ERR_OK ? !conversation_was_cut() :
	    conversation_was_cut() || conversation_was_starved());
	role_memory_count(false);
	role_memory_free();
}
