"""The words that the program says, in one place: what each situation must be logged as."""

# Situation -> reason=... of the decision line. Where two are right (which clock runs out
# first is a matter of luck), both are named.
DECISION = {
    "allowed": "ok",
    "no keys": "no_keys",
    "only bad keys": "all_keys_dropped",
    "user name": "user_name",

    "config missing": "config_missing",
    "config too large": "config_size",
    "config mode": "config_mode",
    "config syntax": "config_syntax",
    "config value": "config_value",
    "wrong user": "wrong_user",
    "unknown run_as": ("wrong_user", "config_value"),

    "refused connection": "connect",
    "unresolvable name": "resolve",
    "silent name server": ("resolve", "timeout", "deadline"),
    "link-local address": "address",
    "wrong name": "tls_name",
    "expired": "tls_expired",
    "untrusted": "tls_untrusted",
    "TLS 1.1": "tls_version",
    "no TLS at all": ("tls", "tls_version"),
    "status": "http_status",
    "broken HTTP": "http_protocol",
    "no length": "http_protocol",
    "endless header": ("http_protocol", "too_large"),
    "too large": "too_large",
    "too slow": ("timeout", "deadline"),
    "connection lost": ("connect", "tls", "http_protocol"),

    "not JSON": "answer_json",
    "error object": "answer_error",
    "no key object": "answer_line",
    "line too long": "answer_line",
    "too many keys": "answer_keys",

    "no rule": "no_rule",
}

# What is wrong with a key (the names in keys.bad()) -> "key dropped reason=...".
KEY_DROPPED = {
    "options": "key_options",
    "restrict": "key_options",
    "second line": "key_line",
    "carriage return": "key_line",
    "NUL": "key_line",
    "inner type": "key_inner_type",
    "off the curve": "key_curve",
    "inner curve": "key_inner_type",
    "RSA 1024": "key_rsa",
    "trailing bytes": "key_blob",
    "cut short": "key_blob",
    "DSA": "key_type",
    "certificate": "key_type",
    "not base64": "key_base64",
    "loose base64": "key_base64",
    "no blob": "key_base64",
    "empty": "key_type",
}


def one_of(expected, found):
    return found in (expected if isinstance(expected, tuple) else (expected,))
