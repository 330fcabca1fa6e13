/*
 * Patterns as Go's path.Match reads them, because auth_id's repo: rows are
 * written for it:
 *
 *	*       any number of characters but '/'
 *	?       one character but '/'
 *	[a-z]   one character of these ('/' too); [^a-z] of all others
 *	\c      the character c, in brackets too
 *
 * A pattern must match the whole name. Characters are UTF-8; a byte that is
 * part of none counts as one. Without recursion; takes time in proportion to
 * the product of both lengths at most.
 */
#ifndef PARSEPROC_GLOB_H
#define PARSEPROC_GLOB_H

#include "parseproc/span.h"

/*
 * No name is longer than this and matches. GitHub's subjects have less than
 * 500 characters; together with a pattern's own bound it limits the time.
 */
#define GLOB_NAME_MAX 2048

enum glob {
	GLOB_NO,
	GLOB_YES,
	GLOB_MALFORMED, /* whatever the name */
};

enum glob glob_match(struct span pattern, struct span name);

#endif
