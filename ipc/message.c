#include "ipc/message.h"

#include <assert.h>
#include <string.h>

#include "ipc/wire.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define F(message, kind, field, min, max)                                     \
	{ #field, IPC_##kind, offsetof(struct ipc_message, as.message.field), \
	    min, max },
#define M(name, id, route, purpose)                                           \
	static const struct ipc_field name##_fields[] = {                     \
		IPC_FIELDS_##name(F)                                          \
	};
IPC_MESSAGES(M)
#undef M
#undef F

static const struct ipc_spec specs[IPC_TYPE_END] = {
#define M(name, id, route, purpose)                                           \
	[id] = { #name, purpose, route, name##_fields, COUNT(name##_fields) },
	IPC_MESSAGES(M)
#undef M
};

static_assert(IPC_TYPE_END <= 64, "IPC_SET() is a 64-bit set");

const struct ipc_spec *
ipc_spec(unsigned type)
{
	if (type == 0 || type >= IPC_TYPE_END)
		return NULL;
	return &specs[type];
}

bool
ipc_printable(const void *p, size_t n)
{
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++)
		if (bytes[i] < 0x20 || bytes[i] > 0x7e)
			return false;
	return true;
}

/* Both directions apply these rules. n: an integer's value, a span's length. */
static enum err
check_field(const struct ipc_field *f, uint64_t n, const void *p)
{
	if (n < f->min || n > f->max)
		return ERR_BOUND;
	if (f->kind == IPC_PRINT && !ipc_printable(p, (size_t)n))
		return ERR_ALPHABET;
	if (f->kind == IPC_STR && n > 0 && memchr(p, '\0', (size_t)n) != NULL)
		return ERR_ALPHABET;
	return ERR_OK;
}

static enum err
put_field(struct wire_writer *w, const struct ipc_field *f, const void *at)
{
	const struct ipc_span *span = at;
	uint64_t v = 0;
	enum err err;

	switch (f->kind) {
	case IPC_U8:
		v = *(const uint8_t *)at;
		break;
	case IPC_U32:
		v = *(const uint32_t *)at;
		break;
	case IPC_U64:
		v = *(const uint64_t *)at;
		break;
	case IPC_PRINT:
	case IPC_STR:
	case IPC_BYTES:
		if ((err = check_field(f, span->len, span->p)) != ERR_OK)
			return err;
		return wire_put_string(w, span->p, span->len);
	}
	if ((err = check_field(f, v, NULL)) != ERR_OK)
		return err;
	if (f->kind == IPC_U8)
		return wire_put_u8(w, (uint8_t)v);
	if (f->kind == IPC_U32)
		return wire_put_u32(w, (uint32_t)v);
	return wire_put_u64(w, v);
}

enum err
ipc_encode(const struct ipc_message *m, unsigned routes, uint8_t buf[],
    size_t *len)
{
	const struct ipc_spec *spec = ipc_spec((unsigned)m->type);
	struct wire_writer w = { buf, IPC_MESSAGE_MAX, 0 };
	enum err err;

	*len = 0;
	if (spec == NULL)
		return ERR_TYPE;
	if ((spec->routes & routes) == 0)
		return ERR_DIRECTION;
	if ((err = wire_put_u8(&w, (uint8_t)m->type)) != ERR_OK)
		return err;
	for (size_t i = 0; i < spec->nfields; i++) {
		const struct ipc_field *f = &spec->fields[i];

		err = put_field(&w, f, (const char *)m + f->offset);
		if (err != ERR_OK)
			return err;
	}
	*len = w.used;
	return ERR_OK;
}

static enum err
get_field(struct wire_reader *r, const struct ipc_field *f, void *at)
{
	struct ipc_span span = { NULL, 0 };
	const uint8_t *p;
	uint8_t u8 = 0;
	uint32_t u32 = 0;
	uint64_t u64 = 0;
	enum err err = ERR_TYPE;

	switch (f->kind) {
	case IPC_U8:
		err = wire_get_u8(r, &u8);
		*(uint8_t *)at = u8;
		u64 = u8;
		break;
	case IPC_U32:
		err = wire_get_u32(r, &u32);
		*(uint32_t *)at = u32;
		u64 = u32;
		break;
	case IPC_U64:
		err = wire_get_u64(r, &u64);
		*(uint64_t *)at = u64;
		break;
	case IPC_PRINT:
	case IPC_STR:
	case IPC_BYTES:
		err = wire_get_string(r, &p, &span.len);
		span.p = p;
		*(struct ipc_span *)at = span;
		u64 = span.len;
		break;
	}
	if (err != ERR_OK)
		return err;
	return check_field(f, u64, span.p);
}

static enum err
get_fields(struct wire_reader *r, const struct ipc_spec *spec,
    struct ipc_message *m)
{
	for (size_t i = 0; i < spec->nfields; i++) {
		const struct ipc_field *f = &spec->fields[i];
		enum err err = get_field(r, f, (char *)m + f->offset);

		if (err != ERR_OK)
			return err;
	}
	return r->left == 0 ? ERR_OK : ERR_TRAILING;
}

enum err
ipc_decode(const uint8_t *buf, size_t len, unsigned routes, uint64_t expected,
    struct ipc_message *m)
{
	const struct ipc_spec *spec;
	struct wire_reader r = { buf, len };
	uint8_t type;
	enum err err;

	memset(m, 0, sizeof(*m));
	if (len > IPC_MESSAGE_MAX)
		return ERR_TOO_BIG;
	if ((err = wire_get_u8(&r, &type)) != ERR_OK)
		return err;
	if ((spec = ipc_spec(type)) == NULL)
		return ERR_TYPE;
	if ((spec->routes & routes) == 0)
		return ERR_DIRECTION;
	if ((expected & UINT64_C(1) << type) == 0)
		return ERR_TURN;
	m->type = (enum ipc_type)type;
	if ((err = get_fields(&r, spec, m)) != ERR_OK)
		memset(m, 0, sizeof(*m));
	return err;
}
