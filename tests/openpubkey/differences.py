"""Where sallyport and opkssh 0.16 differ on purpose: reason, and names of mutations.py's cases.

"stricter": opkssh takes what we refuse; "more": the other way round.
"""

_BY_REASON = {
    "stricter: a certificate must be a user's": [
        "kind 0", "a host's", "kind 3"],
    "stricter: a list of principals must have the wildcard or the login name": [
        "e-mail only", "another login name", "empty principal", "login name in capitals",
        "login name with NUL", "login name and a newline", "principal with a quote",
        "wildcard with a comma", "principal that is not ASCII", "257 principals",
        "bit flipped at 5/40"],
    "stricter: the certificate must be valid now; opkssh leaves that to sshd": [
        "valid from tomorrow", "valid until an hour ago", "valid never", "valid until the epoch",
        "valid from 2^63"],
    "stricter: no critical option is known": [
        "critical option verify-required", "critical option that nobody knows"],
    "stricter: reserved is empty": [
        "reserved is not empty", "reserved is a string"],
    "stricter: signed by the key that it certifies; opkssh leaves that to sshd": [
        "signature key is a stranger's", "signed by a stranger",
        "signed by a stranger, says the user", "signature flipped", "signature of another type",
        "bit flipped at 4/40", "bit flipped at 33/40", "bit flipped at 38/40",
        "bit flipped at 39/40", "certificate signed with SHA-1"],
    "stricter: %t is the certificate's type": [
        "type rsa-sha2-256", "type of another key", "plain type"],
    "stricter: base64 has one spelling": [
        "base64 with a newline", "payload with a newline", "provider's header with a newline",
        "provider's signature padded", "provider's signature with a newline",
        "CIC header with a newline", "CIC signature padded", "CIC signature with a newline",
        "CIC signature in loose base64", "provider's signature in loose base64", "newline behind"],
    "stricter: exactly two parts": [
        "ID token twice", "CIC twice", "third part of type COS"],
    "stricter: a refreshed token has three parts of base64url": [
        "dots behind"],
    "stricter: JSON is UTF-8, without half surrogates": [
        "provider's header that is not UTF-8", "provider's header with a half surrogate",
        "payload that is not UTF-8", "payload with a half surrogate"],
    "stricter: JSON has a depth": [
        "provider's header with nested members", "CIC header with nested members",
        "payload with deep members"],
    "stricter: a member that changes what is verified, or by which key, is refused": [
        "provider's crit", "CIC's crit", "provider's crit is empty", "CIC's crit is empty",
        "provider's jwk", "CIC's jwk", "provider's jku", "CIC's jku", "provider's x5u", "CIC's x5u",
        "provider's x5c", "CIC's x5c"],
    "stricter: kid is text that is not empty": [
        "provider's kid is empty", "provider's kid is null"],
    "stricter: typ is text": [
        "provider's typ is empty", "provider's typ is null"],
    "stricter: no member twice": [
        "provider's second alg RS256", "provider's second kid RS256-1", "provider's second typ JWT",
        "provider's header with an unknown member twice", "second iat", "second exp",
        "second iss, the same", "second aud, the same", "second sub, another",
        "second sub, the same", "second sub under an escaped name", "second email, the same",
        "second nonce, the same", "unknown claim twice", "nested claim twice", "second nbf"],
    "stricter: rz is 64 hexadecimal digits": [
        "rz is short", "rz is empty", "rz is a number", "rz is no hexadecimal", "rz is long"],
    "stricter: upk is a public key and no more": [
        "upk with use enc", "upk with a leading zero"],
    "stricter: iat or nbf is not in the future": [
        "iat is in an hour", "iat is in a year", "nbf is in an hour", "nbf is in a year"],
    "stricter: a time is a whole number of seconds that fits": [
        "exp is -1", "exp is null", "nbf is 1e30", "nbf is 2^63", "nbf is 2^64", "nbf is -1",
        "nbf is null", "nbf is true", "nbf is []", "nbf is empty text", "nbf is text",
        "nbf is a fraction", "nbf ends in .0", "nbf has an exponent", "exp is -0", "nbf is -0"],
    "stricter: names are compared exactly": [
        "iss only in capitals", "aud only in capitals", "sub only in capitals",
        "email only in capitals"],
    "stricter: an audience is compared whole": [
        "aud with a comma", "aud has two clients with a comma"],
    "stricter: a token has a sub": [
        "sub is missing", "sub is empty", "sub is null"],
    "stricter: an e-mail that is not verified is no e-mail": [
        "e-mail is not verified", "e-mail is not verified as text",
        "e-mail is verified as a number", "e-mail verified is null"],
    "stricter: RSA has at least 2048 bits": [
        "user's key is RSA with 1024 bits", "provider's RSA with 1024 bits"],
    "stricter: GQ256 has no cic in its header": [
        "GQ256 with cic"],
    "stricter: GQ256 is for GQ rows": [
        "GQ256 from an ordinary provider"],
    "stricter: the provider says what a key is for": [
        "RS256 key for encryption", "RS256 key for signing only", "ES256 key for encryption",
        "ES256 key for signing only", "EdDSA key for encryption", "EdDSA key for signing only"],
    "stricter: which of two keys of one kid was meant, nobody can say": [
        "RS256 key beside one of the same kid", "ES256 key beside one of the same kid",
        "EdDSA key beside one of the same kid"],
    "stricter: a refreshed token is verified": [
        "renewed by a stranger", "renewed without a signature",
        "renewed with the signature flipped", "renewed with alg none", "renewed for another user",
        "renewed for another client", "renewed by another issuer", "renewed before the first",
        "renewed without sub", "renewed as an access token"],
    "stricter: a suffix begins with @": [
        "rule oidc-match-end:email:example.com", "rule oidc-match-end:email:.com",
        "rule oidc-match-end:email:"],
    "stricter: a number is compared as it is written": [
        "rule oidc:big:1e+06"],
    "stricter: a deny list that cannot be read denies everybody": [
        "deny_emails is a string", "config.yml is no YAML"],
    "more: algorithms": [
        "provider's RS384", "provider's RS512", "provider's PS256", "provider's ES384"],
    "more: algorithms (PS256, ES384)": [
        "PS256 key without use", "PS256 key for verifying", "PS256 key beside another",
        "PS256 key beside a broken one", "PS256 key beside one of an unknown kind",
        "PS256 without kid, one key", "PS256 without kid, two keys", "ES384 key without alg",
        "ES384 key without use", "ES384 key for verifying", "ES384 key beside another",
        "ES384 key beside a broken one", "ES384 key beside one of an unknown kind",
        "ES384 without kid, one key", "ES384 without kid, two keys"],
    "more: bad keys do not spoil the others; the signature says which it was": [
        "RS256 key beside a broken one", "RS256 key beside one of an unknown kind",
        "RS256 without kid, two keys", "ES256 key without alg", "ES256 key beside a broken one",
        "ES256 key beside one of an unknown kind", "ES256 without kid, two keys",
        "EdDSA key without alg", "EdDSA key beside a broken one",
        "EdDSA key beside one of an unknown kind", "EdDSA without kid, two keys"],
    "more: key binding": [
        "key-bound", "key-bound with a nonce too"],
    "more: the newer message of GQ256": [
        "GQ256, newer message"],
    "more: both spellings of oidc-refreshed": [
        "not expired under oidc-refreshed"],
    "more: two clients of one provider": [
        "two clients of one provider"],
    "more: a value with colons": [
        "rule oidc:groups:a:b"],
    "more: a number is compared as it is written": [
        "rule oidc:big:1000000"],
    "more: a claim with colons in plain quotes": [
        "rule oidc:\"https://acme.test/groups\":ssh-users"],
    "stricter: exp is there": [
        "exp is missing"],
    "more: the commitment is to the header as it stands, not to what Go makes of it": [
        "CIC header with a newline behind", "CIC header with white space",
        "CIC header with its members reversed", "CIC header with an escaped name",
        "CIC header with characters that Go escapes"],
    "more: white space behind JSON is JSON": [
        "provider's header with a newline behind"],
    "more: names are compared exactly; Go ignores case": [
        "provider's header with ALG besides", "CIC header with ALG besides"],
    "more: nobody needs the kid of a CIC": [
        "CIC's kid is a number", "CIC's kid is null"],
    "more: Ed25519 is EdDSA's newer name (RFC 9864)": [
        "user's alg is Ed25519"],
}
DIFFERENCES = {name: reason for reason, names in _BY_REASON.items() for name in names}
