/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/exported.h"

#include "net/datalink.h"
#include "net/inner/linktype.h"
#include "unit/wire.h"

#define SIP "000c 0004 73697000 "
#define IP "000c 0004 69700000 "
#define BETWEEN                                                                \
	"0014 0004 0a00000b 0015 0004 0a000015 "                               \
	"0018 0004 00000002 0019 0004 0000ebc1 001a 0004 000013c6 "
#define END "0000 0000"

static struct wire wire;

static enum exported_result
parse(const char *tags, struct exported *pdu)
{
	wire_begin(&wire, "payload");
	wire_hex(&wire, tags);
	return exported_parse(wire_slice(&wire), pdu);
}

START_TEST(tags_tell_the_protocol_and_between_whom)
{
	struct exported pdu;

	ck_assert_int_eq(parse(SIP BETWEEN END, &pdu), EXPORTED_SIP);
	ck_assert(slice_is(pdu.payload, "payload"));
	ck_assert_uint_eq(pdu.from.port, 60353);
	ck_assert_uint_eq(pdu.to.port, 5062);
	ck_assert_uint_eq(pdu.from.address.version, 4);
	ck_assert_uint_eq(pdu.to.address.octets[3], 0x15);
	ck_assert_int_eq(
	    parse(SIP "0016 0010 20010db8000000000000000000000001" END, &pdu),
	    EXPORTED_SIP);
	ck_assert_uint_eq(pdu.from.address.version, 6);
	ck_assert_uint_eq(pdu.to.address.version, 0);
}
END_TEST

START_TEST(packets_of_lower_layers_are_named)
{
	struct exported pdu;

	ck_assert_int_eq(parse(IP END, &pdu), EXPORTED_PACKET);
	ck_assert_uint_eq(pdu.ethertype, LINKTYPE_RAW);
	ck_assert_int_eq(
	    parse("000c 0010 6574685f776974686f7574666373 0000" END, &pdu),
	    EXPORTED_PACKET);
	ck_assert_uint_eq(pdu.ethertype, DATALINK_ETHERTYPE_ETHERNET);
}
END_TEST

START_TEST(other_protocols_are_others)
{
	struct exported pdu;

	ck_assert_int_eq(
	    parse("000c 0004 72747000" BETWEEN END, &pdu), EXPORTED_OTHER);
	ck_assert_int_eq(parse(BETWEEN END, &pdu), EXPORTED_OTHER);
}
END_TEST

START_TEST(cut_tags_are_malformed)
{
	struct exported pdu;
	struct slice all;

	ck_assert_int_eq(parse(SIP BETWEEN END, &pdu), EXPORTED_SIP);
	all = wire_slice(&wire);
	for (size_t cut = 0; cut < all.len - 7; cut++) {
		uint8_t *exact = unit_exact(slice_first(all, cut));

		ck_assert_int_eq(exported_parse(slice_of(exact, cut), &pdu),
		    EXPORTED_MALFORMED);
		free(exact);
	}
}
END_TEST

UNIT("exported", tags_tell_the_protocol_and_between_whom,
    packets_of_lower_layers_are_named, other_protocols_are_others,
    cut_tags_are_malformed)
