/* Which addresses are called, and which of them are this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "netproc/address.h"

static const struct sockaddr *
address(const char *text)
{
	static union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} u;

	memset(&u, 0, sizeof(u));
	if (strchr(text, ':') != NULL) {
		u.in6.sin6_family = AF_INET6;
		assert_int_equal(inet_pton(AF_INET6, text,
		    &u.in6.sin6_addr), 1);
	} else {
		u.in.sin_family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, text, &u.in.sin_addr), 1);
	}
	return &u.sa;
}

static void
address_ordinary_allowed(void **state)
{
	static const char *const texts[] = {
		"192.0.2.1", "8.8.8.8", "1.0.0.0", "223.255.255.255",
		"2001:db8::1", "2606:4700::1111",
		/* Networks of one's own: where many an API lives. */
		"10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
		"fd00::1", "fc00::1",
		/* This machine: demos, tests and local proxies. */
		"127.0.0.1", "127.255.255.255", "::1",
		"::ffff:127.0.0.1",
		/* One bit beside those that are refused. */
		"169.253.255.255", "169.255.0.0", "168.254.169.254",
		"255.255.255.254", "fec0::1", "fe7f::1",
		"fd00:ec2::253", "fd00:ec2::255", "fd00:ec2:0:1::254",
		"fd01:ec2::254", "fd00:ec2::22", "fd20:ce::255",
		"fd00:ce::254", "fd00:c1::a9fe:a9ff", "fd00:100::100:201",
		"fd00:42::43", "fd00:a9fe:a9fe::", "fd00:a9fe:a9fe::2",
		"100.100.100.201", "100.100.100.100", "168.63.129.17",
		"192.0.0.193",
		/* An IPv4 address within another, allowed as itself. */
		"::ffff:192.0.2.1", "64:ff9b::192.0.2.1",
		"2002:c000:0201::1",
		/* By a translator of one's own, in every place. */
		"64:ff9b:1::192.0.2.1", "64:ff9b:1:c000:2:100::",
		"64:ff9b:1:c0:0:201::", "64:ff9b:1:0:c0:2:100::",
		"64:ff9b:2:a9fe:a9:fe00::", "64:ff9b:2::169.254.169.254",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!address_allowed(address(texts[i])))
			fail_msg("%s refused", texts[i]);
}

static void
address_dangerous_refused(void **state)
{
	static const char *const texts[] = {
		/* Link-local: where clouds keep credentials. */
		"169.254.169.254", "169.254.0.0", "169.254.255.255",
		"169.254.170.2", "fe80::1", "fe80::a9fe:a9fe", "febf::1",
		/* Where else they keep them. */
		"fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
		"fd00:c1::a9fe:a9fe", "fd00:100::100:200", "fd00:42::42",
		"fd00:a9fe:a9fe::1", "100.100.100.200", "168.63.129.16",
		"192.0.0.192",
		/* Nowhere, or this host in disguise. */
		"0.0.0.0", "0.1.2.3", "0.255.255.255", "::",
		/* Many at once. */
		"224.0.0.1", "239.255.255.255", "255.255.255.255",
		"ff02::1", "ff0e::1", "ffff::1",
		/* The same within another. */
		"::ffff:169.254.169.254", "::ffff:0.0.0.0",
		"::ffff:224.0.0.1", "::ffff:255.255.255.255",
		"64:ff9b::169.254.169.254", "64:ff9b::0.0.0.0",
		"2002:a9fe:a9fe::", "2002:a9fe:a9fe::1", "2002::1",
		"2002:e000:0001::1", "2002:ffff:ffff::",
		"::ffff:100.100.100.200", "64:ff9b::168.63.129.16",
		"2002:c000:00c0::1",
		/* Translated behind 96, 48, 56 and 64 bits. */
		"64:ff9b:1::169.254.169.254", "64:ff9b:1::100.100.100.200",
		"64:ff9b:1:2:3:4:a83f:8110", "64:ff9b:1:a9fe:a9:fe00::",
		"64:ff9b:1:a9:fe:a9fe::", "64:ff9b:1:0:a9:fea9:fe00:0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (address_allowed(address(texts[i])))
			fail_msg("%s allowed", texts[i]);
}

static void
address_other_family_refused(void **state)
{
	static const sa_family_t families[] = { AF_UNSPEC, AF_UNIX,
		AF_NETLINK, AF_VSOCK, AF_PACKET };

	(void)state;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct sockaddr_storage storage;
		const struct sockaddr *sa =
		    (const struct sockaddr *)&storage;

		/* Whatever else it says, in either place. */
		memset(&storage, 127, sizeof(storage));
		storage.ss_family = families[i];
		assert_false(address_allowed(sa));
		memcpy(&storage, address("::1"), sizeof(struct sockaddr_in6));
		storage.ss_family = families[i];
		assert_false(address_allowed(sa));
		assert_false(address_loopback(sa));
	}
}

/* Plain http, with its API key in the clear, goes to these only. */
static void
address_loopback_told_from_others(void **state)
{
	static const char *const here[] = { "127.0.0.1", "127.0.0.0",
		"127.255.255.255", "::1", "::ffff:127.0.0.1",
		"::ffff:127.1.2.3" };
	static const char *const elsewhere[] = { "126.255.255.255",
		"128.0.0.0", "0.0.0.0", "192.0.2.1", "10.0.0.1", "::",
		"::2", "::ffff:128.0.0.1", "::127.0.0.1", "1::1",
		"::1:0:0:1",
		/* Through a gateway, which is another machine. */
		"64:ff9b::127.0.0.1", "2002:7f00:1::1", "2002:7f00:1::" };

	(void)state;
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++)
		if (!address_loopback(address(here[i])))
			fail_msg("%s is this machine", here[i]);
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (address_loopback(address(elsewhere[i])))
			fail_msg("%s is another machine", elsewhere[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_ordinary_allowed),
		cmocka_unit_test(address_dangerous_refused),
		cmocka_unit_test(address_other_family_refused),
		cmocka_unit_test(address_loopback_told_from_others),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
