#include "admin/row.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/issuer.h"
#include "admin/memory.h"
#include "parent/login_name.h"
#include "parseproc/url.h"

/* Appends a word so that a shell's rules, which opkssh has too, keep it. */
static void
append_word(char *line, const char *word)
{
	char *out = line + strlen(line);

	for (; *word != '\0'; word++) {
		if (strchr(" '\"\\", *word) != NULL)
			*out++ = '\\';
		*out++ = *word;
	}
	*out = '\0';
}

/* A line of three words, each of whose characters may need a back slash. */
static char *
make_line(const char *const words[OPK_COLUMNS])
{
	char *line = memory_format("%s%s%s%s%s%s  ", words[0], words[0],
	    words[1], words[1], words[2], words[2]);

	line[0] = '\0';
	for (int i = 0; i < OPK_COLUMNS; i++) {
		if (i > 0)
			strcat(line, " ");
		append_word(line, words[i]);
	}
	return line;
}

/* What can be said of the words before they are a row. */
static char *
check_words(const char *const words[OPK_COLUMNS])
{
	struct url url;
	const char *problem = url_read(words[2], strlen(words[2]), &url);

	if (problem != NULL)
		return memory_format("the issuer %s", problem);
	if (!login_name_valid(words[0]))
		return memory_format("that is no name that sshd could ask "
		    "for");
	for (int i = 0; i < OPK_COLUMNS; i++)
		if (strchr(words[i], '#') != NULL)
			return memory_format("a # begins a comment in "
			    "auth_id, even inside quotes: match something "
			    "else of that identity, its sub for example");
	return NULL;
}

char *
row_make(char *const words[OPK_COLUMNS], struct row *row)
{
	const char *issuer = issuer_of_short_name(words[2]);
	const char *const used[OPK_COLUMNS] = { words[0], words[1],
		issuer != NULL ? issuer : words[2] };
	const struct rule *rule;
	char *problem;

	*row = (struct row){ .line = NULL };
	if ((problem = check_words(used)) != NULL)
		return problem;
	row->line = make_line(used);
	rules_read(&row->read, (const uint8_t *)row->line, strlen(row->line));
	rule = row->read.rows;
	if (row->read.count == 1 && rule->problem != NULL)
		return memory_format("such a row %s", rule->problem);
	if (row->read.count != 1 || strcmp(rule->principal, used[0]) != 0 ||
	    strcmp(rule->issuer, used[2]) != 0)
		return memory_format("such a row would not mean what these "
		    "words say");
	return NULL;
}

bool
row_is(const struct row *row, const struct rule *rule)
{
	const struct rule *wanted = row->read.rows;
	bool email = wanted->kind == OPK_PERSON &&
	    strchr(wanted->identity, '@') != NULL;

	return rule->problem == NULL && rule->kind == wanted->kind &&
	    strcmp(rule->principal, wanted->principal) == 0 &&
	    strcmp(rule->issuer, wanted->issuer) == 0 &&
	    (email ? strcasecmp(rule->identity, wanted->identity) :
	    strcmp(rule->identity, wanted->identity)) == 0;
}

void
row_free(struct row *row)
{
	rules_free(&row->read);
	free(row->line);
	row->line = NULL;
}
