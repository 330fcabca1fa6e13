/* The processes of a traced program: who is who, and what each is about to do. */
#ifndef TESTS_FAULTS_TRACEE_H
#define TESTS_FAULTS_TRACEE_H

#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct tracee {
	pid_t pid;		/* 0: a free place */
	char path[16];		/* "" before its parent's fork is told */
	unsigned children;
	int held;		/* it has stopped before that */
	int armed;		/* its breakpoints are set */
	int again;		/* its next call is the one before, restarted */
	int returns;		/* it is to stop when its call returns, */
	struct user_regs_struct entry;	/* which began with these */
};

/* Starts argv as this user and group; traced, with all that it starts. */
pid_t tracee_start(uid_t id, char **argv);

/* The tracee of this pid, or a new one. */
struct tracee *tracee_of(pid_t pid);

/* Called when it has ended. */
void tracee_forget(struct tracee *t);

/* Called when it has stopped without a name, until it has one or no parent. */
void tracee_hold(struct tracee *t);

/* Called when the fork of t has been told; lets a held child go. */
void tracee_name_child(struct tracee *t);

void tracee_resume(struct tracee *t, int sig);

/* Where the first piece of this file is in its memory; 0: it is not. */
uint64_t tracee_base(const struct tracee *t, const char *file);

/* Whether fd is one end of a socket pair that carries our messages. */
int tracee_is_channel(const struct tracee *t, int fd);
/* Whether fd is a socket of Unix datagrams, which only a log has. */
int tracee_is_log(const struct tracee *t, int fd);
/* Whether fd is a socket of datagrams of any kind. */
int tracee_is_datagram(const struct tracee *t, int fd);

/* After execve: takes the clock away that works without system calls. */
void tracee_hide_vdso(const struct tracee *t);

#endif
