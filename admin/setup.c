/*
 * setup sshd: a file by which sshd runs us, and taking it back. What sshd
 * itself says decides, before and after; nobody else's file is changed, and no
 * sshd is told to read anything.
 */
#include "admin/setup.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/arguments.h"
#include "admin/asked.h"
#include "admin/audit_yaml.h"
#include "admin/commands.h"
#include "admin/opk.h"
#include "admin/others.h"
#include "admin/output.h"

static const char help[] =
    "usage: sallyport setup sshd [authorize | verify | k9-ssh]\n"
    "       sallyport setup sshd --undo\n\n"
    "Writes " SSHD_DROPIN ", by which sshd asks\n"
    "sallyport for keys, and shows with sshd -T that it does:\n\n"
    "  authorize   if there are sources: in " SALLYPORT_CONFIG "\n"
    "  verify      or else, if there is " OPK_PROVIDERS "\n"
    "  k9-ssh      or else, if there is " K9_CONFIG ", or /etc/k9.yaml\n\n"
    "With one of these words, that one. Nothing is written if sshd -t fails, or\n"
    "if somebody else whom sshd asks would no longer be asked, or be run as\n"
    "another user, or if the sshd that listens was started with words that win\n"
    "over files; what sshd does not take is taken back. Nobody else's file is\n"
    "changed, and sshd has to be told to read it: the command for that is\n"
    "printed.\n\n"
    "  --undo      removes the file, unless somebody has changed it\n\n"
    "Exit status: 0 done, or nothing to do; 1 refused; 2 it could not be done.\n";

/* --- what sshd says --- */

/* What sshd -t said, in one line. */
static const char *
reason(struct setup *setup)
{
	char *err = setup->said.err, *end = err + strlen(err);

	if (setup->said.status == -1)
		return "it could not be run, or did not end";
	while (end > err && isspace((unsigned char)end[-1]))
		*--end = '\0';
	for (; *err != '\0'; err++)
		if (isspace((unsigned char)*err))
			*err = ' ';
	return setup->said.err;
}

static void
add_not_taken(struct setup *setup, const char *when)
{
	finding_add(&setup->findings, FINDING_SSHD_CONFIG, SSHD_CONFIG, 0,
	    "correct that, until sshd -t says nothing", "%s: %.400s", when,
	    reason(setup));
}

static bool
look_at_sshd(struct setup *setup)
{
	sshd_look(&setup->sshd);
	if (setup->sshd.path == NULL) {
		finding_add(&setup->findings, FINDING_SSHD_MISSING, "", 0,
		    "install openssh-server", "there is no sshd on this "
		    "machine");
		return false;
	}
	if (sshd_accepts(&setup->sshd, &setup->said))
		return listener_goes_by_files(&setup->sshd.listener,
		    &setup->findings);
	add_not_taken(setup, "sshd -t does not take the configuration as it "
	    "is now");
	return false;
}

static bool
is_in_force(const struct setup *setup)
{
	static char value[sizeof(setup->choice.command) + 1];

	return sshd_value(&setup->sshd, "authorizedkeyscommand", value,
	    sizeof(value)) && asked_same(value, setup->choice.command) &&
	    sshd_value(&setup->sshd, "authorizedkeyscommanduser", value,
	    sizeof(value)) && strcmp(value, setup->choice.user) == 0;
}

/* --- doing it --- */

static bool
read_settings(struct setup *setup)
{
	struct file_problem problem;
	struct trusted_file text;
	bool ok;

	if (!trusted_read_optional(SALLYPORT_CONFIG, TRUST_ROOT,
	    CONFIG_FILE_MAX, &text, &problem)) {
		finding_add_phrase(&setup->findings, FINDING_FILE_UNTRUSTED,
		    SALLYPORT_CONFIG, 0, "", problem.what);
		return false;
	}
	ok = audit_yaml_sallyport(&setup->findings, SALLYPORT_CONFIG, &text,
	    &setup->settings);
	trusted_free(&text);
	return ok;
}

/* Who gives up in between must not leave what sshd has not been asked about. */
static void
hold_signals(int how)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGQUIT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGTSTP);
	(void)sigprocmask(how, &set, NULL);
}

static int
cannot(const char *what)
{
	(void)fprintf(stderr, "sallyport setup: cannot %s " SSHD_DROPIN
	    ": %s\n", what, strerror(errno));
	return 2;
}

static bool
try_it(struct setup *setup)
{
	if (!sshd_accepts(&setup->sshd, &setup->said)) {
		add_not_taken(setup, "with " SSHD_DROPIN " sshd -t does not "
		    "take the configuration");
		return false;
	}
	sshd_look(&setup->sshd);
	if (is_in_force(setup))
		return true;
	others_explain(&setup->choice, &setup->findings);
	return false;
}

static int
write_it(struct setup *setup)
{
	if (!dropin_write(&setup->dropin, &setup->choice))
		return cannot("write");
	if (!try_it(setup)) {
		if (dropin_put_back(&setup->dropin))
			return setup_refuse(setup);
		(void)findings_print(&setup->findings, false);
		return cannot("put back what was in");
	}
	setup_say_what_is_asked(setup, SSHD_DROPIN " is written. sshd -t takes "
	    "it, and\nsshd -T says that sshd will ask:");
	setup_say_reload("It goes on as before until you say");
	(void)puts("\nKeep this session until a login in another one has "
	    "worked. \"sallyport audit\"\nlooks for what else could keep "
	    "people out.");
	setup_say_others(setup);
	return 0;
}

static int
set_up_file(struct setup *setup)
{
	/* verify and k9-ssh ask no chained command. */
	bool chains = strcmp(setup->choice.subcommand, "authorize") == 0;
	bool ok = others_may_lose(chains ? &setup->settings.sources : NULL,
	    &setup->choice, &setup->findings, setup->chain);
	int status;

	if (setup->dropin.state == DROPIN_FOREIGN) {
		finding_add(&setup->findings, FINDING_SETUP_FILE, SSHD_DROPIN,
		    0, "look at it, give it a name that does not end in .conf, "
		    "and say sallyport setup sshd again", "it is not as "
		    "sallyport setup wrote it, so it stays");
		ok = false;
	}
	if (!ok)
		return setup_refuse(setup);
	hold_signals(SIG_BLOCK);
	status = write_it(setup);
	hold_signals(SIG_UNBLOCK);
	return status;
}

static int
set_up(struct setup *setup, const char *name)
{
	int status;

	if (!look_at_sshd(setup) || !read_settings(setup) ||
	    !choice_make(&setup->choice, name, &setup->settings.sources,
	    setup->sshd.version, &setup->findings))
		return setup_refuse(setup);
	if (is_in_force(setup)) {
		setup_say_what_is_asked(setup, "Nothing to do. sshd -T says "
		    "that sshd asks:");
		setup_say_others(setup);
		return 0;
	}
	if (!dropin_open(&setup->dropin)) {
		if (errno != ENOENT)
			return cannot("open");
		finding_add(&setup->findings, FINDING_SSHD_INCLUDE,
		    SSHD_DROPINS, 0, "install -d -m 0755 " SSHD_DROPINS ", and "
		    "at the top of " SSHD_CONFIG ": Include " SSHD_DROPINS
		    "/*.conf", "there is no such directory");
		return setup_refuse(setup);
	}
	status = set_up_file(setup);
	dropin_close(&setup->dropin);
	return status;
}

/* --- undoing it --- */

/* An exit status: lines of others' that ask us are not ours to remove. */
static int
say_what_is_left(struct setup *setup)
{
	static char command[sizeof(setup->choice.command)];

	if (!others_ask_nothing(&setup->findings))
		return findings_print(&setup->findings, false);
	sshd_look(&setup->sshd);
	if (sshd_value(&setup->sshd, "authorizedkeyscommand", command,
	    sizeof(command))) {
		(void)fputs("sshd -T says that sshd will ask:\n\n    ", stdout);
		output_text(command);
		(void)putchar('\n');
	}
	return 0;
}

static int
remove_it(struct setup *setup)
{
	bool was_sound = setup->sshd.path == NULL ||
	    sshd_accepts(&setup->sshd, &setup->said);
	bool is_sound;

	if (!dropin_remove(&setup->dropin))
		return cannot("remove");
	is_sound = setup->sshd.path == NULL ||
	    sshd_accepts(&setup->sshd, &setup->said);
	if (!is_sound && was_sound) {
		add_not_taken(setup, "without " SSHD_DROPIN " sshd -t does not "
		    "take the configuration");
		if (dropin_put_back(&setup->dropin))
			return setup_refuse(setup);
		(void)findings_print(&setup->findings, false);
		return cannot("put back");
	}
	(void)puts(SSHD_DROPIN " is removed.");
	setup_say_reload("A running sshd goes on as before until you say");
	/* What was wrong before is no reason to stay. */
	if (!is_sound) {
		(void)fputs("\nThat will not do until sshd -t takes the "
		    "configuration, which it did not before,\neither: ",
		    stdout);
		output_text(reason(setup));
		(void)putchar('\n');
	}
	return say_what_is_left(setup);
}

static int
say_nothing_to_do(struct setup *setup)
{
	(void)puts("Nothing to do: there is no " SSHD_DROPIN ".");
	return say_what_is_left(setup);
}

static int
undo_file(struct setup *setup)
{
	int status;

	switch (setup->dropin.state) {
	case DROPIN_MISSING:
		break;
	case DROPIN_FOREIGN:
		finding_add(&setup->findings, FINDING_SETUP_FILE, SSHD_DROPIN,
		    0, "look at it, and rm it yourself; then sshd -t", "it is "
		    "not as sallyport setup wrote it, so it stays");
		return setup_refuse(setup);
	case DROPIN_OURS:
		hold_signals(SIG_BLOCK);
		status = remove_it(setup);
		hold_signals(SIG_UNBLOCK);
		return status;
	}
	return say_nothing_to_do(setup);
}

static int
undo(struct setup *setup)
{
	int status;

	sshd_look(&setup->sshd);
	/* Where nothing can be written, there may be nothing to do. */
	if (trusted_missing(SSHD_DROPIN))
		return say_nothing_to_do(setup);
	if (!dropin_open(&setup->dropin))
		return cannot("open");
	status = undo_file(setup);
	dropin_close(&setup->dropin);
	return status;
}

int
setup_main(int argc, char **argv)
{
	static struct setup setup;
	bool take_back = false;
	const struct flag flags[] = { { "--undo", &take_back } };
	char *words[2] = { NULL, NULL };
	int nwords = 0, status;

	for (int i = 1; i < argc; i++)
		nwords += argv[i][0] != '-';
	status = arguments_read(argc, argv, help, flags, 1, words,
	    nwords < 2 ? 1 : 2);
	if (status != -1)
		return status;
	if (strcmp(words[0], "sshd") != 0 || (words[1] != NULL &&
	    (take_back || !choice_known(words[1])))) {
		(void)fputs(help, stderr);
		return 2;
	}
	if (geteuid() != 0) {
		(void)fputs("sallyport setup: only root may: sudo sallyport "
		    "setup sshd\n", stderr);
		return 2;
	}
	return take_back ? undo(&setup) : set_up(&setup, words[1]);
}
