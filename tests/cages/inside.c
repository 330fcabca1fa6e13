/*
 * The way into the cages, which are the shipped ones. This links the very
 * main.o of each worker, its main() under another name, and stands in for the
 * functions that would be called next; like a worker it is forked by a caged
 * starter, and hears from and reports to a parent over descriptor 3.
 */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "homeproc/home.h"
#include "ipc/channel.h"
#include "netproc/connect.h"
#include "netproc/exchange.h"
#include "parseproc/authorize.h"
#include "parseproc/ec_point.h"
#include "parseproc/explain.h"
#include "parseproc/judge.h"
#include "parseproc/keys.h"
#include "parseproc/opk_judge.h"
#include "parseproc/ssh_key.h"
#include "probe.h"
#include "seccomp/cage.h"

/* How a starter says that its worker was killed by the filter. */
#define WORKER_SIGSYS 100
#define WORKER_SIGNAL 101

int home_main(int argc, char **argv);
int parse_main(int argc, char **argv);
int net_main(int argc, char **argv);

#define PARSE_CAGE(role)                                                      \
	{ "parseproc-" role, role, parse_main,                                \
	    { &policy_starter, &policy_parse } }
#define NET_CAGE(name, last)                                                  \
	{ name, "system-ca", net_main,                                        \
	    { &policy_starter, &policy_net_connect, last } }

const struct cage_kind cages[CAGES] = {
	[NONE] = { "none", NULL, NULL, { NULL } },
	/* The runner of plugins: it has no filter. */
	[BARE] = { "bare", NULL, NULL, { NULL } },
	[PARENT] = { "parent", NULL, NULL, { &policy_parent } },
	[PARENT_NARROW] = { "parent-narrow", NULL, NULL, { &policy_parent } },
	[STARTER] = { "starter", NULL, NULL, { &policy_starter } },
	[HOME] = { "home", "home", home_main, { &policy_starter } },
	[PARSE_JUDGE] = PARSE_CAGE("judge"),
	[PARSE_OPK_JUDGE] = PARSE_CAGE("opk-judge"),
	[PARSE_KEYS] = PARSE_CAGE("keys"),
	[PARSE_EXPLAIN] = PARSE_CAGE("explain"),
	[PARSE_AUTHORIZE] = PARSE_CAGE("authorize"),
	[NET_RESOLVING] = NET_CAGE("netproc", NULL),
	[NET_PORTS] = NET_CAGE("netproc-ports", NULL),
	[NET_CONNECTED] = NET_CAGE("netproc-connected", &policy_net_talk),
};

static enum cage where;
static int64_t (*deed)(void);

/* --- in the cage --- */

static void __attribute__((noreturn))
do_it(void)
{
	int64_t result = deed();

	(void)!write(WORKER_FD, &result, sizeof(result));
	_exit(0);
}

#define WARM_UP(name)                                                         \
	bool name(void) { return true; }
#define ROLE(run)                                                             \
	enum err run(struct ipc_channel *ch) { (void)ch; do_it(); }

WARM_UP(ssh_key_warm_up)
WARM_UP(opk_judge_warm_up)
WARM_UP(ec_point_warm_up)
WARM_UP(explain_warm_up)
ROLE(judge_run)
ROLE(opk_judge_run)
ROLE(keys_run)
ROLE(explain_run)
ROLE(authorize_run)

void
home_run(char *const words[HOME_WORDS], pid_t starter)
{
	(void)words;
	(void)starter;
	do_it();
}

bool
roots_load_system(struct roots *roots)
{
	(void)roots;
	return true;
}

bool
roots_add_text(struct roots *roots, const void *pem, size_t len)
{
	(void)roots;
	(void)pem;
	(void)len;
	return true;
}

bool
connect_prepare(void)
{
	return true;
}

struct exchange *
exchange_prepare(void)
{
	static char x;

	return (struct exchange *)(void *)&x; /* anything but NULL */
}

bool
request_prepare(struct request *r)
{
	(void)r;
	return true;
}

bool
request_read(struct request *r, const struct ipc_message *m)
{
	(void)m;
	if (where == NET_RESOLVING)
		do_it();
	r->host.port = PROBE_PORT;
	return true;
}

enum reason
connect_to(const struct connect_target *target, int *fd, char address[64])
{
	(void)target;
	if (where == NET_PORTS)
		do_it();
	*fd = -1;
	address[0] = '\0';
	return REASON_OK;
}

void
exchange_run(struct exchange *x, const struct request *request, int fd,
    const char *address, struct roots *roots, struct ipc_channel *ch,
    struct exchange_result *result)
{
	(void)x;
	(void)request;
	(void)fd;
	(void)address;
	(void)roots;
	(void)ch;
	(void)result;
	do_it();
}

void
exchange_run_again(struct exchange *x, const struct request *request,
    struct exchange_result *result)
{
	(void)x;
	(void)request;
	(void)result;
}

/* --- on the way into it --- */

static void __attribute__((noreturn))
be_starter(void)
{
	struct cage_report report;
	char role[16] = "", self[16], word[] = "";
	char *argv[] = { (char *)"probe", role, self, word, word, word, NULL };
	int argc = where == HOME ? 3 + HOME_WORDS : 3;
	int status;
	pid_t pid;

	(void)snprintf(self, sizeof(self), "%d", (int)getpid());
	if (cage_starter(&report) != CAGE_SHUT)
		_exit(98);
	if (where == STARTER)
		do_it();
	(void)strcpy(role, cages[where].role);
	/* What the starter is in, for workers to take as their root. */
	(void)!chdir(EMPTY_ROOT);
	argv[argc] = NULL;
	if ((pid = fork()) == 0) {
		/* As exec would leave it. */
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		_exit(cages[where].worker(argc, argv));
	}
	if (pid == -1 || wait4(pid, &status, 0, NULL) != pid)
		_exit(97);
	if (WIFSIGNALED(status))
		_exit(WTERMSIG(status) == SIGSYS ? WORKER_SIGSYS : WORKER_SIGNAL);
	_exit(WEXITSTATUS(status));
}

static void __attribute__((noreturn))
go_in(int channel, const char *cache_dir)
{
	const struct rlimit none = { 0, 0 };
	int null = open("/dev/null", O_RDWR);
	struct cage_report report;

	(void)setrlimit(RLIMIT_CORE, &none);
	/* Worker entry closes what is above the channel. */
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	if (channel != WORKER_FD)
		(void)dup2(channel, WORKER_FD);
	if (where >= STARTER)
		be_starter();
	if (where == BARE && cage_bare(SALLYPORT_PLUGIN_ID,
	    SALLYPORT_PLUGIN_ID, getppid()) != CAGE_SHUT)
		_exit(98);
	if (where > BARE && cage_parent(SALLYPORT_PARENT_ID, cache_dir,
	    &report) != CAGE_SHUT)
		_exit(98);
	if (where == PARENT_NARROW && cage_parent_narrow(cache_dir) != CAGE_SHUT)
		_exit(98);
	do_it();
}

/* --- outside --- */

/* The parent's part of the protocol, up to where the deed is done. */
static void
speak(struct ipc_channel *ch)
{
	struct ipc_message m;
	int64_t deadline = ipc_now_ms() + 4000;

	if (where < PARSE_JUDGE || ipc_recv(ch, deadline, IPC_SET(READY),
	    &m) != ERR_OK || where < NET_RESOLVING)
		return;
	m = (struct ipc_message){ .type = IPC_FETCH };
	m.as.FETCH.url = (struct ipc_span){ "https://a", 9 };
	m.as.FETCH.connect_ms = m.as.FETCH.total_ms = 1000;
	if (ipc_send(ch, deadline, &m) != ERR_OK)
		exit(1);
}

/* Some calls wait, above all where there is no filter that ends them. */
static int
patience_ms(void)
{
	return where == NONE ? 500 : 8000;
}

/*
 * The result, if one comes. Calls that write to the channel are heard before
 * it; one that left our byte unread has reset the socket, once. What is empty
 * is a call's own, but twice in a row it is the end.
 */
static bool
hear(int fd, int64_t *result)
{
	static char answer[65536];
	bool empty = false;
	ssize_t n;

	for (;;) {
		if (ipc_wait(fd, POLLIN, ipc_now_ms() + patience_ms()) !=
		    ERR_OK)
			return false;
		n = recv(fd, answer, sizeof(answer), 0);
		if (n == (ssize_t)sizeof(*result))
			break;
		if ((n == -1 && errno != ECONNRESET) || (n == 0 && empty))
			return false;
		empty = n == 0;
	}
	memcpy(result, answer, sizeof(*result));
	return true;
}

struct outcome
inside(enum cage cage, const char *cache_dir, int64_t (*what)(void))
{
	static struct ipc_channel ch = { .sends = IPC_TO_NET,
		.receives = IPC_FROM_WORKER };
	struct outcome outcome = { .how = ENDED };
	int pair[2];
	pid_t pid;

	where = cage;
	deed = what;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1 ||
	    (pid = fork()) == -1)
		exit(1);
	if (pid == 0) {
		if (pair[1] == WORKER_FD)
			(void)close(pair[0]);
		go_in(pair[1], cache_dir);
	}
	(void)close(pair[1]);
	ch.fd = pair[0];
	speak(&ch);
	/* So that the call "read the channel" has something to read. */
	(void)send(ch.fd, "x", 1, MSG_NOSIGNAL);
	if (hear(ch.fd, &outcome.result))
		outcome.how = RETURNED;
	else
		(void)kill(pid, SIGKILL); /* it waits, or is ending already */
	if (waitpid(pid, &outcome.status, 0) != pid)
		exit(1);
	(void)close(ch.fd);
	if (outcome.how == ENDED && ((WIFSIGNALED(outcome.status) &&
	    WTERMSIG(outcome.status) == SIGSYS) || (WIFEXITED(outcome.status) &&
	    WEXITSTATUS(outcome.status) == WORKER_SIGSYS)))
		outcome.how = KILLED;
	return outcome;
}
