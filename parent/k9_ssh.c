#include "parent/k9_ssh.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parent/k9_login.h"
#include "parent/log.h"
#include "parent/print.h"
#include "parent/streams.h"
#include "seccomp/cage.h"

/* Key9's own rule, before anything else: [a-z_][a-z0-9_-]{0,31}. */
static bool
user_valid(const char *user)
{
	size_t n = strlen(user);

	if (n == 0 || n > KEY9_USER_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = user[i];
		bool letter = (c >= 'a' && c <= 'z') || c == '_';

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') ||
		    c == '-')))
			return false;
	}
	return true;
}

void
k9_begin(struct k9_login *k9, const struct k9_options *options)
{
	k9->options = options;
	(void)snprintf(k9->cache_name, sizeof(k9->cache_name), "key9-%.*s",
	    KEY9_USER_MAX, options->user);
	login_begin(&k9->login, "key9", options->user, options->deadline_s);
}

bool
k9_run(struct k9_login *k9)
{
	struct login *login = &k9->login;
	enum reason reason;

	if (!user_valid(login->user))
		return login_fail(login, REASON_USER_NAME,
		    "Key9 knows names of [a-z_][a-z0-9_-]{0,31} only");
	if (!starter_open(&login->starter, NULL, &reason))
		return login_fail(login, reason, "see the line before");
	/* It links, tests itself and shuts its cage while we read files. */
	if (!login_start(login, WORKER_JUDGE))
		return false;
	if (!login_own_name(login, k9->us))
		return false;
	cache_open(&k9->login.cache, k9->us);
	if (!k9_brief_judge(k9) || !login_shut_cage(login) || !k9_hear_question(k9))
		return false;
	return k9_find_keys(k9);
}

/* Everything or nothing, once, last. */
static enum printed
print_keys(struct k9_login *k9)
{
	enum printed printed = print_all(k9->keys.text, k9->keys.len,
	    STDOUT_FILENO, k9->login.deadline_ms);

	k9->login.decision.keys = k9->keys.count;
	if (printed != PRINTED_ALL)
		(void)login_fail(&k9->login, REASON_SYSTEM,
		    "the keys could not be written to standard output");
	return printed;
}

int
k9_ssh_main(int argc, char **argv)
{
	static struct k9_login k9;
	struct k9_options options;
	enum printed printed = PRINTED_NOTHING;
	bool to_stderr;
	int status;

	if ((status = k9_options_read(argc, argv, &options)) != -1)
		return status;
	to_stderr = options.log_stderr || isatty(STDERR_FILENO);
	quiet_streams(to_stderr);
	log_open(to_stderr);
	login_last_resort(options.deadline_s + 1);
	k9_begin(&k9, &options);
	if (k9_run(&k9))
		printed = print_keys(&k9);
	login_log(&k9.login);
	login_close(&k9.login);
	key_list_free(&k9.keys);
	return printed == PRINTED_HALF ? 1 :
	    login_exit_status(k9.login.decision.reason);
}
