/* Copying and comparing a string with its escapes resolved. */
#include "proofs/proof.h"

/* Here, because its tokens are its own. */
#include "parseproc/json.c"

/* A surrogate pair is written with 12. */
#define LEN_MAX 14

static struct json doc;
static struct json_token token;

static void
copy(void)
{
	size_t size = ANY(size_t), len, max = json_string_max(&doc, JSON_ROOT);
	uint8_t *buf;
	enum err err;

	ASSUME(size <= LEN_MAX);
	buf = any_bytes(size);
	err = json_string(&doc, JSON_ROOT, buf, size, &len);
	PROVE((err == ERR_OK) == (size >= max), "good if there is room");
	PROVE(len <= (err == ERR_OK ? max : 0), "no longer than promised");
	POSSIBLE(err == ERR_OK && len == LEN_MAX, "a long string");
	POSSIBLE(err == ERR_TOO_BIG, "too little room");
}

static void
compare(void)
{
	size_t n = ANY(size_t);
	uint8_t *p;
	bool same;

	ASSUME(n <= LEN_MAX);
	p = any_bytes(n);
	same = json_string_is(&doc, JSON_ROOT, p, n);
	PROVE(!same || n <= json_string_max(&doc, JSON_ROOT),
	    "no longer than it is written");
	POSSIBLE(same && n == LEN_MAX, "a long string");
	POSSIBLE(!same, "another");
}

void
harness(void)
{
	size_t len = ANY(size_t);
	int start = ANY(int), end = ANY(int);

	/* Its quotes, at least. */
	ASSUME(len >= 2 && len <= LEN_MAX);
	doc = (struct json){ any_bytes(len), &token, NULL, 1, 1 };
	ASSUME(0 <= start && start <= end && (size_t)end <= len);
	token.t = (jsmntok_t){ JSMN_STRING, start, end, 0, -1 };
	EACH();
}
