/*
 * SSH public keys. Beyond not crashing: what is taken and put together anew
 * is taken again, as the same key.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "ipc/limits.h"
#include "parseproc/ssh_key.h"

/* Whether all of a text that ends in NUL after len bytes is printable. */
static bool
printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return text[len] == '\0';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char line[KEY_TYPE_MAX + KEY_BASE64_MAX + KEY_COMMENT_MAX + 3];
	struct ssh_key key, again;
	size_t used;

	if (ssh_key_read(data, size, &key) != REASON_OK) {
		require(key.type == NULL && key.base64 == NULL);
		return 0;
	}
	require(printable(key.base64, key.base64_len));
	require(key.base64_len <= KEY_BASE64_MAX);
	require(memmem(data, size, key.base64, key.base64_len) != NULL);
	require(printable(key.comment, key.comment_len));
	require(key.comment_len <= KEY_COMMENT_MAX);
	used = strlen(key.type);
	memcpy(line, key.type, used);
	line[used++] = ' ';
	memcpy(line + used, key.base64, key.base64_len);
	used += key.base64_len;
	line[used++] = ' ';
	memcpy(line + used, key.comment, key.comment_len);
	used += key.comment_len;
	require(ssh_key_read((const uint8_t *)line, used, &again) ==
	    REASON_OK);
	require(again.type == key.type);
	require(strcmp(again.base64, key.base64) == 0);
	require(strcmp(again.comment, key.comment) == 0);
	ssh_key_free(&again);
	ssh_key_free(&key);
	return 0;
}
