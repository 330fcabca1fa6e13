/*
 * Prints, as Markdown, the tables that the code holds and SECURITY.md shows:
 * messages, system calls, reasons. tests/docs/test_tables.py compares.
 */
#include <stdio.h>
#include <string.h>

#include "ipc/message.h"
#include "ipc/reason.h"
#include "seccomp/policy.h"

static const char *
route_text(unsigned routes)
{
	switch (routes) {
	case IPC_TO_NET:
		return "parent to netproc";
	case IPC_TO_PARSE:
		return "parent to parseproc";
	case IPC_FROM_NET:
		return "netproc to parent";
	case IPC_FROM_PARSE:
		return "parseproc to parent";
	case IPC_TO_WORKER:
		return "parent to either worker";
	case IPC_FROM_WORKER:
		return "either worker to parent";
	default:
		return "?";
	}
}

static void
print_field(const struct ipc_field *field)
{
	static const char *const kinds[] = {
		[IPC_U8] = "u8",
		[IPC_U32] = "u32",
		[IPC_U64] = "u64",
		[IPC_PRINT] = "printable",
		[IPC_STR] = "string",
		[IPC_BYTES] = "bytes",
	};

	printf("`%s` %s %llu–%llu", field->name, kinds[field->kind],
	    (unsigned long long)field->min, (unsigned long long)field->max);
}

static void
print_messages(void)
{
	printf("| message | direction | fields: value, or length in bytes | "
	    "meaning |\n|---|---|---|---|\n");
	for (unsigned type = 1; type < IPC_TYPE_END; type++) {
		const struct ipc_spec *spec = ipc_spec(type);

		printf("| %s | %s | ", spec->name, route_text(spec->routes));
		for (size_t i = 0; i < spec->nfields; i++) {
			if (i > 0)
				printf("; ");
			print_field(&spec->fields[i]);
		}
		printf(" | %s |\n", spec->purpose);
	}
}

static void
print_arg(const struct filter_arg *arg)
{
	static const char *const signs[] = {
		[FILTER_EQ] = "=",
		[FILTER_LE] = "≤",
		[FILTER_NONE_OF] = "without",
		[FILTER_BITS] = "=",
	};

	printf(" [arg%u", arg->index);
	if (arg->cmp == FILTER_BITS)
		printf(" & %#llx", (unsigned long long)arg->mask);
	printf(" %s %#llx]", signs[arg->cmp], (unsigned long long)arg->value);
}

static void
print_filter(const struct filter *filter)
{
	printf("| %s | ", filter->process);
	for (size_t i = 0; i < filter->nrows; i++) {
		const struct filter_row *row = &filter->rows[i];

		printf("%s%s", i > 0 ? ", " : "", row->name);
		for (size_t a = 0; a < FILTER_ARGS; a++)
			if (row->args[a].cmp != FILTER_ANY)
				print_arg(&row->args[a]);
	}
	printf(" |\n");
}

static void
print_filters(void)
{
	printf("| process | system calls |\n|---|---|\n");
	print_filter(&policy_parent);
	print_filter(&policy_starter);
	print_filter(&policy_net_connect);
	print_filter(&policy_net_talk);
	print_filter(&policy_parse);
}

static void
print_reasons(void)
{
	static const char *const classes[] = {
		[REASON_ALLOW] = "allow",
		[REASON_DENY] = "deny",
		[REASON_ERROR] = "error",
		[REASON_DROP] = "a key is left out",
		[REASON_NOTE] = "a note",
	};
	static const char *const meanings[] = {
#define R(name, class, word, meaning) [REASON_##name] = meaning,
		REASON_TABLE(R)
#undef R
	};

	printf("| reason | decision | meaning |\n|---|---|---|\n");
	for (unsigned r = 0; r < REASON_COUNT; r++)
		printf("| `%s` | %s | %s |\n", reason_word((enum reason)r),
		    classes[reason_class((enum reason)r)], meanings[r]);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} tables[] = {
		{ "messages", print_messages },
		{ "filters", print_filters },
		{ "reasons", print_reasons },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (argc == 2 && strcmp(argv[1], tables[i].name) == 0) {
			tables[i].print();
			return 0;
		}
	return 2;
}
