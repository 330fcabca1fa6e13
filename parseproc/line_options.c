#include "parseproc/line_options.h"

#include <string.h>

/*
 * What sshd(8) knows. "environment" is not here: it says what a login shell
 * loads (LD_PRELOAD), where sshd is told to let it.
 */
static const struct option {
	const char *name;
	bool value;
	bool often;     /* sshd adds its values up */
	bool authority;
} table[] = {
	{ "agent-forwarding", false, false, false },
	{ "cert-authority", false, false, true },
	{ "command", true, false, false },
	{ "expiry-time", true, false, false },
	{ "from", true, false, false },
	{ "no-agent-forwarding", false, false, false },
	{ "no-port-forwarding", false, false, false },
	{ "no-pty", false, false, false },
	{ "no-touch-required", false, false, false },
	{ "no-user-rc", false, false, false },
	{ "no-X11-forwarding", false, false, false },
	{ "permitlisten", true, true, false },
	{ "permitopen", true, true, false },
	{ "port-forwarding", false, false, false },
	{ "principals", true, false, true },
	{ "pty", false, false, false },
	{ "restrict", false, false, false },
	{ "tunnel", true, false, false },
	{ "user-rc", false, false, false },
	{ "verify-required", false, false, false },
	{ "X11-forwarding", false, false, false },
};

#define COUNT (sizeof(table) / sizeof(table[0]))
_Static_assert(COUNT <= 32, "line_options.values is a 32-bit set");

/* Cuts the option's name off, and finds it; as in sshd, case is no matter. */
static size_t
take_name(struct span *rest, bool authority)
{
	size_t n = 0, i;

	while (n < rest->len && rest->p[n] != '=' && rest->p[n] != ',' &&
	    rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	for (i = 0; i < COUNT; i++)
		if (span_equal_nocase((struct span){ rest->p, n },
		    span_of(table[i].name)))
			break;
	*rest = span_from(*rest, n);
	return i < COUNT && table[i].authority && !authority ? COUNT : i;
}

/*
 * Cuts off ="..."; *value is with its quotes. As sshd reads it, a quote with
 * a backslash before it does not end it, and nothing else is special.
 */
static bool
take_value(struct span *rest, struct span *value)
{
	size_t n = 2;

	if (rest->len < 3 || rest->p[0] != '=' || rest->p[1] != '"')
		return false;
	for (; n < rest->len && rest->p[n] != '"'; n++) {
		if (rest->p[n] == '\\' && n + 1 < rest->len &&
		    rest->p[n + 1] == '"')
			n++;
		if (rest->p[n] < 0x20 || rest->p[n] > 0x7e)
			return false;
	}
	if (n >= rest->len)
		return false;
	*value = (struct span){ rest->p + 1, n };
	*rest = span_from(*rest, n + 1);
	return true;
}

static bool
append(struct line_options *options, struct span text)
{
	if (text.len > LINE_OPTIONS_MAX - options->len)
		return false;
	if (text.len > 0)
		memcpy(options->text + options->len, text.p, text.len);
	options->len += text.len;
	options->text[options->len] = '\0';
	return true;
}

static bool
take_option(struct span *rest, bool authority, struct line_options *options)
{
	size_t i = take_name(rest, authority);
	struct span value = { NULL, 0 };
	uint32_t bit;

	if (i == COUNT)
		return false;
	bit = UINT32_C(1) << i;
	if (table[i].value) {
		if (!take_value(rest, &value) ||
		    ((options->values & bit) != 0 && !table[i].often))
			return false;
		options->values |= bit;
	}
	return (options->len == 0 || append(options, span_of(","))) &&
	    append(options, span_of(table[i].name)) &&
	    (value.len == 0 || append(options, span_of("="))) &&
	    append(options, value);
}

bool
line_options_read(struct span *rest, bool authority,
    struct line_options *options)
{
	for (;;) {
		if (!take_option(rest, authority, options))
			return false;
		if (rest->len == 0 || rest->p[0] == ' ' || rest->p[0] == '\t')
			return true;
		if (rest->p[0] != ',')
			return false;
		*rest = span_from(*rest, 1);
	}
}
