#include "ipc/reason.h"

static const struct {
	const char *word, *meaning;
	enum reason_class class;
} reasons[REASON_COUNT] = {
#define R(name, class, word, meaning)                                         \
	[REASON_##name] = { word, meaning, REASON_##class },
	REASON_TABLE(R)
#undef R
};

const char *
reason_word(enum reason reason)
{
	if ((unsigned)reason >= REASON_COUNT)
		return "unknown";
	return reasons[reason].word;
}

const char *
reason_meaning(enum reason reason)
{
	if ((unsigned)reason >= REASON_COUNT)
		return "unknown";
	return reasons[reason].meaning;
}

enum reason_class
reason_class(enum reason reason)
{
	if ((unsigned)reason >= REASON_COUNT)
		return REASON_ERROR;
	return reasons[reason].class;
}
