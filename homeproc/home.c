#include "homeproc/home.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "homeproc/auth_id.h"
#include "ipc/build.h"
#include "ipc/home_report.h"
#include "ipc/limits.h"
#include "seccomp/cage.h"

/* Of the user: no id without a value, so that none is kept by mistake. */
struct account {
	uid_t uid;
	char dir[PATH_LEN_MAX + 1];
};

static void __attribute__((noreturn, format(printf, 1, 2)))
refuse(const char *fmt, ...)
{
	struct home_report report = { BUILD_ID, .result = HOME_REFUSED };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(report.what, sizeof(report.what), fmt, ap);
	va_end(ap);
	(void)send(WORKER_FD, &report, sizeof(report), MSG_NOSIGNAL);
	_exit(0);
}

static void __attribute__((noreturn))
say_none(void)
{
	const struct home_report report = { BUILD_ID, .result = HOME_NONE };

	(void)send(WORKER_FD, &report, sizeof(report), MSG_NOSIGNAL);
	_exit(0);
}

static void __attribute__((noreturn))
say_text(const char *text, size_t len)
{
	struct home_report report = { BUILD_ID, .result = HOME_TAKEN };

	report.len = (uint32_t)len;
	if (send(WORKER_FD, &report, sizeof(report), MSG_NOSIGNAL) == -1)
		_exit(0);
	for (size_t sent = 0; sent < len;) {
		size_t n = len - sent;

		if (n > IPC_CHUNK_MAX)
			n = IPC_CHUNK_MAX;
		if (send(WORKER_FD, text + sent, n, MSG_NOSIGNAL) == -1)
			_exit(0);
		sent += n;
	}
	_exit(0);
}

/*
 * Digits, below the largest id: that one means "leave it as it is" to
 * setresuid(2).
 */
static bool
uid_read(const char *text, uid_t *uid)
{
	uint64_t value = 0;

	if (text[0] == '\0' || strlen(text) > 10)
		return false;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return false;
		value = value * 10 + (uint64_t)(*p - '0');
	}
	*uid = (uid_t)value;
	return value < UINT32_MAX;
}

static void
take_dir(struct account *account, const char *dir)
{
	if (dir[0] != '/')
		refuse("the home directory's path is empty or relative");
	if (strlen(dir) > PATH_LEN_MAX)
		refuse("the home directory's path is too long");
	(void)snprintf(account->dir, sizeof(account->dir), "%s", dir);
}

static bool
known(const char *word)
{
	return strcmp(word, HOME_UNKNOWN) != 0;
}

static void
ask_nss(char *const words[HOME_WORDS], struct account *account)
{
	const struct passwd *pw;

	errno = 0;
	if ((pw = getpwnam(words[HOME_WORD_USER])) == NULL)
		refuse("no user of that name was found%s%s",
		    errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	if (pw->pw_uid == (uid_t)-1)
		refuse("the user has an impossible uid");
	if (!known(words[HOME_WORD_UID]))
		account->uid = pw->pw_uid;
	if (!known(words[HOME_WORD_DIR]))
		take_dir(account, pw->pw_dir != NULL ? pw->pw_dir : "");
}

static void
find_account(char *const words[HOME_WORDS], struct account *account)
{
	const char *uid = words[HOME_WORD_UID], *dir = words[HOME_WORD_DIR];

	if (known(uid) && !uid_read(uid, &account->uid))
		refuse("--uid is not a user id");
	if (known(dir))
		take_dir(account, dir);
	if (!known(uid) || !known(dir))
		ask_nss(words, account);
}

static int
open_file(const struct account *account, bool as_root)
{
	char what[AUTH_ID_WHAT];
	int fd = auth_id_open(account->dir, account->uid, as_root, what);

	if (fd == -1 && what[0] == '\0')
		say_none();
	if (fd == -1)
		refuse("%s", what);
	return fd;
}

/*
 * No groups, and one that nobody else is in: an owner needs none to read what
 * is his, and sshd does not say which they are. Nor is it the user's as far as
 * FUSE is concerned: a file system that he has mounted himself refuses us, and
 * need not be waited for.
 */
static void
become_user(const struct account *account, pid_t starter)
{
	enum cage_step step = cage_bare(account->uid,
	    (gid_t)SALLYPORT_PARENT_ID, starter);

	if (step != CAGE_SHUT)
		refuse("could not become the user: %s",
		    cage_step_name((int)step));
}

/* To the end; one byte more than may be there is too many. */
static size_t
read_text(int fd, char text[HOME_FILE_MAX + 1])
{
	size_t len = 0;
	ssize_t n;

	while (len <= HOME_FILE_MAX && (n = read(fd, text + len,
	    HOME_FILE_MAX + 1 - len)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			refuse(".opk/auth_id: read: %s", strerror(errno));
		len += (size_t)n;
	}
	if (len > HOME_FILE_MAX)
		refuse(".opk/auth_id: it is larger than %d bytes: shorten it",
		    HOME_FILE_MAX);
	return len;
}

/* Who was started before anybody knew whether to ask. */
static void
await_question(void)
{
	uint8_t go;

	if (recv(WORKER_FD, &go, 1, 0) != 1)
		_exit(0);
}

void
home_run(char *const words[HOME_WORDS], pid_t starter)
{
	static char text[HOME_FILE_MAX + 1];
	struct account account;
	bool as_root = geteuid() == 0;

	await_question();
	find_account(words, &account);
	become_user(&account, starter);
	say_text(text, read_text(open_file(&account, as_root), text));
}
