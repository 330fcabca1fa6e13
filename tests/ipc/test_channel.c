/*
 * Both ends of a worker's socket, over real socketpairs, against peers that
 * keep no rule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "tests/ipc/sample.h"

#define ALL_TYPES UINT64_MAX
/* How late a deadline may be noticed on a busy machine. */
#define SLACK_MS 3000
#define SOON (ipc_now_ms() + 10000)

/* The parent talks to a worker that is netproc and parseproc in one. */
static struct ipc_channel parent = { .fd = -1 }, worker = { .fd = -1 };

static int
open_pair(void **state)
{
	int fds[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == -1)
		return -1;
	parent = (struct ipc_channel){ .fd = fds[0], .sends = IPC_TO_WORKER,
		.receives = IPC_FROM_WORKER };
	worker = (struct ipc_channel){ .fd = fds[1],
		.sends = IPC_FROM_WORKER, .receives = IPC_TO_WORKER };
	return 0;
}

static void
hang_up(struct ipc_channel *ch)
{
	if (ch->fd != -1)
		(void)close(ch->fd);
	ch->fd = -1;
}

static int
close_pair(void **state)
{
	(void)state;
	hang_up(&parent);
	hang_up(&worker);
	return 0;
}

static size_t
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

/* A datagram past all our code; with a descriptor if that is not -1. */
static void
throw_bytes(int to, const void *p, size_t n, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { (void *)(uintptr_t)p, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd != -1) {
		struct cmsghdr *header;

		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		header = CMSG_FIRSTHDR(&msg);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	assert_int_equal(sendmsg(to, &msg, MSG_NOSIGNAL), n);
}

/* A sound message that the given end may receive. */
static size_t
sound(const struct ipc_channel *for_end, uint8_t *buf)
{
	struct ipc_message m;

	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		if ((ipc_spec(type)->routes & for_end->receives) != 0) {
			sample_message(type, SAMPLE_MIN, &m);
			return sample_craft(&m, buf);
		}
	fail();
	return 0;
}

static void
same(const struct ipc_message *a, const struct ipc_message *b)
{
	static uint8_t one[SAMPLE_ROOM], two[SAMPLE_ROOM];
	size_t n = sample_craft(a, one);

	assert_int_equal(a->type, b->type);
	assert_int_equal(sample_craft(b, two), n);
	assert_memory_equal(one, two, n);
}

static void
channel_every_message_arrives(void **state)
{
	struct ipc_message m, back;

	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		for (int which = SAMPLE_MIN; which <= SAMPLE_MAX; which++) {
			sample_message(type, (enum sample)which, &m);
			if ((ipc_spec(type)->routes & IPC_TO_WORKER) != 0) {
				assert_int_equal(ipc_send(&parent, SOON, &m),
				    ERR_OK);
				assert_int_equal(ipc_read(&worker,
				    UINT64_C(1) << type, &back), ERR_OK);
			} else {
				assert_int_equal(ipc_write(&worker, &m),
				    ERR_OK);
				assert_int_equal(ipc_recv(&parent, SOON,
				    UINT64_C(1) << type, &back), ERR_OK);
			}
			same(&m, &back);
		}
}

static void
channel_wrong_direction_not_sent(void **state)
{
	struct ipc_message m;
	uint8_t byte;

	(void)state;
	sample_message(IPC_READY, SAMPLE_MIN, &m);
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_DIRECTION);
	sample_message(IPC_FETCH, SAMPLE_MIN, &m);
	assert_int_equal(ipc_write(&worker, &m), ERR_DIRECTION);
	assert_int_equal(recv(parent.fd, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(recv(worker.fd, &byte, 1, MSG_DONTWAIT), -1);
}

static void
channel_wrong_direction_or_turn_refused(void **state)
{
	uint8_t buf[SAMPLE_ROOM];
	struct ipc_message m;
	size_t n;

	(void)state;
	/* What the parent sends comes back to it. */
	n = sound(&worker, buf);
	throw_bytes(worker.fd, buf, n, -1);
	assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m),
	    ERR_DIRECTION);
	throw_bytes(parent.fd, buf, n, -1);
	assert_int_equal(ipc_read(&worker, 0, &m), ERR_TURN);
	n = sound(&parent, buf);
	throw_bytes(parent.fd, buf, n, -1);
	assert_int_equal(ipc_read(&worker, ALL_TYPES, &m), ERR_DIRECTION);
	throw_bytes(worker.fd, buf, n, -1);
	assert_int_equal(ipc_recv(&parent, SOON, 0, &m), ERR_TURN);
}

static void
channel_oversized_datagram_refused(void **state)
{
	/* One more than allowed, one more than the buffer, and far more. */
	static const size_t sizes[] = { IPC_MESSAGE_MAX + 1,
		IPC_MESSAGE_MAX + 2, (size_t)3 * IPC_MESSAGE_MAX };
	static uint8_t buf[3 * IPC_MESSAGE_MAX];
	struct ipc_message m;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		(void)sound(&parent, buf);
		throw_bytes(worker.fd, buf, sizes[i], -1);
		assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m),
		    ERR_TOO_BIG);
		(void)sound(&worker, buf);
		throw_bytes(parent.fd, buf, sizes[i], -1);
		assert_int_equal(ipc_read(&worker, ALL_TYPES, &m),
		    ERR_TOO_BIG);
	}
}

static void
channel_empty_datagram_is_the_end(void **state)
{
	struct ipc_message m;

	(void)state;
	throw_bytes(worker.fd, "", 0, -1);
	assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m), ERR_EOF);
	throw_bytes(parent.fd, "", 0, -1);
	assert_int_equal(ipc_read(&worker, ALL_TYPES, &m), ERR_EOF);
}

static void
channel_closed_peer_is_the_end(void **state)
{
	struct ipc_message m;

	(void)state;
	hang_up(&worker);
	assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m), ERR_EOF);
	sample_message(IPC_FETCH, SAMPLE_MIN, &m);
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_EOF);
	assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m), ERR_EOF);
}

static void
channel_closed_parent_is_the_end(void **state)
{
	struct ipc_message m;

	(void)state;
	hang_up(&parent);
	assert_int_equal(ipc_read(&worker, ALL_TYPES, &m), ERR_EOF);
	sample_message(IPC_READY, SAMPLE_MIN, &m);
	/* The kernel sends no SIGPIPE for this kind of socket. */
	assert_int_equal(ipc_write(&worker, &m), ERR_SYSTEM);
}

static void
channel_silent_worker_deadline_kept(void **state)
{
	int64_t began = ipc_now_ms(), took;
	struct ipc_message m;

	(void)state;
	assert_int_equal(ipc_recv(&parent, began + 100, ALL_TYPES, &m),
	    ERR_DEADLINE);
	took = ipc_now_ms() - began;
	assert_in_range(took, 100, 100 + SLACK_MS);
	/* One that has passed is no reason to wait at all. */
	assert_int_equal(ipc_recv(&parent, began, ALL_TYPES, &m),
	    ERR_DEADLINE);
	assert_int_equal(ipc_recv(&parent, INT64_MIN / 2, ALL_TYPES, &m),
	    ERR_DEADLINE);
}

static void
channel_deaf_worker_deadline_kept(void **state)
{
	struct ipc_message m;
	int64_t began = ipc_now_ms(), took;
	unsigned sent = 0;
	enum err err;

	(void)state;
	sample_message(IPC_TEXT, SAMPLE_MAX, &m);
	while ((err = ipc_send(&parent, began + 300, &m)) == ERR_OK)
		sent++;
	took = ipc_now_ms() - began;
	assert_int_equal(err, ERR_DEADLINE);
	assert_true(sent > 0);
	assert_in_range(took, 300, 300 + SLACK_MS);
}

static void
do_nothing(int signo)
{
	(void)signo;
}

/* A signal that interrupts the wait makes it neither shorter nor longer. */
static void
channel_interrupted_wait_goes_on(void **state)
{
	struct sigaction interrupt = { .sa_handler = do_nothing };
	int64_t began = ipc_now_ms(), took;
	pid_t self = getpid(), child;
	struct ipc_message m;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &interrupt, NULL), 0);
	if ((child = fork()) == 0) {
		for (int i = 0; i < 10; i++) {
			(void)usleep(20000);
			(void)kill(self, SIGUSR1);
		}
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(ipc_recv(&parent, began + 300, ALL_TYPES, &m),
	    ERR_DEADLINE);
	took = ipc_now_ms() - began;
	while (waitpid(child, NULL, 0) == -1)
		;
	assert_in_range(took, 300, 300 + SLACK_MS);
}

static void
channel_descriptor_to_parent_refused(void **state)
{
	uint8_t buf[SAMPLE_ROOM];
	size_t n = sound(&parent, buf), before = open_descriptors();
	struct ipc_message m;

	(void)state;
	throw_bytes(worker.fd, buf, n, STDIN_FILENO);
	assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m),
	    ERR_DESCRIPTOR);
	assert_int_equal(open_descriptors(), before);
	/* The control: the same without it. */
	throw_bytes(worker.fd, buf, n, -1);
	assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m), ERR_OK);
}

static void
channel_descriptor_to_worker_lost(void **state)
{
	uint8_t buf[SAMPLE_ROOM];
	size_t n = sound(&worker, buf), before = open_descriptors();
	struct ipc_message m;

	(void)state;
	throw_bytes(parent.fd, buf, n, STDIN_FILENO);
	assert_int_equal(ipc_read(&worker, ALL_TYPES, &m), ERR_OK);
	assert_int_equal(open_descriptors(), before);
}

/* The kernel tells of the reset first; the last words come behind it. */
static void
channel_worker_died_unread_last_words_heard(void **state)
{
	uint8_t buf[SAMPLE_ROOM];
	struct ipc_message m;

	(void)state;
	throw_bytes(parent.fd, buf, sound(&worker, buf), -1);
	throw_bytes(worker.fd, buf, sound(&parent, buf), -1);
	hang_up(&worker);
	assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m), ERR_OK);
	assert_int_equal(ipc_recv(&parent, SOON, ALL_TYPES, &m), ERR_EOF);
}

/* --- texts --- */

/* The parent's side in a process of its own: a text outgrows the buffer. */
static pid_t
send_text_from_child(const uint8_t *data, size_t len)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		hang_up(&worker);
		_exit(ipc_send_text(&parent, SOON, IPC_TEXT_KEY9_ANSWER, data,
		    len) == ERR_OK ? 0 : 1);
	}
	hang_up(&parent);
	return pid;
}

/* Sends len bytes, reads at most max of them; checks what was read. */
static enum err
text_of(size_t len, size_t max)
{
	uint8_t *data = malloc(len + 1), *got = malloc(max + (max == 0));
	size_t got_len = 1;
	int status;
	pid_t child;
	enum err err;

	assert_non_null(data);
	assert_non_null(got);
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
	child = send_text_from_child(data, len);
	err = ipc_read_text(&worker, IPC_TEXT_KEY9_ANSWER, got, max, &got_len);
	if (err == ERR_OK) {
		assert_int_equal(got_len, len);
		assert_memory_equal(got, data, len);
	} else
		assert_int_equal(got_len, 0);
	hang_up(&worker);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* Who is refused half-way learns it, and does not wait for ever. */
	if (err == ERR_OK)
		assert_int_equal(status, 0);
	free(got);
	free(data);
	return err;
}

static void
text_of_every_size_arrives(void **state)
{
	static const size_t sizes[] = { 0, 1, IPC_CHUNK_MAX - 1,
		IPC_CHUNK_MAX, IPC_CHUNK_MAX + 1, 2 * IPC_CHUNK_MAX,
		AUTH_ID_FILE_MAX - 1, AUTH_ID_FILE_MAX };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(text_of(sizes[i], AUTH_ID_FILE_MAX), ERR_OK);
		assert_int_equal(open_pair(state), 0);
		/* A buffer of exactly its size is large enough. */
		assert_int_equal(text_of(sizes[i], sizes[i]), ERR_OK);
		assert_int_equal(open_pair(state), 0);
	}
}

static void
text_larger_than_the_buffer_refused(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, IPC_CHUNK_MAX - 1,
		IPC_CHUNK_MAX, KEY9_ANSWER_MAX };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(text_of(sizes[i] + 1, sizes[i]),
		    ERR_TOO_BIG);
		assert_int_equal(open_pair(state), 0);
	}
}

/* No message can say that size: the sender stops at the last one. */
static void
text_larger_than_any_not_sent_to_its_end(void **state)
{
	assert_int_equal(text_of(AUTH_ID_FILE_MAX + 1, AUTH_ID_FILE_MAX + 2),
	    ERR_EOF);
	assert_int_equal(open_pair(state), 0);
}

static void
say_text(enum ipc_text kind, size_t len)
{
	struct ipc_message m = { .type = IPC_TEXT };

	m.as.TEXT.text = (uint8_t)kind;
	m.as.TEXT.data = (struct ipc_span){ "abcdefgh", len };
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
}

static void
say_text_end(enum ipc_text kind, uint32_t total)
{
	struct ipc_message m = { .type = IPC_TEXT_END };

	m.as.TEXT_END.text = (uint8_t)kind;
	m.as.TEXT_END.total = total;
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
}

static enum err
hear_text(void)
{
	uint8_t buf[64];
	size_t len = 1;
	enum err err = ipc_read_text(&worker, IPC_TEXT_CA, buf, sizeof(buf),
	    &len);

	assert_true(err == ERR_OK || len == 0);
	return err;
}

static void
text_of_two_kinds_refused(void **state)
{
	(void)state;
	say_text(IPC_TEXT_K9_YAML, 3);
	assert_int_equal(hear_text(), ERR_TURN);
	say_text(IPC_TEXT_CA, 3);
	say_text(IPC_TEXT_K9_YAML, 3);
	assert_int_equal(hear_text(), ERR_TURN);
	say_text(IPC_TEXT_CA, 3);
	say_text_end(IPC_TEXT_K9_YAML, 3);
	assert_int_equal(hear_text(), ERR_TURN);
	say_text_end(IPC_TEXT_K9_YAML, 0);
	assert_int_equal(hear_text(), ERR_TURN);
}

static void
text_of_wrong_total_refused(void **state)
{
	static const uint32_t totals[] = { 0, 1, 5, 7, KEY9_ANSWER_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		say_text(IPC_TEXT_CA, 2);
		say_text(IPC_TEXT_CA, 4);
		say_text_end(IPC_TEXT_CA, totals[i]);
		assert_int_equal(hear_text(), ERR_TURN);
	}
	say_text(IPC_TEXT_CA, 2);
	say_text(IPC_TEXT_CA, 4);
	say_text_end(IPC_TEXT_CA, 6);
	assert_int_equal(hear_text(), ERR_OK);
}

static void
text_interrupted_refused(void **state)
{
	struct ipc_message m;

	(void)state;
	say_text(IPC_TEXT_CA, 2);
	sample_message(IPC_KEY9_ASK, SAMPLE_MIN, &m);
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
	assert_int_equal(hear_text(), ERR_TURN);
	say_text(IPC_TEXT_CA, 2);
	hang_up(&parent);
	assert_int_equal(hear_text(), ERR_EOF);
}

#define WITH_PAIR(test)                                                       \
	cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIR(channel_every_message_arrives),
		WITH_PAIR(channel_wrong_direction_not_sent),
		WITH_PAIR(channel_wrong_direction_or_turn_refused),
		WITH_PAIR(channel_oversized_datagram_refused),
		WITH_PAIR(channel_empty_datagram_is_the_end),
		WITH_PAIR(channel_closed_peer_is_the_end),
		WITH_PAIR(channel_closed_parent_is_the_end),
		WITH_PAIR(channel_silent_worker_deadline_kept),
		WITH_PAIR(channel_deaf_worker_deadline_kept),
		WITH_PAIR(channel_interrupted_wait_goes_on),
		WITH_PAIR(channel_descriptor_to_parent_refused),
		WITH_PAIR(channel_descriptor_to_worker_lost),
		WITH_PAIR(channel_worker_died_unread_last_words_heard),
		WITH_PAIR(text_of_every_size_arrives),
		WITH_PAIR(text_larger_than_the_buffer_refused),
		WITH_PAIR(text_larger_than_any_not_sent_to_its_end),
		WITH_PAIR(text_of_two_kinds_refused),
		WITH_PAIR(text_of_wrong_total_refused),
		WITH_PAIR(text_interrupted_refused),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
