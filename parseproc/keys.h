/*
 * The keys role: finds out where a provider publishes its keys, and reduces
 * what it publishes to what verifying needs. It has seen nothing of any
 * login; and the parent, which has the requests made and keeps the result,
 * reads none of it.
 */
#ifndef PARSEPROC_KEYS_H
#define PARSEPROC_KEYS_H

#include "ipc/channel.h"

/*
 * One provider. Hears config.yml (TEXT OPK_CONFIG) and KEYS_ASK; says
 * KEYS_FETCH and hears what was found there, twice (TEXT DISCOVERY, then
 * TEXT JWKS), or, if the parent has the JWKS, hears it behind KEYS_ASK; ends
 * with KEYS_DATA and KEYS_DONE. The parent may end it at any turn.
 *
 * KEYS_DONE's reason is OK, and there is a set (key_set.h); or CONFIG_SIZE,
 * CONFIG_SYNTAX, CONFIG_VALUE of config.yml or of the issuer,
 * TOO_LARGE, DISCOVERY_..., JWKS_... or MEMORY, and there is none.
 *
 * Returns ERR_OK when all was said, also when there are no keys; an error
 * when the parent broke the protocol or there was no memory for a text.
 */
enum err keys_run(struct ipc_channel *ch) MUST_CHECK;

#endif
