#include "parent/plugin.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parent/child.h"
#include "parent/command_process.h"
#include "parent/plugin_process.h"

/* What the runner has beyond the plugin's time, before we call it dead. */
#define GRACE_MS 500

bool
plugin_begin(struct plugin_runner *runner, const struct opk_files *files)
{
	runner->fd = -1;
	runner->silent = false;
	if (files->nplugins == 0)
		return true;
	runner->fd = child_start(plugin_main, files,
	    (struct child_keeps){ false, false });
	return runner->fd != -1;
}

static enum err
tell_bytes(const struct plugin_runner *runner, int64_t deadline_ms,
    const uint8_t *p, size_t len)
{
	enum err err = ERR_OK;

	for (size_t sent = 0; sent < len && err == ERR_OK;) {
		size_t n = len - sent;

		if (n > IPC_CHUNK_MAX)
			n = IPC_CHUNK_MAX;
		err = child_tell(runner->fd, deadline_ms, p + sent, n);
		sent += n;
	}
	return err;
}

static enum err
tell(const struct plugin_runner *runner, const struct plugin_request *request,
    int64_t deadline_ms)
{
	const struct plugin_question question = {
		.plugin = (uint32_t)request->plugin,
		.time_ms = request->time_ms,
		.env_len = (uint32_t)request->env_len,
		.words_len = (uint32_t)request->words_len,
	};
	enum err err;

	err = child_tell(runner->fd, deadline_ms, &question, sizeof(question));
	if (err == ERR_OK)
		err = tell_bytes(runner, deadline_ms, request->env,
		    request->env_len);
	if (err == ERR_OK)
		err = tell_bytes(runner, deadline_ms, request->words,
		    request->words_len);
	return err;
}

static enum err
hear(const struct plugin_runner *runner, int64_t deadline_ms,
    struct plugin_answer *answer)
{
	const size_t head = offsetof(struct plugin_answer, text);
	enum err err;
	size_t n;

	err = child_hear(runner->fd, deadline_ms, answer, sizeof(*answer), &n);
	if (err != ERR_OK)
		return err;
	return n >= head && answer->len == n - head ? ERR_OK : ERR_BOUND;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	while (len > 0 && isspace((unsigned char)text[0])) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* What its end means; words for anything but an answer. */
static enum reason
judge_end(const struct plugin_answer *answer, bool *allowed, char *detail)
{
	int status = answer->status;

	if (WIFSIGNALED(status))
		(void)snprintf(detail, DETAIL_MAX + 1,
		    "it was killed by signal %d", WTERMSIG(status));
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		(void)snprintf(detail, DETAIL_MAX + 1,
		    "it ended with exit status %d", WEXITSTATUS(status));
	else if (is_word(answer->text, answer->len, "allow"))
		*allowed = true;
	else if (!is_word(answer->text, answer->len, "deny"))
		(void)snprintf(detail, DETAIL_MAX + 1, "it printed %u bytes "
		    "that are neither allow nor deny", answer->len);
	return detail[0] == '\0' ? REASON_OK : REASON_PLUGIN_RUN;
}

static enum reason
judge_answer(const struct plugin_request *request,
    const struct plugin_answer *answer, bool *allowed, char *detail)
{
	switch (answer->outcome) {
	case COMMAND_ENDED:
		return judge_end(answer, allowed, detail);
	case COMMAND_TIMEOUT:
		(void)snprintf(detail, DETAIL_MAX + 1, "it took longer than "
		    "%u ms and was ended", request->time_ms);
		break;
	case COMMAND_TALKS:
		(void)snprintf(detail, DETAIL_MAX + 1, "it printed more than "
		    "%d bytes and was ended", PLUGIN_OUTPUT_MAX);
		break;
	case COMMAND_REFUSED:
		(void)snprintf(detail, DETAIL_MAX + 1, "%.*s",
		    (int)answer->len, answer->text);
		break;
	default:
		(void)snprintf(detail, DETAIL_MAX + 1,
		    "its runner answered nonsense");
	}
	return REASON_PLUGIN_RUN;
}

enum reason
plugin_ask(struct plugin_runner *runner, const struct plugin_request *request,
    int64_t deadline_ms, bool *allowed, char detail[DETAIL_MAX + 1])
{
	int64_t own_ms = ipc_now_ms() + request->time_ms + GRACE_MS;
	struct plugin_answer answer;
	enum err err;

	*allowed = false;
	detail[0] = '\0';
	if (runner->fd == -1 || runner->silent) {
		(void)snprintf(detail, DETAIL_MAX + 1,
		    "there is no runner for it");
		return REASON_PLUGIN_RUN;
	}
	if (own_ms < deadline_ms)
		deadline_ms = own_ms;
	err = tell(runner, request, deadline_ms);
	if (err == ERR_OK)
		err = hear(runner, deadline_ms, &answer);
	if (err == ERR_OK)
		return judge_answer(request, &answer, allowed, detail);
	/* Whatever it says later would be about this request. */
	runner->silent = true;
	(void)shutdown(runner->fd, SHUT_WR);
	(void)snprintf(detail, DETAIL_MAX + 1, "its runner %s", err_text(err));
	return REASON_PLUGIN_RUN;
}

void
plugin_end(struct plugin_runner *runner, int64_t deadline_ms)
{
	struct plugin_answer ignored;
	size_t n;

	if (runner->fd == -1)
		return;
	/* Not close(): others may hold a copy of the socket. */
	(void)shutdown(runner->fd, SHUT_WR);
	/* It closes its end by exiting, when it has killed what it runs. */
	while (child_hear(runner->fd, deadline_ms, &ignored, sizeof(ignored),
	    &n) == ERR_OK)
		;
	(void)close(runner->fd);
	runner->fd = -1;
}
