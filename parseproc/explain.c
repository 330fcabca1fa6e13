#include "parseproc/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/json.h"
#include "parseproc/pk_token.h"
#include "parseproc/ssh_cert.h"
#include "parseproc/text.h"

/* What people look for when a login fails; the rest is on jwt.io's level. */
static const char *const header_names[] = { "typ", "alg", "kid" };
static const char *const claim_names[] = { "iss", "aud", "sub", "email",
	"email_verified", "groups", "nonce", "iat", "nbf", "exp" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool
explain_warm_up(void)
{
	return true;
}

static enum err
say(struct ipc_channel *ch, const char *where, const char *name,
    struct span value)
{
	struct ipc_message m = { .type = IPC_CLAIM };
	char full[CLAIM_NAME_MAX + 1];

	(void)snprintf(full, sizeof(full), "%s.%s", where, name);
	m.as.CLAIM.name = text_field(span_of(full));
	if (value.len > CLAIM_VALUE_MAX)
		value.len = CLAIM_VALUE_MAX;
	m.as.CLAIM.value = text_field(value);
	return ipc_write(ch, &m);
}

static enum err
say_number(struct ipc_channel *ch, const char *name, uint64_t number)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)number);
	return say(ch, "certificate", name, span_of(digits));
}

/* A string without its quotes, anything else as it is written. */
static enum err
say_member(struct ipc_channel *ch, const char *where, const struct json *doc,
    const char *name)
{
	json_value v = json_member(doc, JSON_ROOT, name);
	struct span text;
	uint8_t *string;
	enum err err;

	if (v == JSON_NONE)
		return ERR_OK;
	text.p = json_text(doc, v, &text.len);
	if (json_kind(doc, v) != JSON_STRING || text.len == 0)
		return say(ch, where, name, text);
	if ((string = malloc(json_string_max(doc, v))) == NULL)
		return ERR_MEMORY;
	err = json_string(doc, v, string, json_string_max(doc, v), &text.len);
	text.p = string;
	if (err == ERR_OK)
		err = say(ch, where, name, text);
	free(string);
	return err;
}

static enum err
say_object(struct ipc_channel *ch, const char *where, struct span text,
    const char *const *names, size_t n)
{
	struct json doc = { 0 };
	enum err err = ERR_OK;

	if (json_read(&doc, text.p, text.len) != JSON_OK ||
	    json_kind(&doc, JSON_ROOT) != JSON_OBJECT)
		err = say(ch, where, "json", span_of("unreadable"));
	else
		for (size_t i = 0; err == ERR_OK && i < n; i++)
			err = say_member(ch, where, &doc, names[i]);
	json_free(&doc);
	return err;
}

static enum err
say_token(struct ipc_channel *ch, const struct pk_token *token)
{
	enum err err = say_object(ch, "token", token->segment[0].payload,
	    claim_names, COUNT(claim_names));

	if (err == ERR_OK)
		err = say_object(ch, "first_header", token->segment[0].header,
		    header_names, COUNT(header_names));
	if (err == ERR_OK)
		err = say_object(ch, "second_header",
		    token->segment[1].header, header_names,
		    COUNT(header_names));
	if (err == ERR_OK && token->has_fresh)
		err = say_object(ch, "refreshed", token->fresh.payload,
		    claim_names, COUNT(claim_names));
	return err;
}

static enum err
say_certificate(struct ipc_channel *ch, const struct ssh_cert *cert)
{
	enum err err = say(ch, "certificate", "key_id", cert->key_id);

	if (err == ERR_OK)
		err = say_number(ch, "principals", cert->nprincipals);
	if (err == ERR_OK)
		err = say_number(ch, "valid_after", cert->valid_after);
	if (err == ERR_OK)
		err = say_number(ch, "valid_before", cert->valid_before);
	return err;
}

static enum err
say_all(struct ipc_channel *ch, struct span blob, bool *readable)
{
	struct ssh_cert cert;
	struct pk_token token;
	uint8_t *room;
	size_t size;
	enum err err;

	*readable = ssh_cert_read(blob.p, blob.len, &cert) == REASON_OK;
	if (!*readable)
		return ERR_OK;
	if ((err = say_certificate(ch, &cert)) != ERR_OK)
		return err;
	size = PK_TOKEN_ROOM(cert.token.len);
	if ((room = malloc(size)) == NULL)
		return ERR_MEMORY;
	*readable = pk_token_read(cert.token.p, cert.token.len, room, size,
	    &token) == REASON_OK;
	if (*readable)
		err = say_token(ch, &token);
	free(room);
	return err;
}

enum err
explain_run(struct ipc_channel *ch)
{
	struct ipc_message m = { .type = IPC_CLAIMS_END };
	struct text blob = { NULL, 0 };
	bool readable = false;
	enum err err = text_hear(ch, IPC_TEXT_OFFERED_KEY, OFFERED_KEY_MAX,
	    &blob);

	if (err == ERR_OK)
		err = say_all(ch, text_span(&blob), &readable);
	m.as.CLAIMS_END.unreadable = !readable;
	if (err == ERR_OK)
		err = ipc_write(ch, &m);
	text_drop(&blob);
	return err;
}
