/*
 * The checks of an OpenPubkey login, in their order, as the dry run names
 * them. Everything before PAYLOAD handles bytes that nobody has vouched for.
 */
#ifndef IPC_CHECK_H
#define IPC_CHECK_H

/* C(NAME, what the dry run calls it) */
#define CHECK_TABLE(C)                                                        \
	C(CERTIFICATE, "certificate")                                         \
	C(CERT_TIME, "certificate time")                                      \
	C(PRINCIPALS, "principals")                                           \
	C(TOKEN, "token form")                                                \
	C(SIGNATURE, "provider signature")                                    \
	C(HEADER, "token header")                                             \
	C(PAYLOAD, "token claims")                                            \
	C(PROVIDER, "issuer and audience")                                    \
	C(EXPIRY, "expiry")                                                   \
	C(DENY_LISTS, "deny lists")                                           \
	C(USER_SIGNATURE, "user signature")                                   \
	C(COMMITMENT, "commitment")                                           \
	C(USER_KEY, "user key")                                               \
	C(CERT_SIGNATURE, "certificate signature")                            \
	C(AUTH_ID, "auth_id")                                                 \
	C(HOME_AUTH_ID, "home auth_id")                                       \
	C(USERINFO, "userinfo")                                               \
	C(PLUGINS, "policy plugins")

enum check {
#define C(name, words) CHECK_##name,
	CHECK_TABLE(C)
#undef C
	CHECK_COUNT
};

#endif
