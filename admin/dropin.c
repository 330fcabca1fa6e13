#include "admin/dropin.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/memory.h"
#include "admin/sshd.h"

/* The first line, of which the sum of all below it is a part. */
#define FIRST "# sallyport setup sshd wrote this, with the sum "
#define FIRST_LEN (sizeof(FIRST) - 1 + 16 + 1)

/*
 * FNV-1a of 64 bits, for a text that only root can change: it shows that
 * somebody did, not that nobody wanted to hide it.
 */
static uint64_t
sum_of(const char *text, size_t len)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* FIRST_LEN characters and a NUL. */
static void
make_first(char first[FIRST_LEN + 1], const char *rest, size_t len)
{
	(void)snprintf(first, FIRST_LEN + 1, FIRST "%016" PRIx64 "\n",
	    sum_of(rest, len));
}

static bool
is_unchanged(const struct trusted_file *text)
{
	char first[FIRST_LEN + 1];

	if (text->len < FIRST_LEN)
		return false;
	make_first(first, (const char *)text->data + FIRST_LEN,
	    text->len - FIRST_LEN);
	return memcmp(text->data, first, FIRST_LEN) == 0;
}

static enum dropin_state
look(struct dropin *dropin)
{
	struct file_problem problem;
	int fd;

	if (trusted_missing(SSHD_DROPIN))
		return DROPIN_MISSING;
	/* A link is nothing that we made. */
	fd = open(SSHD_DROPIN, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return DROPIN_FOREIGN;
	if (!trusted_read_open(fd, CONFIG_FILE_MAX, &dropin->before,
	    &problem)) {
		(void)close(fd);
		return DROPIN_FOREIGN;
	}
	(void)close(fd);
	return is_unchanged(&dropin->before) ? DROPIN_OURS : DROPIN_FOREIGN;
}

bool
dropin_open(struct dropin *dropin)
{
	memset(&dropin->before, 0, sizeof(dropin->before));
	if (!replace_begin(&dropin->replacement, SSHD_DROPIN))
		return false;
	dropin->state = look(dropin);
	return true;
}

bool
dropin_write(struct dropin *dropin, const struct choice *choice)
{
	char first[FIRST_LEN + 1];
	char *rest = memory_format("# Take it back with \"sallyport setup sshd "
	    "--undo\", which removes nothing that\n# somebody has changed.\n"
	    "AuthorizedKeysCommand %s\nAuthorizedKeysCommandUser %s\n",
	    choice->command, choice->user);
	char *text;
	bool done;

	make_first(first, rest, strlen(rest));
	text = memory_format("%s%s", first, rest);
	done = replace_file(&dropin->replacement, text, strlen(text), 0,
	    0640);
	free(rest);
	free(text);
	return done;
}

bool
dropin_remove(struct dropin *dropin)
{
	return unlinkat(dropin->replacement.dir,
	    strrchr(SSHD_DROPIN, '/') + 1, 0) == 0;
}

bool
dropin_put_back(struct dropin *dropin)
{
	if (dropin->state == DROPIN_MISSING)
		return dropin_remove(dropin);
	return replace_file(&dropin->replacement, dropin->before.data,
	    dropin->before.len, 0, 0640);
}

void
dropin_close(struct dropin *dropin)
{
	trusted_free(&dropin->before);
	replace_end(&dropin->replacement);
}
