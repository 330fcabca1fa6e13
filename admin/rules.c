#include "admin/rules.h"

#include <stdlib.h>
#include <string.h>

#include "admin/memory.h"

/* An unquoted word; the reader refuses rows with a NUL. */
static char *
copy(struct span text)
{
	return memory_format("%.*s", (int)text.len, (const char *)text.p);
}

/* A sound row's columns; NULL, or what is wrong with them. */
static const char *
read_columns(const struct opk_row *row, struct rule *rule)
{
	uint8_t principal[OPK_LINE_MAX], identity[OPK_LINE_MAX],
	    issuer[OPK_LINE_MAX], parts[OPK_LINE_MAX];
	struct opk_attribute attribute;
	const char *problem = opk_attribute_read(row->words[1], parts,
	    &attribute);
	struct span who = opk_word_text(row->words[0], principal);
	struct span whose = opk_word_text(row->words[2], issuer);

	if (problem == NULL && who.len == 0)
		problem = "has an empty first column";
	if (problem == NULL && whose.len == 0)
		problem = "has an empty third column";
	if (problem != NULL)
		return problem;
	rule->kind = (int)attribute.kind;
	rule->value = copy(attribute.value);
	rule->principal = copy(who);
	rule->issuer = copy(whose);
	/* Quotes around a claim's name say where it ends. */
	if (attribute.kind == OPK_CLAIM && span_has(attribute.name, ':'))
		rule->identity = memory_format("oidc:\"%.*s\":%s",
		    (int)attribute.name.len, (const char *)attribute.name.p,
		    rule->value);
	else if (attribute.kind == OPK_CLAIM)
		rule->identity = memory_format("oidc:%.*s:%s",
		    (int)attribute.name.len, (const char *)attribute.name.p,
		    rule->value);
	else
		rule->identity = copy(opk_word_text(row->words[1], identity));
	return NULL;
}

void
rules_read(struct rules *rules, const uint8_t *text, size_t len)
{
	struct opk_lines lines;
	struct opk_row row;

	*rules = (struct rules){ NULL, 0 };
	opk_lines_begin(&lines, text, len);
	while (opk_lines_next(&lines, &row)) {
		struct rule rule = { .line = row.line };

		rules->rows = memory_more(rules->rows, rules->count,
		    sizeof(rule));
		rule.problem = row.problem != NULL ? row.problem :
		    read_columns(&row, &rule);
		rules->rows[rules->count++] = rule;
	}
}

void
rules_free(struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		free(rules->rows[i].principal);
		free(rules->rows[i].identity);
		free(rules->rows[i].issuer);
		free(rules->rows[i].value);
	}
	free(rules->rows);
	*rules = (struct rules){ NULL, 0 };
}
