/* When to fetch a provider's keys, and who: provider_keys.h. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parent/counters.h"
#include "parent/key_fetch.h"
#include "parent/provider_keys.h"

/* With keys in reserve nobody waits long for a dead server. */
#define CONNECT_WITH_KEYS_MS 1000
/* Between two looks at a lock that another process has. */
#define LOCK_WAIT_MS 20

static bool
not_now(struct key_refresh *refresh, const char *why)
{
	refresh->reason = REASON_PROVIDER_KEYS;
	(void)snprintf(refresh->detail, sizeof(refresh->detail), "%s", why);
	return false;
}

/* Whether another process has stored newer ones; then they are ours too. */
static bool
take_newer(struct login *login, const struct key_refresh *refresh,
    struct provider_keys *keys)
{
	struct provider_keys found;

	provider_keys_load(&login->cache, refresh->issuer, refresh->limits,
	    &found);
	if (found.state == IPC_KEYS_NONE || (keys->state != IPC_KEYS_NONE &&
	    found.fetched <= keys->fetched)) {
		provider_keys_free(&found);
		return false;
	}
	provider_keys_free(keys);
	*keys = found;
	return true;
}

/*
 * False if another process has the lock and is not to be waited for, or kept
 * it until the deadline. *fd: -1 if there is no lock to be had at all.
 */
static bool
lock(struct login *login, const struct key_refresh *refresh,
    int64_t deadline_ms, bool wait, int *fd)
{
	char name[PROVIDER_FILE_MAX];

	provider_file("lock", refresh->issuer, name);
	while (cache_lock(&login->cache, name, fd) == CACHE_BUSY) {
		if (!wait || ipc_now_ms() >= deadline_ms)
			return false;
		(void)poll(NULL, 0, LOCK_WAIT_MS);
	}
	return true;
}

/* Whether the last attempt is long enough ago; from now on, this one is it. */
static bool
attempt(struct login *login, const struct key_refresh *refresh)
{
	struct ipc_span issuer = { refresh->issuer, strlen(refresh->issuer) };
	char name[PROVIDER_FILE_MAX];
	struct cache_entry last;
	bool recent;

	provider_file("try", refresh->issuer, name);
	recent = cache_load(&login->cache, name, issuer,
	    PROVIDER_ATTEMPT_S - 1, &last);
	cache_entry_free(&last);
	if (recent && !refresh->now)
		return false;
	(void)cache_store(&login->cache, name, issuer, 0, NULL, 0);
	return true;
}

static bool
fetch_and_store(struct login *login, struct key_refresh *refresh,
    int64_t deadline_ms, struct provider_keys *keys)
{
	struct provider_keys found = { .state = IPC_KEYS_NONE };
	uint32_t connect_ms = keys->state != IPC_KEYS_NONE ?
	    CONNECT_WITH_KEYS_MS : DEADLINE_MAX_S * 1000;

	bool ok = key_fetch(login, refresh, deadline_ms, connect_ms, &found);

	counters_add(&login->cache, COUNTER_REFRESH, refresh->reason);
	if (!ok)
		return false;
	found.fetched = (uint64_t)time(NULL);
	refresh->stored = provider_keys_store(&login->cache, refresh->issuer,
	    refresh->fresh_s, &found);
	provider_keys_free(keys);
	*keys = found;
	return true;
}

bool
provider_keys_refresh(struct login *login, struct key_refresh *refresh,
    struct provider_keys *keys)
{
	int64_t deadline_ms = login->deadline_ms - PROVIDER_RESERVE_MS;
	bool ok;
	int fd;

	refresh->reason = REASON_OK;
	refresh->worker = NULL;
	refresh->status = 0;
	refresh->detail[0] = '\0';
	refresh->stored = false;
	if (!lock(login, refresh, deadline_ms,
	    keys->state == IPC_KEYS_NONE || refresh->now, &fd))
		return not_now(refresh, "another process is fetching them");
	if (!refresh->now && take_newer(login, refresh, keys))
		ok = true;
	else if (!attempt(login, refresh))
		ok = not_now(refresh,
		    "the last attempt was less than a minute ago");
	else
		ok = fetch_and_store(login, refresh, deadline_ms, keys);
	/* Closed, it is open to others; the starter has no copy. */
	if (fd != -1)
		(void)close(fd);
	return ok;
}
