#include "parent/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
		bool watched = i != IPC_SOURCE_CHAIN &&
		    request->options->log_stderr;

		source->fd = -1;
		source->reason = REASON_NO_KEYS;
		/* Whether it is named, and not in a comment, is for others. */
		if (!source_concerned((enum ipc_source)i,
		    request->options->key_type) ||
		    memmem(file->data, file->len, kinds[i].name,
		    strlen(kinds[i].name)) == NULL)
			continue;
		source->fd = child_start(kinds[i].run, request, watched);
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
source_begin(struct source *source, int64_t deadline_ms)
{
	source->order.deadline_ms = deadline_ms;
	/* If it is gone, hearing it says so. */
	if (source->fd != -1)
		(void)!child_tell(source->fd, deadline_ms, &source->order,
		    sizeof(source->order));
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

static enum err
hear_text(struct source *source, int64_t deadline_ms, size_t len)
{
	enum err err = ERR_OK;
	size_t n;

	if (len == 0)
		return ERR_OK;
	if ((source->text = malloc(len)) == NULL)
		return ERR_MEMORY;
	while (err == ERR_OK && source->len < len) {
		err = child_hear(source->fd, deadline_ms,
		    source->text + source->len, len - source->len, &n);
		source->len += n;
	}
	return err;
}

static enum err
hear(struct source *source, int64_t deadline_ms)
{
	struct source_report report;
	enum err err;
	size_t n;

	err = child_hear(source->fd, deadline_ms, &report, sizeof(report), &n);
	if (err != ERR_OK)
		return err;
	if (!report_valid(&report, n))
		return ERR_BOUND;
	source->reason = (enum reason)report.reason;
	memcpy(source->detail, report.detail, sizeof(source->detail));
	return hear_text(source, deadline_ms, report.len);
}

void
source_hear(struct source *source, int64_t deadline_ms)
{
	char what[64];
	enum err err;

	if (source->fd == -1) {
		failed(source, REASON_WORKER_START,
		    "its process could not be started");
		return;
	}
	if ((err = hear(source, deadline_ms)) == ERR_OK)
		return;
	source->len = 0;
	/* Should it still have something to say, it learns that it is late. */
	(void)shutdown(source->fd, SHUT_RDWR);
	(void)snprintf(what, sizeof(what), "its process %s", err_text(err));
	failed(source, err == ERR_DEADLINE ? REASON_DEADLINE :
	    err == ERR_EOF || err == ERR_SYSTEM ? REASON_WORKER_DIED :
	    REASON_WORKER_PROTOCOL, what);
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
