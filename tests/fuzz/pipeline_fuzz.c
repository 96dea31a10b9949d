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

struct rooms {
	struct reader *reader;
	struct matcher *matcher;
	struct judge *judge;
};

static void
on_observation(void *arg, const struct observation *observation)
{
	const struct rooms *rooms = arg;

	judge_observe(rooms->judge, observation);
}

/* What is copied must be as good as what is lent. */
static void
on_event(void *arg, const struct event *event)
{
	const struct rooms *rooms = arg;
	struct event *copy = event_copy(event);

	matcher_input(rooms->matcher, copy);
	event_discard(copy);
}

static void
tick(const struct rooms *rooms, nstime now, nstime wall)
{
	reader_tick(rooms->reader, now, wall);
	matcher_tick(rooms->matcher, now, wall);
}

static void
take_packet(const struct rooms *rooms, const struct packet *packet)
{
	if (reader_next_deadline(rooms->reader) <= packet->now ||
	    matcher_next_deadline(rooms->matcher) <= packet->now)
		tick(rooms, packet->now, packet->wall);
	reader_packet(rooms->reader, packet);
}

static void
finish(const struct rooms *rooms, nstime now, nstime wall)
{
	reader_finish(rooms->reader, now, wall);
	matcher_finish(rooms->matcher, now, wall);
}

static nstime
play(const struct rooms *rooms, struct slice input)
{
	struct cursor c = cursor_over(input);
	const int datalink =
	    datalinks[cursor_u8(&c) % (sizeof(datalinks) / sizeof(int))];
	nstime now = 1000 * NSTIME_S;
	uint64_t number = 0;

	while (c.rest.len > 0 && !c.bad) {
		const uint8_t step = cursor_u8(&c);
		const struct slice octets =
		    cursor_take(&c, cursor_u16(&c) % 4096);
		const struct packet packet = {
			.octets = octets,
			.len = octets.len + (step & 1),
			.datalink = datalink,
			.number = ++number,
			.wall = now + 1300000000 * NSTIME_S,
			.now = now,
		};

		now += step * 100 * NSTIME_MS;
		if (step == 255) {
			finish(rooms, packet.now, packet.wall);
			reader_rebase(rooms->reader, packet.now, packet.wall);
		} else {
			take_packet(rooms, &packet);
		}
		judge_tick(rooms->judge, packet.now, packet.wall);
	}
	return now;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct reader_limits reader_limits;
	static struct matcher_limits matcher_limits;
	static struct judge_limits judge_limits;
	struct summary summary = { .packets = 1 };
	struct rooms rooms;
	nstime now, wall;

	rooms_reader(&reader_limits);
	rooms_matcher(&matcher_limits);
	rooms_judge(&judge_limits);
	rooms.judge = judge_new(&judge_limits, on_alert, NULL);
	rooms.matcher = matcher_new(&matcher_limits, on_observation, &rooms);
	rooms.reader = reader_new(&reader_limits,
	    &(struct reader_output){ .event = on_event, .arg = &rooms });
	now = play(&rooms, slice_of(octets, len));
	wall = now + 1300000000 * NSTIME_S;
	tick(&rooms, now, wall);
	finish(&rooms, now, wall);
	judge_finish(rooms.judge, now, wall);
	if (judge_summary(rooms.judge, &summary))
		free(jsonline_summary(&summary));
	summary_done(&summary);
	reader_free(rooms.reader);
	matcher_free(rooms.matcher);
	judge_free(rooms.judge);
	return 0;
}
