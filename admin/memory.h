/* Memory, or the end of the program: nothing is half done when it runs out. */
#ifndef ADMIN_MEMORY_H
#define ADMIN_MEMORY_H

#include <stddef.h>

/* A new string, as printf makes it. */
char *memory_format(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), malloc, returns_nonnull));

/*
 * The array of count elements (NULL if that is 0), with room for one more; to
 * be called before each is added.
 */
void *memory_more(void *array, size_t count, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));

#endif
