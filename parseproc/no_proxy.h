/*
 * NO_PROXY, as Go reads it: "*", or names with commas between them.
 * example.com is it and every host in it, .example.com or *.example.com only
 * the latter; an IP address is itself; name:port is on that port only.
 * Networks (10.0.0.0/8) match no host, because only addresses in a URL could
 * be compared with them.
 */
#ifndef PARSEPROC_NO_PROXY_H
#define PARSEPROC_NO_PROXY_H

#include <stdbool.h>

#include "parseproc/span.h"
#include "parseproc/url.h"

/* Whether the list, whatever it holds, has the URL's host. */
bool no_proxy_has(struct span list, const struct url *url);

#endif
