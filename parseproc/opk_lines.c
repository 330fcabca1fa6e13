#include "parseproc/opk_lines.h"

#include <string.h>

#include "parseproc/utf8.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* What may surround a row and is no part of it. */
static bool
is_margin(uint8_t c)
{
	return is_blank(c) || c == '\r' || c == '\v' || c == '\f';
}

/* A no-break space, which comes along when rows are copied from a page. */
static const char nbsp[] = "\xc2\xa0";

/* How many bytes of margin there are at the line's end. */
static size_t
margin_at_end(struct span line)
{
	if (line.len > 0 && is_margin(line.p[line.len - 1]))
		return 1;
	return line.len >= 2 && span_equal(span_from(line, line.len - 2),
	    span_of(nbsp)) ? 2 : 0;
}

/* And at its start. */
static size_t
margin_at_start(struct span line)
{
	if (line.len > 0 && is_margin(line.p[0]))
		return 1;
	return span_begins(line, nbsp) ? 2 : 0;
}

void
opk_lines_begin(struct opk_lines *lines, const uint8_t *text, size_t len)
{
	lines->rest = (struct span){ text, len };
	lines->line = 0;
	if (span_begins(lines->rest, "\xef\xbb\xbf"))
		lines->rest = span_from(lines->rest, 3);
}

/* Cuts one line off, without its line feed. There must be a byte left. */
static struct span
cut_line(struct opk_lines *lines)
{
	struct span line = lines->rest;
	const uint8_t *end = memchr(line.p, '\n', line.len);

	if (end != NULL)
		line.len = (size_t)(end - line.p);
	lines->rest = span_from(lines->rest,
	    line.len + (end != NULL ? 1 : 0));
	lines->line++;
	return line;
}

/* A line without comment, and without white space around it. */
static struct span
clean(struct span line)
{
	const uint8_t *comment = line.len == 0 ? NULL :
	    memchr(line.p, '#', line.len);
	size_t n;

	if (comment != NULL)
		line.len = (size_t)(comment - line.p);
	while ((n = margin_at_end(line)) > 0)
		line.len -= n;
	while ((n = margin_at_start(line)) > 0)
		line = span_from(line, n);
	return line;
}

/*
 * Bytes that mean a damaged file, or one in UTF-16, or with the line ends of
 * old Macs: better said than compared with names that never have them.
 */
static const char *
check_bytes(struct span line)
{
	unsigned control = 0, all = 0;

	/* Without branches: this loop is half of the time for a large file. */
	for (size_t i = 0; i < line.len; i++) {
		unsigned c = line.p[i];

		control |= (unsigned)(c < 0x20) & (unsigned)(c != '\t');
		control |= (unsigned)(c == 0x7f);
		all |= c;
	}
	if (control != 0)
		return "has a control character: remove it";
	if (all >= 0x80 && !utf8_valid(line.p, line.len))
		return "is not UTF-8: save the file in that encoding";
	return NULL;
}

/* A line's columns: NULL, or what is wrong with them. */
static const char *
split(struct span line, struct opk_row *row)
{
	const char *problem;
	struct span word;

	if (line.len > OPK_LINE_MAX)
		return "is longer than 4096 bytes: shorten it";
	problem = check_bytes(line);
	if (problem != NULL)
		return problem;
	for (size_t i = 0;; i++) {
		problem = opk_word_cut(&line, &word);
		if (problem != NULL)
			return problem;
		if ((word.p == NULL) != (i == OPK_COLUMNS))
			return word.p == NULL ? "has too few columns: three "
			    "are needed" : "has too many columns: put quotes "
			    "around what has blanks";
		if (word.p == NULL)
			return NULL;
		row->words[i] = word;
	}
}

bool
opk_lines_next(struct opk_lines *lines, struct opk_row *row)
{
	memset(row, 0, sizeof(*row));
	while (lines->rest.len > 0) {
		struct span line = clean(cut_line(lines));

		if (line.len == 0)
			continue;
		row->line = lines->line;
		row->problem = split(line, row);
		if (row->problem != NULL)
			memset(row->words, 0, sizeof(row->words));
		return true;
	}
	return false;
}

/* The blanks in front of a word, and line feeds behind back slashes. */
static size_t
skip_blanks(struct span s)
{
	size_t i = 0;

	while (i < s.len) {
		if (is_blank(s.p[i]))
			i++;
		else if (s.p[i] == '\\' && i + 1 < s.len &&
		    s.p[i + 1] == '\n')
			i += 2;
		else
			break;
	}
	return i;
}

/* Above all that quotes and separates; most bytes of most words are. */
static bool
is_plain(uint8_t c)
{
	return c > '\'' && c != '\\';
}

/* How far a word goes; NULL, or what is wrong with it. */
static const char *
measure(struct span s, size_t *len)
{
	uint8_t quote = '\0';
	size_t i = 0;

	for (; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (is_plain(c))
			continue;
		if (quote == '\0' && is_blank(c))
			break;
		if (c == '\\' && quote != '\'' && ++i == s.len)
			return "ends in a back slash: double or remove it";
		if (c == quote)
			quote = '\0';
		else if (quote == '\0' && (c == '\'' || c == '"'))
			quote = c;
	}
	*len = i;
	if (quote == '\0')
		return NULL;
	return quote == '"' ? "has a double quote that is not closed" :
	    "has a single quote that is not closed";
}

const char *
opk_word_cut(struct span *rest, struct span *word)
{
	struct span s = span_from(*rest, skip_blanks(*rest));
	const char *problem;
	size_t len = 0;

	*word = (struct span){ NULL, 0 };
	problem = measure(s, &len);
	*rest = span_from(s, problem == NULL ? len : s.len);
	if (problem == NULL && len > 0)
		*word = (struct span){ s.p, len };
	return problem;
}

/* What a back slash in double quotes takes away the meaning of. */
static bool
is_escapable(uint8_t c)
{
	return c == '$' || c == '`' || c == '"' || c == '\\' || c == '\n';
}

struct span
opk_word_text(struct span word, uint8_t *buf)
{
	uint8_t quote = '\0';
	size_t n = 0;

	if (!span_has(word, '\\') && !span_has(word, '\'') &&
	    !span_has(word, '"'))
		return word;
	for (size_t i = 0; i < word.len; i++) {
		uint8_t c = word.p[i];

		if (c == '\\' && quote != '\'' && i + 1 < word.len &&
		    (quote == '\0' || is_escapable(word.p[i + 1]))) {
			if (word.p[++i] != '\n') /* else: the line goes on */
				buf[n++] = word.p[i];
		} else if (c == quote) {
			quote = '\0';
		} else if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
		} else {
			buf[n++] = c;
		}
	}
	return (struct span){ buf, n };
}

void
opk_report(struct opk_reports *reports, uint32_t line, enum reason reason,
    const char *what)
{
	if (reports->count < OPK_REPORTS_MAX)
		reports->rows[reports->count] =
		    (struct opk_report){ line, reason, what };
	reports->count++;
}
