#include "ipc/err.h"

static const char *const texts[ERR_COUNT] = {
#define E(name, text) [name] = text,
	ERR_TABLE(E)
#undef E
};

const char *
err_text(enum err err)
{
	if ((unsigned)err >= ERR_COUNT)
		return "unknown error";
	return texts[err];
}
