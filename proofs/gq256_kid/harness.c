/* The scan of a GQ256 header: what it finds lies in it, and is base64url. */
#include "parseproc/gq256_kid.h"
#include "proofs/proof.h"

/* As RFC 4648 section 5 has it. */
static bool
of_base64url(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void
harness(void)
{
	uint8_t text[GQ256_HEADER_MAX + 1];
	struct span header = { NULL, ANY(size_t) }, kid;
	size_t place = ANY(size_t);
	enum reason reason;

	ASSUME(header.len <= GQ256_HEADER_MAX + 1);
	header.p = LAST(text, header.len);
	reason = gq256_kid(header.p, header.len, &kid);
	if (reason == REASON_OK) {
		PROVE(within(kid.p, kid.len, header.p, header.len), "in it");
		PROVE(kid.len > 0 && kid.len <= GQ256_KID_MAX, "its length");
		PROVE(place >= kid.len || of_base64url(kid.p[place]),
		    "base64url only");
		PROVE(header.len <= GQ256_HEADER_MAX, "no longer header");
	} else {
		PROVE(reason == REASON_GQ_HEADER && kid.len == 0, "none");
	}
	POSSIBLE(reason == REASON_OK && kid.len == GQ256_KID_MAX,
	    "the longest");
	POSSIBLE(reason == REASON_OK && header.len == GQ256_HEADER_MAX,
	    "the longest header");
}
