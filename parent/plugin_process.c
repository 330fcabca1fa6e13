/*
 * The runner of policy plugins: it gives up root, then runs commands that
 * stand in files of policy.d, one at a time, and tells how they ended. It has
 * no filter, because the plugins would inherit it; it reads nothing but the
 * parent's requests, and compares and copies what a plugin prints.
 */
#include "parent/plugin_process.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parent/child.h"
#include "parent/command_process.h"
#include "parent/plugin_command.h"
#include "seccomp/cage.h"

/* A command's words, and the variables that opkssh documents: 20. */
#define WORDS_MAX 64
#define VARIABLES_MAX 64

static const char *const inherited[] = { "PATH", "http_proxy", "https_proxy",
	"no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY" };

#define NINHERITED (sizeof(inherited) / sizeof(inherited[0]))

/* One request: the texts, and pointers to their strings. */
struct command {
	struct plugin_question question;
	char env[PLUGIN_ENV_MAX];
	char words[PATH_LEN_MAX + 1];
	char *argv[WORDS_MAX + 1];
	char *envp[NINHERITED + VARIABLES_MAX + 1];
};

static bool
hear_bytes(char *buf, size_t len)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = recv(CHILD_FD, buf + got, len - got, MSG_TRUNC);

		if (n <= 0 || (size_t)n > len - got)
			return false;
		got += (size_t)n;
	}
	return true;
}

/* False when the parent has no more to say, or says what it must not. */
static bool
hear(struct command *c)
{
	struct plugin_question *q = &c->question;

	return recv(CHILD_FD, q, sizeof(*q), MSG_TRUNC) ==
	    (ssize_t)sizeof(*q) && q->env_len <= sizeof(c->env) &&
	    q->words_len >= 1 && q->words_len <= sizeof(c->words) &&
	    q->time_ms >= 1 && q->time_ms <= DEADLINE_MAX_S * 1000 &&
	    hear_bytes(c->env, q->env_len) &&
	    hear_bytes(c->words, q->words_len);
}

static bool
say(const struct plugin_answer *answer)
{
	size_t n = offsetof(struct plugin_answer, text) + answer->len;

	return send(CHILD_FD, answer, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static bool refuse(struct plugin_answer *answer, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns false, for the caller's own return. */
static bool
refuse(struct plugin_answer *answer, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(answer->text, DETAIL_MAX + 1, fmt, ap);
	va_end(ap);
	answer->outcome = COMMAND_REFUSED;
	answer->len = n < 0 ? 0 : n > DETAIL_MAX ? DETAIL_MAX : (uint32_t)n;
	return false;
}

/* Pointers to the strings of buf, from list[n] on. False if too many. */
static bool
point(char **list, size_t n, size_t max, char *buf, size_t len)
{
	for (size_t i = 0; i < len; i += strlen(buf + i) + 1) {
		if (n == max)
			return false;
		list[n++] = buf + i;
	}
	list[n] = NULL;
	return true;
}

/* Our own PATH and proxy variables, as they are; the count of them. */
static size_t
inherit(char **envp)
{
	static char path[] = COMMAND_DEFAULT_PATH;
	size_t n = 0;

	for (char **e = environ; e != NULL && *e != NULL; e++)
		for (size_t i = 0; i < NINHERITED && n < NINHERITED; i++) {
			size_t len = strlen(inherited[i]);

			if (strncmp(*e, inherited[i], len) == 0 &&
			    (*e)[len] == '=')
				envp[n++] = *e;
		}
	if (getenv("PATH") == NULL)
		envp[n++] = path;
	return n;
}

/* Whether the words are those of the plugin's file, and nothing else is. */
static bool
check_words(struct command *c, const struct opk_files *files,
    struct plugin_answer *answer)
{
	const struct plugin_question *q = &c->question;
	const struct trusted_file *text;

	if (q->plugin >= files->nplugins)
		return refuse(answer, "there is no such plugin");
	text = &files->plugins[q->plugin].text;
	if (!plugin_command_stands((const char *)text->data, text->len,
	    c->words, q->words_len))
		return refuse(answer, "its command does not stand in its file "
		    "as it was read; fix: write it right behind command:, "
		    "without escapes");
	if (!plugin_env_valid(c->env, q->env_len))
		return refuse(answer, "its environment is not one of ours");
	if (!point(c->argv, 0, WORDS_MAX, c->words, q->words_len) ||
	    !point(c->envp, inherit(c->envp), NINHERITED + VARIABLES_MAX,
	    c->env, q->env_len))
		return refuse(answer, "it has too many words or variables");
	return true;
}

static bool
check_executable(const char *path, struct plugin_answer *answer)
{
	char why[DETAIL_MAX + 1];

	return command_allowed(path, why, sizeof(why)) ||
	    refuse(answer, "%s", why);
}

static void
run(struct command *c, struct plugin_answer *answer)
{
	struct command_run run = {
		.argv = c->argv,
		.envp = c->envp,
		.deadline_ms = ipc_now_ms() + c->question.time_ms,
		.with_stderr = true,
		.out = answer->text,
		.max = sizeof(answer->text),
	};

	answer->outcome = command_run(&run);
	answer->status = run.status;
	answer->len = (uint32_t)run.len;
	if (answer->outcome == COMMAND_UNHEARD)
		(void)refuse(answer, "its output could not be read: %s",
		    strerror(errno));
	else if (answer->outcome == COMMAND_REFUSED)
		(void)refuse(answer, "it cannot be started: %s",
		    strerror(errno));
}

void
plugin_main(const void *files, pid_t parent)
{
	static struct command command;
	static struct plugin_answer answer;
	enum cage_step step;

	step = cage_runner(SALLYPORT_PARENT_ID, SALLYPORT_PLUGIN_ID,
	    (gid_t)SALLYPORT_PLUGIN_ID, parent);
	if (step != CAGE_SHUT || !command_begin(parent))
		_exit(127);
	while (hear(&command)) {
		memset(&answer, 0, sizeof(answer));
		if (check_words(&command, files, &answer) &&
		    check_executable(command.argv[0], &answer))
			run(&command, &answer);
		if (!say(&answer))
			break;
	}
	_exit(0);
}
