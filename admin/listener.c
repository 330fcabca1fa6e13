#include "admin/listener.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/asked.h"
#include "admin/sshd.h"

/* "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups" */
#define TITLE "sshd: "
#define MARK " [listener]"
#define COMMAND "AuthorizedKeysCommand"

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

/* Whether -f, which may stand behind other letters, names another file. */
static bool
has_other_file(const char *words)
{
	const size_t n = strlen(SSHD_CONFIG);

	while ((words = strstr(words, " -")) != NULL) {
		words += strlen(" -");
		words += strspn(words, "46DdeGiqTtV");
		if (*words != 'f')
			continue;
		words++;
		words += strspn(words, " ");
		return strncmp(words, SSHD_CONFIG, n) != 0 ||
		    (words[n] != ' ' && words[n] != '\0');
	}
	return false;
}

void
listener_find(struct listener *listener)
{
	static struct listener one;
	DIR *all = opendir("/proc");
	struct dirent *entry;

	*listener = (struct listener){ .by_files = false };
	while (all != NULL && !listener->by_files &&
	    (entry = readdir(all)) != NULL) {
		int proc;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		proc = openat(dirfd(all), entry->d_name, O_PATH | O_DIRECTORY |
		    O_CLOEXEC);
		if (proc == -1)
			continue;
		if (is_listener(proc, &one)) {
			one.by_files = strcasestr(one.words, COMMAND) == NULL &&
			    !has_other_file(one.words);
			*listener = one;
		}
		(void)close(proc);
	}
	if (all != NULL)
		(void)closedir(all);
}

bool
listener_goes_by_files(const struct listener *listener,
    struct findings *findings)
{
	const char *command = strcasestr(listener->words, COMMAND);

	if (listener->path[0] == '\0' || listener->by_files)
		return true;
	if (command != NULL)
		command += strlen(COMMAND) + strspn(command + strlen(COMMAND),
		    " =");
	finding_add(findings, FINDING_SSHD_STARTED, "", 0,
	    command != NULL && asked_is_ours(command) ?
	    "take that out, and say sallyport setup sshd: what stands in a "
	    "file is looked at" :
	    "find with systemctl cat ssh (or sshd) who adds that, as EC2 "
	    "Instance Connect does; take it out, or let sallyport ask that "
	    "command: a source of the kind chain", "the sshd that listens was "
	    "started with words that win over " SSHD_CONFIG ": %.600s",
	    listener->words);
	return false;
}
