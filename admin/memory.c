#include "admin/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void __attribute__((noreturn))
none_left(void)
{
	(void)fputs("sallyport: no memory\n", stderr);
	exit(2);
}

char *
memory_format(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		none_left();
	return text;
}

void *
memory_more(void *array, size_t count, size_t size)
{
	/* It doubles whenever it is full. */
	if ((count & (count - 1)) != 0)
		return array;
	array = reallocarray(array, count == 0 ? 1 : count * 2, size);
	if (array == NULL)
		none_left();
	return array;
}
