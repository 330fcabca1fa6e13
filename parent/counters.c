#include "parent/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/wire.h"
#include "parent/starter.h"

#define NAME "counters"
#define NUMBER_LEN 8

/* What the columns mean: a version that differs in one begins anew. */
static const char layout[] = "SPCOUNT1"
#define R(name, class, word, meaning) " " word
    REASON_TABLE(R)
#undef R
#define R(name, word) " " word
    COUNTER_ROWS(R)
#undef R
#define W(name, socket, log_name, executable, role, to, from) " " #name
    WORKERS(W)
#undef W
    "\n";

#define LAYOUT_LEN (sizeof(layout) - 1)
#define FILE_LEN                                                              \
	(LAYOUT_LEN + (size_t)COUNTER_ROW_COUNT * REASON_COUNT * NUMBER_LEN)

_Static_assert((int)WORKER_COUNT <= (int)REASON_COUNT, "a column for each");

const char *
counter_row_word(enum counter_row row)
{
	static const char *const words[] = {
#define R(name, word) word,
		COUNTER_ROWS(R)
#undef R
	};

	return words[row];
}

/* O_NONBLOCK: a FIFO in its place must not hold us up. */
static int
open_file(const struct cache *cache, int mode)
{
	return openat(cache->dir, NAME,
	    mode | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/*
 * False if it is no file of ours. The cage has no call that moves within a
 * file or writes elsewhere than where one is: what is read moves there.
 */
static bool
add_at(int fd, size_t offset)
{
	uint8_t before[FILE_LEN], number[NUMBER_LEN];
	struct wire_reader r = { number, sizeof(number) };
	struct wire_writer w = { number, sizeof(number), 0 };
	uint64_t count;

	if (read(fd, before, offset) != (ssize_t)offset ||
	    memcmp(before, layout, LAYOUT_LEN) != 0 ||
	    pread(fd, number, sizeof(number), (off_t)offset) !=
	    (ssize_t)sizeof(number) || wire_get_u64(&r, &count) != ERR_OK ||
	    wire_put_u64(&w, count + 1) != ERR_OK)
		return false;
	(void)!write(fd, number, sizeof(number));
	return true;
}

/* Begins anew with this one: whole, or not at all. */
static void
create(const struct cache *cache, size_t offset)
{
	uint8_t file[FILE_LEN] = { 0 };
	struct stat st;
	int fd;

	memcpy(file, layout, LAYOUT_LEN);
	file[offset + NUMBER_LEN - 1] = 1;
	(void)unlinkat(cache->dir, NAME, 0);
	fd = openat(cache->dir, NAME,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return;
	/* As root, whose cage is still open: for whom we will be in it. */
	if (geteuid() == 0 && fstat(cache->dir, &st) == 0)
		(void)!fchown(fd, st.st_uid, st.st_gid);
	if (write(fd, file, sizeof(file)) != (ssize_t)sizeof(file))
		(void)unlinkat(cache->dir, NAME, 0);
	(void)close(fd);
}

void
counters_add(const struct cache *cache, enum counter_row row,
    unsigned column)
{
	size_t offset = LAYOUT_LEN +
	    ((size_t)row * REASON_COUNT + column) * NUMBER_LEN;
	bool ours;
	int fd;

	if (cache->dir == -1 || (unsigned)row >= COUNTER_ROW_COUNT ||
	    column >= REASON_COUNT)
		return;
	fd = open_file(cache, O_RDWR);
	ours = fd != -1 && add_at(fd, offset);
	if (fd != -1)
		(void)close(fd);
	if (!ours)
		create(cache, offset);
}

void
counters_add_decision(const struct cache *cache, const char *source,
    enum reason reason)
{
	for (int row = 0; row < COUNTER_SOURCES; row++)
		if (strcmp(source, counter_row_word((enum counter_row)row)) ==
		    0)
			counters_add(cache, (enum counter_row)row,
			    (unsigned)reason);
}

static bool
parse(const uint8_t *file, struct counters *counters)
{
	struct wire_reader r = { file + LAYOUT_LEN, FILE_LEN - LAYOUT_LEN };
	bool ok = memcmp(file, layout, LAYOUT_LEN) == 0;

	for (int row = 0; ok && row < COUNTER_ROW_COUNT; row++)
		for (int column = 0; ok && column < REASON_COUNT; column++)
			ok = wire_get_u64(&r, &counters->at[row][column]) ==
			    ERR_OK;
	return ok;
}

bool
counters_read(const struct cache *cache, struct counters *counters)
{
	uint8_t file[FILE_LEN + 1];
	bool ok;
	int fd = open_file(cache, O_RDONLY);

	memset(counters, 0, sizeof(*counters));
	if (fd == -1)
		return errno == ENOENT;
	/* A size that is not ours is none of ours. */
	ok = read(fd, file, sizeof(file)) == (ssize_t)FILE_LEN &&
	    parse(file, counters);
	(void)close(fd);
	return ok;
}
