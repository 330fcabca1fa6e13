/*
 * The lines of /etc/opk/providers and auth_id: rows of three words, split as
 * a shell splits them. A '#' begins a comment wherever it stands, inside
 * quotes too; blank lines, a byte order mark and CRs at line ends mean
 * nothing. Nothing is copied or allocated: an iterator over the text, which
 * takes time in proportion to its length.
 *
 * Words are given raw, as they stand in the file, and unquoted on request.
 * The files are ours, or the home directory's owner's: hostile.
 */
#ifndef PARSEPROC_OPK_LINES_H
#define PARSEPROC_OPK_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/reason.h"
#include "parseproc/span.h"

/* Without comment. An issuer, a claim's name and a group fit ten times. */
#define OPK_LINE_MAX 4096
/* Both files have three columns. */
#define OPK_COLUMNS 3
/* How many bad rows are told one by one; whoever has more knows where. */
#define OPK_REPORTS_MAX 16

/* What is left of a text. */
struct opk_lines {
	struct span rest;
	uint32_t line; /* the last one that was read, from 1 */
};

/* One row that is not blank. */
struct opk_row {
	uint32_t line;
	const char *problem; /* NULL, or what is wrong: there are no words */
	struct span words[OPK_COLUMNS]; /* raw */
};

/* Bad rows, for the log; never a byte of theirs. All zero: none. */
struct opk_reports {
	size_t count; /* of all; the first OPK_REPORTS_MAX are in rows */
	struct opk_report {
		uint32_t line;
		enum reason reason; /* of class NOTE */
		const char *what;   /* a constant: what is wrong with it */
	} rows[OPK_REPORTS_MAX];
};

/* Begins at the start of len bytes, which must outlive the rows. */
void opk_lines_begin(struct opk_lines *lines, const uint8_t *text,
    size_t len);

/* The next row that is not blank; false, and *row all zero, at the end. */
bool opk_lines_next(struct opk_lines *lines, struct opk_row *row);

/*
 * Cuts the first word off *rest, as a POSIX shell that expands nothing
 * would: NULL and, in *word, how it stands there (quotes are closed), or a
 * span with p == NULL if there is none; otherwise a phrase that says what is
 * wrong. Words end at blanks, tabs and line feeds.
 */
const char *opk_word_cut(struct span *rest, struct span *word);

/*
 * A word without its quotes and back slashes, never NULL: the word itself
 * where it has none, else its text in buf, which has room for word.len bytes.
 * word: from opk_word_cut(), or such a part of one that quotes are closed in
 * it.
 */
struct span opk_word_text(struct span word, uint8_t *buf);

/* Counts a bad row, and keeps it if there is room. */
void opk_report(struct opk_reports *reports, uint32_t line,
    enum reason reason, const char *what);

#endif
