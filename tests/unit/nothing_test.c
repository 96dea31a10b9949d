/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/nothing.h"

#include "unit/unit.h"

static char line[512];
static struct obstacle_vote vote;

/* Of ten packets so many fell into that counter. */
static const char *
written(const char *counter, uint64_t count)
{
	struct summary_drop drops[] = {
		{ "message.rtp", 1, false },
		{ counter, count, true },
	};
	const struct summary s = {
		.packets = 10,
		.drops = drops,
		.drop_count = 2,
		.obstacles = { vote, vote, vote, vote },
	};
	struct textbuf t;

	textbuf_init(&t, line, sizeof(line));
	return nothing_write(&t, &s) ? line : "";
}

static void
says(const char *counter, uint32_t value, const char *text)
{
	vote = (struct obstacle_vote){ value, 5 };
	ck_assert_msg(strstr(written(counter, 10), text) != NULL, "%s", line);
}

START_TEST(the_commonest_reason_is_named)
{
	says("datalink.unknown", 143, "LINKTYPE 143");
	says("datalink.not_ip", 0x88cc, "EtherType 0x88cc (LLDP); mirror");
	says("ip.other_protocol", 132, "IP protocol 132 (SCTP)");
	says("reader.other_port", 5080, "port 5080; name those");
	says("savefile.filtered", 0, "filter");
	says("capture.filtered", 0, "none is on a SIP port; mirror the port");
	says("tunnel.encrypted", 0, "encrypted");
	says("exported.other", 0, "export them");
	says("ip.malformed", 0, "link type");
	says("reader.other_port", 1, "nothing to look at in 10 of 10 packets");
}
END_TEST

START_TEST(without_a_majority_none_is_named)
{
	vote = (struct obstacle_vote){ 5080, 0 };
	ck_assert_ptr_null(strstr(written("reader.other_port", 10), "5080"));
}
END_TEST

START_TEST(a_mixture_has_no_reason)
{
	ck_assert_str_eq(written("reader.other_port", 8), "");
	ck_assert_str_ne(written("reader.other_port", 9), "");
	ck_assert_str_eq(written("message.rtp", 10), "");
}
END_TEST

/* A snaplen of 40 octets. */
START_TEST(counters_of_one_reason_count_together)
{
	struct summary_drop drops[] = {
		{ "ip.short", 2, false },
		{ "udp.malformed", 5, false },
		{ "tcp.malformed", 3, false },
	};
	const struct summary s = {
		.packets = 10,
		.drops = drops,
		.drop_count = 3,
	};
	struct textbuf t;

	textbuf_init(&t, line, sizeof(line));
	ck_assert(nothing_write(&t, &s));
	ck_assert_ptr_nonnull(strstr(line, "10 of 10 packets: they are cut"));
}
END_TEST

START_TEST(nothing_is_said_beside_messages)
{
	struct summary_drop drop = { "reader.other_port", 10, true };
	struct summary s = {
		.packets = 10,
		.drops = &drop,
		.drop_count = 1,
		.signalling = true,
	};
	struct textbuf t;

	textbuf_init(&t, line, sizeof(line));
	ck_assert(!nothing_write(&t, &s));
	s.signalling = false;
	s.messages = 1;
	ck_assert(!nothing_write(&t, &s));
}
END_TEST

UNIT("nothing", the_commonest_reason_is_named, without_a_majority_none_is_named,
    a_mixture_has_no_reason, counters_of_one_reason_count_together,
    nothing_is_said_beside_messages)
