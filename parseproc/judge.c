#include "parseproc/judge.h"

#include <string.h>

#include "parseproc/k9_config.h"
#include "parseproc/key9_answer.h"
#include "parseproc/key9_request.h"
#include "parseproc/sallyport_config.h"
#include "parseproc/text.h"

struct config {
	struct sallyport_config sallyport;
	struct k9_config k9;
};

static struct ipc_span
span(const char *s, size_t len)
{
	return (struct ipc_span){ s, len };
}

static enum err
say_config_error(struct ipc_channel *ch, enum ipc_text which,
    const struct config_error *error)
{
	struct ipc_message m = config_error_message(which, error);

	return ipc_write(ch, &m);
}

static enum err
parse_config(struct ipc_channel *ch, const struct text *ours,
    const struct text *k9, struct config *config, bool *usable)
{
	struct config_error error = { .reason = REASON_OK };

	*usable = false;
	if (sallyport_config_read(ours->data, ours->len, &config->sallyport,
	    &error) != REASON_OK)
		return say_config_error(ch, IPC_TEXT_SALLYPORT_YAML, &error);
	if (k9_config_read(k9->data, k9->len, &config->k9, &error) !=
	    REASON_OK)
		return say_config_error(ch, IPC_TEXT_K9_YAML, &error);
	*usable = true;
	return ERR_OK;
}

static enum err
say_query(struct ipc_channel *ch, const struct config *config,
    const struct key9_request *request)
{
	const struct k9_config *k9 = &config->k9;
	struct ipc_message m = { .type = IPC_KEY9_QUERY };

	m.as.KEY9_QUERY.url = span(request->url, request->url_len);
	m.as.KEY9_QUERY.headers = span(request->headers, request->headers_len);
	m.as.KEY9_QUERY.body = span(request->body, request->body_len);
	m.as.KEY9_QUERY.run_as = span(k9->run_as, strlen(k9->run_as));
	m.as.KEY9_QUERY.timeout_s = k9->connection_timeout_s;
	m.as.KEY9_QUERY.allow_http = k9_config_plain_http(k9);
	m.as.KEY9_QUERY.ca_file = span(k9->ca_file, strlen(k9->ca_file));
	m.as.KEY9_QUERY.proxy = span(k9->proxy, strlen(k9->proxy));
	m.as.KEY9_QUERY.stale_max_s = config->sallyport.stale_max_s;
	m.as.KEY9_QUERY.log_json = config->sallyport.log_json;
	return ipc_write(ch, &m);
}

static enum err
say_verdict(struct ipc_channel *ch, enum reason reason, uint32_t line,
    size_t keys, struct ipc_span detail)
{
	struct ipc_message m = { .type = IPC_VERDICT };

	m.as.VERDICT.reason = (uint8_t)reason;
	m.as.VERDICT.line = line;
	m.as.VERDICT.keys = (uint32_t)keys;
	m.as.VERDICT.detail = detail;
	return ipc_write(ch, &m);
}

/* The parent's whole turn: it has sent all three before we may answer. */
static enum err
hear(struct ipc_channel *ch, struct text *ours, struct text *k9,
    struct ipc_message *question)
{
	enum err err;

	err = text_hear(ch, IPC_TEXT_SALLYPORT_YAML, CONFIG_FILE_MAX, ours);
	if (err == ERR_OK)
		err = text_hear(ch, IPC_TEXT_K9_YAML, CONFIG_FILE_MAX, k9);
	if (err == ERR_OK)
		err = ipc_read(ch, IPC_SET(KEY9_ASK), question);
	return err;
}

/* Everything up to the question, in a frame that is wiped with the API key. */
static enum err
ask(struct ipc_channel *ch, bool *asked)
{
	struct text ours = { NULL, 0 }, k9 = { NULL, 0 };
	struct config config;
	struct key9_request request;
	struct ipc_message m;
	bool usable;
	enum err err;

	*asked = false;
	memset(&config, 0, sizeof(config));
	memset(&request, 0, sizeof(request));
	if ((err = hear(ch, &ours, &k9, &m)) != ERR_OK)
		goto out;
	/* Writes only if it finds an error, so the question stays readable. */
	err = parse_config(ch, &ours, &k9, &config, &usable);
	if (err != ERR_OK || !usable)
		goto out;
	/* The parent has checked the name, and the file left room for it. */
	if (key9_request_write(&config.k9, m.as.KEY9_ASK.user.p,
	    m.as.KEY9_ASK.user.len, m.as.KEY9_ASK.remote.p,
	    m.as.KEY9_ASK.remote.len, &request) != REASON_OK)
		err = ERR_BOUND;
	else if ((err = say_query(ch, &config, &request)) == ERR_OK)
		*asked = true;
out:
	text_drop(&k9);
	text_drop(&ours);
	explicit_bzero(&config, sizeof(config));
	explicit_bzero(&request, sizeof(request));
	/* The query went out through the channel's own buffer. */
	explicit_bzero(ch->buf, sizeof(ch->buf));
	return err;
}

static enum err
say_keys(struct ipc_channel *ch, const struct key9_answer *answer)
{
	struct ipc_message m;
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < answer->ndrops; i++) {
		m = (struct ipc_message){ .type = IPC_KEY_DROPPED };
		m.as.KEY_DROPPED.reason = (uint8_t)answer->drops[i].reason;
		m.as.KEY_DROPPED.line = answer->drops[i].line;
		err = ipc_write(ch, &m);
	}
	for (size_t i = 0; err == ERR_OK && i < answer->nkeys; i++) {
		const struct ssh_key *key = &answer->keys[i];

		m = (struct ipc_message){ .type = IPC_KEY };
		m.as.KEY.type = span(key->type, strlen(key->type));
		m.as.KEY.base64 = span(key->base64, key->base64_len);
		m.as.KEY.comment = span(key->comment, key->comment_len);
		err = ipc_write(ch, &m);
	}
	return err;
}

static enum err
judge_answer(struct ipc_channel *ch)
{
	struct text body = { NULL, 0 };
	struct key9_answer answer;
	enum reason reason;
	enum err err;

	memset(&answer, 0, sizeof(answer));
	err = text_hear(ch, IPC_TEXT_KEY9_ANSWER, KEY9_ANSWER_MAX, &body);
	if (err != ERR_OK)
		goto out;
	reason = key9_answer_read(body.data, body.len, &answer);
	if ((err = say_keys(ch, &answer)) == ERR_OK)
		err = say_verdict(ch, reason, answer.line, answer.nkeys,
		    span(answer.detail, answer.detail_len));
out:
	key9_answer_free(&answer);
	text_drop(&body);
	return err;
}

enum err
judge_run(struct ipc_channel *ch)
{
	bool asked;
	enum err err = ask(ch, &asked);

	if (err != ERR_OK || !asked)
		return err;
	/* What comes now is a stranger's; the API key is forgotten. */
	return judge_answer(ch);
}
