/* What stats has read, and the two halves of the command. */
#ifndef ADMIN_STATS_H
#define ADMIN_STATS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "admin/opk.h"
#include "parent/counters.h"

/* Who has a directory in the cache; more than any machine has. */
#define STATS_USERS_MAX 64

struct stats_user {
	char name[USER_NAME_MAX + 1];
	bool readable; /* directory and counters */
	struct counters counters;
	/* of each provider's keys; those of a row without stay zero */
	bool has_keys[PROVIDERS_MAX];
	uint64_t age_s[PROVIDERS_MAX];
};

struct stats {
	struct opk_providers providers;
	struct stats_user *users[STATS_USERS_MAX]; /* owned, by name */
	size_t nusers;
	bool incomplete; /* something could not be read: stderr says what */
};

void stats_read(struct stats *stats);

/* Writes all of it, in the form that Prometheus reads. */
void stats_print(const struct stats *stats, FILE *to);

#endif
