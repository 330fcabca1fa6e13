/*
 * Shuts one of our cages (inside.h) and makes one call from inside:
 *
 *   probe CAGE CALL [CACHE_DIRECTORY]   prints what came of it
 *   probe --list                        prints the calls
 *   probe --cages                       prints the cages
 *   probe --expect CAGE                 prints what the tables say of each
 *   probe --table PROCESS               prints the calls that a table names
 *   probe --sweep CAGE EVERY FIRST      see sweep.c
 */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static const struct call *what;

static int64_t
make_the_call(void)
{
	return call_run(what);
}

static int
probe(enum cage cage, const char *cache_dir)
{
	struct outcome outcome = inside(cage, cache_dir, make_the_call);

	if (outcome.how == RETURNED)
		(void)printf("returned %lld\n", (long long)outcome.result);
	else if (outcome.how == KILLED)
		(void)printf("killed\n");
	else
		(void)printf("ended %#x\n", (unsigned)outcome.status);
	return 0;
}

bool
cage_allows(enum cage cage, enum entry entry, long nr, const uint64_t args[6])
{
	for (size_t i = 0; i < 3 && cages[cage].filters[i] != NULL; i++)
		if (!filter_allows(cages[cage].filters[i], entry, nr, args))
			return false;
	return true;
}

static bool
allowed_in(enum cage cage, const struct call *call)
{
	const uint64_t stream[6] = { (uint64_t)call->socket, SOCK_STREAM,
		(uint64_t)call->protocol };

	return cage_allows(cage, call->entry, call->nr, call->args) &&
	    (call->socket == 0 ||
	    cage_allows(cage, NATIVE, SYS_socket, stream));
}

static const struct filter *
filter_named(const char *name)
{
	static const struct filter *const all[] = { &policy_parent,
		&policy_starter, &policy_net_connect, &policy_net_talk,
		&policy_parse };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i]->process, name) == 0)
			return all[i];
	exit(2);
}

static enum cage
cage_named(const char *name)
{
	for (int i = 0; i < CAGES; i++)
		if (strcmp(cages[i].name, name) == 0)
			return (enum cage)i;
	exit(2);
}

static int
tell(const char *question, const char *about)
{
	const struct filter *filter;

	if (strcmp(question, "--expect") == 0)
		for (size_t i = 0; i < ncalls; i++)
			(void)printf("%s %s\n", allowed_in(cage_named(about),
			    &calls[i]) ? "allowed" : "killed", calls[i].name);
	if (strcmp(question, "--table") == 0) {
		filter = filter_named(about);
		for (size_t i = 0; i < filter->nrows; i++)
			(void)printf("%s\n", filter->rows[i].name);
	}
	return 0;
}

static int
list(const char *question)
{
	for (size_t i = 0; strcmp(question, "--list") == 0 && i < ncalls; i++)
		(void)printf("%s\n", calls[i].name);
	for (int i = 0; strcmp(question, "--cages") == 0 && i < CAGES; i++)
		(void)printf("%s\n", cages[i].name);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2)
		return list(argv[1]);
	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "--sweep") == 0 && argc == 5) {
		sweep(cage_named(argv[2]), (unsigned)atoi(argv[3]),
		    (unsigned)atoi(argv[4]));
		return 0;
	}
	if (argv[1][0] == '-')
		return tell(argv[1], argv[2]);
	for (size_t i = 0; i < ncalls; i++)
		if (strcmp(calls[i].name, argv[2]) == 0)
			what = &calls[i];
	if (what == NULL)
		return 2;
	(void)snprintf(cache_file, sizeof(cache_file), "%s/probe",
	    argc > 3 ? argv[3] : "/nonexistent");
	return probe(cage_named(argv[1]), argc > 3 ? argv[3] : NULL);
}
