#include "fuzz/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "ipc/base64.h"
#include "ipc/wire.h"
#include "parseproc/base64url.h"

/* Marsaglia's xorshift: repeatable, and good enough. */
static uint32_t dice_state = 1;

void
dice_begin(unsigned seed)
{
	dice_state = seed * 2654435761U | 1;
}

unsigned
dice(unsigned sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 17;
	dice_state ^= dice_state << 5;
	return dice_state % sides;
}

size_t
mutate_bytes(uint8_t *p, size_t len, size_t max)
{
	return max > 0 ? LLVMFuzzerMutate(p, len, max) : 0;
}

/* More than one mutation adds; large blocks are slow under ASan. */
#define GROWTH_MAX 4096

size_t
mutate_part(mutation *how, uint8_t *p, size_t len, size_t max, size_t at,
    size_t n)
{
	size_t behind = len - at - n, room = max - at - behind, changed;
	uint8_t *part;

	if (room > n + GROWTH_MAX)
		room = n + GROWTH_MAX;
	if ((part = malloc(room + 1)) == NULL)
		return len;
	memcpy(part, p + at, n);
	changed = how(part, n, room);
	memmove(p + at + changed, p + at + n, behind);
	memcpy(p + at, part, changed);
	free(part);
	return at + changed + behind;
}

/* --- encodings --- */

size_t
mutate_base64url(mutation *how, uint8_t *p, size_t len, size_t max)
{
	size_t room = max / 4 * 3, n;
	uint8_t *bytes = malloc(room + 1);

	if (bytes == NULL)
		return len;
	if (base64url_decode(p, len, bytes, room, &n) == ERR_OK) {
		n = how(bytes, n, room);
		base64url_encode(bytes, n, (char *)p);
		len = base64url_encoded_len(n);
	} else
		len = mutate_bytes(p, len, max);
	free(bytes);
	return len;
}

size_t
mutate_base64(mutation *how, uint8_t *p, size_t len, size_t max)
{
	size_t room = max / 4 * 3, n;
	uint8_t *bytes = malloc(room + 4);

	if (bytes == NULL)
		return len;
	if (base64_decode(p, len, bytes, room, &n) == ERR_OK) {
		n = how(bytes, n, room);
		base64_encode(bytes, n, (char *)p);
		len = base64_encoded_len(n);
	} else
		len = mutate_bytes(p, len, max);
	free(bytes);
	return len;
}

/* --- strings with their length in front --- */

#define STRINGS_MAX 300

/* Names that mean something somewhere in a key or certificate. */
static const char *const words[] = {
	"force-command", "source-address", "verify-required", "permit-pty",
	"openpubkey-pkt", "openpubkey-act", "opkssh-wildcard", "root", "ssh:",
	"ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256",
	"rsa-sha2-512", "nistp256", "nistp384", "",
};

/* Where each string begins; 0 of them if the bytes are anything else. */
static size_t
find_strings(const uint8_t *p, size_t len, size_t starts[STRINGS_MAX + 1])
{
	struct wire_reader r = { p, len };
	size_t n = 0;

	while (r.left > 0) {
		const uint8_t *string;
		size_t ignored;

		starts[n++] = (size_t)(r.p - p);
		if (n > STRINGS_MAX ||
		    wire_get_string(&r, &string, &ignored) != ERR_OK)
			return 0;
	}
	starts[n] = len;
	return n;
}

/* One string, which is all there is; its length follows. */
static size_t
mutate_string(uint8_t *p, size_t len, size_t max)
{
	struct wire_writer w = { p, 4, 0 };

	len = mutate_part(mutate_strings, p, len, max, 4, len - 4);
	(void)!wire_put_u32(&w, (uint32_t)(len - 4));
	return len;
}

/* Puts n bytes in at an offset, if there is room. */
static size_t
insert(uint8_t *p, size_t len, size_t max, size_t at, const uint8_t *new,
    size_t n)
{
	if (max - len < n)
		return len;
	memmove(p + at + n, p + at, len - at);
	memcpy(p + at, new, n);
	return len + n;
}

static size_t
insert_word(uint8_t *p, size_t len, size_t max, size_t at)
{
	const char *word = words[dice(sizeof(words) / sizeof(words[0]))];
	uint8_t string[64];
	struct wire_writer w = { string, sizeof(string), 0 };

	(void)!wire_put_string(&w, word, strlen(word));
	return insert(p, len, max, at, string, w.used);
}

static size_t
repeat(uint8_t *p, size_t len, size_t max, size_t at, size_t n)
{
	uint8_t *copy = malloc(n);

	if (copy == NULL)
		return len;
	memcpy(copy, p + at, n);
	len = insert(p, len, max, at, copy, n);
	free(copy);
	return len;
}

size_t
mutate_strings(uint8_t *p, size_t len, size_t max)
{
	size_t starts[STRINGS_MAX + 1];
	size_t n = find_strings(p, len, starts), one, at, size;

	if (n == 0)
		return dice(8) == 0 ? insert_word(p, len, max, 0) :
		    mutate_bytes(p, len, max);
	one = dice((unsigned)n);
	at = starts[one];
	size = starts[one + 1] - at;
	switch (dice(8)) {
	case 0:
		memmove(p + at, p + at + size, len - at - size);
		return len - size;
	case 1:
		return repeat(p, len, max, at, size);
	case 2:
		return insert_word(p, len, max, at);
	default:
		return mutate_part(mutate_string, p, len, max, at, size);
	}
}
