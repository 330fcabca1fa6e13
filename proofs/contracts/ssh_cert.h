/*
 * What ssh_cert.c's own functions promise each other: each contract is proved
 * in a proof of its own (ssh_cert_parts, ssh_cert_lists, is_bearer_token,
 * is_self_signed), and taken for granted where another function is proved that
 * calls them.
 */
#include "parseproc/ssh_cert.h"
#include "proofs/contracts/ssh_user_key.h"

/* Any place of a text: what holds of it holds of all. */
size_t place;
/* An access token can end no header line: no control character, no space. */
#define IS_BEARER(token)                                                      \
	(place >= (token).len ||                                              \
	    ((token).p[place] > 0x20 && (token).p[place] < 0x7f))
/* A name is one of our constants: its NUL is its last byte. */
#define NAME_LEN(name)                                                        \
	(__CPROVER_OBJECT_SIZE(name) - OFFSET(name) - 1)
/* The bytes of s from there on begin with those. */
#define HAS_AT(s, at, bytes, n)                                               \
	(place >= (n) || (s).p[(at) + place] == (uint8_t)(bytes)[place])
/* A plain key's blob is the name of its type, packed, and these fields. */
#ifndef IS_PLAIN_KEY
#define IS_PLAIN_KEY(blob, name, fields)                                      \
	((blob).len == 4 + NAME_LEN(name) + (fields).len &&                   \
	    (blob).p[0] == 0 && (blob).p[1] == 0 && (blob).p[2] == 0 &&       \
	    (blob).p[3] == NAME_LEN(name) &&                                  \
	    HAS_AT(blob, 4, name, NAME_LEN(name)) &&                          \
	    HAS_AT(blob, 4 + NAME_LEN(name), (fields).p, (fields).len))
#endif

/* Here, so that the contracts in its loops know the words above. */
#include "parseproc/ssh_cert.c"

static bool is_bearer_token(struct span token)
__CPROVER_requires(token.len == 0 || __CPROVER_r_ok(token.p, token.len))
__CPROVER_assigns()
__CPROVER_ensures(!__CPROVER_return_value ||
    (token.len > 0 && IS_BEARER(token)));

static bool is_self_signed(const struct ssh_cert *cert, struct span fields)
__CPROVER_requires(__CPROVER_r_ok(cert, sizeof(*cert)))
__CPROVER_requires(__CPROVER_r_ok(cert->signature_key.p,
    cert->signature_key.len))
__CPROVER_requires(__CPROVER_r_ok(fields.p, fields.len))
__CPROVER_requires(cert->key_type != NULL)
__CPROVER_assigns()
__CPROVER_ensures(!__CPROVER_return_value ||
    IS_PLAIN_KEY(cert->signature_key, cert->key_type, fields));

static enum reason check_principals(struct ssh_cert *cert)
__CPROVER_requires(__CPROVER_w_ok(cert, sizeof(*cert)))
__CPROVER_requires(__CPROVER_r_ok(cert->principals.p, cert->principals.len))
__CPROVER_requires(cert->nprincipals == 0)
__CPROVER_assigns(cert->nprincipals)
__CPROVER_ensures(__CPROVER_return_value == REASON_OK ||
    __CPROVER_return_value == REASON_CERT_PRINCIPALS)
__CPROVER_ensures(cert->nprincipals <= SSH_CERT_PRINCIPALS_MAX)
/* None means any user: only if there is not a byte of a list. */
__CPROVER_ensures(__CPROVER_return_value != REASON_OK ||
    (cert->nprincipals == 0) == (cert->principals.len == 0));

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

/* The spans that get_rest() takes; the signature ends the blob. */
#define IS_CERT_REST(cert, lists, in)                                         \
	(SPAN_AT((cert)->key_id, in) && SPAN_AT((cert)->principals, in) &&    \
	    SPAN_AT((lists)->options, in) && SPAN_AT((lists)->extensions, in) \
	    && SPAN_AT((cert)->signature_key, in) &&                          \
	    SPAN_AT((cert)->signature, in) &&                                 \
	    OFFSET((cert)->signature.p) >= 4 && (cert)->signed_part.len ==    \
	    OFFSET((cert)->signature.p) - 4 &&                                \
	    OFFSET((cert)->signature.p) + (cert)->signature.len ==            \
	    OFFSET((in).p) + (in).len)

static enum reason get_key(struct wire_reader *r, struct ssh_cert *cert,
    struct lists *lists)
READS(r)
__CPROVER_requires(__CPROVER_w_ok(cert, sizeof(*cert)))
__CPROVER_requires(__CPROVER_w_ok(lists, sizeof(*lists)))
__CPROVER_assigns(*r, cert->type, cert->key_type, cert->nonce, cert->key,
    lists->fields)
__CPROVER_ensures(__CPROVER_return_value == REASON_OK ||
    __CPROVER_return_value == REASON_CERT_BLOB ||
    __CPROVER_return_value == REASON_CERT_TYPE ||
    __CPROVER_return_value == REASON_CERT_KEY)
__CPROVER_ensures(__CPROVER_return_value != REASON_OK ||
    (cert->type != NULL && cert->key_type != NULL &&
    SPAN_AT(cert->nonce, HAD(r->p, r->left)) &&
    SPAN_AT(lists->fields, HAD(r->p, r->left)) &&
    IS_USER_KEY(&cert->key, HAD(r->p, r->left))));

static enum reason get_rest(struct wire_reader *r, struct ssh_cert *cert,
    struct lists *lists)
READS(r)
__CPROVER_requires(__CPROVER_w_ok(cert, sizeof(*cert)))
__CPROVER_requires(__CPROVER_w_ok(lists, sizeof(*lists)))
__CPROVER_requires(__CPROVER_same_object(cert->signed_part.p, r->p) &&
    OFFSET(cert->signed_part.p) == 0)
__CPROVER_assigns(*r, cert->serial, cert->key_id, cert->principals,
    cert->valid_after, cert->valid_before, cert->signed_part.len,
    cert->signature_key, cert->signature, lists->options, lists->extensions,
    lists->reserved, lists->type)
__CPROVER_ensures(__CPROVER_return_value == REASON_OK ||
    __CPROVER_return_value == REASON_CERT_BLOB)
__CPROVER_ensures(__CPROVER_return_value != REASON_OK ||
    (IS_CERT_REST(cert, lists, HAD(r->p, r->left)) &&
    lists->reserved.len == 0));

static enum reason check(struct ssh_cert *cert, const struct lists *lists)
__CPROVER_requires(__CPROVER_w_ok(cert, sizeof(*cert)))
__CPROVER_requires(__CPROVER_r_ok(lists, sizeof(*lists)))
__CPROVER_requires(__CPROVER_r_ok(cert->principals.p, cert->principals.len))
__CPROVER_requires(__CPROVER_r_ok(lists->options.p, lists->options.len))
__CPROVER_requires(__CPROVER_r_ok(lists->extensions.p,
    lists->extensions.len))
__CPROVER_requires(__CPROVER_r_ok(lists->fields.p, lists->fields.len))
__CPROVER_requires(__CPROVER_r_ok(cert->signature_key.p,
    cert->signature_key.len))
__CPROVER_requires(cert->key_type != NULL && cert->nprincipals == 0 &&
    cert->token.len == 0 && cert->access_token.len == 0)
__CPROVER_assigns(cert->nprincipals, cert->token, cert->access_token)
__CPROVER_ensures(__CPROVER_return_value == REASON_OK ||
    __CPROVER_return_value == REASON_CERT_HOST ||
    __CPROVER_return_value == REASON_CERT_PRINCIPALS ||
    __CPROVER_return_value == REASON_CERT_OPTION ||
    __CPROVER_return_value == REASON_CERT_EXTENSION ||
    __CPROVER_return_value == REASON_CERT_SELF ||
    __CPROVER_return_value == REASON_CERT_NO_TOKEN)
__CPROVER_ensures(cert->nprincipals <= SSH_CERT_PRINCIPALS_MAX)
__CPROVER_ensures(SPAN_IN(cert->token, lists->extensions) &&
    SPAN_IN(cert->access_token, lists->extensions))
__CPROVER_ensures(__CPROVER_return_value != REASON_OK ||
    (cert->token.len > 0 && lists->type == TYPE_USER &&
    (cert->nprincipals == 0) == (cert->principals.len == 0) &&
    IS_PLAIN_KEY(cert->signature_key, cert->key_type, lists->fields)));
