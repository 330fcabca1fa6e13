/* The machine's sshd: which version, and what its configuration comes to. */
#ifndef ADMIN_SSHD_H
#define ADMIN_SSHD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "admin/listener.h"
#include "admin/program.h"

#define SSHD_CONFIG "/etc/ssh/sshd_config"

/* The first OpenSSH that knows %C; the others end every connection over it. */
#define SSHD_WITH_C 904

struct sshd {
	struct listener listener;
	const char *path; /* its own, or else a usual one; NULL: none was found */
	unsigned version; /* 902 for 9.2; 0 if it does not say */
	struct program_said dump; /* of sshd -T; status 0 if it is sound */
};

/* The file that "sallyport setup sshd" writes, and where it stands. */
#define SSHD_DROPINS "/etc/ssh/sshd_config.d"
#define SSHD_DROPIN SSHD_DROPINS "/10-sallyport.conf"

/* Looks where distributions have it, and asks it. */
void sshd_look(struct sshd *sshd);

/* sshd -t: false, and what it says, if it would not start like this. */
bool sshd_accepts(const struct sshd *sshd, struct program_said *said)
    __attribute__((warn_unused_result));

/*
 * What a keyword (in small letters) is set to, for everybody: false if it does
 * not say, or says "none". value is cut.
 */
bool sshd_value(const struct sshd *sshd, const char *keyword, char *value,
    size_t size) __attribute__((warn_unused_result));

/* One place that sets a keyword. */
struct sshd_place {
	char *file, *value; /* owned */
	uint32_t line;
	uint32_t match; /* which Match it is in; 0: it is for everybody */
};

struct sshd_places {
	struct sshd_place *rows; /* in the order in which sshd reads them */
	size_t count;
};

/* Reads sshd_config and what it includes: the first outside a Match wins. */
void sshd_places_read(const char *keyword, struct sshd_places *places);

/* The first within that Match, which wins there; NULL if there is none. */
const struct sshd_place *sshd_places_in(const struct sshd_places *places,
    uint32_t match) __attribute__((warn_unused_result));

void sshd_places_free(struct sshd_places *places);

#endif
