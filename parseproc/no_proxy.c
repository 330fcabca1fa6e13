#include "parseproc/no_proxy.h"

#include <string.h>

/* A ':' and digits at the end of an entry: cut off, and their value. */
static bool
cut_port(struct span *entry, uint32_t *port)
{
	size_t n = entry->len;

	*port = 0;
	while (n > 0 && entry->p[n - 1] >= '0' && entry->p[n - 1] <= '9')
		n--;
	/* An IPv6 address has more colons, and a port only behind a ']'. */
	if (n == 0 || n == entry->len || entry->len - n > 5 ||
	    entry->p[n - 1] != ':' ||
	    (memchr(entry->p, ':', n - 1) != NULL &&
	    entry->p[n - 2] != ']'))
		return false;
	for (size_t i = n; i < entry->len; i++)
		*port = *port * 10 + (uint32_t)(entry->p[i] - '0');
	entry->len = n - 1;
	return true;
}

/* Whether one entry of NO_PROXY, which is not empty, has the host. */
static bool
entry_has(struct span entry, const struct url *url)
{
	struct span host = span_chars(url->host, url->host_len);
	uint32_t port, own = url->port != 0 ? url->port :
	    url->https ? 443 : 80;

	if (span_is(entry, "*"))
		return true;
	if (cut_port(&entry, &port) && port != own)
		return false;
	if (span_begins(entry, "[") && entry.p[entry.len - 1] == ']')
		entry = (struct span){ entry.p + 1, entry.len - 2 };
	if (span_begins(entry, "*."))
		entry = span_from(entry, 1);
	if (entry.len == 0)
		return false;
	if (span_begins(entry, "."))
		return span_ends_nocase(host, entry);
	if (!span_ends_nocase(host, entry))
		return false;
	return host.len == entry.len ||
	    host.p[host.len - entry.len - 1] == '.';
}

bool
no_proxy_has(struct span list, const struct url *url)
{
	while (list.len > 0) {
		const uint8_t *comma = memchr(list.p, ',', list.len);
		struct span entry = { list.p, comma != NULL ?
		    (size_t)(comma - list.p) : list.len };

		list = span_from(list, entry.len + (comma != NULL ? 1 : 0));
		while (span_begins(entry, " "))
			entry = span_from(entry, 1);
		while (entry.len > 0 && entry.p[entry.len - 1] == ' ')
			entry.len--;
		if (entry.len > 0 && entry_has(entry, url))
			return true;
	}
	return false;
}
