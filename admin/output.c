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
output_text(const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_plain(c))
			(void)putchar(c);
		else
			(void)printf("\\x%02x", c);
	}
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

void
output_string(const char *text)
{
	bool utf8 = utf8_valid((const uint8_t *)text, strlen(text));

	(void)putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			(void)printf("\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			(void)printf("\\u%04x", c);
		else if (c < 0x7f || utf8)
			(void)putchar(c);
		else
			(void)printf("\\\\x%02x", c);
	}
	(void)putchar('"');
}

void
output_member(const char *name, const char *text, bool first)
{
	(void)printf("%s\"%s\":", first ? "" : ",", name);
	output_string(text);
}
