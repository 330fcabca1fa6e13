#include "parent/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ipc/wire.h"
#include "parent/log.h"

#define CACHE_ROOT "/var/cache/sallyport"
#define MAGIC "SPCACHE2"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
#define HEAD_LEN (MAGIC_LEN + 8 + 4 + 4 + 4)
#define ENTRY_MAX (HEAD_LEN + URL_MAX + KEY9_ANSWER_MAX)
/* "key9-" and a user name, and a suffix while it is being written. */
#define NAME_LEN_MAX 128

static void
log_trouble(const struct cache *cache, const char *words, const char *what)
{
	struct log_line line;

	log_begin(&line, words);
	log_add_text(&line, "directory", cache->path);
	log_add_text(&line, "detail", what);
	log_end(&line, LOG_WARNING);
}

/* As root: the directory belongs to whom we will be in the cage. */
static void
make_directory(const struct cache *cache, uid_t uid, gid_t gid)
{
	if (geteuid() != 0)
		return;
	(void)mkdir(CACHE_ROOT, 0755);
	if (mkdir(cache->path, 0700) == 0)
		(void)!lchown(cache->path, uid, gid);
}

static const char *
directory_problem(int dir, uid_t owner)
{
	struct stat st;

	if (fstat(dir, &st) == -1)
		return strerror(errno);
	if (st.st_uid != owner)
		return "it belongs to another user";
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return "others may enter it; fix: chmod 0700";
	return NULL;
}

void
cache_open_for(struct cache *cache, const char *user, uid_t uid, gid_t gid)
{
	const char *problem;

	(void)snprintf(cache->path, sizeof(cache->path), "%s/%s", CACHE_ROOT,
	    user);
	make_directory(cache, uid, gid);
	cache->dir = open(cache->path,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	problem = cache->dir == -1 ? strerror(errno) :
	    directory_problem(cache->dir, uid);
	if (problem == NULL)
		return;
	log_trouble(cache, "no cache, going on without", problem);
	if (cache->dir != -1)
		(void)close(cache->dir);
	cache->dir = -1;
}

void
cache_open(struct cache *cache, const char *user)
{
	bool root = geteuid() == 0;

	cache_open_for(cache, user, root ? SALLYPORT_PARENT_ID : geteuid(),
	    root ? SALLYPORT_PARENT_ID : getegid());
}

const char *
cache_directory(const struct cache *cache)
{
	return cache->dir != -1 ? cache->path : NULL;
}

/* Reads up to size bytes of a file; more than that is no entry of ours. */
static bool
read_entry(int fd, uint8_t *buf, size_t size, size_t *len)
{
	ssize_t n;

	*len = 0;
	while (*len < size) {
		n = read(fd, buf + *len, size - *len);
		if (n == 0)
			return true;
		if (n == -1 && errno != EINTR)
			return false;
		*len += n > 0 ? (size_t)n : 0;
	}
	return false;
}

/* Finds times and body in an entry for this url. */
static bool
parse_entry(const uint8_t *buf, size_t len, struct ipc_span url,
    struct cache_entry *entry, const uint8_t **body)
{
	struct wire_reader r = { buf, len };
	uint32_t url_size, body_size;
	const uint8_t *magic, *its_url;

	if (wire_get_bytes(&r, MAGIC_LEN, &magic) != ERR_OK ||
	    wire_get_u64(&r, &entry->fetched) != ERR_OK ||
	    wire_get_u32(&r, &entry->fresh_s) != ERR_OK ||
	    wire_get_u32(&r, &url_size) != ERR_OK ||
	    wire_get_u32(&r, &body_size) != ERR_OK ||
	    wire_get_bytes(&r, url_size, &its_url) != ERR_OK ||
	    wire_get_bytes(&r, body_size, body) != ERR_OK)
		return false;
	entry->len = body_size;
	return r.left == 0 && memcmp(magic, MAGIC, MAGIC_LEN) == 0 &&
	    body_size <= KEY9_ANSWER_MAX && url_size == url.len &&
	    memcmp(its_url, url.p, url.len) == 0;
}

static bool
young_enough(struct cache_entry *entry, uint64_t max_age_s)
{
	time_t now = time(NULL);

	if (now < 0 || entry->fetched > (uint64_t)now)
		return false;
	entry->age_s = (uint64_t)now - entry->fetched;
	return entry->age_s <= max_age_s;
}

bool
cache_load(const struct cache *cache, const char *name, struct ipc_span url,
    uint64_t max_age_s, struct cache_entry *entry)
{
	struct cache_entry found = { 0 };
	const uint8_t *body;
	uint8_t *buf;
	size_t len;
	int fd;

	memset(entry, 0, sizeof(*entry));
	if (cache->dir == -1 || max_age_s == 0)
		return false;
	/* O_NONBLOCK: a FIFO in its place must not hold us up. */
	fd = openat(cache->dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return false;
	if ((buf = malloc(ENTRY_MAX + 1)) != NULL &&
	    read_entry(fd, buf, ENTRY_MAX + 1, &len) &&
	    parse_entry(buf, len, url, &found, &body) &&
	    young_enough(&found, max_age_s)) {
		/* One buffer: the body moves to its beginning. */
		memmove(buf, body, found.len);
		found.body = buf;
		*entry = found;
	} else
		free(buf);
	(void)close(fd);
	return entry->body != NULL;
}

void
cache_entry_free(struct cache_entry *entry)
{
	free(entry->body);
	memset(entry, 0, sizeof(*entry));
}

static bool
write_all(int fd, const void *p, size_t n)
{
	const uint8_t *bytes = p;

	while (n > 0) {
		ssize_t written = write(fd, bytes, n);

		if (written == -1 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		n -= (size_t)written;
	}
	return true;
}

static bool
write_entry(int fd, struct ipc_span url, uint32_t fresh_s,
    const uint8_t *body, size_t len)
{
	uint8_t head[HEAD_LEN];
	struct wire_writer w = { head, sizeof(head), 0 };
	time_t now = time(NULL);

	if (now < 0 || wire_put_bytes(&w, MAGIC, MAGIC_LEN) != ERR_OK ||
	    wire_put_u64(&w, (uint64_t)now) != ERR_OK ||
	    wire_put_u32(&w, fresh_s) != ERR_OK ||
	    wire_put_u32(&w, (uint32_t)url.len) != ERR_OK ||
	    wire_put_u32(&w, (uint32_t)len) != ERR_OK)
		return false;
	return write_all(fd, head, w.used) && write_all(fd, url.p, url.len) &&
	    write_all(fd, body, len);
}

bool
cache_store(const struct cache *cache, const char *name, struct ipc_span url,
    uint32_t fresh_s, const uint8_t *body, size_t len)
{
	char tmp[NAME_LEN_MAX + 32];
	bool ok = false;
	int fd;

	if (cache->dir == -1)
		return false;
	/* A name of its own: two logins of one user may write at once. */
	(void)snprintf(tmp, sizeof(tmp), "%.*s.%d", NAME_LEN_MAX, name,
	    (int)getpid());
	fd = openat(cache->dir, tmp,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd != -1) {
		ok = write_entry(fd, url, fresh_s, body, len);
		if (close(fd) == -1)
			ok = false;
		if (ok)
			ok = renameat(cache->dir, tmp, cache->dir, name) == 0;
	}
	if (ok)
		return true;
	log_trouble(cache, "the answer could not be cached", strerror(errno));
	(void)unlinkat(cache->dir, tmp, 0);
	return false;
}

void
cache_remove(const struct cache *cache, const char *name)
{
	if (cache->dir != -1 && unlinkat(cache->dir, name, 0) == -1 &&
	    errno != ENOENT)
		log_trouble(cache, "a cached answer could not be removed",
		    strerror(errno));
}

enum cache_lock
cache_lock(const struct cache *cache, const char *name, int *fd)
{
	bool busy;

	*fd = -1;
	if (cache->dir == -1)
		return CACHE_NO_LOCK;
	/* Not truncated, not read: it is there to be locked. */
	*fd = openat(cache->dir, name,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (*fd == -1)
		return CACHE_NO_LOCK;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return CACHE_LOCKED;
	busy = errno == EWOULDBLOCK;
	(void)close(*fd);
	*fd = -1;
	return busy ? CACHE_BUSY : CACHE_NO_LOCK;
}
