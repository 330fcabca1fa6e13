/*
 * The runner of the chained command: it becomes the user that sallyport.yaml
 * names, runs that one command and reports what it printed, without reading
 * it. It has no filter, because the command would inherit it. Neither the
 * command's words nor the user are believed if they do not stand in the file
 * as it was before anybody could be owned; what sshd said comes from the
 * command line, not from the parent.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parent/command_process.h"
#include "parent/local_user.h"
#include "parent/plugin_command.h"
#include "parent/source_process.h"
#include "parent/word_stands.h"
#include "seccomp/cage.h"

#define WORDS_MAX 64
/* The command's words with what sshd said in the place of %u and the like:
 * a key of 64 KiB is 88 KiB of base64. */
#define ARGUMENTS_MAX (256 * 1024)

struct chain {
	const struct source_request *request;
	struct source_order order;
	char arguments[ARGUMENTS_MAX];
	size_t used;
	char *argv[WORDS_MAX + 1];
	char env[2][USER_NAME_MAX + 16];
	char printed[CHAIN_OUTPUT_MAX];
	char why[DETAIL_MAX + 1]; /* it was not run, or did not end well */
};

static bool fail(struct chain *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns false, for the caller's own return. */
static bool
fail(struct chain *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	return false;
}

/* --- the words --- */

static bool
append(struct chain *c, const char *text, size_t len)
{
	if (len > sizeof(c->arguments) - c->used)
		return fail(c, "its words are too long");
	memcpy(c->arguments + c->used, text, len);
	c->used += len;
	return true;
}

/* sshd's tokens, of those that a command may want to know. */
static bool
append_token(struct chain *c, char token)
{
	const struct authorize_options *options = c->request->options;
	const struct {
		char token;
		const char *value;
	} tokens[] = {
		{ '%', "%" }, { 'u', options->user },
		{ 't', options->key_type }, { 'k', options->key },
		{ 'C', options->connection }, { 'h', options->home },
		{ 'U', options->uid },
	};

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		if (tokens[i].token == token)
			return tokens[i].value != NULL ? append(c,
			    tokens[i].value, strlen(tokens[i].value)) :
			    fail(c, "it wants %%%c, which sshd is not asked "
			    "to give us; see sallyport authorize --help",
			    token);
	return fail(c, "a %% in its words is none of "
	    "%%u %%t %%k %%C %%h %%U %%%%");
}

static bool
append_word(struct chain *c, const char *word)
{
	for (; *word != '\0'; word++) {
		if (*word != '%') {
			if (!append(c, word, 1))
				return false;
		} else if (!append_token(c, *++word))
			return false;
	}
	return append(c, "", 1);
}

static bool
make_words(struct chain *c)
{
	const struct trusted_file *file = c->request->config;
	const char *word = c->order.words;
	const char *end = word + c->order.words_len;
	size_t n = 0;

	if (!plugin_command_stands((const char *)file->data, file->len, word,
	    c->order.words_len))
		return fail(c, "its command does not stand in sallyport.yaml "
		    "as it was read; fix: write it right behind command:, "
		    "without escapes");
	for (; word < end; word += strlen(word) + 1) {
		if (n == WORDS_MAX)
			return fail(c, "it has more than %d words", WORDS_MAX);
		c->argv[n++] = c->arguments + c->used;
		if (!append_word(c, word))
			return false;
	}
	return true;
}

/* --- the user --- */

static bool
become(struct chain *c, pid_t parent)
{
	const char *name = c->order.run_as;
	uid_t uid;
	gid_t gid;

	if (!word_stands(c->request->config, name))
		return fail(c, "its user does not stand in sallyport.yaml as "
		    "it was read; fix: write it without escapes");
	if (!local_user_ids(name, &uid, &gid))
		return fail(c, "%.100s is not in /etc/passwd; fix: user: in "
		    "sallyport.yaml", name);
	if (uid == 0 || gid == 0)
		return fail(c, "%.100s is root, or in its group, which it may "
		    "not have; fix: user: in sallyport.yaml", name);
	if (geteuid() != 0 && geteuid() != uid)
		return fail(c, "only root can run it as %.100s; fix: "
		    "AuthorizedKeysCommandUser root, or its own name as user:",
		    name);
	if (cage_runner(SALLYPORT_PARENT_ID, uid, gid, parent) != CAGE_SHUT ||
	    !command_begin(parent))
		return fail(c, "its process could not give up its rights");
	return true;
}

/* --- the command --- */

static enum reason
run(struct chain *c, size_t *len)
{
	static char path[] = COMMAND_DEFAULT_PATH;
	char *envp[] = { path, c->env[0], c->env[1], NULL };
	struct command_run command = {
		.argv = c->argv,
		.envp = envp,
		.deadline_ms = c->order.deadline_ms,
		.out = c->printed,
		.max = sizeof(c->printed),
	};

	(void)snprintf(c->env[0], sizeof(c->env[0]), "USER=%s",
	    c->order.run_as);
	(void)snprintf(c->env[1], sizeof(c->env[1]), "LOGNAME=%s",
	    c->order.run_as);
	switch (command_run(&command)) {
	case COMMAND_TIMEOUT:
		(void)fail(c, "it took too long and was ended");
		return REASON_CHAIN_RUN;
	case COMMAND_TALKS:
		(void)fail(c, "it printed more than %d bytes and was ended",
		    CHAIN_OUTPUT_MAX);
		return REASON_TOO_LARGE;
	case COMMAND_UNHEARD:
		(void)fail(c, "its output could not be read: %s",
		    strerror(errno));
		return REASON_CHAIN_RUN;
	case COMMAND_REFUSED:
		(void)fail(c, "it cannot be started: %s", strerror(errno));
		return REASON_CHAIN_RUN;
	case COMMAND_ENDED:
		break;
	}
	if (WIFSIGNALED(command.status))
		(void)fail(c, "it was killed by signal %d",
		    WTERMSIG(command.status));
	else if (WEXITSTATUS(command.status) != 0)
		(void)fail(c, "it ended with exit status %d",
		    WEXITSTATUS(command.status));
	else
		*len = command.len;
	return c->why[0] == '\0' ? REASON_OK : REASON_CHAIN_RUN;
}

void
chain_main(const void *request, pid_t parent)
{
	static struct chain c;
	enum reason reason = REASON_CHAIN_RUN;
	size_t len = 0;

	c.request = request;
	source_await_order(&c.order);
	if (make_words(&c) && become(&c, parent) &&
	    command_allowed(c.argv[0], c.why, sizeof(c.why)))
		reason = run(&c, &len);
	/* The parent has the last word in the log. */
	(void)source_tell(reason, c.why, c.printed, len, c.order.deadline_ms);
	_exit(0);
}
