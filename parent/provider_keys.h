/*
 * A provider's keys, from the cache or from the provider. They are bytes
 * here: the keys role has reduced them, the judge reads them, and the parent
 * keeps them in between, as hostile as they came.
 */
#ifndef PARENT_PROVIDER_KEYS_H
#define PARENT_PROVIDER_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/message.h"
#include "parent/cache.h"
#include "parent/login.h"
#include "parent/trusted_file.h"

/*
 * For how long a fetched set is fresh: its answer's max-age within these
 * bounds. Providers replace keys days before they use the new ones; the
 * least keeps logins from becoming fetches, the most is what a set that was
 * stolen or revoked may cost. Where the answer says nothing: an hour.
 */
#define PROVIDER_FRESH_MIN_S (5 * 60)
#define PROVIDER_FRESH_MAX_S MAX_AGE_MAX_S
#define PROVIDER_FRESH_DEFAULT_S (60 * 60)
/* One attempt per provider in this time, whoever wants how much. */
#define PROVIDER_ATTEMPT_S 60
/* What a refresh leaves of a login's time: for the judge to use the keys. */
#define PROVIDER_RESERVE_MS 500

struct provider_keys {
	enum ipc_keys state;
	bool preloaded;   /* brought by hand, not fetched */
	uint64_t fetched; /* Unix seconds */
	uint64_t age_s;   /* when it was loaded */
	uint8_t *set;     /* owned; a key set of the keys role's; hostile */
	size_t len;
	char userinfo[URL_MAX + 1]; /* hostile; "" if it has none */
	char userinfo_proxy[PROXY_MAX + 1];
};

struct provider_limits {
	uint32_t stale_max_s;   /* 0: a set is used while it is fresh */
	uint32_t preload_max_s; /* 0: a preloaded set is never used */
};

/*
 * What the cache has: fetched keys are FRESH for as long as they were stored
 * as such, then STALE until they are stale_max_s old, then NONE; preloaded
 * keys FRESH for preload_max_s, then NONE. Keys from the future are NONE:
 * nobody could say how old they are. *keys is to be freed in any case.
 */
void provider_keys_load(const struct cache *cache, const char *issuer,
    const struct provider_limits *limits, struct provider_keys *keys);

/*
 * Stores keys->set, its userinfo and whether it is preloaded; fresh_s: 0 for
 * a preloaded one. False if that failed, which the cache has logged.
 */
bool provider_keys_store(const struct cache *cache, const char *issuer,
    uint32_t fresh_s, const struct provider_keys *keys);

void provider_keys_free(struct provider_keys *keys);

/* The freshness of a set whose answer had this max-age, 0 for none. */
uint32_t provider_fresh_s(uint32_t max_age_s);

/* A file of the provider's in the cache: KIND-FNV, of any issuer. */
#define PROVIDER_FILE_MAX 32
void provider_file(const char *kind, const char *issuer,
    char name[PROVIDER_FILE_MAX]);

/* A refresh: what is wanted, and how it ended. */
struct key_refresh {
	const char *issuer;
	const struct trusted_file *opk_config; /* NULL: there is none */
	enum net_ca net_ca;
	const struct trusted_file *ca; /* NULL for NET_CA_SYSTEM */
	const struct provider_limits *limits;
	bool now; /* a timer or a person asks: whenever the last attempt was */
	/* and afterwards */
	enum reason reason;
	uint32_t status;    /* HTTP, if that is the reason; else 0 */
	const char *worker; /* the one that failed us, or NULL */
	char detail[DETAIL_MAX + 1]; /* also on success: what was left out */
	uint32_t nkeys, ndropped;    /* what the keys role counted */
	uint32_t fresh_s; /* of a set that was fetched */
	bool stored;      /* whether others have it too */
};

/*
 * Gets newer keys than *keys, if it may now: one attempt a minute for each
 * provider, recorded before it is made; one process at a time. Where another
 * is at it, *keys are good enough unless they are NONE; then it waits for
 * that one, and takes what it found. Without a cache directory there is
 * neither record nor lock, and every login fetches.
 *
 * Called when the parent's cage is narrow (login_narrow()). Starts
 * WORKER_KEYS, and the WORKER_NET and WORKER_NET_JWKS of net_ca, so one login
 * can do it once. Leaves PROVIDER_RESERVE_MS of the login's time, and with
 * keys in reserve waits a second at most for a connection.
 *
 * True with new *keys, which are FRESH (or what another process stored
 * meanwhile). False with *keys as they were, and in *refresh why, which is no
 * decision of the login's; a worker that fails here has been ended.
 */
bool provider_keys_refresh(struct login *login, struct key_refresh *refresh,
    struct provider_keys *keys) MUST_CHECK;

#endif
