#include "parent/key_list.h"

#include <stdlib.h>
#include <string.h>

/* What one answer can become: each key about as long as its line, 1 MiB. */
#define LIST_MAX ((size_t)2 * 1024 * 1024)

/* The types that Key9's specification lists. */
static const char *const types[] = {
	"ssh-ed25519",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521",
	"ssh-rsa",
	"sk-ssh-ed25519@openssh.com",
	"sk-ecdsa-sha2-nistp256@openssh.com",
};

static bool
type_known(struct ipc_span type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (type.len == strlen(types[i]) &&
		    memcmp(type.p, types[i], type.len) == 0)
			return true;
	return false;
}

/* At most two '=', at the very end. */
static bool
base64_alphabet(struct ipc_span s)
{
	const char *p = s.p;
	size_t n = s.len;

	for (int pad = 0; pad < 2 && n > 0 && p[n - 1] == '='; pad++)
		n--;
	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= 'A' && p[i] <= 'Z') &&
		    !(p[i] >= 'a' && p[i] <= 'z') &&
		    !(p[i] >= '0' && p[i] <= '9') && p[i] != '+' &&
		    p[i] != '/')
			return false;
	return true;
}

static enum err
reserve(struct key_list *list, size_t more)
{
	size_t size = list->size != 0 ? list->size : 4096;
	char *text;

	if (more > LIST_MAX - list->len)
		return ERR_TOO_BIG;
	while (size - list->len < more)
		size *= 2;
	if (size == list->size)
		return ERR_OK;
	if ((text = realloc(list->text, size)) == NULL)
		return ERR_MEMORY;
	list->text = text;
	list->size = size;
	return ERR_OK;
}

static void
append(struct key_list *list, struct ipc_span part, char end)
{
	if (part.len > 0)
		memcpy(list->text + list->len, part.p, part.len);
	list->len += part.len;
	list->text[list->len++] = end;
}

enum err
key_list_add(struct key_list *list, struct ipc_span type,
    struct ipc_span base64, struct ipc_span comment)
{
	enum err err;

	if (list->count == KEYS_MAX)
		return ERR_TOO_BIG;
	if (!type_known(type) || !base64_alphabet(base64) ||
	    !ipc_printable(comment.p, comment.len))
		return ERR_ALPHABET;
	err = reserve(list, type.len + base64.len + comment.len + 3);
	if (err != ERR_OK)
		return err;
	append(list, type, ' ');
	append(list, base64, comment.len > 0 ? ' ' : '\n');
	if (comment.len > 0)
		append(list, comment, '\n');
	list->count++;
	return ERR_OK;
}

void
key_list_free(struct key_list *list)
{
	free(list->text);
	*list = (struct key_list){ NULL, 0, 0, 0 };
}
