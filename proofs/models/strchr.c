/* strchr() for a byte of any value, which CBMC's own takes for a char. */
#include <string.h>

char *
strchr(const char *text, int c)
{
	while (*text != '\0' && *(const unsigned char *)text != c)
		text++;
	return *(const unsigned char *)text == c ? (char *)text : NULL;
}
