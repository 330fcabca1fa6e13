#include "admin/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/memory.h"
#include "admin/output.h"

enum level { PROBLEM, WARNING, NOTE, UNSEEN, LEVELS };

static const struct {
	enum level level;
	const char *word;
} codes[] = {
#define F(name, level, code) [FINDING_##name] = { level, code },
	FINDING_TABLE(F)
#undef F
};

static const char *const level_words[] = {
	[PROBLEM] = "problem",
	[WARNING] = "warning",
	[NOTE] = "note",
	[UNSEEN] = "unseen",
};

static void
add(struct findings *findings, const struct finding *finding)
{
	findings->rows = memory_more(findings->rows, findings->count,
	    sizeof(*finding));
	findings->rows[findings->count++] = *finding;
}

void
finding_add(struct findings *findings, enum finding_code code,
    const char *file, uint32_t line, const char *fix, const char *fmt, ...)
{
	struct finding finding = { .code = code, .line = line };
	char what[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	finding.file = memory_format("%s", file);
	finding.what = memory_format("%s", what);
	finding.fix = memory_format("%s", fix);
	add(findings, &finding);
}

void
finding_add_phrase(struct findings *findings, enum finding_code code,
    const char *file, uint32_t line, const char *about, const char *phrase)
{
	const char *cut = strstr(phrase, "; fix: ");
	size_t gap = strlen("; fix: ");
	char *all;

	if (cut == NULL) {
		cut = strstr(phrase, ": ");
		gap = strlen(": ");
	}
	if (cut != NULL) {
		finding_add(findings, code, file, line, cut + gap, "%s%.*s",
		    about, (int)(cut - phrase), phrase);
		return;
	}
	/* Without a remedy it is one itself: "it must begin with ...". */
	all = memory_format("%s%s", about, phrase);
	cut = strstr(all, ": ");
	finding_add(findings, code, file, line, cut != NULL ? cut + 2 :
	    "see to that", "%.*s", cut != NULL ? (int)(cut - all) :
	    (int)strlen(all), all);
	free(all);
}

static int
by_place(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;
	int order = strcmp(a->file, b->file);

	if (order != 0)
		return order;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (int)a->code - (int)b->code;
}

static void
print_place(const struct finding *finding)
{
	output_text(finding->file);
	if (finding->line != 0)
		(void)printf(":%u", finding->line);
}

static void
print_finding(const struct finding *finding)
{
	(void)printf("%-8s %s%s", level_words[codes[finding->code].level],
	    codes[finding->code].word, finding->file[0] != '\0' ? " " : "");
	print_place(finding);
	(void)fputs("\n         ", stdout);
	output_text(finding->what);
	if (finding->fix[0] != '\0') {
		(void)fputs("\n         fix: ", stdout);
		output_text(finding->fix);
	}
	(void)fputs("\n\n", stdout);
}

static void
print_json_finding(const struct finding *finding, bool first)
{
	(void)fputs(first ? "\n{" : ",\n{", stdout);
	output_member("level", level_words[codes[finding->code].level], true);
	output_member("code", codes[finding->code].word, false);
	output_member("file", finding->file, false);
	(void)printf(",\"line\":%u", finding->line);
	output_member("what", finding->what, false);
	output_member("fix", finding->fix, false);
	(void)putchar('}');
}

int
findings_print(struct findings *findings, bool json)
{
	size_t counts[LEVELS] = { 0 };

	if (findings->count > 0)
		qsort(findings->rows, findings->count,
		    sizeof(findings->rows[0]), by_place);
	(void)fputs(json ? "{\"findings\":[" : "", stdout);
	for (size_t i = 0; i < findings->count; i++) {
		counts[codes[findings->rows[i].code].level]++;
		if (json)
			print_json_finding(&findings->rows[i], i == 0);
		else
			print_finding(&findings->rows[i]);
	}
	(void)printf(json ? "],\"problems\":%zu,\"warnings\":%zu,"
	    "\"notes\":%zu,\"unseen\":%zu}\n" : "problems: %zu, warnings: "
	    "%zu, notes: %zu, not looked at: %zu\n", counts[PROBLEM],
	    counts[WARNING], counts[NOTE], counts[UNSEEN]);
	if (counts[PROBLEM] + counts[WARNING] > 0)
		return 1;
	return counts[UNSEEN] > 0 ? 2 : 0;
}
