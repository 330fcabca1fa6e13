/*
 * The sources of `authorize`, each in a process of its own, forked before the
 * parent's cage (parent/child.h). It waits for one order, then is what
 * `sallyport verify` or `k9-ssh` would be, with a starter, workers and a cage
 * of its own; but what those print it reports to the parent. The chained
 * command's runner (chain_process.c) is the third.
 */
#ifndef PARENT_SOURCE_PROCESS_H
#define PARENT_SOURCE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parent/authorize_options.h"
#include "parent/trusted_file.h"

/* All that Key9 can have for a user: as long as a key_list gets. */
#define SOURCE_TEXT_MAX (2 * 1024 * 1024)

/* What it has to tell it may tell so long behind its deadline: that it had too
 * little time, for one. */
#define SOURCE_TELL_MS 100

/* What a source knows from the start. */
struct source_request {
	const struct authorize_options *options;
	const struct trusted_file *config; /* sallyport.yaml */
	uint64_t now; /* Unix time */
};

/* The parent's one datagram. */
struct source_order {
	int64_t deadline_ms; /* CLOCK_MONOTONIC */
	uint32_t require_email_verified;
	/* the chain's; run_as ends in a NUL, and so does each word */
	uint32_t words_len;
	char run_as[USER_NAME_MAX + 1];
	char words[PATH_LEN_MAX + 1];
};

/* The answer's first datagram; the text follows in pieces. */
struct source_report {
	uint32_t reason; /* of the source's own decision */
	uint32_t len;    /* of the text; 0 unless the reason is OK */
	char detail[DETAIL_MAX + 1]; /* ends in a NUL */
};

/* Each a source's whole life; request is a struct source_request. */
void openpubkey_main(const void *request, pid_t parent)
    __attribute__((noreturn));
void key9_main(const void *request, pid_t parent) __attribute__((noreturn));
void chain_main(const void *request, pid_t parent) __attribute__((noreturn));

/* Waits for the order; ends this process if none comes. */
void source_await_order(struct source_order *order);

/*
 * Tells the parent how it ended. False if the parent has given up waiting: then
 * it has said so in the log, and nobody else need.
 */
bool source_tell(enum reason reason, const char *detail, const char *text,
    size_t len, int64_t deadline_ms);

#endif
