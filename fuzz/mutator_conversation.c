/* Inputs of the role_* targets: fuzz/conversation.h. */
#include <string.h>

#include "fuzz/mutate.h"
#include "ipc/message.h"
#include "ipc/wire.h"

#define RECORDS_MAX 64

struct records {
	size_t n;
	size_t at[RECORDS_MAX + 1]; /* the last one: the end */
};

static void
find_records(const uint8_t *p, size_t len, struct records *records)
{
	struct wire_reader r = { p, len };
	const uint8_t *bytes;
	uint8_t kind;
	size_t n;

	records->n = 0;
	records->at[0] = 0;
	while (records->n < RECORDS_MAX && wire_get_u8(&r, &kind) == ERR_OK &&
	    wire_get_string(&r, &bytes, &n) == ERR_OK)
		records->at[++records->n] = (size_t)(r.p - p);
}

static mutation *
how_for(uint8_t kind)
{
	switch (kind) {
	case IPC_TEXT_OFFERED_KEY:
		return mutate_login_certificate;
	case IPC_TEXT_KEY9_ANSWER:
		return mutate_lines;
	case IPC_TEXT_USERINFO:
	case IPC_TEXT_DISCOVERY:
	case IPC_TEXT_JWKS:
		return mutate_json;
	default:
		return mutate_bytes;
	}
}

/* A whole record: its kind stays, its length follows. */
static size_t
mutate_record(uint8_t *p, size_t len, size_t max)
{
	struct wire_writer w = { p + 1, 4, 0 };

	len = mutate_part(how_for(p[0]), p, len, max, 5, len - 5);
	(void)!wire_put_u32(&w, (uint32_t)(len - 5));
	return len;
}

static size_t
double_record(uint8_t *p, size_t len, size_t max)
{
	if (max - len < len)
		return len;
	memcpy(p + len, p, len);
	return 2 * len;
}

static size_t
drop_record(uint8_t *p, size_t len, size_t max)
{
	(void)p;
	(void)len;
	(void)max;
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	static mutation *const rare[] = { double_record, drop_record };
	struct records records;
	size_t one;

	dice_begin(seed);
	find_records(data, size, &records);
	if (records.n == 0)
		return mutate_bytes(data, size, max);
	one = dice((unsigned)records.n);
	/* Half of the time where a stranger writes. */
	for (size_t i = 0; i < records.n && dice(2) == 0; i++)
		if (how_for(data[records.at[i]]) != mutate_bytes)
			one = i;
	return mutate_part(dice(32) == 0 ? rare[dice(2)] : mutate_record,
	    data, size, max, records.at[one],
	    records.at[one + 1] - records.at[one]);
}
