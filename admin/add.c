/*
 * add and remove: one row of /etc/opk/auth_id. Every other byte of the file
 * stays as it is. What is written has been read back with the reader that
 * logins use.
 */
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/arguments.h"
#include "admin/commands.h"
#include "admin/issuer.h"
#include "admin/opk.h"
#include "admin/output.h"
#include "admin/person.h"
#include "admin/replace.h"
#include "admin/row.h"

#define WHAT_WORDS                                                            \
	"  PRINCIPAL  the user of this machine\n"                             \
	"  IDENTITY   who at the provider:\n"                                 \
	"               alice@example.com       an e-mail, or a sub\n"        \
	"               oidc:groups:admins      a claim that has that value\n" \
	"               'oidc:\"https://x/roles\":admin'   a claim with colons\n" \
	"               oidc-match-end:email:@example.com  everybody's there\n" \
	"               repo:owner/name:ref:refs/heads/main   GitHub's workflows\n" \
	"  ISSUER     the provider, byte for byte as /etc/opk/providers has it,\n" \
	"             or google, azure, microsoft, gitlab, hello\n"

static const char add_help[] =
    "usage: sallyport add PRINCIPAL IDENTITY ISSUER\n\n"
    "Lets somebody log in as a user: a row at the end of /etc/opk/auth_id.\n"
    "It counts from the next login on; nothing needs to be restarted.\n\n"
    WHAT_WORDS
    "\nExit status: 0 done, 1 refused (the row is there already, or would be\n"
    "no good one), 2 could not be done.\n";

static const char remove_help[] =
    "usage: sallyport remove PRINCIPAL IDENTITY ISSUER\n\n"
    "Takes a row out of /etc/opk/auth_id, wherever it stands. Who is logged\n"
    "in stays so. \"sallyport list\" shows the rows.\n\n"
    WHAT_WORDS
    "\nExit status: 0 done, 1 there is no such row, 2 could not be done.\n";

/* One run of either. */
struct edit {
	const char *command;
	struct replacement replacement;
	struct trusted_file text;
	struct rules rules;
	struct row row;
};

static int __attribute__((format(printf, 3, 4)))
give_up(const struct edit *edit, int status, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "sallyport %s: ", edit->command);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputs("\n", stderr);
	return status;
}

/* What both begin with; an exit status, or -1. */
static int
begin(struct edit *edit, const char *help, int argc, char **argv)
{
	struct file_problem problem;
	char *words[OPK_COLUMNS], *wrong;
	int status = arguments_read(argc, argv, help, NULL, 0, words,
	    OPK_COLUMNS);

	edit->command = argv[0];
	if (status != -1)
		return status;
	if ((wrong = row_make(words, &edit->row)) != NULL) {
		(void)give_up(edit, 1, "%s", wrong);
		free(wrong);
		return 1;
	}
	if (geteuid() != 0)
		return give_up(edit, 2, "only root may: sudo sallyport %s ...",
		    edit->command);
	if (!replace_begin(&edit->replacement, OPK_AUTH_ID))
		return give_up(edit, 2, "%s: %s%s", OPK_AUTH_ID,
		    strerror(errno), errno == ENOENT ? "; fix: install -d "
		    "-m 0755 " OPK_ETC : "");
	if (!opk_read_auth_id(&edit->text, &edit->rules, &problem))
		return give_up(edit, 2, "%s: %s", OPK_AUTH_ID, problem.what);
	return -1;
}

static void
end(struct edit *edit)
{
	if (edit->replacement.dir != -1)
		replace_end(&edit->replacement);
	trusted_free(&edit->text);
	rules_free(&edit->rules);
	row_free(&edit->row);
}

/* A new auth_id is for those who may read providers. */
static void
find_readers(gid_t *group, mode_t *mode)
{
	struct stat st;

	*mode = 0640;
	if (stat(OPK_PROVIDERS, &st) == -1)
		*group = person_group(OPK_GROUP);
	else {
		*group = st.st_gid;
		*mode |= st.st_mode & S_IROTH;
	}
}

static void
say_row(const char *before, uint32_t line, const struct rule *row,
    const char *between)
{
	(void)printf("%s%s:%u: ", before, OPK_AUTH_ID, line);
	output_text(row->identity);
	(void)fputs(" of ", stdout);
	output_text(row->issuer);
	(void)fputs(between, stdout);
	output_text(row->principal);
	(void)putchar('\n');
}

/* What else is needed before the new row helps anybody. */
static void
say_missing(const struct rule *row)
{
	struct opk_providers *providers = calloc(1, sizeof(*providers));
	struct file_problem problem;
	const char *near = NULL;

	if (providers == NULL)
		return;
	opk_read_providers(providers, &problem);
	if (opk_find_provider(providers, row->issuer) == NULL) {
		(void)printf("still needed: a row for this issuer in "
		    OPK_PROVIDERS ", the same byte for byte:\n"
		    "    %s CLIENT-ID 24h\n", row->issuer);
		for (size_t i = 0; near == NULL && i < providers->count; i++) {
			near = issuer_near(row->issuer,
			    providers->rows[i].issuer);
			if (near != NULL)
				(void)printf("it has %s: %s\n",
				    providers->rows[i].issuer, near);
		}
	}
	if (getpwnam(row->principal) == NULL)
		(void)printf("still needed: the user %s; sshd asks nobody "
		    "about users that this machine does not know\n",
		    row->principal);
	free(providers);
}

static int
add(struct edit *edit)
{
	const struct rule *row = edit->row.read.rows;
	bool newline = edit->text.len > 0 &&
	    edit->text.data[edit->text.len - 1] != '\n';
	uint32_t lines = newline ? 1 : 0;
	size_t len;
	char *text;
	bool done;
	gid_t group;
	mode_t mode;

	for (size_t i = 0; i < edit->rules.count; i++)
		if (row_is(&edit->row, &edit->rules.rows[i]))
			return give_up(edit, 1, "that is what line %u of %s "
			    "says already", edit->rules.rows[i].line,
			    OPK_AUTH_ID);
	if (edit->text.len + strlen(edit->row.line) + 2 > AUTH_ID_FILE_MAX)
		return give_up(edit, 1, "%s would be larger than logins read",
		    OPK_AUTH_ID);
	for (size_t i = 0; i < edit->text.len; i++)
		lines += edit->text.data[i] == '\n';
	/* The file may have bytes that no string has, in rows that are bad. */
	text = malloc(edit->text.len + strlen(edit->row.line) + 3);
	if (text == NULL)
		return give_up(edit, 2, "no memory");
	if (edit->text.len > 0)
		memcpy(text, edit->text.data, edit->text.len);
	len = edit->text.len + (size_t)sprintf(text + edit->text.len, "%s%s\n",
	    newline ? "\n" : "", edit->row.line);
	find_readers(&group, &mode);
	done = replace_file(&edit->replacement, text, len, group, mode);
	free(text);
	if (!done)
		return give_up(edit, 2, "%s: %s; it is as it was",
		    OPK_AUTH_ID, strerror(errno));
	say_row("added ", lines + 1, row, " may log in as ");
	say_missing(row);
	return 0;
}

/* Takes a line out of the text, which counts its lines from 1. */
static void
cut_line(struct trusted_file *text, uint32_t line)
{
	uint8_t *p = text->data, *end = p + text->len, *next;

	while (--line > 0)
		p = (uint8_t *)memchr(p, '\n', (size_t)(end - p)) + 1;
	next = memchr(p, '\n', (size_t)(end - p));
	next = next != NULL ? next + 1 : end;
	memmove(p, next, (size_t)(end - next));
	text->len -= (size_t)(next - p);
}

static int
take_out(struct edit *edit)
{
	bool any = false;

	/* From the end, so that the lines before keep their numbers. */
	for (size_t i = edit->rules.count; i-- > 0;)
		if (row_is(&edit->row, &edit->rules.rows[i])) {
			cut_line(&edit->text, edit->rules.rows[i].line);
			any = true;
		}
	if (!any)
		return give_up(edit, 1, "%s has no such row; sallyport list "
		    "shows those it has", OPK_AUTH_ID);
	if (!replace_file(&edit->replacement, edit->text.data, edit->text.len,
	    0, 0640))
		return give_up(edit, 2, "%s: %s; it is as it was",
		    OPK_AUTH_ID, strerror(errno));
	for (size_t i = 0; i < edit->rules.count; i++)
		if (row_is(&edit->row, &edit->rules.rows[i]))
			say_row("removed ", edit->rules.rows[i].line,
			    &edit->rules.rows[i], ", who could log in as ");
	return 0;
}

int
add_main(int argc, char **argv)
{
	struct edit edit = { .replacement.dir = -1 };
	int status = begin(&edit, add_help, argc, argv);

	if (status == -1)
		status = add(&edit);
	end(&edit);
	return status;
}

int
remove_main(int argc, char **argv)
{
	struct edit edit = { .replacement.dir = -1 };
	int status = begin(&edit, remove_help, argc, argv);

	if (status == -1)
		status = take_out(&edit);
	end(&edit);
	return status;
}
