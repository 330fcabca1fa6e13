#include "parent/preload.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parent/key_fetch.h"
#include "parent/local_user.h"
#include "parent/log.h"
#include "parent/login_name.h"
#include "parent/options.h"
#include "parent/worker_files.h"
#include "seccomp/cage.h"

/* An issuer has at least "https://": what KEYS_ASK can say. */
#define ISSUER_MIN 8

static const char help[] =
    "usage: sallyport preload [--cache-user=NAME] ISSUER FILE\n"
    "\n"
    "Puts a provider's keys into the cache, for a host that cannot reach the\n"
    "provider. They count for preload_max (sallyport.yaml), even where the\n"
    "provider can be reached, unless \"sallyport refresh\" or a token with a key\n"
    "id that they lack has newer ones fetched, which replace them. Run it as\n"
    "the user that AuthorizedKeysCommandUser names, or as root with\n"
    "--cache-user.\n"
    "\n"
    "  ISSUER             as it stands in /etc/opk/providers\n"
    "  FILE               what the issuer serves at its jwks_uri\n"
    "  --cache-user=NAME  root: whose cache, which belongs to that user\n"
    "  --version, --help\n";

struct preload {
	struct login login;
	const char *issuer;
	char file[PATH_MAX];
	const char *cache_user; /* NULL: our own */
	uid_t uid; /* whose ids the cage takes */
	gid_t gid;
	struct trusted_file jwks;
	struct key_refresh refresh;
	struct provider_keys keys;
};

static int
wrong(const char *what)
{
	return option_wrong("preload", what);
}

/* The owner of the cache to fill; root's own is the caged parent's. */
static int
find_owner(struct preload *p)
{
	bool root = geteuid() == 0;

	p->uid = root ? SALLYPORT_PARENT_ID : geteuid();
	p->gid = root ? SALLYPORT_PARENT_ID : getegid();
	if (p->cache_user == NULL)
		return -1;
	if (!root)
		return wrong("--cache-user is for root");
	if (strcmp(p->cache_user, "root") == 0)
		return -1;
	if (!login_name_valid(p->cache_user) ||
	    !local_user_ids(p->cache_user, &p->uid, &p->gid) || p->uid == 0)
		return wrong("--cache-user: /etc/passwd has no such user");
	return -1;
}

static int
read_words(char **words, int n, struct preload *p)
{
	size_t len;

	if (n != 2)
		return wrong("it takes two words, an issuer and a file");
	p->issuer = words[0];
	len = strlen(p->issuer);
	if (len < ISSUER_MIN || len > ISSUER_MAX ||
	    !ipc_printable(p->issuer, len))
		return wrong("the first word is no issuer");
	/* Where it is, for whoever types a name in this directory. */
	if (realpath(words[1], p->file) == NULL) {
		(void)fprintf(stderr, "sallyport preload: %s: %s\n", words[1],
		    strerror(errno));
		return 1;
	}
	return find_owner(p);
}

static int
read_options(int argc, char **argv, struct preload *p)
{
	const struct option_row rows[] = {
		{ "cache-user", .text = &p->cache_user },
		{ .name = NULL },
	};
	const struct option_line line = { "preload", help, rows, true };
	int status = options_read(&line, argc, argv);

	if (status != -1)
		return status;
	return read_words(argv + optind, argc - optind, p);
}

static bool
load_file(struct preload *p)
{
	struct file_problem problem;

	if (trusted_read(p->file, TRUST_ROOT_OR_US, JWKS_MAX, &p->jwks,
	    &problem))
		return true;
	return login_fail(&p->login, problem.reason, "%s: %s", p->file,
	    problem.what);
}

static bool
open_cache(struct preload *p)
{
	char us[USER_NAME_MAX + 1];

	if (!login_own_name(&p->login, us))
		return false;
	cache_open_for(&p->login.cache, p->cache_user != NULL ?
	    p->cache_user : us, p->uid, p->gid);
	return p->login.cache.dir != -1 || login_fail(&p->login,
	    REASON_SYSTEM, "there is no cache to put them into");
}

static bool
shut_cage(struct preload *p)
{
	struct cage_report report;
	enum cage_step step = cage_parent_as(p->uid, p->gid,
	    cache_directory(&p->login.cache), &report);

	return step == CAGE_SHUT ? login_narrow(&p->login) :
	    login_fail(&p->login, REASON_CAGE,
	    "the parent could not shut its cage: %s",
	    cage_step_name((int)step));
}

static bool
preload(struct preload *p)
{
	struct login *login = &p->login;
	enum reason reason;

	if (!load_file(p))
		return false;
	if (!starter_open(&login->starter, NULL, &reason))
		return login_fail(login, reason, "see the line before");
	worker_files_close();
	if (!open_cache(p) || !shut_cage(p))
		return false;
	p->refresh.issuer = p->issuer;
	if (!key_reduce(login, &p->refresh, login->deadline_ms, &p->jwks,
	    &p->keys))
		return login_fail(login, p->refresh.reason, "%s",
		    p->refresh.detail);
	p->keys.preloaded = true;
	return provider_keys_store(&login->cache, p->issuer, 0, &p->keys) ||
	    login_fail(login, REASON_SYSTEM,
	    "they could not be cached; see the line before");
}

static void
tell(const struct preload *p, bool ok)
{
	const struct decision *d = &p->login.decision;
	struct log_line line;

	log_begin(&line, ok ? "keys preloaded" : "keys not preloaded");
	log_add_text(&line, "issuer", p->issuer);
	if (ok) {
		log_add_number(&line, "keys", p->refresh.nkeys);
		log_add_number(&line, "dropped", p->refresh.ndropped);
		if (p->refresh.detail[0] != '\0')
			log_add_text(&line, "detail", p->refresh.detail);
	} else {
		log_add_text(&line, "reason", reason_word(d->reason));
		log_add_text(&line, "detail", d->detail[0] != '\0' ?
		    d->detail : reason_meaning(d->reason));
	}
	log_end(&line, ok ? LOG_INFO : LOG_ERR);
}

int
preload_main(int argc, char **argv)
{
	static struct preload p;
	bool ok;
	int status;

	if ((status = read_options(argc, argv, &p)) != -1)
		return status;
	/* A person runs it: what is logged is what there is to see. */
	log_open(true);
	(void)alarm(DEADLINE_DEFAULT_S + 1);
	login_begin(&p.login, "openpubkey", "-", DEADLINE_DEFAULT_S);
	ok = preload(&p);
	tell(&p, ok);
	login_close(&p.login);
	trusted_free(&p.jwks);
	provider_keys_free(&p.keys);
	return ok ? 0 : 1;
}
