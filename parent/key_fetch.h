/*
 * A provider's keys from the provider: the keys role says what to get, one
 * netproc each gets it, the keys role reduces it.
 */
#ifndef PARENT_KEY_FETCH_H
#define PARENT_KEY_FETCH_H

#include "parent/provider_keys.h"

/*
 * Fills *keys, which is empty, by deadline_ms and with at most connect_ms for
 * each connection. False with *refresh as provider_keys_refresh() has it.
 */
bool key_fetch(struct login *login, struct key_refresh *refresh,
    int64_t deadline_ms, uint32_t connect_ms, struct provider_keys *keys)
    MUST_CHECK;

/*
 * The same with a key set that is at hand: no more than the reduction, by
 * WORKER_KEYS alone.
 */
bool key_reduce(struct login *login, struct key_refresh *refresh,
    int64_t deadline_ms, const struct trusted_file *jwks,
    struct provider_keys *keys) MUST_CHECK;

#endif
