/*
 * What a judge may have sent as an access token: a piece of what was offered.
 * What lies behind that in memory is good as a token, too, so that only the
 * bound keeps it here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parent/verify.h"

#define OFFERED_LEN 64

static struct verify v;
static uint8_t memory[4 * OFFERED_LEN];

/* What comes of a query for these bytes. The judge has gone: an answer fails. */
static enum err
ask(size_t at, size_t len)
{
	static const struct verify_request request = { .user = "alice" };
	static const struct opk_places places = { .etc = "/etc/opk" };
	struct ipc_message m = { .type = IPC_USERINFO_QUERY };
	struct ipc_channel *judge;
	int pair[2];
	enum err err;

	memset(memory, 'A', sizeof(memory));
	memset(&v, 0, sizeof(v));
	v.login.user = request.user;
	v.request = &request;
	v.settings.places = &places;
	v.offered.blob = memory;
	v.offered.len = OFFERED_LEN;
	v.nproviders = 1;
	v.login.deadline_ms = ipc_now_ms() + 1000;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	(void)close(pair[1]);
	judge = verify_judge(&v);
	judge->fd = pair[0];
	judge->sends = IPC_TO_PARSE;
	m.as.USERINFO_QUERY.token_at = (uint32_t)at;
	m.as.USERINFO_QUERY.token_len = (uint32_t)len;
	err = verify_supply(&v, &m);
	(void)close(pair[0]);
	return err;
}

static void
verify_supply_token_in_the_offered_key_taken(void **state)
{
	(void)state;
	assert_int_equal(ask(0, 1), ERR_EOF);
	assert_int_equal(ask(0, OFFERED_LEN), ERR_EOF);
	assert_int_equal(ask(OFFERED_LEN - 1, 1), ERR_EOF);
}

static void
verify_supply_token_beyond_the_offered_key_refused(void **state)
{
	(void)state;
	assert_int_equal(ask(0, OFFERED_LEN + 1), ERR_BOUND);
	assert_int_equal(ask(OFFERED_LEN - 1, 2), ERR_BOUND);
	assert_int_equal(ask(OFFERED_LEN, 1), ERR_BOUND);
	assert_int_equal(ask(OFFERED_LEN + 1, 1), ERR_BOUND);
	/* Where a sum would wrap. */
	assert_int_equal(ask(1, UINT32_MAX), ERR_BOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verify_supply_token_in_the_offered_key_taken),
		cmocka_unit_test(
		    verify_supply_token_beyond_the_offered_key_refused),
	};

	return cmocka_run_group_tests_name("verify_supply", tests, NULL,
	    NULL);
}
