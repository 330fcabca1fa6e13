#include "parent/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parent/explanation.h"
#include "parent/log.h"
#include "parent/options.h"

/* An offered key in a file: "TYPE BASE64 COMMENT", as ssh-keygen writes. */
#define KEY_FILE_MAX (OFFERED_KEY_MAX / 3 * 4 + 4096)

enum { ALLOWED = 0, DENIED = 1, UNDECIDED = 2 };

static const char help[] =
    "usage: sallyport explain --user=NAME (--cert=FILE | --type=T --key=K)\n"
    "                         [--etc=DIRECTORY] [--jwks=FILE] [--now=UNIX]\n"
    "                         [--home=DIRECTORY] [--uid=NUMBER] [--json]\n"
    "\n"
    "Says whether NAME could log in with an OpenPubkey certificate, which\n"
    "check refuses, and what the certificate says of itself. A dry run of\n"
    "\"sallyport verify\": same judge, same files; prints nothing that would\n"
    "let anybody in.\n"
    "\n"
    "  --user=NAME         who wants to log in\n"
    "  --cert=FILE         the certificate (~/.ssh/id_ecdsa-cert.pub)\n"
    "  --type=T --key=K    the same as sshd has it, %t and %k\n"
    "  --etc=DIRECTORY     instead of /etc/opk, whoever owns it; its plugins\n"
    "                      are not run\n"
    "  --jwks=FILE         the keys of every provider; no cache, no network\n"
    "  --now=UNIX          the time of day, in seconds since 1970\n"
    "  --home=D --uid=N    NAME's, instead of looking them up\n"
    "  --json              for machines\n"
    "  --version, --help\n"
    "\n"
    "Exit status: 0 allowed, 1 denied, 2 could not be decided.\n";

struct explain_options {
	struct verify_request request;
	const char *cert;
	bool json;
};

static int
wrong(const char *what)
{
	(void)option_wrong("explain", what);
	return UNDECIDED;
}

static int
read_options(int argc, char **argv, struct explain_options *options)
{
	struct verify_request *request = &options->request;
	const char *etc = NULL;
	const struct option_row rows[] = {
		{ "user", .text = &request->user },
		{ "cert", .text = &options->cert },
		{ "type", .text = &request->key_type },
		{ "key", .text = &request->key },
		{ "etc", .text = &etc },
		{ "jwks", .text = &request->jwks },
		{ "now", .now = &request->now },
		{ "home", .text = &request->home },
		{ "uid", .text = &request->uid },
		{ "json", .flag = &options->json },
		{ .name = NULL },
	};
	const struct option_line line = { "explain", help, rows, false };
	int status = options_read(&line, argc, argv);

	if (status != -1)
		return status == 0 ? 0 : UNDECIDED;
	if (etc != NULL) {
		request->places.etc = etc;
		request->places.trust = TRUST_ANY;
	}
	if (request->user == NULL)
		return wrong("--user=NAME is missing");
	if ((options->cert != NULL) == (request->key != NULL) ||
	    (request->key != NULL) != (request->key_type != NULL))
		return wrong("either --cert, or --type and --key");
	return -1;
}

/* Type and key are the first two words; the text gets a NUL behind each. */
static bool
read_certificate(struct explain_options *options, struct trusted_file *file)
{
	struct file_problem problem;
	char *text, *rest;

	if (!trusted_read(options->cert, TRUST_ANY, KEY_FILE_MAX, file,
	    &problem)) {
		(void)fprintf(stderr, "sallyport explain: %s: %s\n",
		    options->cert, problem.what);
		return false;
	}
	text = strndup((const char *)file->data, file->len);
	options->request.key_type = text != NULL ? strtok_r(text, " \t\r\n",
	    &rest) : NULL;
	options->request.key = options->request.key_type != NULL ?
	    strtok_r(NULL, " \t\r\n", &rest) : NULL;
	if (options->request.key != NULL)
		return true;
	free(text);
	(void)fprintf(stderr, "sallyport explain: %s: not a line of type and "
	    "base64, as ssh-keygen writes\n", options->cert);
	return false;
}

/* --- what the token says of itself, read when all is decided --- */

static void
keep_claim(struct explanation *e, const struct ipc_message *m)
{
	struct explanation_claim *claim = &e->claims[e->nclaims++];

	memcpy(claim->name, m->as.CLAIM.name.p, m->as.CLAIM.name.len);
	if (m->as.CLAIM.value.len > 0)
		memcpy(claim->value, m->as.CLAIM.value.p,
		    m->as.CLAIM.value.len);
	claim->len = m->as.CLAIM.value.len;
}

static bool
hear_claims(struct verify *v, struct explanation *e)
{
	struct login *login = &v->login;
	struct ipc_channel *ch = &login->starter.channels[WORKER_EXPLAIN];
	struct ipc_message m;
	struct fault fault;

	if (!worker_start(login, WORKER_EXPLAIN, &fault) ||
	    !worker_await_ready(login, WORKER_EXPLAIN, login->deadline_ms,
	    NULL, &fault) ||
	    ipc_send_text(ch, login->deadline_ms, IPC_TEXT_OFFERED_KEY,
	    v->offered.blob, v->offered.len) != ERR_OK)
		return false;
	for (;;) {
		if (ipc_recv(ch, login->deadline_ms,
		    IPC_SET(CLAIM) | IPC_SET(CLAIMS_END), &m) != ERR_OK)
			return false;
		if (m.type == IPC_CLAIMS_END)
			return m.as.CLAIMS_END.unreadable == 0;
		if (e->nclaims == EXPLANATION_CLAIMS_MAX)
			return false;
		keep_claim(e, &m);
	}
}

static int
explain(struct verify *v, bool json)
{
	static struct explanation e;

	e.verify = v;
	e.allowed = verify_run(v);
	e.unreadable = v->offered.len == 0 || !hear_claims(v, &e);
	if (json)
		explanation_print_json(&e);
	else
		explanation_print(&e);
	if (e.allowed)
		return ALLOWED;
	return reason_class(v->login.decision.reason) == REASON_DENY ?
	    DENIED : UNDECIDED;
}

int
explain_main(int argc, char **argv)
{
	static struct verify v;
	static char buffer[64 * 1024];
	static char *none[] = { NULL };
	struct trusted_file certificate = { NULL, 0, false, 0 };
	struct explain_options options = { .request = {
		.extra = none,
		.places = { OPK_ETC, NULL, TRUST_ROOT },
		.now = (uint64_t)time(NULL),
		.tell = true,
	} };
	int status;

	if ((status = read_options(argc, argv, &options)) != -1)
		return status;
	if (options.cert != NULL && !read_certificate(&options, &certificate))
		return UNDECIDED;
	/* A buffer given now saves stdio from asking about a terminal later. */
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	log_to_person();
	(void)alarm(DEADLINE_MAX_S + 1);
	v.request = &options.request;
	login_begin(&v.login, "openpubkey", options.request.user,
	    DEADLINE_DEFAULT_S);
	status = explain(&v, options.json);
	verify_end(&v);
	trusted_free(&certificate);
	return fflush(stdout) == 0 ? status : UNDECIDED;
}
