/*
 * Key9's answers. Beyond not crashing: every key that is taken is one that
 * would be taken alone, and a refused answer has none.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "parseproc/key9_answer.h"

static void
look_at(const struct ssh_key *key)
{
	static char line[KEY_TYPE_MAX + KEY_BASE64_MAX + 2];
	size_t type_len = strlen(key->type);
	struct ssh_key again;

	memcpy(line, key->type, type_len);
	line[type_len] = ' ';
	memcpy(line + type_len + 1, key->base64, key->base64_len);
	require(ssh_key_read((const uint8_t *)line,
	    type_len + 1 + key->base64_len, &again) == REASON_OK);
	require(strcmp(again.base64, key->base64) == 0);
	ssh_key_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key9_answer answer;
	enum reason reason = key9_answer_read(data, size, &answer);

	require((reason == REASON_OK) == (answer.nkeys > 0));
	require(reason == REASON_OK || reason == REASON_ALL_KEYS_DROPPED ||
	    answer.ndrops == 0);
	require(answer.nkeys + answer.ndrops <= KEYS_MAX);
	require(answer.detail[answer.detail_len] == '\0');
	for (size_t i = 0; i < answer.detail_len; i++)
		require(answer.detail[i] >= 0x20 && answer.detail[i] <= 0x7e);
	for (size_t i = 0; i < answer.ndrops; i++)
		require(answer.drops[i].reason != REASON_OK &&
		    answer.drops[i].line > 0);
	for (size_t i = 0; i < answer.nkeys; i++)
		look_at(&answer.keys[i]);
	key9_answer_free(&answer);
	return 0;
}
