/* Each process's syscalls: the tables are policy.c, to be read as text. */
#ifndef SECCOMP_POLICY_H
#define SECCOMP_POLICY_H

#include "seccomp/filter.h"

extern const struct filter policy_parent;
extern const struct filter policy_starter;
/* Resolve and connect, then talk: the second stacks on the first. */
extern const struct filter policy_net_connect;
extern const struct filter policy_net_talk;
extern const struct filter policy_parse;

#endif
