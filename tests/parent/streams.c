#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "tests/parent/streams.h"

/* Sends a stream into a pipe; returns the pipe's other end. */
static int
catch_stream(int stream, int *saved)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	*saved = dup(stream);
	assert_true(*saved != -1 && dup2(fds[1], stream) != -1);
	(void)close(fds[1]);
	return fds[0];
}

static void
release_stream(int stream, int saved, int from, char *buf, size_t size)
{
	ssize_t n;

	assert_true(dup2(saved, stream) != -1);
	(void)close(saved);
	n = read(from, buf, size - 1);
	assert_true(n >= 0);
	buf[n] = '\0';
	(void)close(from);
}

void
streams_catch(struct streams *s)
{
	(void)fflush(stdout);
	s->from[0] = catch_stream(STDOUT_FILENO, &s->saved[0]);
	s->from[1] = catch_stream(STDERR_FILENO, &s->saved[1]);
}

void
streams_release(struct streams *s)
{
	(void)fflush(stdout);
	release_stream(STDOUT_FILENO, s->saved[0], s->from[0], s->out,
	    sizeof(s->out));
	release_stream(STDERR_FILENO, s->saved[1], s->from[1], s->err,
	    sizeof(s->err));
}
