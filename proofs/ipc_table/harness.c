/* No field of a message stands in another one's place, nor elsewhere. */
#include "proofs/contracts/message.h"

static void
is_apart(const struct ipc_spec *spec, size_t i)
{
	const struct ipc_field *f = &spec->fields[i];

	PROVE(f->offset >= offsetof(struct ipc_message, as) && f->offset +
	    FIELD_SIZE(f->kind) <= sizeof(struct ipc_message), "in it");
	PROVE(f->min <= f->max, "something fits");
	for (size_t j = 0; j < i; j++)
		PROVE(spec->fields[j].offset + FIELD_SIZE(spec->fields[j].kind)
		    <= f->offset, "behind those before it");
}

void
harness(void)
{
	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		for (size_t i = 0; i < specs[type].nfields; i++)
			is_apart(&specs[type], i);
	POSSIBLE(specs[IPC_TYPE_END - 1].nfields > 3, "the last type");
}
