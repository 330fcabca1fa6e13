#include "parent/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/build.h"
#include "parent/child.h"
#include "parent/local_user.h"

void
home_question(struct home_question *question, const char *user,
    const char *dir, const char *uid)
{
	uid_t its;

	(void)snprintf(question->user, sizeof(question->user), "%s", user);
	(void)snprintf(question->dir, sizeof(question->dir), "%s",
	    dir != NULL ? dir : HOME_UNKNOWN);
	(void)snprintf(question->uid, sizeof(question->uid), "%s",
	    uid != NULL ? uid : HOME_UNKNOWN);
	question->asks = dir == NULL || uid == NULL;
	if (!question->asks || !local_user_home(user, &its, dir == NULL ?
	    question->dir : NULL, sizeof(question->dir)))
		return;
	if (uid == NULL)
		(void)snprintf(question->uid, sizeof(question->uid), "%u", its);
	question->asks = false;
}

static enum home_result
refuse(struct file_problem *problem, const char *what)
{
	problem->reason = REASON_HOME_POLICY;
	(void)snprintf(problem->what, sizeof(problem->what), "%s", what);
	return HOME_REFUSED;
}

/* Takes the text's pieces; room for len bytes is there. */
static enum err
hear_text(int fd, int64_t deadline_ms, size_t len,
    struct trusted_file *file)
{
	size_t n;

	while (file->len < len) {
		enum err err = child_hear(fd, deadline_ms,
		    file->data + file->len, len - file->len, &n);

		if (err != ERR_OK)
			return err;
		file->len += n;
	}
	return ERR_OK;
}

static bool
report_valid(const struct home_report *report, size_t n)
{
	return n == sizeof(*report) && report->build == BUILD_ID &&
	    report->result <= HOME_REFUSED &&
	    report->len <= HOME_FILE_MAX &&
	    memchr(report->what, '\0', sizeof(report->what)) != NULL;
}

static enum err
hear(int fd, int64_t deadline_ms, struct home_report *report,
    struct trusted_file *file)
{
	enum err err;
	size_t n;

	err = child_hear(fd, deadline_ms, report, sizeof(*report), &n);
	if (err != ERR_OK)
		return err;
	if (!report_valid(report, n))
		return ERR_BOUND;
	if (report->result != HOME_TAKEN)
		return ERR_OK;
	/* An empty file has a text too, of no bytes. */
	if ((file->data = malloc((size_t)report->len + 1)) == NULL)
		return ERR_MEMORY;
	return hear_text(fd, deadline_ms, report->len, file);
}

enum home_result
home_take(struct starter *starter, int64_t deadline_ms,
    struct trusted_file *file, struct file_problem *problem)
{
	static const uint8_t go = 1;
	int fd = starter->ends[WORKER_HOME];
	struct home_report report;
	char what[64];
	enum err err;

	*file = (struct trusted_file){ NULL, 0, false, 0 };
	*problem = (struct file_problem){ .reason = REASON_OK };
	if (!starter->started[WORKER_HOME] &&
	    !starter_start(starter, WORKER_HOME))
		return refuse(problem, "no process could be started for it");
	/* If it is gone, hearing it says so. */
	(void)!send(fd, &go, sizeof(go), MSG_DONTWAIT | MSG_NOSIGNAL);
	err = hear(fd, deadline_ms, &report, file);
	if (err != ERR_OK) {
		trusted_free(file);
		(void)snprintf(what, sizeof(what), "the process for it %s",
		    err_text(err));
		return refuse(problem, what);
	}
	if (report.result == HOME_REFUSED)
		return refuse(problem, report.what);
	return (enum home_result)report.result;
}
