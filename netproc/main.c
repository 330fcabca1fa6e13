/*
 * sallyport-net: HTTPS with one server, over one connection.
 *
 * It sees bytes, not meaning: what it fetches goes to sallyport (parent/) as
 * it came. It resolves, checks the address and connects; then it loses the
 * calls to open or connect anything; only then does libcurl read what the
 * peer sends. TLS is verified here, so who owns this process can invent
 * answers (SECURITY.md).
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ipc/build.h"
#include "ipc/worker_entry.h"
#include "netproc/connect.h"
#include "netproc/exchange.h"
#include "netproc/request.h"
#include "netproc/roots.h"
#include "seccomp/cage.h"

/* libcurl, TLS, c-ares, and 0.3 MB of CA certificates. */
#define MEMORY_MAX ((uint64_t)128 * 1024 * 1024)
#define DNS_PORT 53

/* c-ares opens the first and the last at every query. */
static const char *const resolver_files[] = { "/etc/hosts",
	"/etc/resolv.conf", "/etc/nsswitch.conf" };
static const struct landlock_path readable[] = {
	{ "/etc/hosts", LANDLOCK_READ_FILE },
	{ "/etc/resolv.conf", LANDLOCK_READ_FILE },
	{ "/etc/nsswitch.conf", LANDLOCK_READ_FILE },
};

static const struct cage_plan cage = {
	.id = SALLYPORT_NET_ID,
	.files = resolver_files,
	.nfiles = sizeof(resolver_files) / sizeof(resolver_files[0]),
	.memory_max = MEMORY_MAX,
	.landlock = { .paths = readable,
		.npaths = sizeof(readable) / sizeof(readable[0]),
		.any_port = 1, /* until the request names it */
		.scoped = 1 },
	.filter = &filter_code_net_connect,
};

static void __attribute__((noreturn))
give_up(enum err err)
{
	_exit(WORKER_EXIT_ERR + (int)err);
}

static void
say_ready(struct ipc_channel *ch, const struct cage_report *report)
{
	struct ipc_message m = { .type = IPC_READY };
	enum err err;

	m.as.READY.build = BUILD_ID;
	m.as.READY.layers = report->layers;
	m.as.READY.landlock_abi = (uint8_t)report->landlock_abi;
	if ((err = ipc_write(ch, &m)) != ERR_OK)
		give_up(err);
}

static void
say_done(struct ipc_channel *ch, const struct exchange_result *result)
{
	struct ipc_message m = { .type = IPC_FETCH_DONE };
	enum err err;

	m.as.FETCH_DONE.reason = (uint8_t)result->reason;
	m.as.FETCH_DONE.status = result->status;
	m.as.FETCH_DONE.total = result->total;
	m.as.FETCH_DONE.max_age_s = result->max_age_s;
	m.as.FETCH_DONE.detail = (struct ipc_span){ result->detail,
		strlen(result->detail) };
	if ((err = ipc_write(ch, &m)) != ERR_OK)
		give_up(err);
}

/*
 * The roles say whom to trust: the system's CAs, those that the parent sends
 * as a text, or both.
 */
static const struct role {
	const char *name;
	bool system, text;
} roles[] = {
	{ "system-ca", true, false },
	{ "more-ca", true, true },
	{ "own-ca", false, true },
};

static const struct role *
find_role(const char *name)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(name, roles[i].name) == 0)
			return &roles[i];
	return NULL;
}

/* The CAs that the configuration names. */
static void
read_ca_text(struct ipc_channel *ch, struct roots *roots)
{
	static uint8_t pem[CA_FILE_MAX];
	size_t len;
	enum err err = ipc_read_text(ch, IPC_TEXT_CA, pem, sizeof(pem), &len);

	if (err == ERR_OK && !roots_add_text(roots, pem, len))
		err = ERR_MEMORY;
	if (err != ERR_OK)
		give_up(err);
}

static void
fail(struct exchange_result *result, enum reason reason, const char *what,
    const struct request_host *host)
{
	memset(result, 0, sizeof(*result));
	result->reason = reason;
	(void)snprintf(result->detail, sizeof(result->detail), "%.60s: %.128s",
	    what, host->name);
}

static const char *
connect_words(enum reason reason)
{
	switch (reason) {
	case REASON_RESOLVE:
		return "no address for host";
	case REASON_ADDRESS:
		return "refused to call the address of";
	case REASON_TIMEOUT:
		return "no connection in time to";
	default:
		return "no connection to";
	}
}

/* The message behind a request; ends where the parent has no more of them. */
static void
read_request(struct ipc_channel *ch, struct request *request,
    struct ipc_message *m)
{
	enum err err = ipc_read(ch, IPC_SET(FETCH), m);

	if (err == ERR_EOF)
		_exit(0);
	if (err != ERR_OK)
		give_up(err);
	if (!request_read(request, m))
		give_up(ERR_BOUND);
}

static bool
same_connection(const struct request *a, const struct request *b)
{
	return strcmp(a->host.name, b->host.name) == 0 &&
	    a->host.port == b->host.port && a->host.plain == b->host.plain &&
	    strcmp(a->proxy, b->proxy) == 0;
}

/* Whatever else the parent wants of the same host. */
static void
go_on(struct exchange *x, const struct request *first, struct ipc_channel *ch)
{
	struct exchange_result result;
	struct request next;
	struct ipc_message m;

	do {
		if (!request_prepare(&next))
			give_up(ERR_MEMORY);
		read_request(ch, &next, &m);
		if (!same_connection(first, &next))
			give_up(ERR_BOUND);
		exchange_run_again(x, &next, &result);
		say_done(ch, &result);
	} while (result.reason == REASON_OK);
}

/* Ports, connection, second filter, and then the peer's first byte. */
static void
run(struct exchange *x, struct request *request, struct roots *roots,
    struct ipc_channel *ch)
{
	struct ipc_message m;
	const struct request_host *host = &request->host;
	struct exchange_result result;
	struct connect_target target;
	uint16_t ports[] = { DNS_PORT, 0 };
	char address[64];
	enum cage_step step;
	enum reason reason;
	int fd;

	read_request(ch, request, &m);
	target = (struct connect_target){ host->name, host->port,
		host->plain && m.as.FETCH.allow_http == 0,
		ipc_now_ms() + m.as.FETCH.connect_ms };
	ports[1] = host->port;
	if ((step = cage_net_ports(ports, 2)) != CAGE_SHUT)
		_exit((int)step);
	reason = connect_to(&target, &fd, address);
	if (reason != REASON_OK)
		fail(&result, reason, connect_words(reason), host);
	else {
		if ((step = cage_net_connected()) != CAGE_SHUT)
			_exit((int)step);
		exchange_run(x, request, fd, address, roots, ch, &result);
	}
	say_done(ch, &result);
	if (result.reason == REASON_OK)
		go_on(x, request, ch);
}

int
main(int argc, char **argv)
{
	static struct ipc_channel ch;
	static struct roots roots;
	static struct request request;
	struct worker_entry entry;
	struct cage_report report;
	struct exchange *x;
	enum cage_step step;
	const struct role *role;

	worker_enter_channel(argc, argv, IPC_FROM_NET, IPC_TO_NET, &entry, &ch);
	if ((role = find_role(entry.role)) == NULL)
		give_up(ERR_TYPE);
	/*
	 * All that needs files and fresh randomness, while there are any; the
	 * time zone, too, which whoever compares dates wants to read.
	 */
	tzset();
	if ((role->system && !roots_load_system(&roots)) || !connect_prepare() ||
	    (x = exchange_prepare()) == NULL || !request_prepare(&request))
		give_up(ERR_SYSTEM);
	if ((step = cage_worker(&cage, entry.starter, &report)) != CAGE_SHUT)
		_exit((int)step);
	say_ready(&ch, &report);
	if (role->text)
		read_ca_text(&ch, &roots);
	run(x, &request, &roots, &ch);
	_exit(0);
}
