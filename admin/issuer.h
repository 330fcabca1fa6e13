/* Issuers: the short names that opkssh knows, and how two are nearly one. */
#ifndef ADMIN_ISSUER_H
#define ADMIN_ISSUER_H

#include <stddef.h>

/* The issuer of a short name such as google, or NULL. */
const char *issuer_of_short_name(const char *name);

/*
 * NULL if they have nothing to do with each other, or are the same; otherwise
 * what of the first must change to become the second.
 */
const char *issuer_near(const char *wrong, const char *right);

#endif
