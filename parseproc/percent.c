#include "parseproc/percent.h"

#include <stdbool.h>

static bool
stays(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~' || c == ',';
}

size_t
percent_encoded_len(const char *text, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += stays(text[i]) ? 1 : 3;
	return len;
}

void
percent_encode(const char *text, size_t n, char *out)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (stays(text[i])) {
			*out++ = text[i];
			continue;
		}
		*out++ = '%';
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
	}
}
