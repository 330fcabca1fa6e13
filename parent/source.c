#include "parent/source.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parent/child.h"
#include "parent/offered_key.h"

static const struct {
	const char *name;
	void (*run)(const void *request, pid_t parent);
} kinds[IPC_SOURCE_COUNT] = {
	[IPC_SOURCE_OPENPUBKEY] = { "openpubkey", openpubkey_main },
	[IPC_SOURCE_KEY9] = { "key9", key9_main },
	[IPC_SOURCE_CHAIN] = { "chain", chain_main },
};

const char *
source_name(enum ipc_source source)
{
	return (unsigned)source < IPC_SOURCE_COUNT ? kinds[source].name : "?";
}

/*
 * OpenPubkey is about certificates. sshd takes one only from a line that says
 * cert-authority, which Key9's never do.
 */
bool
source_concerned(enum ipc_source source, const char *key_type)
{
	if (source == IPC_SOURCE_OPENPUBKEY)
		return offered_key_plain_type(key_type) != NULL;
	return source == IPC_SOURCE_CHAIN ||
	    strstr(key_type, "-cert-") == NULL;
}

void
sources_start(struct source sources[IPC_SOURCE_COUNT],
    const struct source_request *request)
{
	const struct trusted_file *file = request->config;

	for (unsigned i = 0; i < IPC_SOURCE_COUNT; i++) {
		struct source *source = &sources[i];
		bool login = i != IPC_SOURCE_CHAIN;
		struct child_keeps keeps = {
			.stderr_too = login && request->options->log_stderr,
			.worker_files = login,
		};

		source->fd = -1;
		source->reason = REASON_NO_KEYS;
		/* Whether it is named, and not in a comment, is for others. */
		if (!source_concerned((enum ipc_source)i,
		    request->options->key_type) ||
		    memmem(file->data, file->len, kinds[i].name,
		    strlen(kinds[i].name)) == NULL)
			continue;
		source->fd = child_start(kinds[i].run, request, keeps);
	}
}

static void
failed(struct source *source, enum reason reason, const char *detail)
{
	source->reason = reason;
	source->silent = true;
	(void)snprintf(source->detail, sizeof(source->detail), "%s", detail);
}

void
source_begin(struct source *source)
{
	source->asked = true;
	source->waiting = source->fd != -1;
	if (!source->waiting)
		failed(source, REASON_WORKER_START,
		    "its process could not be started");
	else /* If it is gone, hearing it says so. */
		(void)!child_tell(source->fd, source->order.deadline_ms,
		    &source->order, sizeof(source->order));
}

static bool
report_valid(const struct source_report *report, size_t n)
{
	enum reason_class class = reason_class((enum reason)report->reason);

	return n == sizeof(*report) && report->reason < REASON_COUNT &&
	    (class == REASON_ALLOW || class == REASON_DENY ||
	    class == REASON_ERROR) && report->len <= SOURCE_TEXT_MAX &&
	    (report->len == 0 || report->reason == REASON_OK) &&
	    memchr(report->detail, '\0', sizeof(report->detail)) != NULL;
}

/* When it must have told us all. */
static int64_t
told_by(const struct source *source)
{
	return source->order.deadline_ms + SOURCE_TELL_MS;
}

/* Its next datagram: the report, or a piece of the text. */
static enum err
take(struct source *source)
{
	struct source_report report;
	enum err err;
	size_t n;

	if (source->text != NULL) {
		err = child_hear(source->fd, told_by(source),
		    source->text + source->len,
		    source->expected - source->len, &n);
		source->len += n;
		return err;
	}
	err = child_hear(source->fd, told_by(source), &report, sizeof(report),
	    &n);
	if (err != ERR_OK)
		return err;
	if (!report_valid(&report, n))
		return ERR_BOUND;
	source->reason = (enum reason)report.reason;
	memcpy(source->detail, report.detail, sizeof(source->detail));
	source->expected = report.len;
	if (report.len > 0 && (source->text = malloc(report.len)) == NULL)
		return ERR_MEMORY;
	return ERR_OK;
}

static void
hear(struct source *source)
{
	enum err err = take(source);
	char what[64];

	source->waiting = err == ERR_OK && source->len < source->expected;
	if (err == ERR_OK)
		return;
	source->len = 0;
	/* Should it still have something to say, it learns that it is late. */
	(void)shutdown(source->fd, SHUT_RDWR);
	(void)snprintf(what, sizeof(what), "its process %s", err_text(err));
	failed(source, err == ERR_DEADLINE ? REASON_DEADLINE :
	    err == ERR_MEMORY ? REASON_MEMORY :
	    err == ERR_EOF || err == ERR_SYSTEM ? REASON_WORKER_DIED :
	    REASON_WORKER_PROTOCOL, what);
}

/* Whom to wait for, and until when; INT64_MAX: for nobody. */
static int64_t
next_late(const struct source sources[IPC_SOURCE_COUNT],
    struct pollfd pfds[IPC_SOURCE_COUNT])
{
	int64_t next_ms = INT64_MAX;

	for (unsigned i = 0; i < IPC_SOURCE_COUNT; i++) {
		const struct source *source = &sources[i];

		pfds[i] = (struct pollfd){ .fd = source->waiting ?
		    source->fd : -1, .events = POLLIN };
		if (source->waiting && told_by(source) < next_ms)
			next_ms = told_by(source);
	}
	return next_ms;
}

void
sources_hear(struct source sources[IPC_SOURCE_COUNT])
{
	struct pollfd pfds[IPC_SOURCE_COUNT];
	int64_t next_ms;

	while ((next_ms = next_late(sources, pfds)) != INT64_MAX) {
		int64_t left = next_ms - ipc_now_ms();

		(void)poll(pfds, IPC_SOURCE_COUNT, left > 0 ? (int)left : 0);
		for (unsigned i = 0; i < IPC_SOURCE_COUNT; i++)
			if (sources[i].waiting && (pfds[i].revents != 0 ||
			    told_by(&sources[i]) <= ipc_now_ms()))
				hear(&sources[i]);
	}
}

void
sources_end(struct source sources[IPC_SOURCE_COUNT], int64_t deadline_ms)
{
	static char ignored[IPC_CHUNK_MAX];
	size_t n;

	for (unsigned i = 0; i < IPC_SOURCE_COUNT; i++)
		if (sources[i].fd > 0)
			(void)shutdown(sources[i].fd, SHUT_WR);
	for (unsigned i = 0; i < IPC_SOURCE_COUNT; i++) {
		free(sources[i].text);
		if (sources[i].fd <= 0)
			continue;
		/* It closes its end by exiting, as the last thing it does. */
		while (child_hear(sources[i].fd, deadline_ms, ignored,
		    sizeof(ignored), &n) == ERR_OK)
			;
		(void)close(sources[i].fd);
	}
}
