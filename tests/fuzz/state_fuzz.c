/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What survives a restart, read from any octets.  The seal would refuse them
 * all, so it is put on here, after what the file begins with.  What is taken
 * in must work, be told, and come out as it went in.
 */

#include <stdlib.h>

#include "pipeline/saved.h"
#include "report/fields.h"
#include "report/jsonline.h"
#include "rooms.h"

#define NOW (1000 * NSTIME_S)
#define WALL (1300000000 * NSTIME_S)
#define HOUR (3600 * NSTIME_S)

static void
demand(bool fact)
{
	if (!fact)
		abort();
}

static void
on_field(void *arg, struct slice name, struct slice value)
{
	(void)arg;
	for (size_t i = 0; i < value.len; i++)
		demand(value.p[i] >= 0x20 && value.p[i] != 0x7f);
	demand(name.len > 0 && name.len <= 64);
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	char *json = jsonline_alert(event);

	(void)arg;
	demand(json != NULL);
	free(json);
	fields_write(event, on_field, NULL);
}

static void
on_again(void *arg, const struct alert_event *event, uint64_t number)
{
	(void)number;
	on_alert(arg, event);
}

struct rooms {
	struct judge *judge;
	struct outbox *outbox;
};

static struct rooms
begin(void)
{
	struct judge_limits limits;

	rooms_judge(&limits);
	return (struct rooms){
		.judge = judge_new(&limits, on_alert, NULL),
		.outbox = outbox_new(16, 1 << 20, NULL),
	};
}

static void
end(struct rooms *rooms)
{
	judge_free(rooms->judge);
	outbox_free(rooms->outbox);
}

static bool
load(struct rooms *rooms, struct slice octets)
{
	static const uint8_t boot[SAVED_BOOT];
	struct saved m;
	struct cursor rest;
	struct record_shift shift;
	nstime step;

	if (!saved_open(octets, &m, &rest))
		return false;
	shift = saved_shift(&m, NOW, WALL, boot, &step);
	return saved_load(&rest, &shift, rooms->outbox, rooms->judge);
}

static void
save(const struct rooms *rooms, struct record *r)
{
	const struct saved m = { .now = NOW, .wall = WALL };

	record_init(r, SAVED_MOST);
	saved_save(r, &m, rooms->outbox, rooms->judge);
	demand(!r->failed);
}

/* One server fails, then works, in every way that is seen without a key. */
static void
connect(struct rooms *rooms, enum connection_class class)
{
	const struct endpoint client = { { { 192, 0, 2, 1 }, 4 }, 4000 };
	const struct endpoint server = { { { 192, 0, 2, 2 }, 4 }, 5062 };
	struct observation o = { .now = NOW, .wall = WALL };

	o.kind = OBSERVATION_FAILED;
	o.failure = (struct connection_failure){ class, client, server,
		.tls_alert = -1, .now = NOW, .wall = WALL };
	judge_observe(rooms->judge, &o);
	o.kind = OBSERVATION_WORKED;
	o.success = (struct connection_success){
		.stage = CONNECTION_SECURED,
		.client = client,
		.server = server,
		.now = NOW,
		.wall = WALL,
	};
	judge_observe(rooms->judge, &o);
	o.kind = OBSERVATION_ACTIVE;
	o.a = client;
	judge_observe(rooms->judge, &o);
	o.kind = OBSERVATION_ANSWERED;
	o.leg = (struct silence_leg){ client, server };
	judge_observe(rooms->judge, &o);
}

static void
show_certificate(struct rooms *rooms)
{
	const struct x509cert good = { .not_after = INT64_MAX };
	const struct observation o = {
		.kind = OBSERVATION_CERTIFICATE,
		.now = NOW,
		.wall = WALL,
		.certificate = { .client = { { { 192, 0, 2, 1 }, 4 }, 4000 },
		    .server = { { { 192, 0, 2, 2 }, 4 }, 5062 },
		    .chain = 1,
		    .certificate = &good,
		    .now = NOW,
		    .wall = WALL },
	};

	judge_observe(rooms->judge, &o);
}

/* A stamp for each of a few hosts, and days of silence. */
static void
live_on(struct rooms *rooms)
{
	struct summary summary = { .packets = 1 };

	for (unsigned i = 0; i < CONNECTION_CLASSES; i++)
		connect(rooms, (enum connection_class)i);
	show_certificate(rooms);
	for (unsigned i = 0; i < 64; i++) {
		const struct observation o = {
			.kind = OBSERVATION_CLOCK,
			.now = NOW + i * NSTIME_S,
			.wall = WALL + i * NSTIME_S,
			.stamp = { .peer = { { 192, 0, 2, i % 4 }, 4 },
			    .witness = i / 4 % WITNESS_KINDS,
			    .tells_zone = true,
			    .told = WALL + i * NSTIME_S,
			    .resolution = NSTIME_S,
			    .wall = WALL + i * NSTIME_S,
			    .now = NOW + i * NSTIME_S },
		};

		judge_observe(rooms->judge, &o);
	}
	judge_local_clock(rooms->judge, OWNCLOCK_TRUSTED, NOW + 70 * NSTIME_S,
	    WALL + 70 * NSTIME_S);
	judge_tick(rooms->judge, NOW + HOUR, WALL + HOUR);
	judge_tick(rooms->judge, NOW + 30 * HOUR, WALL + 30 * HOUR);
	judge_finish(rooms->judge, NOW + 99 * HOUR, WALL + 99 * HOUR);
	if (judge_summary(rooms->judge, &summary))
		free(jsonline_summary(&summary));
	summary_done(&summary);
	outbox_again(rooms->outbox, "journal", on_again, NULL);
}

static void
go_round(struct slice octets)
{
	struct rooms first = begin(), second = begin();
	struct record once, twice;

	if (load(&first, octets)) {
		save(&first, &once);
		demand(load(&second, slice_of(once.octets, once.len)));
		save(&second, &twice);
		demand(once.len == twice.len);
		live_on(&first);
		record_done(&once);
		record_done(&twice);
	}
	end(&first);
	end(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct record r;

	record_init(&r, SAVED_MOST);
	record_octets(&r, slice_text("siptimed state 2\n"));
	record_octets(&r, slice_of(octets, len));
	record_seal(&r);
	if (!r.failed)
		go_round(slice_of(r.octets, r.len));
	record_done(&r);
	go_round(slice_of(octets, len));
	return 0;
}
