/* Printing what somebody else wrote: to a terminal, and as JSON. */
#ifndef ADMIN_OUTPUT_H
#define ADMIN_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/* Control characters and bytes that are not ASCII as \xNN. */
void output_to(FILE *to, const char *text);
void output_text(const char *text);

/* The same, padded with blanks to width. */
void output_column(const char *text, int width);

/*
 * A JSON string (RFC 8259 section 7) in ASCII, since a terminal may show it;
 * bytes that are not UTF-8 as "\xNN".
 */
void output_string(const char *text);

/* "name":"text", with a comma before it unless it is the first. */
void output_member(const char *name, const char *text, bool first);

#endif
