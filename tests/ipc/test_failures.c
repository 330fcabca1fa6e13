/*
 * What the system calls in ipc/ may answer besides doing their work,
 * each made to answer so once; and words for whatever number there is.
 *
 * Linked with -Wl,--wrap for the calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "ipc/close_from.h"
#include "ipc/reason.h"

#define SOON (ipc_now_ms() + 20000)

/* --- calls that fail once, as they are told --- */

enum call { NONE, READ, WRITE, RECVMSG, SEND, POLL, CLOCK, CLOSE_RANGE };

static struct {
	enum call call;
	int with; /* the errno; 0: half of the bytes */
	unsigned skip;  /* so many succeed first */
	unsigned tried; /* how often the call was made, failing or not */
	int waited_ms;  /* the last poll()'s */
	long open_max;  /* what sysconf() says; 0: the truth */
} fault;

static bool
fails(enum call call)
{
	if (fault.call != call)
		return false;
	if (fault.tried++ != fault.skip)
		return false;
	errno = fault.with;
	return true;
}

static void
fail_once(enum call call, int with)
{
	memset(&fault, 0, sizeof(fault));
	fault.call = call;
	fault.with = with;
}

ssize_t __real_read(int fd, void *buf, size_t n);
ssize_t __wrap_read(int fd, void *buf, size_t n);
ssize_t __real_write(int fd, const void *buf, size_t n);
ssize_t __wrap_write(int fd, const void *buf, size_t n);
ssize_t __real_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __real_send(int fd, const void *buf, size_t n, int flags);
ssize_t __wrap_send(int fd, const void *buf, size_t n, int flags);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);
int __real_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);

ssize_t
__wrap_read(int fd, void *buf, size_t n)
{
	return fails(READ) ? -1 : __real_read(fd, buf, n);
}

ssize_t
__wrap_write(int fd, const void *buf, size_t n)
{
	return fails(WRITE) ? (fault.with == 0 ? (ssize_t)n / 2 : -1) :
	    __real_write(fd, buf, n);
}

ssize_t
__wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return fails(RECVMSG) ? -1 : __real_recvmsg(fd, msg, flags);
}

ssize_t
__wrap_send(int fd, const void *buf, size_t n, int flags)
{
	return fails(SEND) ? (fault.with == 0 ? (ssize_t)n / 2 : -1) :
	    __real_send(fd, buf, n, flags);
}

int
__wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	fault.waited_ms = timeout;
	return fails(POLL) ? -1 : __real_poll(fds, n, timeout);
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	return fails(CLOCK) ? -1 : __real_clock_gettime(clock, t);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __real_sysconf(int name);
long __wrap_sysconf(int name);

/* There is one in ipc/, with three arguments. */
long
__wrap_syscall(long number, ...)
{
	unsigned first, last, flags;
	va_list ap;

	if (number == SYS_close_range && fails(CLOSE_RANGE))
		return -1;
	va_start(ap, number);
	first = va_arg(ap, unsigned);
	last = va_arg(ap, unsigned);
	flags = va_arg(ap, unsigned);
	va_end(ap);
	return __real_syscall(number, first, last, flags);
}

long
__wrap_sysconf(int name)
{
	return fault.open_max != 0 ? fault.open_max : __real_sysconf(name);
}

/* --- both ends --- */

static struct ipc_channel parent, worker;

static int
setup(void **state)
{
	int fds[2];

	(void)state;
	memset(&fault, 0, sizeof(fault));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == -1)
		return -1;
	parent = (struct ipc_channel){ .fd = fds[0], .sends = IPC_TO_PARSE,
		.receives = IPC_FROM_PARSE };
	worker = (struct ipc_channel){ .fd = fds[1], .sends = IPC_FROM_PARSE,
		.receives = IPC_TO_PARSE };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)close(parent.fd);
	(void)close(worker.fd);
	return 0;
}

static const struct ipc_message ready = { .type = IPC_READY };
static const struct ipc_message result = { .type = IPC_PLUGIN_RESULT };

static enum err
worker_writes(void)
{
	return ipc_write(&worker, &ready);
}

static enum err
worker_reads(void)
{
	struct ipc_message m;
	enum err err;

	assert_int_equal(__real_write(parent.fd, "\x17\x00", 2), 2);
	err = ipc_read(&worker, IPC_SET(PLUGIN_RESULT), &m);
	assert_int_equal(m.type, err == ERR_OK ? IPC_PLUGIN_RESULT : 0);
	return err;
}

static enum err
parent_sends(void)
{
	return ipc_send(&parent, SOON, &result);
}

static enum err
parent_receives(void)
{
	static const uint8_t datagram[14] = { IPC_READY };
	struct ipc_message m;
	enum err err;

	assert_int_equal(__real_write(worker.fd, datagram, sizeof(datagram)),
	    sizeof(datagram));
	err = ipc_recv(&parent, SOON, IPC_SET(READY), &m);
	assert_int_equal(m.type, err == ERR_OK ? IPC_READY : 0);
	return err;
}

static enum err
parent_waits(void)
{
	return ipc_wait(parent.fd, POLLOUT, SOON);
}

static void
channel_each_failure_answered(void **state)
{
	static const struct {
		enum err (*what)(void);
		enum call call;
		int with;
		enum err err; /* ERR_OK: it is tried again */
	} cases[] = {
		{ worker_reads, READ, EINTR, ERR_OK },
		{ worker_reads, READ, EIO, ERR_SYSTEM },
		{ worker_writes, WRITE, EINTR, ERR_OK },
		{ worker_writes, WRITE, EPIPE, ERR_SYSTEM },
		{ worker_writes, WRITE, 0, ERR_SYSTEM },
		{ parent_sends, SEND, EINTR, ERR_OK },
		{ parent_sends, SEND, EAGAIN, ERR_OK },
		{ parent_sends, SEND, EPIPE, ERR_EOF },
		{ parent_sends, SEND, ECONNRESET, ERR_EOF },
		{ parent_sends, SEND, EMSGSIZE, ERR_SYSTEM },
		{ parent_sends, SEND, 0, ERR_SYSTEM },
		{ parent_receives, RECVMSG, EINTR, ERR_OK },
		{ parent_receives, RECVMSG, EAGAIN, ERR_OK },
		{ parent_receives, RECVMSG, ECONNRESET, ERR_OK },
		{ parent_receives, RECVMSG, ENOTCONN, ERR_SYSTEM },
		{ parent_waits, POLL, EINTR, ERR_OK },
		{ parent_waits, POLL, ENOMEM, ERR_SYSTEM },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum err err;

		fail_once(cases[i].call, cases[i].with);
		err = cases[i].what();
		if (err != cases[i].err)
			fail_msg("case %zu: %s", i, err_text(err));
		assert_int_equal(fault.tried, err == ERR_OK ? 2 : 1);
		/* Nothing of it is left for the next. */
		(void)teardown(state);
		assert_int_equal(setup(state), 0);
	}
}

/* Without a clock no deadline can be kept: all have passed. */
static void
channel_without_clock_gives_up(void **state)
{
	(void)state;
	fail_once(CLOCK, EINVAL);
	assert_int_equal(ipc_now_ms(), INT64_MAX);
	fail_once(CLOCK, EINVAL);
	assert_int_equal(ipc_wait(parent.fd, POLLOUT, INT64_MAX),
	    ERR_DEADLINE);
}

static void
channel_far_deadline_waits_a_minute_at_a_time(void **state)
{
	(void)state;
	assert_int_equal(ipc_wait(parent.fd, POLLOUT, INT64_MAX), ERR_OK);
	assert_int_equal(fault.waited_ms, 60000);
	assert_int_equal(ipc_wait(parent.fd, POLLOUT, ipc_now_ms() + 5000),
	    ERR_OK);
	assert_in_range(fault.waited_ms, 1, 5000);
}

/* Its two pieces and its end. */
static void
channel_text_cut_at_each_message_is_an_error(void **state)
{
	static uint8_t text[IPC_CHUNK_MAX + 1];

	for (unsigned n = 0; n < 4; n++) {
		fail_once(SEND, EPIPE);
		fault.skip = n;
		assert_int_equal(ipc_send_text(&parent, SOON, IPC_TEXT_JWKS,
		    text, sizeof(text)), n < 3 ? ERR_EOF : ERR_OK);
		assert_int_equal(fault.tried, n < 3 ? n + 1 : 3);
		(void)teardown(state);
		assert_int_equal(setup(state), 0);
	}
}

static void
channel_past_its_deadline_says_nothing(void **state)
{
	struct ipc_message m;

	(void)state;
	assert_int_equal(ipc_send(&parent, ipc_now_ms() - 1, &result),
	    ERR_DEADLINE);
	(void)shutdown(parent.fd, SHUT_WR);
	assert_int_equal(ipc_read(&worker, IPC_SET(PLUGIN_RESULT), &m),
	    ERR_EOF);
}

/* How a child ends that closes what is behind the first of four. */
static int
close_behind_the_first(void)
{
	int fds[4], status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < 4; i++)
			fds[i] = dup(parent.fd);
		close_from(fds[1]);
		for (int i = 0; i < 4; i++)
			status |= (fcntl(fds[i], F_GETFD) == -1) << i;
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* By the kernel, and one by one up to whatever limit there is said to be. */
static void
close_from_closes_all_behind(void **state)
{
	static const long limits[] = { 0, -1, 1000, LONG_MAX };

	(void)state;
	assert_int_equal(close_behind_the_first(), 2 | 4 | 8);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		fail_once(CLOSE_RANGE, ENOSYS);
		fault.open_max = limits[i];
		assert_int_equal(close_behind_the_first(), 2 | 4 | 8);
	}
}

/* Whoever asks with a number from elsewhere is answered, and safely. */
static void
words_of_every_number(void **state)
{
	(void)state;
	for (unsigned e = 0; e < ERR_COUNT; e++)
		assert_true(strlen(err_text((enum err)e)) > 0);
	assert_true(strlen(err_text((enum err)ERR_COUNT)) > 0);
	assert_true(strlen(err_text((enum err)1000)) > 0);
	for (unsigned r = 0; r < REASON_COUNT; r++) {
		assert_true(strlen(reason_word((enum reason)r)) > 0);
		assert_true(strlen(reason_meaning((enum reason)r)) > 0);
		for (unsigned other = 0; other < r; other++)
			assert_string_not_equal(reason_word((enum reason)r),
			    reason_word((enum reason)other));
		assert_int_equal(reason_class((enum reason)r) == REASON_ALLOW,
		    r == REASON_OK);
	}
	for (unsigned r = REASON_COUNT; r < 300; r++) {
		assert_true(strlen(reason_word((enum reason)r)) > 0);
		assert_true(strlen(reason_meaning((enum reason)r)) > 0);
		assert_int_not_equal(reason_class((enum reason)r),
		    REASON_ALLOW);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(channel_each_failure_answered),
		CASE(channel_without_clock_gives_up),
		CASE(channel_far_deadline_waits_a_minute_at_a_time),
		CASE(channel_past_its_deadline_says_nothing),
		CASE(close_from_closes_all_behind),
		CASE(channel_text_cut_at_each_message_is_an_error),
		cmocka_unit_test(words_of_every_number),
	};

	return cmocka_run_group_tests_name("failures", tests, NULL, NULL);
}
