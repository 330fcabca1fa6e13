#include "parent/offered_key.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ipc/base64.h"
#include "ipc/wire.h"

static const struct {
	const char *certificate, *plain;
} types[] = {
	{ "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256" },
	{ "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519" },
	{ "ssh-rsa-cert-v01@openssh.com", "ssh-rsa" },
};

const char *
offered_key_plain_type(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i].certificate) == 0)
			return types[i].plain;
	return NULL;
}

enum err
offered_key_read(struct offered_key *key, const char *type,
    const char *base64)
{
	size_t n = strlen(base64);
	enum err err;

	*key = (struct offered_key){ .type = type,
		.plain_type = offered_key_plain_type(type) };
	if (n == 0 || n > OFFERED_KEY_MAX / 3 * 4)
		return ERR_TOO_BIG;
	if ((key->blob = malloc(base64_decoded_max(n))) == NULL)
		return ERR_MEMORY;
	err = base64_decode((const uint8_t *)base64, n, key->blob,
	    base64_decoded_max(n), &key->len);
	if (err != ERR_OK)
		offered_key_free(key);
	return err;
}

void
offered_key_free(struct offered_key *key)
{
	free(key->blob);
	key->blob = NULL;
	key->len = 0;
}

/* A plain key begins with the name of its type. */
static bool
is_plain_key(const struct offered_key *key, size_t at, size_t n)
{
	struct wire_reader r;
	const uint8_t *name;
	size_t len;

	if (at > key->len || n > key->len - at)
		return false;
	r = (struct wire_reader){ key->blob + at, n };
	return wire_get_string(&r, &name, &len) == ERR_OK &&
	    len == strlen(key->plain_type) &&
	    memcmp(name, key->plain_type, len) == 0;
}

/* As opkssh allows: nothing that could end the quotes or the list. */
bool
offered_key_principal_valid(const char *user)
{
	size_t n = strlen(user);

	if (n == 0 || n > 128 || strchr(".+@-", user[0]) != NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = user[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && strchr("._+@-", c) == NULL &&
		    !(c == '$' && i == n - 1))
			return false;
	}
	return true;
}

/* What may stand before the key: constants, a name, a time. */
struct options {
	char text[256];
	size_t len;
};

static bool add(struct options *options, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* False if there is no room. */
static bool
add(struct options *options, const char *fmt, ...)
{
	size_t room = sizeof(options->text) - options->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(options->text + options->len, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		return false;
	options->len += (size_t)n;
	return true;
}

static bool
add_principals(struct options *options, const struct offered_line *line)
{
	switch (line->principal) {
	case IPC_PRINCIPAL_NONE:
		return true;
	case IPC_PRINCIPAL_WILDCARD:
		return add(options, ",principals=\"opkssh-wildcard\"");
	case IPC_PRINCIPAL_LOGIN_NAME:
		return offered_key_principal_valid(line->user) &&
		    add(options, ",principals=\"%s\"", line->user);
	}
	return false;
}

/* sshd(8), AUTHORIZED_KEYS FILE FORMAT; the Z means UTC. */
static bool
add_end(struct options *options, uint64_t ends)
{
	time_t end = (time_t)ends;
	struct tm tm;

	if (ends == 0)
		return true;
	return ends <= NOW_MAX && gmtime_r(&end, &tm) != NULL &&
	    add(options, ",expiry-time=\"%04d%02d%02d%02d%02d%02dZ\"",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
}

enum err
offered_key_line(const struct offered_key *key,
    const struct offered_line *line, char **text)
{
	struct options options = { .len = 0 };
	size_t n;

	*text = NULL;
	if (!is_plain_key(key, line->key_at, line->key_len) ||
	    !add(&options, "cert-authority") ||
	    !add_principals(&options, line) ||
	    !add_end(&options, line->ends) ||
	    !add(&options, " %s ", key->plain_type))
		return ERR_BOUND;
	n = base64_encoded_len(line->key_len);
	if ((*text = malloc(options.len + n + 2)) == NULL)
		return ERR_MEMORY;
	memcpy(*text, options.text, options.len);
	base64_encode(key->blob + line->key_at, line->key_len,
	    *text + options.len);
	memcpy(*text + options.len + n, "\n", 2);
	return ERR_OK;
}
