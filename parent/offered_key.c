#include "parent/offered_key.h"

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

bool
offered_key_read(struct offered_key *key, const char *type,
    const char *base64)
{
	size_t n = strlen(base64);

	*key = (struct offered_key){ .type = type,
		.plain_type = offered_key_plain_type(type) };
	if (n == 0 || n > OFFERED_KEY_MAX / 3 * 4)
		return false;
	if ((key->blob = malloc(base64_decoded_max(n))) == NULL)
		return false;
	if (base64_decode((const uint8_t *)base64, n, key->blob,
	    base64_decoded_max(n), &key->len) == ERR_OK)
		return true;
	offered_key_free(key);
	return false;
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

static bool
write_principals(FILE *out, const struct offered_line *line)
{
	switch (line->principal) {
	case IPC_PRINCIPAL_NONE:
		return true;
	case IPC_PRINCIPAL_WILDCARD:
		return fputs(",principals=\"opkssh-wildcard\"", out) >= 0;
	case IPC_PRINCIPAL_LOGIN_NAME:
		return offered_key_principal_valid(line->user) &&
		    fprintf(out, ",principals=\"%s\"", line->user) > 0;
	}
	return false;
}

/* sshd(8), AUTHORIZED_KEYS FILE FORMAT; the Z means UTC. */
static bool
write_end(FILE *out, uint64_t ends)
{
	time_t end = (time_t)ends;
	struct tm tm;

	if (ends == 0)
		return true;
	return ends <= NOW_MAX && gmtime_r(&end, &tm) != NULL &&
	    fprintf(out, ",expiry-time=\"%04d%02d%02d%02d%02d%02dZ\"",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec) > 0;
}

static bool
write_key(FILE *out, const struct offered_key *key,
    const struct offered_line *line)
{
	size_t n = base64_encoded_len(line->key_len);
	char *text = malloc(n);
	bool ok = text != NULL;

	if (ok) {
		base64_encode(key->blob + line->key_at, line->key_len, text);
		ok = fprintf(out, " %s %.*s\n", key->plain_type, (int)n,
		    text) > 0;
	}
	free(text);
	return ok;
}

char *
offered_key_line(const struct offered_key *key,
    const struct offered_line *line)
{
	char *text = NULL;
	size_t len;
	FILE *out;
	bool ok;

	if (!is_plain_key(key, line->key_at, line->key_len) ||
	    (out = open_memstream(&text, &len)) == NULL)
		return NULL;
	ok = fputs("cert-authority", out) >= 0 &&
	    write_principals(out, line) && write_end(out, line->ends) &&
	    write_key(out, key, line);
	if (fclose(out) == 0 && ok)
		return text;
	free(text);
	return NULL;
}
