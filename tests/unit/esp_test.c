/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/esp.h"

#include "unit/wire.h"

#define HEADER "00000001 00000002"
#define ICV12 "0102030405060708090a0b0c"
#define ICV16 ICV12 "0d0e0f10"

static struct wire wire;

/* A datagram with that behind it, in ESP. */
static struct ip
esp_with(const char *trailer)
{
	struct wire end;

	wire_begin(&end, "");
	wire_hex(&end, trailer);
	wire_begin(&wire, "");
	wire_front(&wire, wire_slice(&end));
	wire_front(&wire, slice_text("hello"));
	wire_hex(&wire, "13c6 13c4 000d 0000");
	wire_hex(&wire, HEADER);
	return (struct ip){
		.protocol = IP_ESP,
		.payload = wire_slice(&wire),
		.payload_len = wire_slice(&wire).len,
	};
}

static void
opens(const char *trailer)
{
	struct ip ip = esp_with(trailer);

	ck_assert_msg(esp_open(&ip), "%s", trailer);
	ck_assert_uint_eq(ip.protocol, IP_UDP);
	ck_assert_uint_eq(ip.payload.len, 13);
	ck_assert_uint_eq(ip.payload_len, 13);
	ck_assert(slice_is(slice_after(ip.payload, 8), "hello"));
}

START_TEST(what_is_not_encrypted_is_opened)
{
	opens("01 01 11" ICV12);
	opens("010203 03 11" ICV16);
	opens("00 11");
	opens("01 01 11" ICV16 "0102030405060708");
}
END_TEST

START_TEST(what_does_not_look_right_from_both_ends_is_left)
{
	struct ip ip = esp_with("02 01 11" ICV12); /* the padding */

	ck_assert(!esp_open(&ip));
	ip = esp_with("01 01 12" ICV12); /* the protocol */
	ck_assert(!esp_open(&ip));
	ip = esp_with("0102 02 11" ICV12 "00"); /* the length */
	ck_assert(!esp_open(&ip));
	ck_assert_uint_eq(ip.protocol, IP_ESP);
}
END_TEST

START_TEST(what_was_cut_is_left)
{
	struct ip ip = esp_with("01 01 11" ICV12);

	ip.payload_len++;
	ck_assert(!esp_open(&ip));
	for (size_t cut = 0; cut < 36; cut++) {
		uint8_t *exact = unit_exact(slice_first(ip.payload, cut));
		struct ip short_ip = {
			.protocol = IP_ESP,
			.payload = slice_of(exact, cut),
			.payload_len = cut,
		};

		/* Without a check value it may be whole by chance. */
		if (esp_open(&short_ip))
			ck_assert_uint_eq(cut, 24);
		free(exact);
	}
}
END_TEST

UNIT("esp", what_is_not_encrypted_is_opened,
    what_does_not_look_right_from_both_ends_is_left, what_was_cut_is_left)
