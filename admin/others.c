#include "admin/others.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/asked.h"
#include "admin/memory.h"
#include "admin/sshd.h"

#define AGAIN "put a # before it and its AuthorizedKeysCommandUser, and say " \
	"sallyport setup sshd again"

static void
add_loser(struct findings *findings, const struct sshd_place *place,
    char chain[PATH_LEN_MAX + 1])
{
	const char *what, *fix;

	if (asked_is_ours(place->value)) {
		what = "sshd asks sallyport already, by a line that somebody "
		    "else wrote: ";
		fix = "leave it so; or " AGAIN;
	} else if (asked_is_replaced(place->value)) {
		what = "sshd asks what sallyport stands in for: ";
		fix = strcmp(place->file, SSHD_CONFIG) == 0 ? AGAIN :
		    "rm the file, if its installer wrote it; or " AGAIN;
	} else {
		(void)snprintf(chain, PATH_LEN_MAX + 1, "%s", place->value);
		what = "sshd would no longer ask this command: ";
		fix = "let sallyport ask it, as below; or, if nobody needs it, "
		    AGAIN;
	}
	finding_add(findings, FINDING_SSHD_OTHER, place->file, place->line,
	    fix, "%s%.300s", what, place->value);
}

/* As whom sshd runs a command whose Match does not say it, but for our file. */
static const char *
user_of_all(const struct sshd_places *users)
{
	for (size_t i = 0; i < users->count; i++)
		if (users->rows[i].match == 0 &&
		    strcmp(users->rows[i].file, SSHD_DROPIN) != 0)
			return users->rows[i].value;
	return "nobody";
}

/* False, with a finding, if our file would say for its Match as whom it runs. */
static bool
keeps_its_user(const struct sshd_place *place,
    const struct sshd_places *users, const struct choice *choice,
    struct findings *findings)
{
	char *fix;

	if (sshd_places_in(users, place->match) != NULL) {
		finding_add(findings, FINDING_SSHD_MATCH, place->file,
		    place->line, "", "within a Match: for those logins sshd "
		    "goes on asking %.200s", place->value);
		return true;
	}
	fix = memory_format("add below it: AuthorizedKeysCommandUser %.64s",
	    user_of_all(users));
	finding_add(findings, FINDING_SSHD_MATCH_USER, place->file,
	    place->line, fix, "within a Match that does not say as whom: sshd "
	    "would run it as %s: %.200s", choice->user, place->value);
	free(fix);
	return false;
}

bool
others_may_lose(const struct sources_config *sources,
    const struct choice *choice, struct findings *findings,
    char chain[PATH_LEN_MAX + 1])
{
	struct sshd_places places, users;
	bool ok = true;

	chain[0] = '\0';
	sshd_places_read("AuthorizedKeysCommand", &places);
	sshd_places_read("AuthorizedKeysCommandUser", &users);
	for (size_t i = 0; i < places.count; i++) {
		const struct sshd_place *place = &places.rows[i];

		if (strcmp(place->file, SSHD_DROPIN) == 0 ||
		    strcmp(place->value, "none") == 0)
			continue;
		if (place->match != 0)
			ok &= keeps_its_user(place, &users, choice, findings);
		else if (sources == NULL ||
		    !asked_is_chained(place->value, sources)) {
			ok = false;
			add_loser(findings, place, chain);
		}
	}
	sshd_places_free(&places);
	sshd_places_free(&users);
	return ok;
}

bool
others_ask_nothing(struct findings *findings)
{
	size_t before = findings->count;
	struct sshd_places places;

	sshd_places_read("AuthorizedKeysCommand", &places);
	for (size_t i = 0; i < places.count; i++)
		if (asked_is_ours(places.rows[i].value))
			finding_add(findings, FINDING_SETUP_LINE,
			    places.rows[i].file, places.rows[i].line,
			    "put a # before it and its "
			    "AuthorizedKeysCommandUser", "this line, which "
			    "setup did not write, asks sallyport all the same");
	sshd_places_free(&places);
	return findings->count == before;
}

/* With our file in its place: adds a finding, if that is why. */
static void
explain(const char *keyword, struct findings *findings)
{
	const struct sshd_place *ours = NULL, *first = NULL;
	struct sshd_places places;

	sshd_places_read(keyword, &places);
	for (size_t i = places.count; i-- > 0;) {
		if (strcmp(places.rows[i].file, SSHD_DROPIN) == 0)
			ours = &places.rows[i];
		if (places.rows[i].match == 0)
			first = &places.rows[i];
	}
	if (ours == NULL || ours->match != 0)
		finding_add(findings, FINDING_SSHD_INCLUDE, SSHD_CONFIG, 0,
		    "at its top, before any Match: Include " SSHD_DROPINS
		    "/*.conf", ours == NULL ? "it does not include "
		    SSHD_DROPIN : "it includes " SSHD_DROPIN " for some "
		    "logins only: behind a Match");
	else if (first != ours)
		finding_add(findings, FINDING_SSHD_DISPLACED, first->file,
		    first->line, "put a # before it, and say sallyport setup "
		    "sshd again", "it is read before " SSHD_DROPIN ", and the "
		    "first wins: %s %.300s", keyword, first->value);
	sshd_places_free(&places);
}

void
others_explain(const struct choice *choice, struct findings *findings)
{
	size_t before = findings->count;

	explain("AuthorizedKeysCommand", findings);
	if (findings->count == before)
		explain("AuthorizedKeysCommandUser", findings);
	if (findings->count == before)
		finding_add(findings, FINDING_SSHD_CONFIG, SSHD_CONFIG, 0,
		    "sshd -T shows what it makes of its files", "sshd would "
		    "not ask %.300s", choice->command);
}
