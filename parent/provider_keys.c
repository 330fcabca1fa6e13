#include "parent/provider_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/wire.h"

/* Older than any limit; the cache itself is not to decide. */
#define ANY_AGE UINT64_MAX
/* preloaded, userinfo, its proxy; the set follows, to the end */
#define HEAD_MAX (1 + 4 + URL_MAX + 4 + PROXY_MAX)

uint32_t
provider_fresh_s(uint32_t max_age_s)
{
	if (max_age_s == 0)
		return PROVIDER_FRESH_DEFAULT_S;
	if (max_age_s < PROVIDER_FRESH_MIN_S)
		return PROVIDER_FRESH_MIN_S;
	return max_age_s < PROVIDER_FRESH_MAX_S ? max_age_s :
	    PROVIDER_FRESH_MAX_S;
}

/* FNV-1a: a name for a file. Two issuers of one name displace each other. */
void
provider_file(const char *kind, const char *issuer,
    char name[PROVIDER_FILE_MAX])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (const char *c = issuer; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
	(void)snprintf(name, PROVIDER_FILE_MAX, "%.8s-%016" PRIx64, kind,
	    hash);
}

/* A string of at most max printable bytes, copied with a NUL behind it. */
static bool
get_text(struct wire_reader *r, size_t max, char *text)
{
	const uint8_t *p;
	size_t n;

	if (wire_get_string(r, &p, &n) != ERR_OK || n > max ||
	    !ipc_printable(p, n))
		return false;
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	return true;
}

/* The body is the set's buffer from now on: the set moves to its beginning. */
static bool
take_body(struct cache_entry *entry, struct provider_keys *keys)
{
	struct wire_reader r = { entry->body, entry->len };
	uint8_t preloaded;

	if (wire_get_u8(&r, &preloaded) != ERR_OK || preloaded > 1 ||
	    !get_text(&r, URL_MAX, keys->userinfo) ||
	    !get_text(&r, PROXY_MAX, keys->userinfo_proxy) ||
	    r.left == 0 || r.left > KEY_SET_MAX)
		return false;
	keys->preloaded = preloaded == 1;
	memmove(entry->body, r.p, r.left);
	keys->set = entry->body;
	keys->len = r.left;
	entry->body = NULL;
	return true;
}

static enum ipc_keys
judge_age(const struct cache_entry *entry, bool preloaded,
    const struct provider_limits *limits)
{
	if (preloaded)
		return entry->age_s <= limits->preload_max_s &&
		    limits->preload_max_s > 0 ? IPC_KEYS_FRESH : IPC_KEYS_NONE;
	/* The file may be damaged: no longer than what we store. */
	if (entry->age_s <= entry->fresh_s &&
	    entry->age_s <= PROVIDER_FRESH_MAX_S)
		return IPC_KEYS_FRESH;
	return entry->age_s <= limits->stale_max_s ? IPC_KEYS_STALE :
	    IPC_KEYS_NONE;
}

void
provider_keys_load(const struct cache *cache, const char *issuer,
    const struct provider_limits *limits, struct provider_keys *keys)
{
	struct ipc_span url = { issuer, strlen(issuer) };
	char name[PROVIDER_FILE_MAX];
	struct cache_entry entry;

	memset(keys, 0, sizeof(*keys));
	provider_file("keys", issuer, name);
	if (!cache_load(cache, name, url, ANY_AGE, &entry))
		return;
	if (take_body(&entry, keys)) {
		keys->fetched = entry.fetched;
		keys->age_s = entry.age_s;
		keys->state = judge_age(&entry, keys->preloaded, limits);
	}
	cache_entry_free(&entry);
	if (keys->state == IPC_KEYS_NONE)
		provider_keys_free(keys);
}

static bool
put_text(struct wire_writer *w, const char *text)
{
	return wire_put_string(w, text, strlen(text)) == ERR_OK;
}

bool
provider_keys_store(const struct cache *cache, const char *issuer,
    uint32_t fresh_s, const struct provider_keys *keys)
{
	struct ipc_span url = { issuer, strlen(issuer) };
	size_t size = HEAD_MAX + keys->len;
	struct wire_writer w = { malloc(size), size, 0 };
	char name[PROVIDER_FILE_MAX];
	bool ok = false;

	provider_file("keys", issuer, name);
	if (w.buf != NULL && wire_put_u8(&w, keys->preloaded) == ERR_OK &&
	    put_text(&w, keys->userinfo) &&
	    put_text(&w, keys->userinfo_proxy) &&
	    wire_put_bytes(&w, keys->set, keys->len) == ERR_OK)
		ok = cache_store(cache, name, url, fresh_s, w.buf, w.used);
	free(w.buf);
	return ok;
}

void
provider_keys_free(struct provider_keys *keys)
{
	free(keys->set);
	memset(keys, 0, sizeof(*keys));
}
