#include "admin/output.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "parseproc/utf8.h"

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

void
output_to(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_plain(c))
			(void)fputc(c, to);
		else
			(void)fprintf(to, "\\x%02x", c);
	}
}

void
output_text(const char *text)
{
	output_to(stdout, text);
}

void
output_column(const char *text, int width)
{
	int used = 0;

	for (const char *p = text; *p != '\0'; p++)
		used += is_plain((unsigned char)*p) ? 1 : 4;
	output_text(text);
	(void)printf("%*s", used < width ? width - used : 0, "");
}

/* Above U+FFFF it takes two. */
static void
put_escape(uint32_t c)
{
	if (c > 0xffff)
		(void)printf("\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
		    0xdc00 + (c & 0x3ff));
	else
		(void)printf("\\u%04x", c);
}

void
output_string(const char *text)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text);

	(void)putchar('"');
	while (p < end) {
		size_t len = utf8_char_len(p, (size_t)(end - p));

		if (len == 0)
			(void)printf("\\\\x%02x", *p++);
		else if (*p == '"' || *p == '\\')
			(void)printf("\\%c", *p++);
		else if (is_plain(*p))
			(void)putchar(*p++);
		else {
			put_escape(utf8_get(p, len));
			p += len;
		}
	}
	(void)putchar('"');
}

void
output_member(const char *name, const char *text, bool first)
{
	(void)printf("%s\"%s\":", first ? "" : ",", name);
	output_string(text);
}
