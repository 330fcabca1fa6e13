#include "parent/key_list.h"

#include <stdlib.h>
#include <string.h>

/* What one answer can become: each key about as long as its line, 1 MiB, and
 * as many options as there can be before each. */
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

	if (more > LIST_MAX - (list->len - list->begun_len))
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

bool
key_list_options_sound(struct ipc_span options)
{
	const char *p = options.p;
	bool quoted = false;

	for (size_t i = 0; i < options.len; i++) {
		if (p[i] < 0x20 || p[i] > 0x7e || (p[i] == ' ' && !quoted))
			return false;
		if (p[i] == '\\' && i + 1 < options.len && p[i + 1] == '"')
			i++;
		else if (p[i] == '"')
			quoted = !quoted;
	}
	return !quoted;
}

void
key_list_begin(struct key_list *list)
{
	list->begun_len = list->len;
	list->begun_count = list->count;
}

size_t
key_list_begun(const struct key_list *list)
{
	return list->count - list->begun_count;
}

void
key_list_take_back(struct key_list *list)
{
	list->len = list->begun_len;
	list->count = list->begun_count;
}

enum err
key_list_add_line(struct key_list *list, const struct key_line *line)
{
	const struct ipc_span *own = &line->own, *more = &line->more;
	enum err err;

	if (key_list_begun(list) == KEYS_MAX)
		return ERR_TOO_BIG;
	if (!key_list_options_sound(*own) || !key_list_options_sound(*more) ||
	    !type_known(line->type) || !base64_alphabet(line->base64) ||
	    !ipc_printable(line->comment.p, line->comment.len))
		return ERR_ALPHABET;
	err = reserve(list, own->len + more->len + line->type.len +
	    line->base64.len + line->comment.len + 5);
	if (err != ERR_OK)
		return err;
	if (own->len > 0)
		append(list, *own, more->len > 0 ? ',' : ' ');
	if (more->len > 0)
		append(list, *more, ' ');
	append(list, line->type, ' ');
	append(list, line->base64, line->comment.len > 0 ? ' ' : '\n');
	if (line->comment.len > 0)
		append(list, line->comment, '\n');
	list->count++;
	return ERR_OK;
}

enum err
key_list_add(struct key_list *list, struct ipc_span type,
    struct ipc_span base64, struct ipc_span comment)
{
	const struct key_line line = { .type = type, .base64 = base64,
		.comment = comment };

	return key_list_add_line(list, &line);
}

/* Cuts the first word off; blanks in quotes do not end it. */
static struct ipc_span
cut_word(struct ipc_span *rest)
{
	const char *p = rest->p;
	struct ipc_span word = { p, 0 };
	bool quoted = false;
	size_t n = 0;

	for (; n < rest->len && (p[n] != ' ' || quoted); n++)
		if (p[n] == '"')
			quoted = !quoted;
	word.len = n;
	if (n < rest->len)
		n++;
	*rest = (struct ipc_span){ p + n, rest->len - n };
	return word;
}

static enum err
add_text_line(struct key_list *list, struct ipc_span text, bool has_options,
    struct ipc_span more)
{
	struct key_line line = { .more = more };

	if (has_options)
		line.own = cut_word(&text);
	line.type = cut_word(&text);
	line.base64 = cut_word(&text);
	line.comment = text;
	return line.base64.len == 0 ? ERR_ALPHABET :
	    key_list_add_line(list, &line);
}

enum err
key_list_add_text(struct key_list *list, const char *text, size_t len,
    bool has_options, struct ipc_span more)
{
	enum err err = ERR_OK;

	key_list_begin(list);
	while (err == ERR_OK && len > 0) {
		const char *lf = memchr(text, '\n', len);
		size_t n = lf != NULL ? (size_t)(lf - text) : 0;

		err = lf == NULL ? ERR_ALPHABET : add_text_line(list,
		    (struct ipc_span){ text, n }, has_options, more);
		text += n + 1;
		len -= lf != NULL ? n + 1 : 0;
	}
	if (err != ERR_OK)
		key_list_take_back(list);
	return err;
}

void
key_list_free(struct key_list *list)
{
	free(list->text);
	*list = (struct key_list){ .text = NULL };
}
