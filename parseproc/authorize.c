#include "parseproc/authorize.h"

#include <string.h>

#include "parseproc/chain_line.h"
#include "parseproc/opk_config.h"
#include "parseproc/sallyport_config.h"
#include "parseproc/text.h"

struct authorize {
	struct ipc_channel *ch;
	struct sallyport_config config;
	bool denied;
};

static enum err
say_config_error(struct ipc_channel *ch, enum ipc_text which,
    const struct config_error *error)
{
	struct ipc_message m = config_error_message(which, error);

	return ipc_write(ch, &m);
}

/* --- what our files say --- */

/*
 * Who may not log in by OpenPubkey may not at all, where that is a source:
 * also with a key of Key9's, which the judge of certificates never sees.
 */
static enum reason
read_deny_list(struct authorize *a, const struct text *text, struct span user,
    struct config_error *error)
{
	static struct opk_config config;
	enum reason reason;

	if (sources_config_find(&a->config.sources, IPC_SOURCE_OPENPUBKEY) ==
	    NULL)
		return REASON_OK;
	reason = opk_config_read(text->data, text->len, &config, error);
	a->denied = opk_config_denies_user(&config, user);
	opk_config_free(&config);
	return reason;
}

static enum err
say_source(struct ipc_channel *ch, const struct source_config *source)
{
	struct ipc_message m = { .type = IPC_SOURCE };

	m.as.SOURCE.source = (uint8_t)source->source;
	m.as.SOURCE.deadline_s = source->deadline_s;
	m.as.SOURCE.stop = source->stop;
	m.as.SOURCE.require_email_verified = source->require_email_verified;
	m.as.SOURCE.options = text_field(span_of(source->options.text));
	m.as.SOURCE.words = (struct ipc_span){ source->words,
		source->words_len };
	m.as.SOURCE.run_as = text_field(span_of(source->run_as));
	return ipc_write(ch, &m);
}

static enum err
say_sources(const struct authorize *a)
{
	const struct sources_config *sources = &a->config.sources;
	struct ipc_message m = { .type = IPC_SOURCES };
	enum err err;

	m.as.SOURCES.sources = (uint8_t)sources->n;
	m.as.SOURCES.deadline_s = a->config.deadline_s;
	m.as.SOURCES.log_json = a->config.log_json;
	m.as.SOURCES.denied = a->denied;
	err = ipc_write(a->ch, &m);
	for (size_t i = 0; err == ERR_OK && i < sources->n; i++)
		err = say_source(a->ch, &sources->list[i]);
	return err;
}

/* Reads the files and says what they say; *usable: they could be read. */
static enum err
use_files(struct authorize *a, const struct text *ours,
    const struct text *opk, struct span user, bool *usable)
{
	struct config_error error = { .reason = REASON_OK };

	*usable = false;
	if (sallyport_config_read(ours->data, ours->len, &a->config,
	    &error) != REASON_OK)
		return say_config_error(a->ch, IPC_TEXT_SALLYPORT_YAML,
		    &error);
	if (read_deny_list(a, opk, user, &error) != REASON_OK)
		return say_config_error(a->ch, IPC_TEXT_OPK_CONFIG, &error);
	*usable = true;
	return say_sources(a);
}

static enum err
hear_and_say_sources(struct authorize *a, bool *usable)
{
	struct text ours = { NULL, 0 }, opk = { NULL, 0 };
	struct ipc_message m;
	enum err err;

	*usable = false;
	err = text_hear(a->ch, IPC_TEXT_SALLYPORT_YAML, CONFIG_FILE_MAX,
	    &ours);
	if (err == ERR_OK)
		err = text_hear(a->ch, IPC_TEXT_OPK_CONFIG, CONFIG_FILE_MAX,
		    &opk);
	if (err == ERR_OK)
		err = ipc_read(a->ch, IPC_SET(AUTHORIZE_ASK), &m);
	if (err == ERR_OK)
		err = use_files(a, &ours, &opk,
		    (struct span){ m.as.AUTHORIZE_ASK.user.p,
		    m.as.AUTHORIZE_ASK.user.len }, usable);
	text_drop(&ours);
	text_drop(&opk);
	return err;
}

/* --- what the chained command printed --- */

static enum err
say_line(struct ipc_channel *ch, const struct chain_line *line)
{
	struct ipc_message m = { .type = IPC_LINE };

	m.as.LINE.options = text_field(span_of(line->options.text));
	m.as.LINE.type = text_field(span_of(line->key.type));
	m.as.LINE.base64 = (struct ipc_span){ line->key.base64,
		line->key.base64_len };
	m.as.LINE.comment = (struct ipc_span){ line->key.comment,
		line->key.comment_len };
	return ipc_write(ch, &m);
}

static enum err
say_drop(struct ipc_channel *ch, enum reason reason, uint32_t line)
{
	struct ipc_message m = { .type = IPC_KEY_DROPPED };

	m.as.KEY_DROPPED.reason = (uint8_t)reason;
	m.as.KEY_DROPPED.line = line;
	return ipc_write(ch, &m);
}

static enum err
say_verdict(struct ipc_channel *ch, enum reason reason, uint32_t line,
    size_t keys)
{
	struct ipc_message m = { .type = IPC_VERDICT };

	m.as.VERDICT.reason = (uint8_t)reason;
	m.as.VERDICT.line = line;
	m.as.VERDICT.keys = (uint32_t)keys;
	return ipc_write(ch, &m);
}

/* How far we are in the command's output. */
struct reading {
	struct span rest;
	uint32_t line;
	size_t keys, drops;
	enum reason reason; /* what ends it all */
};

static enum err
judge_line(const struct authorize *a, struct reading *r, struct span text)
{
	static struct chain_line line;
	enum reason reason;
	enum err err;

	if (chain_line_empty(text))
		return ERR_OK;
	if (r->keys + r->drops == KEYS_MAX) {
		r->reason = REASON_ANSWER_KEYS;
		return ERR_OK;
	}
	reason = chain_line_read(text, sources_config_find(&a->config.sources,
	    IPC_SOURCE_CHAIN), &line);
	if (reason == REASON_MEMORY) {
		r->reason = reason;
		return ERR_OK;
	}
	if (reason != REASON_OK) {
		r->drops++;
		return say_drop(a->ch, reason, r->line);
	}
	r->keys++;
	err = say_line(a->ch, &line);
	ssh_key_free(&line.key);
	return err;
}

static enum err
judge_lines(const struct authorize *a, struct span text)
{
	struct reading r = { .rest = text, .reason = REASON_OK };
	enum err err = ERR_OK;

	while (err == ERR_OK && r.reason == REASON_OK && r.rest.len > 0) {
		const uint8_t *lf = memchr(r.rest.p, '\n', r.rest.len);
		size_t n = lf != NULL ? (size_t)(lf - r.rest.p) : r.rest.len;

		r.line++;
		err = judge_line(a, &r, (struct span){ r.rest.p, n });
		r.rest = span_from(r.rest, lf != NULL ? n + 1 : n);
	}
	if (err != ERR_OK)
		return err;
	if (r.reason != REASON_OK)
		return say_verdict(a->ch, r.reason, r.line, r.keys);
	return say_verdict(a->ch, r.keys > 0 ? REASON_OK : r.drops > 0 ?
	    REASON_ALL_KEYS_DROPPED : REASON_NO_KEYS, 0, r.keys);
}

enum err
authorize_run(struct ipc_channel *ch)
{
	static struct authorize a;
	struct text printed = { NULL, 0 };
	bool usable;
	enum err err;

	a.ch = ch;
	err = hear_and_say_sources(&a, &usable);
	if (err != ERR_OK || !usable ||
	    sources_config_find(&a.config.sources, IPC_SOURCE_CHAIN) == NULL)
		return err;
	/* What comes now is a stranger's. */
	err = text_hear(ch, IPC_TEXT_CHAIN, CHAIN_OUTPUT_MAX, &printed);
	if (err == ERR_OK)
		err = judge_lines(&a, text_span(&printed));
	text_drop(&printed);
	return err;
}
