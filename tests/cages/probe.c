/*
 * Shuts one of our cages and makes one call from inside:
 *
 *   probe CAGE CALL [CACHE_DIRECTORY]   prints what came of it
 *   probe --list                        prints the calls
 *   probe --expect CAGE                 prints what the tables say of each
 *   probe --table PROCESS               prints the calls that a table names
 *   probe --sweep PROCESS               see sweep.c
 *
 * The cages are the shipped ones. This links the very main.o of each worker,
 * its main() under another name, and stands in for the functions that would
 * be called next; like a worker it is forked by a caged starter, and hears
 * from and reports to a parent over descriptor 3.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "netproc/connect.h"
#include "netproc/exchange.h"
#include "parseproc/ec_point.h"
#include "parseproc/explain.h"
#include "parseproc/judge.h"
#include "parseproc/keys.h"
#include "parseproc/opk_judge.h"
#include "parseproc/ssh_key.h"
#include "seccomp/cage.h"

/* How a starter says that its worker was killed by the filter. */
#define WORKER_SIGSYS 100
#define WORKER_SIGNAL 101

enum cage { NONE, PARENT, PARENT_NARROW, STARTER, PARSE, NET_RESOLVING,
	NET_PORTS, NET_CONNECTED, CAGES };

static const struct {
	const char *name;
	const struct filter *filters[3]; /* all must allow */
} cages[CAGES] = {
	[NONE] = { "none", { NULL } },
	[PARENT] = { "parent", { &policy_parent } },
	[PARENT_NARROW] = { "parent-narrow", { &policy_parent } },
	[STARTER] = { "starter", { &policy_starter } },
	[PARSE] = { "parseproc", { &policy_starter, &policy_parse } },
	[NET_RESOLVING] = { "netproc", { &policy_starter, &policy_net_connect } },
	[NET_PORTS] = { "netproc-ports", { &policy_starter, &policy_net_connect } },
	[NET_CONNECTED] = { "netproc-connected",
	    { &policy_starter, &policy_net_connect, &policy_net_talk } },
};

int parse_main(int argc, char **argv);
int net_main(int argc, char **argv);

static enum cage where;
static const struct call *what;

/* --- in the cage --- */

static void __attribute__((noreturn))
make_the_call(void)
{
	int64_t result = call_run(what);

	(void)!write(WORKER_FD, &result, sizeof(result));
	_exit(0);
}

/* Whatever the role: all have one cage. */
#define ROLE(warm_up, run)                                                    \
	bool warm_up(void) { return true; }                                   \
	enum err run(struct ipc_channel *ch) { (void)ch; make_the_call(); }

ROLE(ssh_key_warm_up, judge_run)
ROLE(opk_judge_warm_up, opk_judge_run)
ROLE(ec_point_warm_up, keys_run)
ROLE(explain_warm_up, explain_run)

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
		make_the_call();
	r->host.port = PROBE_PORT;
	return true;
}

enum reason
connect_to(const struct connect_target *target, int *fd, char address[64])
{
	(void)target;
	if (where == NET_PORTS)
		make_the_call();
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
	make_the_call();
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
	char role[] = "judge", net_role[] = "system-ca", self[16];
	char *argv[] = { (char *)"probe", where == PARSE ? role : net_role,
		self, NULL };
	int status;
	pid_t pid;

	(void)snprintf(self, sizeof(self), "%d", (int)getpid());
	if (cage_starter(&report) != CAGE_SHUT)
		_exit(98);
	if (where == STARTER)
		make_the_call();
	if ((pid = fork()) == 0)
		_exit(where == PARSE ? parse_main(3, argv) : net_main(3, argv));
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
	(void)alarm(5);
	/* Worker entry closes what is above the channel. */
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	if (channel != WORKER_FD)
		(void)dup2(channel, WORKER_FD);
	if (where >= STARTER)
		be_starter();
	if (where != NONE && cage_parent(SALLYPORT_PARENT_ID, cache_dir,
	    &report) != CAGE_SHUT)
		_exit(98);
	if (where == PARENT_NARROW && cage_parent_narrow(cache_dir) != CAGE_SHUT)
		_exit(98);
	make_the_call();
}

/* --- outside --- */

/* The parent's part of the protocol, up to where the call is made. */
static void
speak(struct ipc_channel *ch)
{
	struct ipc_message m;
	int64_t deadline = ipc_now_ms() + 4000;

	if (where < PARSE)
		return;
	if (ipc_recv(ch, deadline, IPC_SET(READY), &m) != ERR_OK ||
	    where == PARSE)
		return;
	m = (struct ipc_message){ .type = IPC_FETCH };
	m.as.FETCH.url = (struct ipc_span){ "https://a", 9 };
	m.as.FETCH.connect_ms = m.as.FETCH.total_ms = 1000;
	if (ipc_send(ch, deadline, &m) != ERR_OK)
		exit(1);
}

static int
probe(const char *cache_dir)
{
	static struct ipc_channel ch = { .sends = IPC_TO_NET,
		.receives = IPC_FROM_WORKER };
	static char answer[65536];
	int pair[2], status;
	int64_t result;
	pid_t pid;
	ssize_t n;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1 ||
	    (pid = fork()) == -1)
		return 1;
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
	/*
	 * Calls that write to the channel are heard before their result; one
	 * that left our byte unread has reset the socket, once.
	 */
	do
		n = recv(ch.fd, answer, sizeof(answer), 0);
	while ((n > 0 && n != (ssize_t)sizeof(result)) ||
	    (n == -1 && errno == ECONNRESET));
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	if (n == (ssize_t)sizeof(result)) {
		memcpy(&result, answer, sizeof(result));
		(void)printf("returned %lld\n", (long long)result);
	} else if ((WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_SIGSYS))
		(void)printf("killed\n");
	else
		(void)printf("ended %#x\n", (unsigned)status);
	return 0;
}

static int
allowed_in(enum cage cage, const struct call *call)
{
	const uint64_t stream[6] = { (uint64_t)call->socket, SOCK_STREAM,
		(uint64_t)call->protocol };

	for (size_t i = 0; i < 3 && cages[cage].filters[i] != NULL; i++) {
		const struct filter *filter = cages[cage].filters[i];

		if (!filter_allows(filter, call->entry, call->nr, call->args) ||
		    (call->socket != 0 &&
		    !filter_allows(filter, NATIVE, SYS_socket, stream)))
			return 0;
	}
	return 1;
}

static const struct filter *
filter_named(const char *name)
{
	static const struct filter *const all[] = { &policy_parent,
		&policy_starter, &policy_net_connect, &policy_net_talk,
		&policy_parse };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i]->process, name) == 0)
			return all[i];
	exit(2);
}

static enum cage
cage_named(const char *name)
{
	for (int i = 0; i < CAGES; i++)
		if (strcmp(cages[i].name, name) == 0)
			return (enum cage)i;
	exit(2);
}

static int
tell(const char *question, const char *about)
{
	const struct filter *filter;

	if (strcmp(question, "--expect") == 0)
		for (size_t i = 0; i < ncalls; i++)
			(void)printf("%s %s\n", allowed_in(cage_named(about),
			    &calls[i]) ? "allowed" : "killed", calls[i].name);
	if (strcmp(question, "--table") == 0) {
		filter = filter_named(about);
		for (size_t i = 0; i < filter->nrows; i++)
			(void)printf("%s\n", filter->rows[i].name);
	}
	if (strcmp(question, "--sweep") == 0)
		(void)printf("made %u\n", sweep(filter_named(about)));
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < ncalls; i++)
			(void)printf("%s\n", calls[i].name);
		return 0;
	}
	if (argc < 3)
		return 2;
	if (argv[1][0] == '-')
		return tell(argv[1], argv[2]);
	where = cage_named(argv[1]);
	for (size_t i = 0; i < ncalls; i++)
		if (strcmp(calls[i].name, argv[2]) == 0)
			what = &calls[i];
	if (what == NULL)
		return 2;
	(void)snprintf(cache_file, sizeof(cache_file), "%s/probe",
	    argc > 3 ? argv[3] : "/nonexistent");
	return probe(argc > 3 ? argv[3] : NULL);
}
