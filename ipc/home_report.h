/*
 * What the home process (homeproc/) tells the parent. Its socket carries no
 * messages of ipc/message.h: one byte there, "go"; one report back, and the
 * text, IPC_CHUNK_MAX bytes at a time.
 */
#ifndef IPC_HOME_REPORT_H
#define IPC_HOME_REPORT_H

#include <stdint.h>

/* One user's rules: people have a handful. */
#define HOME_FILE_MAX (64 * 1024)

enum home_result {
	HOME_NONE,   /* there is no such file */
	HOME_TAKEN,  /* here it is */
	HOME_REFUSED /* there may be one, and why it was not taken */
};

struct home_report {
	uint64_t build;  /* BUILD_ID */
	uint32_t result; /* enum home_result */
	uint32_t len;    /* of the text; 0 unless HOME_TAKEN */
	char what[256];  /* words, with a NUL; empty unless HOME_REFUSED */
};

/* What it is told when it is started, behind what every worker is told. */
enum home_word {
	HOME_WORD_USER,
	HOME_WORD_DIR, /* or HOME_UNKNOWN */
	HOME_WORD_UID, /* or HOME_UNKNOWN */
	HOME_WORDS
};

/* For what is to be asked of the name service. */
#define HOME_UNKNOWN "?"

#endif
