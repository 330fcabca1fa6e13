/*
 * Every number that both ends of a message must agree on, and why it is what
 * it is. Limits that only one process cares about stand in its own room.
 */
#ifndef IPC_LIMITS_H
#define IPC_LIMITS_H

/* One message is one datagram. 32 KiB passes whatever the socket sysctls. */
#define IPC_MESSAGE_MAX 32768
/* What fits behind a TEXT's or FETCH_DATA's header, with room to spare. */
#define IPC_CHUNK_MAX 32000

/* The descriptor on which a worker talks to the parent. */
#define WORKER_FD 3

/* Time: sshd's LoginGraceTime is 120 s; people give up long before. */
#define DEADLINE_DEFAULT_S 5
#define DEADLINE_MAX_S 30

/* Key9: spec of the source. */
#define KEY9_USER_MAX 32
#define KEY9_ANSWER_MAX (1024 * 1024)
#define KEY9_LINE_MAX (16 * 1024)
#define KEYS_MAX 1000

/* Our configuration files; a real k9.yaml with every section is 4 KiB. */
#define CONFIG_FILE_MAX (64 * 1024)
/*
 * auth_id: 100,000 rows of 80 bytes with room for comments. The parse worker
 * holds it whole, beside a login's other texts.
 */
#define AUTH_ID_FILE_MAX (12 * 1024 * 1024)
/* A private CA file: a handful of roots, or a copy of the system bundle. */
#define CA_FILE_MAX (512 * 1024)

/* A request line must pass servers and proxies, which take 8 KiB. */
#define URL_MAX 2048
#define HEADERS_MAX 4096
#define REQUEST_BODY_MAX 8192
#define PROXY_MAX 512
/* sshd's %C is two addresses and two ports; leave room for odd callers. */
#define REMOTE_MAX 1024

/* An OpenPubkey login. sshd takes keys up to 64 KiB; real ones have 14. */
#define OFFERED_KEY_MAX (64 * 1024)
#define EXTRA_WORDS_MAX (16 * 1024)
#define PROVIDERS_MAX 64
#define PLUGINS_MAX 64
#define PLUGIN_ENV_MAX (512 * 1024)
/* Of issuers; of sub, e-mail and kid, which are cut for the log. */
#define ISSUER_MAX 512
#define IDENTITY_MAX 256
/* Seconds since 1970: the end of the year 9999. */
#define NOW_MAX UINT64_C(253402300799)

/* A provider's documents; the largest known are a tenth of this. */
#define DISCOVERY_MAX (64 * 1024)
#define JWKS_MAX (512 * 1024)
#define KEY_SET_MAX (256 * 1024)
#define USERINFO_MAX (64 * 1024)
/* The longest max-age that means anything to us, and what "none" is. */
#define MAX_AGE_MAX_S (24 * 3600)

/* What the dry run prints of an unverified token. */
#define CLAIM_NAME_MAX 64
#define CLAIM_VALUE_MAX 1024

/*
 * `authorize`: the options before a key, as long as sshd's own examples are
 * together; what a chained command may print: some hundred keys, with options.
 */
#define LINE_OPTIONS_MAX 1024
#define CHAIN_OUTPUT_MAX (256 * 1024)

#define USER_NAME_MAX 256
#define PATH_LEN_MAX 4095
/* The longest of our types is sk-ecdsa-sha2-nistp256@openssh.com. */
#define KEY_TYPE_MAX 64
/* An RSA key of 16384 bits, sshd's limit, is 2.8 KB of base64. */
#define KEY_BASE64_MAX (8 * 1024)
#define KEY_COMMENT_MAX 256
/* A phrase in a log line. */
#define DETAIL_MAX 240

/* A cached answer may be older than a month on nobody's machine. */
#define STALE_MAX_MAX_S (30 * 24 * 3600)
#define STALE_MAX_DEFAULT_S (24 * 3600)
/* Keys carried by hand to a host without network: whoever does is busy. */
#define PRELOAD_MAX_MAX_S (366 * 24 * 3600)
#define PRELOAD_MAX_DEFAULT_S (30 * 24 * 3600)

#endif
