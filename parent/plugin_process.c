/*
 * The runner of policy plugins: it gives up root, then runs commands that
 * stand in files of policy.d, one at a time, and tells how they ended. It has
 * no filter, because the plugins would inherit it; it reads nothing but the
 * parent's requests, and compares and copies what a plugin prints.
 */
#include "parent/plugin_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "ipc/rlimit.h"
#include "parent/child.h"
#include "parent/plugin_command.h"
#include "seccomp/cage.h"

/* A command's words, and the variables that opkssh documents: 20. */
#define WORDS_MAX 64
#define VARIABLES_MAX 64
/* For programs in languages that reserve more than they use. */
#define MEMORY_MAX (UINT64_C(4) << 30)
#define FILE_SIZE_MAX (16 * 1024 * 1024)
/* What sshd gives its commands. */
#define DEFAULT_PATH                                                          \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

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

/* The plugin's process group, for a handler; 0: none. */
static volatile sig_atomic_t running;

/* Our own time is up, sshd's is, or the parent has died: nothing is left. */
static void
end_all(int sig)
{
	(void)sig;
	if (running != 0)
		(void)kill(-(pid_t)running, SIGKILL);
	_exit(0);
}

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
	answer->outcome = PLUGIN_REFUSED;
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
	static char path[] = DEFAULT_PATH;
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
		    "as it was read; fix: write it without escapes");
	if (!plugin_env_valid(c->env, q->env_len))
		return refuse(answer, "its environment is not one of ours");
	if (!point(c->argv, 0, WORDS_MAX, c->words, q->words_len) ||
	    !point(c->envp, inherit(c->envp), NINHERITED + VARIABLES_MAX,
	    c->env, q->env_len))
		return refuse(answer, "it has too many words or variables");
	return true;
}

/* Only what root has put there for everybody to run. */
static bool
check_executable(const char *path, struct plugin_answer *answer)
{
	struct file_problem problem;
	struct stat st;
	int fd = trusted_open(path, TRUST_ROOT, &problem);
	bool known;

	if (fd == -1)
		return refuse(answer, "%.100s: %.130s", path, problem.what);
	known = fstat(fd, &st) == 0;
	(void)close(fd);
	if (!known || ((st.st_mode & 07777) != 0755 &&
	    (st.st_mode & 07777) != 0555))
		return refuse(answer, "%.120s has mode %04o; fix: chmod 0755",
		    path, known ? (unsigned)st.st_mode & 07777 : 0);
	return true;
}

/* In the child: a plain process, as a program expects to be started. */
static bool
settle(int out, pid_t runner)
{
	static const struct sigaction defaults = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &defaults, NULL);
	(void)sigemptyset(&none);
	(void)umask(022);
	/* 0 is /dev/null already, and CHILD_FD closes on exec. */
	return dup2(out, STDOUT_FILENO) != -1 &&
	    dup2(out, STDERR_FILENO) != -1 && setpgid(0, 0) == 0 &&
	    chdir("/") == 0 && RLIMIT_SET(RLIMIT_CPU, DEADLINE_MAX_S) &&
	    RLIMIT_SET(RLIMIT_AS, MEMORY_MAX) &&
	    RLIMIT_SET(RLIMIT_FSIZE, FILE_SIZE_MAX) &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
	    getppid() == runner &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

/* Signals must not come between the fork and our knowing of it. */
static pid_t
start(struct command *c, int out)
{
	pid_t self = getpid();
	sigset_t all, before;
	pid_t pid;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	if ((pid = fork()) == 0) {
		if (settle(out, self))
			(void)execve(c->argv[0], c->argv, c->envp);
		_exit(127);
	}
	if (pid > 0) {
		/* It does so too: whoever comes first. */
		(void)setpgid(pid, pid);
		running = pid;
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/*
 * Takes the output until all who could write any have closed it. A parent
 * that has closed its socket, or its half, wants no answer.
 */
static enum plugin_outcome
listen_to(int fd, int64_t deadline_ms, struct plugin_answer *answer)
{
	struct pollfd pfds[] = { { .fd = fd, .events = POLLIN },
		{ .fd = CHILD_FD, .events = POLLRDHUP } };
	char more;

	for (;;) {
		int64_t left = deadline_ms - ipc_now_ms();
		size_t room = sizeof(answer->text) - answer->len;
		ssize_t n;

		if (left <= 0)
			return PLUGIN_TIMEOUT;
		if (poll(pfds, 2, (int)left) <= 0)
			continue;
		if (pfds[1].revents != 0)
			end_all(0);
		n = room > 0 ? read(fd, answer->text + answer->len, room) :
		    read(fd, &more, 1);
		if (n > 0 && room == 0)
			return PLUGIN_TALKS;
		if (n == 0)
			return PLUGIN_ENDED;
		if (n == -1) {
			/* What was read may be half of what it said. */
			(void)refuse(answer, "its output could not be read: %s",
			    strerror(errno));
			return PLUGIN_REFUSED;
		}
		answer->len += (uint32_t)n;
	}
}

/* Waits for the plugin itself, and leaves it there: its group is its id's. */
static bool
has_ended(pid_t pid, int64_t deadline_ms)
{
	sigset_t chld;

	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	for (;;) {
		int64_t left = deadline_ms - ipc_now_ms();
		struct timespec ts = { left / 1000, left % 1000 * 1000000 };
		siginfo_t info = { .si_pid = 0 };

		if (waitid(P_PID, (id_t)pid, &info,
		    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid)
			return true;
		if (left <= 0)
			return false;
		(void)sigtimedwait(&chld, NULL, &ts);
	}
}

static void
run(struct command *c, struct plugin_answer *answer)
{
	int64_t deadline_ms = ipc_now_ms() + c->question.time_ms;
	enum plugin_outcome outcome;
	int out[2], status = -1;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) == -1) {
		(void)refuse(answer, "pipe: %s", strerror(errno));
		return;
	}
	pid = start(c, out[1]);
	(void)close(out[1]);
	if (pid == -1) {
		(void)refuse(answer, "fork: %s", strerror(errno));
		(void)close(out[0]);
		return;
	}
	outcome = listen_to(out[0], deadline_ms, answer);
	if (outcome == PLUGIN_ENDED && !has_ended(pid, deadline_ms))
		outcome = PLUGIN_TIMEOUT;
	/*
	 * Before it is reaped: until then its number is nobody else's. It may
	 * have left the group.
	 */
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	running = 0;
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	(void)close(out[0]);
	answer->outcome = outcome;
	answer->status = status;
}

/* SIGCHLD is waited for; what ends us ends the plugin too. */
static bool
set_signals(void)
{
	const struct sigaction end = { .sa_handler = end_all };
	sigset_t chld;

	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	return sigprocmask(SIG_BLOCK, &chld, NULL) == 0 &&
	    sigaction(SIGTERM, &end, NULL) == 0 &&
	    sigaction(SIGALRM, &end, NULL) == 0 &&
	    sigaction(SIGHUP, &end, NULL) == 0 &&
	    sigaction(SIGINT, &end, NULL) == 0;
}

void
plugin_main(const void *files, pid_t parent)
{
	static struct command command;
	static struct plugin_answer answer;
	enum cage_step step;

	step = cage_bare(SALLYPORT_PLUGIN_ID, (gid_t)SALLYPORT_PLUGIN_ID,
	    parent);
	/* When the parent dies we have something to do before we do. */
	if (step != CAGE_SHUT || !set_signals() ||
	    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == -1 ||
	    getppid() != parent)
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
