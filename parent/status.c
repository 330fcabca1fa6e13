#include "parent/status.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "parent/local_user.h"
#include "parent/log.h"
#include "parent/opk_settings.h"
#include "parent/options.h"
#include "parent/worker_files.h"
#include "seccomp/cage.h"

/* The processes in the order of a login; netproc's other role has the same. */
enum column { PARENT, STARTER, NETPROC, PARSEPROC, COLUMNS };

static const char *const headings[COLUMNS] = { "parent", "starter", "netproc",
	"parseproc" };

static const char help[] =
    "usage: sallyport status\n"
    "\n"
    "Starts every process of a login and prints which protections are in\n"
    "force, for this machine and the user who asks.\n"
    "\n"
    "  --help\n";

struct status {
	struct login login;
	char us[USER_NAME_MAX + 1];
	struct utsname uts;
	struct cage_report cages[COLUMNS];
	bool openpubkey; /* /etc/opk/providers is there */
	struct opk_settings settings;
};

static void
print_layers(const struct status *status)
{
	(void)printf("\n%-40s", "layer");
	for (int c = 0; c < COLUMNS; c++)
		(void)printf(" %-9s", headings[c]);
	(void)printf("\n");
	for (unsigned i = 0; i < CAGE_LAYER_COUNT; i++) {
		(void)printf("%-40s", cage_layer_text(i));
		for (int c = 0; c < COLUMNS; c++)
			(void)printf(" %-9s", (status->cages[c].layers &
			    (UINT32_C(1) << i)) != 0 ? "yes" : "-");
		(void)printf("\n");
	}
}

static void
print_machine(uid_t uid, const struct status *status)
{
	int abi = status->cages[NETPROC].landlock_abi;

	(void)printf("sallyport %s\n", SALLYPORT_VERSION);
	(void)printf("kernel     %s %s\n", status->uts.sysname,
	    status->uts.release);
	(void)printf("user       %s (uid %u)\n", status->us, uid);
	if (uid == 0)
		(void)printf("worker ids parent %d, netproc %d, "
		    "parseproc %d, plugins %d (uid and gid; no passwd entry "
		    "needed)\n", SALLYPORT_PARENT_ID, SALLYPORT_NET_ID,
		    SALLYPORT_PARSE_ID, SALLYPORT_PLUGIN_ID);
	else
		(void)printf("worker ids none: not started as root, all "
		    "processes are uid %u (as root they would be %d, %d and "
		    "%d)\n", uid, SALLYPORT_PARENT_ID, SALLYPORT_NET_ID,
		    SALLYPORT_PARSE_ID);
	(void)printf("cache      %s%s\n", status->login.cache.path,
	    status->login.cache.dir != -1 ? "" : " (unusable)");
	if (abi > 0)
		(void)printf("Landlock   ABI %d\n", abi);
	else
		(void)printf("Landlock   this kernel has none\n");
}

/* What a login by certificate would go by, and what is to be known of it. */
static void
print_openpubkey(uid_t uid, const struct status *status)
{
	const struct opk_settings *settings = &status->settings;

	if (!status->openpubkey) {
		(void)printf("openpubkey off: there is no " OPK_ETC
		    "/providers\n");
		return;
	}
	(void)printf("openpubkey %zu providers, %zu plugins, home policy %s\n",
	    settings->nproviders, settings->files.nplugins,
	    settings->home_policy ? "on" : "off");
	if (settings->home_policy && uid != 0)
		(void)printf("           home policy: only homes that this "
		    "user may enter; as root, all\n");
	if (settings->expiry_time)
		(void)printf("           expiry_time is on: sshd must be "
		    "OpenSSH 9.1 or newer; an older\n"
		    "           one takes no line that says expiry-time=\n");
}

static bool
hear_openpubkey(struct status *status)
{
	return !status->openpubkey ||
	    opk_settings_hear(&status->login, &status->settings);
}

/* The files are read before the cage, and only if anybody uses them. */
static bool
ask_openpubkey(struct status *status)
{
	static const struct opk_places places = { OPK_ETC, NULL, TRUST_ROOT };
	struct login *login = &status->login;

	status->openpubkey = access(OPK_ETC "/providers", F_OK) == 0;
	return !status->openpubkey ||
	    (login_start(login, WORKER_OPK_JUDGE) &&
	    opk_settings_load(login, &places, true, &status->settings) &&
	    opk_settings_ask(login, &status->settings));
}

static bool
start_all(struct status *status)
{
	struct login *login = &status->login;
	struct ipc_message ready;
	enum reason reason;
	enum cage_step step;

	if (!starter_open(&login->starter, NULL, &reason))
		return login_fail(login, reason, "see the line before");
	cache_open(&status->login.cache, status->us);
	if (!login_start(login, WORKER_JUDGE) ||
	    !login_start(login, WORKER_NET) || !ask_openpubkey(status))
		return false;
	worker_files_close();
	step = cage_parent(SALLYPORT_PARENT_ID,
	    cache_directory(&status->login.cache),
	    &status->cages[PARENT]);
	if (step != CAGE_SHUT)
		return login_fail(login, REASON_CAGE, "parent: %s",
		    cage_step_name((int)step));
	if (!login_await_ready(login, WORKER_JUDGE, &ready))
		return false;
	status->cages[STARTER].layers = login->starter.layers;
	status->cages[PARSEPROC].layers = ready.as.READY.layers;
	if (!login_await_ready(login, WORKER_NET, &ready))
		return false;
	status->cages[NETPROC].layers = ready.as.READY.layers;
	status->cages[NETPROC].landlock_abi = ready.as.READY.landlock_abi;
	return hear_openpubkey(status);
}

int
status_main(int argc, char **argv)
{
	static struct status status;
	static char buffer[8192];
	uid_t uid = geteuid();
	bool ok;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		(void)fputs(help, stdout);
		return 0;
	}
	if (argc > 1)
		return option_wrong("status", "unexpected word");
	/* A buffer given now saves stdio from asking about a terminal later. */
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	(void)!local_user_name(uid, status.us);
	(void)uname(&status.uts);
	log_open(true);
	login_begin(&status.login, "status", "-", DEADLINE_DEFAULT_S);
	if ((ok = start_all(&status))) {
		print_machine(uid, &status);
		print_openpubkey(uid, &status);
		print_layers(&status);
	} else
		(void)fprintf(stderr, "sallyport status: %s: %s%s%s\n",
		    reason_word(status.login.decision.reason),
		    status.login.decision.file != NULL ?
		    status.login.decision.file : "",
		    status.login.decision.file != NULL ? ": " : "",
		    status.login.decision.detail);
	starter_close(&status.login.starter, status.login.deadline_ms);
	return ok ? 0 : 1;
}
