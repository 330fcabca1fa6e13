/*
 * What the functions of ssh_cert.c that read its lists promise.
 */
#include "parseproc/ssh_cert.h"
#include "proofs/contracts/ssh_user_key.h"

/* Here, so that the contracts in its loops know the words above. */
#include "parseproc/ssh_cert.c"

static enum reason check_principals(struct ssh_cert *cert)
__CPROVER_requires(__CPROVER_w_ok(cert, sizeof(*cert)))
__CPROVER_requires(__CPROVER_r_ok(cert->principals.p, cert->principals.len))
__CPROVER_requires(cert->nprincipals == 0)
__CPROVER_assigns(cert->nprincipals)
__CPROVER_ensures(__CPROVER_return_value == REASON_OK ||
    __CPROVER_return_value == REASON_CERT_PRINCIPALS)
__CPROVER_ensures(cert->nprincipals <= SSH_CERT_PRINCIPALS_MAX);

static enum reason check_options(struct span list)
__CPROVER_requires(__CPROVER_r_ok(list.p, list.len))
__CPROVER_assigns()
__CPROVER_ensures(__CPROVER_return_value == REASON_OK ||
    __CPROVER_return_value == REASON_CERT_OPTION);

static enum reason check_extensions(struct span list, struct ssh_cert *cert)
__CPROVER_requires(__CPROVER_r_ok(list.p, list.len))
__CPROVER_requires(__CPROVER_w_ok(cert, sizeof(*cert)))
__CPROVER_requires(cert->token.len == 0 && cert->access_token.len == 0)
__CPROVER_assigns(cert->token, cert->access_token)
__CPROVER_ensures(__CPROVER_return_value == REASON_OK ||
    __CPROVER_return_value == REASON_CERT_EXTENSION)
__CPROVER_ensures(SPAN_IN(cert->token, list) &&
    SPAN_IN(cert->access_token, list));
