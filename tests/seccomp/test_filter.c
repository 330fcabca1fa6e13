/*
 * Rows of a filter: what each allows, to the last of 64 bits, and that
 * everything else kills. Tried on getppid(), which minds no argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/limits.h"
#include "seccomp/filter_compile.h"
#include "seccomp/policy.h"
#include "tests/seccomp/child.h"

#define HIGH (UINT64_C(1) << 32)
#define TOP (UINT64_C(1) << 63)
#define ENDING                                                                \
	{ SCMP_SYS(exit_group), "exit_group", "the end", { { 0 } } }
#define EQ(index, value) { index, FILTER_EQ, value, 0 }
#define LE(index, value) { index, FILTER_LE, value, 0 }
#define WITHOUT(index, bits) { index, FILTER_NONE_OF, bits, 0 }
#define BITS(index, mask, value) { index, FILTER_BITS, value, mask }

/* To be compiled before any is loaded: that takes calls of its own. */
struct made {
	struct sock_filter code[FILTER_CODE_MAX];
	unsigned short n;
};

static void
make(const struct filter_row *rows, size_t nrows, struct made *made)
{
	const struct filter filter = { "test", rows, nrows };

	CHILD_NEEDS(filter_compile(&filter, made->code, &made->n) == 0);
}

static void
load_made(const struct made *made)
{
	const struct filter_code filter = { made->code, made->n };

	child_no_new_privs();
	CHILD_NEEDS(filter_load(&filter) == 0);
}

static void
load(const struct filter_row *rows, size_t nrows)
{
	static struct made made;

	make(rows, nrows, &made);
	load_made(&made);
}

/* --- comparisons --- */

/* One call, under a filter with one row for it. */
struct call {
	struct filter_arg args[FILTER_ARGS];
	uint64_t given[6];
	bool allowed;
};

static void
make_call(const void *arg)
{
	const struct call *call = arg;
	const uint64_t *g = call->given;
	const struct filter_row rows[] = {
		{ SCMP_SYS(getppid), "getppid", "harmless",
		    { call->args[0], call->args[1], call->args[2] } },
		ENDING,
	};

	load(rows, 2);
	(void)syscall(SYS_getppid, g[0], g[1], g[2], g[3], g[4], g[5]);
}

static void
check_calls(const struct call *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (child_survives(make_call, &calls[i]) != calls[i].allowed)
			fail_msg("call %zu was%s allowed", i,
			    calls[i].allowed ? " not" : "");
}

#define CHECK(calls) check_calls(calls, sizeof(calls) / sizeof((calls)[0]))

static void
filter_bits_masked_all_64_bits(void **state)
{
	static const struct call calls[] = {
		{ { BITS(0, 0xf, 1) }, { 1 }, true },
		{ { BITS(0, 0xf, 1) }, { 0xff1 }, true },
		{ { BITS(0, 0xf, 1) }, { HIGH | 1 }, true },
		{ { BITS(0, 0xf, 1) }, { 3 }, false },
		{ { BITS(0, 0xf, 1) }, { 0 }, false },
		{ { BITS(0, ~(uint64_t)0xf0, 1) }, { 0xf1 }, true },
		{ { BITS(0, ~(uint64_t)0xf0, 1) }, { 0x101 }, false },
		{ { BITS(0, ~(uint64_t)0xf0, 1) }, { HIGH | 1 }, false },
		{ { BITS(0, ~(uint64_t)0xf0, 1) }, { TOP | 1 }, false },
	};

	(void)state;
	CHECK(calls);
}

static void
filter_eq_all_64_bits(void **state)
{
	static const struct call calls[] = {
		{ { EQ(0, 3) }, { 3 }, true },
		{ { EQ(0, 3) }, { 2 }, false },
		{ { EQ(0, 3) }, { 4 }, false },
		{ { EQ(0, 3) }, { 0 }, false },
		{ { EQ(0, 3) }, { 3 | HIGH }, false },
		{ { EQ(0, 3) }, { 3 | TOP }, false },
		{ { EQ(0, 3) }, { UINT64_MAX }, false },
		{ { EQ(0, 3 | HIGH) }, { 3 | HIGH }, true },
		{ { EQ(0, 3 | HIGH) }, { 3 }, false },
		{ { EQ(0, 0) }, { 0 }, true },
		{ { EQ(0, 0) }, { HIGH }, false },
		{ { EQ(0, UINT64_MAX) }, { UINT64_MAX }, true },
		{ { EQ(0, UINT64_MAX) }, { UINT32_MAX }, false },
	};

	(void)state;
	CHECK(calls);
}

static void
filter_le_all_64_bits(void **state)
{
	static const struct call calls[] = {
		{ { LE(0, 32768) }, { 0 }, true },
		{ { LE(0, 32768) }, { 32767 }, true },
		{ { LE(0, 32768) }, { 32768 }, true },
		{ { LE(0, 32768) }, { 32769 }, false },
		{ { LE(0, 32768) }, { HIGH }, false },
		{ { LE(0, 32768) }, { HIGH | 1 }, false },
		{ { LE(0, 32768) }, { TOP }, false },
		{ { LE(0, 32768) }, { UINT64_MAX }, false },
		{ { LE(0, HIGH) }, { UINT32_MAX }, true },
		{ { LE(0, HIGH) }, { HIGH }, true },
		{ { LE(0, HIGH) }, { HIGH + 1 }, false },
		{ { LE(0, HIGH) }, { TOP }, false },
		{ { LE(0, 0) }, { 0 }, true },
		{ { LE(0, 0) }, { 1 }, false },
	};

	(void)state;
	CHECK(calls);
}

static void
filter_none_of_all_64_bits(void **state)
{
	static const struct call calls[] = {
		{ { WITHOUT(0, 4) }, { 0 }, true },
		{ { WITHOUT(0, 4) }, { 3 }, true },
		{ { WITHOUT(0, 4) }, { ~UINT64_C(4) }, true },
		{ { WITHOUT(0, 4) }, { 4 }, false },
		{ { WITHOUT(0, 4) }, { 7 }, false },
		{ { WITHOUT(0, 4) }, { UINT64_MAX }, false },
		{ { WITHOUT(0, 6) }, { 2 }, false },
		{ { WITHOUT(0, 6) }, { 4 }, false },
		{ { WITHOUT(0, 6) }, { 9 }, true },
		{ { WITHOUT(0, HIGH) }, { UINT32_MAX }, true },
		{ { WITHOUT(0, HIGH) }, { HIGH }, false },
		{ { WITHOUT(0, HIGH) }, { HIGH | 1 }, false },
		{ { WITHOUT(0, TOP) }, { ~TOP }, true },
		{ { WITHOUT(0, TOP) }, { TOP }, false },
	};

	(void)state;
	CHECK(calls);
}

static void
filter_every_argument_where_it_stands(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++)
		for (unsigned j = 0; j < 6; j++) {
			struct call call = { { EQ(i, 7) }, { 0 }, i == j };

			call.given[j] = 7;
			check_calls(&call, 1);
		}
}

static void
filter_all_arguments_must_hold(void **state)
{
	static const struct call calls[] = {
		{ { EQ(0, 3), LE(2, 9), WITHOUT(1, 1) }, { 3, 2, 9 }, true },
		{ { EQ(0, 3), LE(2, 9), WITHOUT(1, 1) }, { 4, 2, 9 }, false },
		{ { EQ(0, 3), LE(2, 9), WITHOUT(1, 1) }, { 3, 1, 9 }, false },
		{ { EQ(0, 3), LE(2, 9), WITHOUT(1, 1) }, { 3, 2, 10 }, false },
		/* A place left empty is no end of the list. */
		{ { { 0 }, EQ(1, 5) }, { 0, 5 }, true },
		{ { { 0 }, EQ(1, 5) }, { 0, 6 }, false },
		{ { { 0 } }, { 1, 2, 3, 4, 5, 6 }, true },
	};

	(void)state;
	CHECK(calls);
}

static void
two_rows(const void *arg)
{
	static const struct filter_row rows[] = {
		{ SCMP_SYS(getppid), "getppid", "first", { EQ(0, 1) } },
		{ SCMP_SYS(getppid), "getppid", "second", { EQ(0, 5),
		    EQ(1, 6) } },
		ENDING,
	};
	const uint64_t *given = arg;

	load(rows, 3);
	(void)syscall(SYS_getppid, given[0], given[1]);
}

static void
filter_any_row_will_do(void **state)
{
	(void)state;
	assert_true(child_survives(two_rows, (const uint64_t[]){ 1, 0 }));
	assert_true(child_survives(two_rows, (const uint64_t[]){ 5, 6 }));
	assert_false(child_survives(two_rows, (const uint64_t[]){ 5, 0 }));
	assert_false(child_survives(two_rows, (const uint64_t[]){ 2, 6 }));
}

/* --- what no row names --- */

static const struct filter_row only_end[] = { ENDING };

static void
call_number(const void *arg)
{
	const long *nr = arg;

	load(only_end, 1);
	(void)syscall(*nr, 0, 0, 0, 0, 0, 0);
}

/* Before it is caged the same call does no harm: that is the control. */
static void
call_number_uncaged(const void *arg)
{
	const long *nr = arg;

	(void)syscall(*nr, 0, 0, 0, 0, 0, 0);
}

static void
filter_unnamed_call_kills(void **state)
{
	static const long numbers[] = { SYS_getppid, SYS_getpid, SYS_read,
		SYS_openat, SYS_socket, SYS_ptrace, SYS_mount, SYS_kill,
		SYS_prctl, SYS_unshare, 100000 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_false(child_survives(call_number, &numbers[i]));
		assert_true(child_survives(call_number_uncaged,
		    &numbers[i]));
	}
}

#ifdef __x86_64__
/* exit_group's number there is 252; ours is another call's. */
static void
call_i386(const void *arg)
{
	long rc = 20; /* getpid */

	if (arg != NULL)
		load(only_end, 1);
	__asm__ volatile("int $0x80" : "+a"(rc) : : "memory", "r8", "r9",
	    "r10", "r11");
	(void)rc;
}

/* x32: the same numbers with a bit. */
static void
call_x32(const void *arg)
{
	(void)arg;
	load(only_end, 1);
	(void)syscall(SYS_exit_group | 0x40000000, 0);
}

static void
filter_other_architectures_kill(void **state)
{
	(void)state;
	assert_true(child_survives(call_i386, NULL));
	assert_false(child_survives(call_i386, ""));
	assert_false(child_survives(call_x32, NULL));
}
#endif

/* A call that this architecture does not have: its row is passed over. */
static void
row_of_no_call(const void *arg)
{
	static const struct filter_row rows[] = {
		{ -1, "nothing", "not here", { { 0 } } },
		ENDING,
	};

	(void)arg;
	load(rows, 2);
}

static void
filter_row_of_another_architecture_passed_over(void **state)
{
	(void)state;
	assert_true(child_survives(row_of_no_call, NULL));
}

/* --- loading --- */

static void
two_filters(const void *arg)
{
	static struct made made[2];
	static const struct filter_row first[] = {
		{ SCMP_SYS(getppid), "getppid", "both", { { 0 } } },
		{ SCMP_SYS(getpid), "getpid", "the first only", { { 0 } } },
		{ SCMP_SYS(seccomp), "seccomp", "the second", { { 0 } } },
		{ SCMP_SYS(prctl), "prctl", "the second", { { 0 } } },
		{ SCMP_SYS(brk), "brk", "malloc", { { 0 } } },
		{ SCMP_SYS(mmap), "mmap", "malloc", { { 0 } } },
		{ SCMP_SYS(munmap), "munmap", "malloc", { { 0 } } },
		ENDING,
	};
	static const struct filter_row second[] = {
		{ SCMP_SYS(getppid), "getppid", "both", { { 0 } } },
		{ SCMP_SYS(getuid), "getuid", "the second only", { { 0 } } },
		ENDING,
	};
	const long *nr = arg;

	make(first, sizeof(first) / sizeof(first[0]), &made[0]);
	make(second, sizeof(second) / sizeof(second[0]), &made[1]);
	load_made(&made[0]);
	load_made(&made[1]);
	(void)syscall(*nr);
}

static void
filter_second_only_narrows(void **state)
{
	(void)state;
	assert_true(child_survives(two_filters,
	    (const long[]){ SYS_getppid }));
	assert_false(child_survives(two_filters,
	    (const long[]){ SYS_getpid }));
	assert_false(child_survives(two_filters,
	    (const long[]){ SYS_getuid }));
}

/* What processes load is what their tables say, instruction by instruction. */
static void
filter_code_is_the_tables(void **state)
{
	static struct sock_filter code[FILTER_CODE_MAX];
	unsigned short n;

	(void)state;
	assert_int_equal(filter_compile(&policy_starter, code, &n), 0);
	assert_int_equal(n, filter_code_starter.n);
	assert_memory_equal(code, filter_code_starter.code,
	    n * sizeof(code[0]));
}

static void
load_without_no_new_privs(const void *arg)
{
	(void)arg;
	/* Root would not need it. */
	CHILD_NEEDS(geteuid() != 0 || setresuid(12345, 12345, 12345) == 0);
	CHILD_NEEDS(filter_load(&filter_code_parse) < 0);
	/* And nothing of it is in force. */
	(void)syscall(SYS_getppid);
}

static void
filter_that_cannot_be_loaded_told(void **state)
{
	(void)state;
	assert_true(child_survives(load_without_no_new_privs, NULL));
}

/* --- the tables that we use --- */

static void
load_policy(const void *arg)
{
	child_no_new_privs();
	CHILD_NEEDS(filter_load(arg) == 0);
}

static void
filter_every_policy_loads(void **state)
{
	static const struct {
		const struct filter *table;
		const struct filter_code *code;
	} policies[] = {
		{ &policy_parent, &filter_code_parent },
		{ &policy_starter, &filter_code_starter },
		{ &policy_net_connect, &filter_code_net_connect },
		{ &policy_net_talk, &filter_code_net_talk },
		{ &policy_parse, &filter_code_parse },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		const struct filter *table = policies[i].table;

		assert_non_null(table->process);
		for (size_t r = 0; r < table->nrows; r++) {
			assert_non_null(table->rows[r].name);
			assert_true(table->rows[r].why[0] != '\0');
		}
		assert_true(child_survives(load_policy, policies[i].code));
	}
}

/* The judge's whole world: two calls on one descriptor. */
struct parse_call {
	long nr;
	uint64_t fd, size;
	bool allowed;
};

static void
make_parse_call(const void *arg)
{
	static char buf[IPC_MESSAGE_MAX + 2];
	const struct parse_call *call = arg;
	int null = open("/dev/null", O_RDWR);

	CHILD_NEEDS(null != -1 && dup2(null, WORKER_FD) != -1);
	load_policy(&filter_code_parse);
	(void)syscall(call->nr, call->fd, buf, call->size);
	(void)syscall(SYS_exit_group, 0);
}

static void
filter_parse_one_descriptor_sized_calls(void **state)
{
	static const struct parse_call calls[] = {
		{ SYS_read, WORKER_FD, IPC_MESSAGE_MAX + 1, true },
		{ SYS_read, WORKER_FD, IPC_MESSAGE_MAX, false },
		{ SYS_read, WORKER_FD, IPC_MESSAGE_MAX + 2, false },
		{ SYS_read, WORKER_FD, 0, false },
		{ SYS_read, WORKER_FD, (IPC_MESSAGE_MAX + 1) | HIGH, false },
		{ SYS_read, 0, IPC_MESSAGE_MAX + 1, false },
		{ SYS_read, 4, IPC_MESSAGE_MAX + 1, false },
		/* To the kernel that is descriptor 3 as well. */
		{ SYS_read, WORKER_FD | HIGH, IPC_MESSAGE_MAX + 1, false },
		{ SYS_read, WORKER_FD | TOP, IPC_MESSAGE_MAX + 1, false },
		{ SYS_write, WORKER_FD, 0, true },
		{ SYS_write, WORKER_FD, 1, true },
		{ SYS_write, WORKER_FD, IPC_MESSAGE_MAX, true },
		{ SYS_write, WORKER_FD, IPC_MESSAGE_MAX + 1, false },
		{ SYS_write, WORKER_FD, 1 | HIGH, false },
		{ SYS_write, 1, 1, false },
		{ SYS_write, 2, 1, false },
		{ SYS_write, WORKER_FD | HIGH, 1, false },
		{ SYS_pread64, WORKER_FD, IPC_MESSAGE_MAX + 1, false },
		{ SYS_readv, WORKER_FD, 0, false },
		{ SYS_close, WORKER_FD, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (child_survives(make_parse_call, &calls[i]) !=
		    calls[i].allowed)
			fail_msg("call %zu was%s allowed", i,
			    calls[i].allowed ? " not" : "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filter_eq_all_64_bits),
		cmocka_unit_test(filter_bits_masked_all_64_bits),
		cmocka_unit_test(filter_le_all_64_bits),
		cmocka_unit_test(filter_none_of_all_64_bits),
		cmocka_unit_test(filter_every_argument_where_it_stands),
		cmocka_unit_test(filter_all_arguments_must_hold),
		cmocka_unit_test(filter_any_row_will_do),
		cmocka_unit_test(filter_unnamed_call_kills),
#ifdef __x86_64__
		cmocka_unit_test(filter_other_architectures_kill),
#endif
		cmocka_unit_test(
		    filter_row_of_another_architecture_passed_over),
		cmocka_unit_test(filter_second_only_narrows),
		cmocka_unit_test(filter_that_cannot_be_loaded_told),
		cmocka_unit_test(filter_code_is_the_tables),
		cmocka_unit_test(filter_every_policy_loads),
		cmocka_unit_test(filter_parse_one_descriptor_sized_calls),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
