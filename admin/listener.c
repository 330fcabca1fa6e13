#include "admin/listener.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/sshd.h"

/* "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups" */
#define TITLE "sshd: "
#define MARK " [listener]"

/* A link of /proc/PID, without what stands behind a program that is gone. */
static bool
read_link(int proc, const char *name, char *text, size_t size)
{
	ssize_t n = readlinkat(proc, name, text, size - 1);
	char *gone;

	text[n > 0 ? n : 0] = '\0';
	if ((gone = strstr(text, " (deleted)")) != NULL)
		*gone = '\0';
	return n > 0;
}

static bool
read_title(int proc, char *words, size_t size)
{
	int fd = openat(proc, "cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd != -1 ? read(fd, words, size - 1) : -1;
	char *mark;

	if (fd != -1)
		(void)close(fd);
	words[n > 0 ? n : 0] = '\0';
	if (strncmp(words, TITLE, strlen(TITLE)) != 0 ||
	    (mark = strstr(words, MARK)) == NULL)
		return false;
	*mark = '\0';
	memmove(words, words + strlen(TITLE), strlen(words + strlen(TITLE)) + 1);
	return true;
}

/* Anybody can call himself sshd, but not as root, nor be its program. */
static bool
is_listener(int proc, struct listener *listener)
{
	char its[64], own[64];
	const char *name;
	struct stat st;

	return fstat(proc, &st) == 0 && st.st_uid == 0 &&
	    read_title(proc, listener->words, sizeof(listener->words)) &&
	    read_link(proc, "ns/pid", its, sizeof(its)) &&
	    read_link(AT_FDCWD, "/proc/self/ns/pid", own, sizeof(own)) &&
	    strcmp(its, own) == 0 &&
	    read_link(proc, "exe", listener->path, sizeof(listener->path)) &&
	    (name = strrchr(listener->path, '/')) != NULL &&
	    strcmp(name, "/sshd") == 0;
}

void
listener_find(struct listener *listener)
{
	DIR *all = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (all != NULL && !found && (entry = readdir(all)) != NULL) {
		int proc;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		proc = openat(dirfd(all), entry->d_name, O_PATH | O_DIRECTORY |
		    O_CLOEXEC);
		if (proc == -1)
			continue;
		found = is_listener(proc, listener);
		(void)close(proc);
	}
	if (all != NULL)
		(void)closedir(all);
	if (!found)
		listener->path[0] = listener->words[0] = '\0';
}

/* Whether -f names another file. */
static bool
has_other_file(const char *words)
{
	const char *file = strstr(words, " -f");
	size_t n = strlen(SSHD_CONFIG);

	if (file == NULL)
		return false;
	file += strlen(" -f");
	file += strspn(file, " ");
	return strncmp(file, SSHD_CONFIG, n) != 0 ||
	    (file[n] != ' ' && file[n] != '\0');
}

bool
listener_goes_by_files(struct findings *findings)
{
	static struct listener listener;

	listener_find(&listener);
	if (strcasestr(listener.words, "AuthorizedKeysCommand") == NULL &&
	    !has_other_file(listener.words))
		return true;
	finding_add(findings, FINDING_SSHD_STARTED, "", 0, "find with "
	    "systemctl cat ssh (or sshd) who adds that, as EC2 Instance "
	    "Connect does; take it out, or let sallyport ask that command: a "
	    "source of the kind chain", "the sshd that listens was started "
	    "with words that win over " SSHD_CONFIG ": %.600s",
	    listener.words);
	return false;
}
