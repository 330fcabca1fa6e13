#include "parseproc/key9_request.h"

#include <string.h>

#include "ipc/wire.h"
#include "parseproc/percent.h"
#include "parseproc/utf8.h"

/* U+FFFD, what stands for bytes that are no character. */
#define REPLACEMENT "\xef\xbf\xbd"

/* A writer over an array whose last byte remains for a NUL. */
#define WRITER(array) { (uint8_t *)(array), sizeof(array) - 1, 0 }

/* Appends a string that ends in NUL. */
static enum err
put_text(struct wire_writer *w, const char *text)
{
	return wire_put_bytes(w, text, strlen(text));
}

/* Appends all the strings up to a NULL. */
static enum err
put_all(struct wire_writer *w, const char *const texts[])
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && texts[i] != NULL; i++)
		err = put_text(w, texts[i]);
	return err;
}

bool
key9_user_valid(const uint8_t *user, size_t len)
{
	if (len == 0 || len > KEY9_USER_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool first = (user[i] >= 'a' && user[i] <= 'z') ||
		    user[i] == '_';
		bool later = (user[i] >= '0' && user[i] <= '9') ||
		    user[i] == '-';

		if (!first && (i == 0 || !later))
			return false;
	}
	return true;
}

/* {query_ssh_keys}[/]{user}/{machine_group, percent-encoded} */
static enum err
put_url(const struct k9_config *config, const uint8_t *user, size_t user_len,
    struct wire_writer *w)
{
	const char *base = config->query_ssh_keys;
	const char *groups = config->machine_group;
	size_t base_len = strlen(base), groups_len = strlen(groups);
	size_t encoded_len = percent_encoded_len(groups, groups_len);

	if (base_len == 0 || put_text(w, base) != ERR_OK ||
	    (base[base_len - 1] != '/' && put_text(w, "/") != ERR_OK) ||
	    wire_put_bytes(w, user, user_len) != ERR_OK ||
	    put_text(w, "/") != ERR_OK || w->size - w->used < encoded_len)
		return ERR_TOO_BIG;
	percent_encode(groups, groups_len, (char *)w->buf + w->used);
	w->used += encoded_len;
	return ERR_OK;
}

/* The client sends the first header, Key9's manual names the second. */
static enum err
put_headers(const struct k9_config *config, struct wire_writer *w)
{
	const char *const texts[] = {
		"Content-Type: application/json\nAPI_KEY: ",
		config->company_uuid, ":", config->api_key,
		"\nAuthorization: API_KEY: ",
		config->company_uuid, ":", config->api_key, NULL
	};

	return put_all(w, texts);
}

/* One character inside a JSON string, RFC 8259 section 7. */
static enum err
put_json_char(struct wire_writer *w, const uint8_t *p, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	char escape[] = "\\u00xx";

	if (p[0] == '"' || p[0] == '\\') {
		escape[1] = (char)p[0];
		return wire_put_bytes(w, escape, 2);
	}
	/* DEL need not be escaped, but might confuse who reads a log. */
	if (p[0] < 0x20 || p[0] == 0x7f) {
		escape[4] = hex[p[0] >> 4];
		escape[5] = hex[p[0] & 15];
		return wire_put_bytes(w, escape, 6);
	}
	return wire_put_bytes(w, p, n);
}

static enum err
put_body(const uint8_t *remote, size_t len, struct wire_writer *w)
{
	enum err err = put_text(w, "{\"remote\": \"");

	for (size_t i = 0; err == ERR_OK && i < len;) {
		size_t n = utf8_char_len(remote + i, len - i);

		err = n > 0 ? put_json_char(w, remote + i, n) :
		    put_text(w, REPLACEMENT);
		i += n > 0 ? n : 1;
	}
	if (err != ERR_OK)
		return err;
	return put_text(w, "\"}");
}

static enum reason
compose(const struct k9_config *config, const uint8_t *user, size_t user_len,
    const uint8_t *remote, size_t remote_len, struct key9_request *request)
{
	struct wire_writer url = WRITER(request->url);
	struct wire_writer headers = WRITER(request->headers);
	struct wire_writer body = WRITER(request->body);

	if (!key9_user_valid(user, user_len))
		return REASON_USER_NAME;
	if (put_url(config, user, user_len, &url) != ERR_OK ||
	    put_headers(config, &headers) != ERR_OK)
		return REASON_CONFIG_VALUE;
	if (remote_len > REMOTE_MAX ||
	    (remote_len > 0 && put_body(remote, remote_len, &body) != ERR_OK))
		return REASON_USAGE;
	request->url_len = url.used;
	request->headers_len = headers.used;
	request->body_len = body.used;
	return REASON_OK;
}

enum reason
key9_request_write(const struct k9_config *config, const uint8_t *user,
    size_t user_len, const uint8_t *remote, size_t remote_len,
    struct key9_request *request)
{
	enum reason reason;

	memset(request, 0, sizeof(*request));
	reason = compose(config, user, user_len, remote, remote_len, request);
	if (reason != REASON_OK)
		memset(request, 0, sizeof(*request));
	return reason;
}
