/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/hello.h"

#include "unit/tlswire.h"

static struct tlswire wire;
static struct hello hello;

static bool
client(const struct tlswire_hello *h)
{
	wire.len = 0;
	tlswire_client_hello(&wire, h);
	return hello_client(tlswire_slice(&wire), &hello);
}

static bool
server(const struct tlswire_hello *h)
{
	wire.len = 0;
	tlswire_server_hello(&wire, h);
	return hello_server(tlswire_slice(&wire), &hello);
}

START_TEST(a_client_hello_has_version_server_name_and_perhaps_the_time)
{
	ck_assert(client(&(struct tlswire_hello){
	    .version = 0x0303, .time = 1294078965, .sni = "edge" }));
	ck_assert_uint_eq(hello.version, 0x0303);
	ck_assert_uint_eq(hello.time, 1294078965);
	ck_assert(slice_is(hello.sni, "edge"));
}
END_TEST

START_TEST(the_highest_supported_version_counts_and_grease_does_not)
{
	ck_assert(client(&(struct tlswire_hello){
	    .version = 0x0303, .supported_version = 0x0304 }));
	ck_assert_uint_eq(hello.version, 0x0304);
	ck_assert(client(&(struct tlswire_hello){
	    .version = 0x0303, .supported_version = 0x0302 }));
	ck_assert_uint_eq(hello.version, 0x0303);
	ck_assert(client(&(struct tlswire_hello){
	    .version = 0x0303, .supported_version = 0x7f17 }));
	ck_assert_uint_eq(hello.version, 0x7f17);
}
END_TEST

START_TEST(a_server_hello_has_the_choice)
{
	ck_assert(server(
	    &(struct tlswire_hello){ .version = 0x0301, .cipher = 0x35 }));
	ck_assert_uint_eq(hello.version, 0x0301);
	ck_assert_uint_eq(hello.cipher, 0x35);
	ck_assert(!hello.retry && !hello.psk);
	ck_assert(server(&(struct tlswire_hello){ .version = 0x0303,
	    .supported_version = 0x0304,
	    .cipher = 0x1301,
	    .psk = true }));
	ck_assert_uint_eq(hello.version, 0x0304);
	ck_assert(hello.psk);
}
END_TEST

START_TEST(a_retry_request_is_no_server_hello)
{
	ck_assert(server(&(struct tlswire_hello){ .version = 0x0303,
	    .supported_version = 0x0304,
	    .cipher = 0x1301,
	    .retry = true }));
	ck_assert(hello.retry);
}
END_TEST

START_TEST(sslv3_has_no_extensions)
{
	ck_assert(client(&(struct tlswire_hello){ .version = 0x0300 }));
	wire.len -= 2;
	ck_assert(hello_client(tlswire_slice(&wire), &hello));
	ck_assert_uint_eq(hello.sni.len, 0);
}
END_TEST

START_TEST(early_drafts_had_shorter_server_hellos)
{
	wire.len = 0;
	tlswire_number(&wire, 0x7f12, 2);
	tlswire_random(&wire, &(struct tlswire_hello){ .time = 1 });
	tlswire_number(&wire, 0x1301, 2);
	tlswire_number(&wire, 0, 2);
	ck_assert(hello_server(tlswire_slice(&wire), &hello));
	ck_assert_uint_eq(hello.version, 0x7f12);
	ck_assert_uint_eq(hello.cipher, 0x1301);
	ck_assert(hello_is_tls13(hello.version));
}
END_TEST

/* A hello cut in the middle of its extensions still gives the fields before,
 * one cut before them is refused. */
START_TEST(hellos_are_read_at_every_cut)
{
	const struct tlswire_hello h = { .version = 0x0303,
		.supported_version = 0x0304,
		.sni = "edge.example.com",
		.session_id = slice_text("0123456789") };

	for (int which = 0; which < 2; which++) {
		if (which == 0)
			client(&h);
		else
			server(&h);
		for (size_t cut = 0; cut < wire.len; cut++) {
			uint8_t *exact = unit_exact(slice_of(wire.octets, cut));
			const struct slice body = slice_of(exact, cut);
			const bool is_hello = which == 0
			    ? hello_client(body, &hello)
			    : hello_server(body, &hello);

			ck_assert(!is_hello || cut >= 48);
			free(exact);
		}
	}
}
END_TEST

START_TEST(other_versions_than_three_are_no_hello)
{
	ck_assert(!client(&(struct tlswire_hello){ .version = 0x0203 }));
	ck_assert(!server(&(struct tlswire_hello){ .version = 0x0403 }));
}
END_TEST

UNIT("hello", a_client_hello_has_version_server_name_and_perhaps_the_time,
    the_highest_supported_version_counts_and_grease_does_not,
    a_server_hello_has_the_choice, a_retry_request_is_no_server_hello,
    sslv3_has_no_extensions, early_drafts_had_shorter_server_hellos,
    hellos_are_read_at_every_cut, other_versions_than_three_are_no_hello)
