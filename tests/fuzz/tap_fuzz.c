/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The whole way from packets to alerts.  The input is a datalink (1 octet),
 * then packets: a step of time in units of 100 ms (1 octet), a length (2
 * octets, network order), that many octets.  A step of 255 is a rebase.
 */

#include <stdlib.h>

#include "base/cursor.h"
#include "report/fields.h"
#include "report/jsonline.h"
#include "report/line.h"
#include "rooms.h"

static const int datalinks[] = { 1, 113, 276, 101, 0, 108, 228, 229, 9 };

static void
on_field(void *arg, struct slice name, struct slice value)
{
	(void)arg;
	for (size_t i = 0; i < value.len; i++)
		if (value.p[i] < 0x20 || value.p[i] == 0x7f)
			abort();
	if (name.len == 0 || name.len > 64)
		abort();
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	char *json = jsonline_alert(event);

	(void)arg;
	if (json == NULL)
		abort();
	free(json);
	fields_write(event, on_field, NULL);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	judge_observe(arg, observation);
}

static void
take_packet(struct tap *tap, const struct packet *packet)
{
	if (tap_next_deadline(tap) <= packet->now)
		tap_tick(tap, packet->now);
	tap_packet(tap, packet);
}

static nstime
play(struct tap *tap, struct judge *judge, struct slice input)
{
	struct cursor c = cursor_over(input);
	const int datalink =
	    datalinks[cursor_u8(&c) % (sizeof(datalinks) / sizeof(int))];
	nstime now = 1000 * NSTIME_S;

	while (c.rest.len > 0 && !c.bad) {
		const uint8_t step = cursor_u8(&c);
		const struct slice octets =
		    cursor_take(&c, cursor_u16(&c) % 4096);
		const struct packet packet = {
			.octets = octets,
			.len = octets.len + (step & 1),
			.datalink = datalink,
			.wall = now + 1300000000 * NSTIME_S,
			.now = now,
		};

		now += step * 100 * NSTIME_MS;
		if (step == 255)
			tap_rebase(tap, packet.now);
		else
			take_packet(tap, &packet);
		judge_tick(judge, packet.now, packet.wall);
	}
	return now;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct tap_limits tap_limits;
	static struct judge_limits judge_limits;
	struct summary summary = { .packets = 1 };
	struct judge *judge;
	struct tap *tap;
	nstime now;

	rooms_tap(&tap_limits);
	rooms_judge(&judge_limits);
	judge = judge_new(&judge_limits, on_alert, NULL);
	tap = tap_new(&tap_limits, on_observation, judge);
	now = play(tap, judge, slice_of(octets, len));
	tap_tick(tap, now);
	tap_finish(tap, now);
	judge_finish(judge, now, now + 1300000000 * NSTIME_S);
	if (judge_summary(judge, &summary))
		free(jsonline_summary(&summary));
	summary_done(&summary);
	tap_free(tap);
	judge_free(judge);
	return 0;
}
