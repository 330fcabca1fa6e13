/*
 * Whether two names are the same but for case, for lists that nobody shall
 * slip past.
 */
#ifndef PARSEPROC_FOLDED_H
#define PARSEPROC_FOLDED_H

#include <stdbool.h>

#include "parseproc/span.h"

/*
 * Of two texts in UTF-8. The long s (U+017F) and the Kelvin sign (U+212A) are
 * the ASCII letters that they are but for case, and any other letter that may
 * have a case is every other: a table of cases would tell more of them apart,
 * and none that should not be.
 */
bool folded_equal(struct span a, struct span b);

#endif
