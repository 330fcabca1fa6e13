#include "admin/issuer.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define ENTRA "https://login.microsoftonline.com/"

static const struct {
	const char *name, *issuer;
} short_names[] = {
	{ "google", "https://accounts.google.com" },
	/* The tenant of all personal accounts. */
	{ "azure", ENTRA "9188040d-6c67-4c5b-b112-36a304b66dad/v2.0" },
	{ "microsoft", ENTRA "9188040d-6c67-4c5b-b112-36a304b66dad/v2.0" },
	{ "gitlab", "https://gitlab.com" },
	{ "hello", "https://issuer.hello.coop" },
};

const char *
issuer_of_short_name(const char *name)
{
	for (size_t i = 0; i < sizeof(short_names) / sizeof(short_names[0]);
	    i++)
		if (strcmp(short_names[i].name, name) == 0)
			return short_names[i].issuer;
	return NULL;
}

/* What stands behind https:// or http://, if that is there. */
static const char *
without_scheme(const char *issuer)
{
	const char *p = strstr(issuer, "://");

	return p != NULL ? p + 3 : issuer;
}

/* The length less slashes at the end. */
static size_t
stem(const char *issuer)
{
	size_t n = strlen(issuer);

	while (n > 0 && issuer[n - 1] == '/')
		n--;
	return n;
}

const char *
issuer_near(const char *wrong, const char *right)
{
	const char *a = without_scheme(wrong), *b = without_scheme(right);
	const char *whole = issuer_of_short_name(wrong);
	size_t n = stem(a);
	bool same_scheme = strncmp(wrong, right, (size_t)(b - right)) == 0;

	if (strcmp(wrong, right) == 0)
		return NULL;
	if (whole != NULL)
		return strcmp(whole, right) == 0 ?
		    "the short name must be written out" : NULL;
	if (n == 0 ||  strncasecmp(a, b, n) != 0)
		return NULL;
	if (strncmp(a, b, n) != 0)
		return "upper and lower case differ";
	if (!same_scheme)
		return a == wrong ? "the https:// in front is missing" :
		    "http:// and https:// differ";
	return strlen(a) > strlen(b) ? "the slash at the end is one too many" :
	    "the slash at the end is missing";
}
