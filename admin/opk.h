/* /etc/opk as it stands, read with the readers that logins use. */
#ifndef ADMIN_OPK_H
#define ADMIN_OPK_H

#include "admin/rules.h"
#include "parent/opk_files.h"
#include "parent/trusted_file.h"
#include "parseproc/opk_providers.h"

#define OPK_PROVIDERS OPK_ETC "/providers"
#define OPK_AUTH_ID OPK_ETC "/auth_id"
#define OPK_CONFIG OPK_ETC "/config.yml"
#define OPK_PLUGINS OPK_ETC "/policy.d"
/* The group that opkssh's own installer makes. */
#define OPK_GROUP "opksshuser"

/*
 * What stands in providers; all zero, and *problem, if it cannot be believed.
 * One that is missing is empty, and a problem with REASON_CONFIG_MISSING.
 */
void opk_read_providers(struct opk_providers *providers,
    struct file_problem *problem);

/*
 * The same for auth_id, whose bytes (to be freed) are wanted, too. False with
 * *problem if it is there and cannot be believed.
 */
bool opk_read_auth_id(struct trusted_file *text, struct rules *rules,
    struct file_problem *problem) __attribute__((warn_unused_result));

/* The row of an issuer, or NULL. */
const struct opk_provider *opk_find_provider(
    const struct opk_providers *providers, const char *issuer);

#endif
