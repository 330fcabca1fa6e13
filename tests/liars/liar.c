/*
 * A worker that does what a script says: stands in for sallyport-parse and
 * sallyport-net, up to some step as they would behave, and then not.
 *
 * It runs under the starter's filter, which all workers inherit, so it does
 * with the calls of that table. The script is the file of its role:
 *
 *   send HEX      one datagram
 *   pass HEX      the same, with a descriptor
 *   endless HEX   the same, again and again
 *   trickle HEX   again and again, with pauses
 *   await N       read until a message of type N has come
 *   when HEX      what follows, up to the next "when", is for those to whom the
 *                 message awaited last has these bytes; others pass it by
 *   close         close the socket and live on
 *   sleep         do nothing, the socket open
 *   exit N        end with this status
 *   signal N      send this signal to oneself
 *
 * Where there is no script for its role it is honest: it becomes the program
 * that it stands in for, which room_lab.py has put beside it.
 *
 * Run by hand it prints the tables that both ends share, for the tests to
 * read instead of copying them.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/message.h"
#include "ipc/reason.h"
#include "seccomp/cage.h"

#define SCRIPTS "/run/room/liar."
#define TRICKLE_MS 50

static const char *const err_names[] = {
#define E(name, text) #name,
	ERR_TABLE(E)
#undef E
};
static const char *const reason_names[] = {
#define R(name, class, word, meaning) #name,
	REASON_TABLE(R)
#undef R
};
static const char *const reason_classes[] = {
#define R(name, class, word, meaning) #class,
	REASON_TABLE(R)
#undef R
};
static const char *const step_names[] = {
#define S(name) #name,
	CAGE_STEPS(S)
#undef S
};

static void
print_tables(void)
{
	static const char *const kinds[] = { "U8", "U32", "U64", "PRINT",
		"STR", "BYTES" };

	for (unsigned type = 1; type < IPC_TYPE_END; type++) {
		const struct ipc_spec *spec = ipc_spec(type);

		(void)printf("message %s %u %d %d\n", spec->name, type,
		    (spec->routes & IPC_FROM_PARSE) != 0,
		    (spec->routes & IPC_FROM_NET) != 0);
		for (size_t i = 0; i < spec->nfields; i++)
			(void)printf("field %s %s %s %llu %llu\n", spec->name,
			    spec->fields[i].name, kinds[spec->fields[i].kind],
			    (unsigned long long)spec->fields[i].min,
			    (unsigned long long)spec->fields[i].max);
	}
	for (int i = 0; i < ERR_COUNT; i++)
		(void)printf("err %s %s\n", err_names[i], err_text((enum err)i));
	for (int i = 0; i < REASON_COUNT; i++)
		(void)printf("reason %s %d %s %s\n", reason_names[i], i,
		    reason_word((enum reason)i), reason_classes[i]);
	for (int i = 0; i < (int)CAGE_STEP_END - CAGE_EXIT_FIRST; i++)
		(void)printf("step %s %d\n", step_names[i],
		    CAGE_EXIT_FIRST + i);
	(void)printf("limit IPC_MESSAGE_MAX %d\n", IPC_MESSAGE_MAX);
	(void)printf("limit IPC_CHUNK_MAX %d\n", IPC_CHUNK_MAX);
	(void)printf("limit KEYS_MAX %d\n", KEYS_MAX);
	(void)printf("limit KEY9_ANSWER_MAX %d\n", KEY9_ANSWER_MAX);
	(void)printf("limit KEY_SET_MAX %d\n", KEY_SET_MAX);
	(void)printf("limit DISCOVERY_MAX %d\n", DISCOVERY_MAX);
	(void)printf("limit JWKS_MAX %d\n", JWKS_MAX);
	(void)printf("limit OFFERED_KEY_MAX %d\n", OFFERED_KEY_MAX);
	(void)printf("limit PLUGIN_ENV_MAX %d\n", PLUGIN_ENV_MAX);
}

static void
do_nothing(int ms)
{
	(void)poll(NULL, 0, ms);
}

static unsigned
nibble(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Decodes in place: pairs of lower-case digits up to the end. */
static size_t
unhex(char *hex)
{
	size_t n = 0;

	for (; hex[2 * n] != '\0'; n++)
		hex[n] = (char)(nibble(hex[2 * n]) << 4 | nibble(hex[2 * n + 1]));
	return n;
}

static void
say(const void *data, size_t len)
{
	if (write(WORKER_FD, data, len) != (ssize_t)len)
		_exit(9); /* the parent has had enough of us */
}

/* The starter's filter should have something to say to this. */
static void
say_with_descriptor(void *data, size_t len)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
	    .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { data, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.head), &(int){ STDIN_FILENO }, sizeof(int));
	if (sendmsg(WORKER_FD, &m, 0) == -1)
		_exit(9);
}

/* The message awaited last. */
static unsigned char awaited[IPC_MESSAGE_MAX + 1];
static ssize_t awaited_len;

static void
await(int type)
{
	do {
		awaited_len = read(WORKER_FD, awaited, sizeof(awaited));
		if (awaited_len <= 0)
			_exit(8);
	} while (awaited[0] != type);
}

static void
become_honest(char **argv)
{
	char path[512] = "";
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);

	if (n > 0) {
		strcpy(path + n, ".honest");
		(void)execve(path, argv, (char *[]){ NULL });
	}
	_exit(7);
}

static void
perform(const char *verb, char *argument)
{
	int number = atoi(argument);

	if (strcmp(verb, "await") == 0)
		await(number);
	else if (strcmp(verb, "close") == 0) {
		(void)close(WORKER_FD);
		do_nothing(-1);
	} else if (strcmp(verb, "sleep") == 0)
		do_nothing(-1);
	else if (strcmp(verb, "exit") == 0)
		_exit(number);
	else if (strcmp(verb, "signal") == 0)
		(void)kill(getpid(), number);
	else {
		size_t len = unhex(argument);

		if (strcmp(verb, "pass") == 0)
			say_with_descriptor(argument, len);
		else
			say(argument, len);
		while (strcmp(verb, "endless") == 0)
			say(argument, len);
		while (strcmp(verb, "trickle") == 0) {
			do_nothing(TRICKLE_MS);
			say(argument, len);
		}
	}
}

int
main(int argc, char **argv)
{
	static char script[1024 * 1024];
	char path[64], *rest = script, *line;
	int fd, ours = 1;
	ssize_t n;

	if (argc != 3) {
		print_tables();
		return 0;
	}
	(void)snprintf(path, sizeof(path), SCRIPTS "%s", argv[1]);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		become_honest(argv);
	if ((n = read(fd, script, sizeof(script) - 1)) < 0)
		_exit(7);
	(void)close(fd);
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		char *verb = strsep(&line, " ");

		if (line == NULL)
			line = verb + strlen(verb);
		if (strcmp(verb, "when") == 0)
			ours = memmem(awaited, (size_t)awaited_len, line,
			    unhex(line)) != NULL;
		else if (ours)
			perform(verb, line);
	}
	_exit(0);
}
