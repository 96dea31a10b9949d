/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/access.h"

#include <netinet/in.h>

#include "unit/unit.h"

static const char names[][ACCESS_NAME] = { "monitor.example.com" };

static bool
known(const char *host)
{
	return access_host_is_known(slice_text(host), names, 1);
}

START_TEST(a_host_is_an_address_localhost_or_a_name_of_ours)
{
	ck_assert(known("127.0.0.1:9942"));
	ck_assert(known("192.0.2.7"));
	ck_assert(known("[::1]:9942"));
	ck_assert(known("[2001:db8::1]"));
	ck_assert(known("localhost"));
	ck_assert(known("LocalHost:9942"));
	ck_assert(known("Monitor.Example.com:9942"));
}
END_TEST

START_TEST(any_other_host_is_not_known)
{
	ck_assert(!known(""));
	ck_assert(!known("evil.example"));
	ck_assert(!known("monitor.example.com.evil.example"));
	ck_assert(!known("localhost.evil.example"));
	ck_assert(!known("127.0.0.1.evil.example:9942"));
	ck_assert(!known("[::1"));
	ck_assert(!known("[evil]"));
}
END_TEST

START_TEST(where_to_listen_is_an_address_and_a_port)
{
	struct endpoint e;

	ck_assert(access_parse(slice_text("127.0.0.1:9942"), &e));
	ck_assert_uint_eq(e.port, 9942);
	ck_assert_uint_eq(e.address.version, 4);
	ck_assert(access_parse(slice_text("[::1]:80"), &e));
	ck_assert_uint_eq(e.address.version, 6);
	ck_assert(access_is_loopback(&e.address));
	ck_assert(access_parse(slice_text("0.0.0.0:1"), &e));
	ck_assert(!access_is_loopback(&e.address));
}
END_TEST

START_TEST(an_endpoint_is_what_bind_takes)
{
	struct sockaddr_storage to;
	const struct sockaddr_in *v4 = (const void *)&to;
	const struct sockaddr_in6 *v6 = (const void *)&to;
	struct endpoint e;

	ck_assert(access_parse(slice_text("192.0.2.7:9942"), &e));
	ck_assert_uint_eq(access_sockaddr(&e, &to), sizeof(*v4));
	ck_assert_uint_eq(v4->sin_family, AF_INET);
	ck_assert_uint_eq(ntohs(v4->sin_port), 9942);
	ck_assert_uint_eq(ntohl(v4->sin_addr.s_addr), 0xc0000207);
	ck_assert(access_parse(slice_text("[2001:db8::1]:80"), &e));
	ck_assert_uint_eq(access_sockaddr(&e, &to), sizeof(*v6));
	ck_assert_uint_eq(v6->sin6_family, AF_INET6);
	ck_assert_uint_eq(ntohs(v6->sin6_port), 80);
	ck_assert_mem_eq(&v6->sin6_addr, e.address.octets, 16);
}
END_TEST

START_TEST(a_peer_of_ipv4_is_one_over_a_socket_for_both_families)
{
	struct sockaddr_storage from;
	struct endpoint e;
	struct address peer;

	ck_assert(access_parse(slice_text("192.0.2.7:1"), &e));
	access_sockaddr(&e, &from);
	peer = access_peer((const struct sockaddr *)&from);
	ck_assert(endpoint_address_equal(&peer, &e.address));
	ck_assert(access_parse(slice_text("[::ffff:192.0.2.7]:1"), &e));
	ck_assert_uint_eq(e.address.version, 6);
	access_sockaddr(&e, &from);
	ck_assert_uint_eq(from.ss_family, AF_INET6);
	peer = access_peer((const struct sockaddr *)&from);
	ck_assert(endpoint_address_parse(slice_text("192.0.2.7"), &e.address));
	ck_assert(endpoint_address_equal(&peer, &e.address));
}
END_TEST

START_TEST(a_peer_of_ipv6_is_itself_and_one_of_unix_has_no_address)
{
	const struct sockaddr local = { .sa_family = AF_UNIX };
	struct sockaddr_storage from;
	struct endpoint e;
	struct address peer;

	ck_assert(access_parse(slice_text("[2001:db8::1]:1"), &e));
	access_sockaddr(&e, &from);
	peer = access_peer((const struct sockaddr *)&from);
	ck_assert(endpoint_address_equal(&peer, &e.address));
	ck_assert_uint_eq(access_peer(&local).version, 0);
	ck_assert_uint_eq(access_peer(NULL).version, 0);
}
END_TEST

START_TEST(anything_else_is_refused)
{
	static const char *const wrong[] = { "", ":", "127.0.0.1", "9942",
		":9942", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:0",
		"127.0.0.1:x", "::1:80", "localhost:80", "unix:/run/x" };
	struct endpoint e;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_msg(
		    !access_parse(slice_text(wrong[i]), &e), "%s", wrong[i]);
}
END_TEST

UNIT("access", a_host_is_an_address_localhost_or_a_name_of_ours,
    any_other_host_is_not_known, where_to_listen_is_an_address_and_a_port,
    an_endpoint_is_what_bind_takes, anything_else_is_refused,
    a_peer_of_ipv4_is_one_over_a_socket_for_both_families,
    a_peer_of_ipv6_is_itself_and_one_of_unix_has_no_address)
