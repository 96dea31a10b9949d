/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/skewtext.h"

#include "report/inner/phrase.h"

/* More than this is no clock's offset: 292 years of milliseconds. */
#define MOST_THOUSANDTHS (INT64_MAX / NSTIME_MS)

/* A number's magnitude in thousandths, whichever way it was put into the
 * evidence; 0 if there is none, or none that makes sense. */
static int64_t
thousandths(const struct evidence *e, const char *name)
{
	const struct evidence_field *field = evidence_find(e, name);
	const int64_t scale =
	    field != NULL && field->type == EVIDENCE_INTEGER ? 1000 : 1;
	int64_t n = field == NULL ? 0 : field->number;

	if (field != NULL && field->type == EVIDENCE_SECONDS)
		n /= NSTIME_MS;
	if (n > MOST_THOUSANDTHS / scale || n < -MOST_THOUSANDTHS / scale)
		return 0;
	return (n < 0 ? -n : n) * scale;
}

static void
exactly(struct textbuf *t, int64_t n, const char *one, const char *many)
{
	textbuf_add(t, "exactly ");
	if (n == 1) {
		textbuf_add(t, "one ");
		textbuf_add(t, one);
		return;
	}
	textbuf_int(t, n);
	textbuf_add(t, " ");
	textbuf_add(t, many);
}

static void
zone(struct textbuf *t, const struct evidence *e)
{
	const int64_t minutes = thousandths(e, "shape_units") * 60 / 1000;

	if (minutes == 0) {
		textbuf_add(t, "whole quarters of an hour");
	} else {
		textbuf_add(t, "exactly ");
		if (minutes >= 60) {
			textbuf_int(t, minutes / 60);
			textbuf_add(t, " h");
		}
		if (minutes > 60 && minutes % 60 != 0)
			textbuf_add(t, " ");
		if (minutes % 60 != 0) {
			textbuf_int(t, minutes % 60);
			textbuf_add(t, " min");
		}
	}
	textbuf_add(t, minutes == 720 ? ": AM/PM or time zone" : ": time zone");
}

static void
days(struct textbuf *t, const struct evidence *e)
{
	exactly(t, (thousandths(e, "shape_units") + 500) / 1000, "day", "days");
	textbuf_add(t, ": date set wrong");
}

static void
year(struct textbuf *t, const struct evidence *e)
{
	const int64_t n = (thousandths(e, "shape_units") + 182625) / 365250;

	exactly(t, n == 0 ? 1 : n, "year", "years");
	textbuf_add(t, ": year set wrong");
}

static void
tai(struct textbuf *t, const struct evidence *e)
{
	const int64_t s = (thousandths(e, "offset_s") + 500) / 1000;

	textbuf_int(t, s);
	textbuf_add(t, " s: TAI or GPS time");
}

static void
drift(struct textbuf *t, const struct evidence *e)
{
	const int64_t per_day = thousandths(e, "shape_units");

	textbuf_add(t, "drifting");
	if (per_day != 0) {
		textbuf_add(t, " ");
		textbuf_seconds(t, per_day * NSTIME_MS, 1);
		textbuf_add(t, " s a day");
	}
	textbuf_add(t, ": not synchronised");
}

/* Shapes in words; those that need no number are told as they stand. */
static const struct {
	const char *name;
	void (*write)(struct textbuf *t, const struct evidence *e);
	const char *text;
} shapes[] = {
	{ "timezone", zone, NULL },
	{ "dst", NULL, "exactly one hour: time zone or daylight saving" },
	{ "days", days, NULL },
	{ "date_swapped", NULL, "day and month swapped" },
	{ "year", year, NULL },
	{ "epoch", NULL, "clock unset (1970): battery" },
	{ "gps_week", NULL, "1024 weeks: GPS week rollover" },
	{ "tai", tai, NULL },
	{ "drift", drift, NULL },
};

static void
add_shape(struct textbuf *t, const struct evidence *e)
{
	const struct slice shape = evidence_get(e, "shape");

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (!slice_is(shape, shapes[i].name))
			continue;
		textbuf_add(t, ", ");
		if (shapes[i].write != NULL)
			shapes[i].write(t, e);
		else
			textbuf_add(t, shapes[i].text);
	}
}

/* The finding of phones is folded: its subject is "12 user agents", or "12
 * hosts" where all are judged; that of one host is its address. */
static bool
is_folded(const struct alert_event *event)
{
	return slice_index(event->subject, ' ') < event->subject.len;
}

static void
add_place(struct textbuf *t, const struct evidence *e)
{
	if (slice_is(evidence_get(e, "attribution"), "via"))
		textbuf_add(t, " or a server behind it");
	if (evidence_get(e, "pool").len > 0) {
		textbuf_add(t, " (pool \"");
		phrase_field(t, e, "pool", "");
		textbuf_add(t, "\")");
	}
}

static bool
is_plural(const struct alert_event *event)
{
	return is_folded(event) &&
	    event->subject.p[event->subject.len - 1] == 's';
}

static void
add_owner(struct textbuf *t, const struct alert_event *event)
{
	const bool folded = is_folded(event);

	textbuf_add(t, folded && is_plural(event) ? "clocks of " : "clock of ");
	phrase_value(t, event->subject);
	if (!folded)
		add_place(t, event->evidence);
}

/* Each has an offset of its own: that of the worst is told. */
static void
add_worst(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	textbuf_add(t,
	    is_plural(event) ? " are wrong, most that of "
			     : " is wrong, that of ");
	phrase_field(t, e, "peer", "one");
	add_place(t, e);
	textbuf_add(t, ": ");
}

static void
add_offset(struct textbuf *t, const struct evidence *e)
{
	if (!phrase_seconds(t, e, "offset_s"))
		textbuf_add(t, "wrong");
	else if (evidence_number(e, "offset_s", 0) < 0)
		textbuf_add(t, " behind");
	else
		textbuf_add(t, " ahead");
}

static void
add_samples(struct textbuf *t, const struct evidence *e)
{
	const int64_t samples = evidence_number(e, "samples", 0);
	struct slice names = evidence_get(e, "witnesses");
	const char *before = " of ";

	if (samples <= 0)
		return;
	textbuf_add(t, "; ");
	phrase_count(t, (uint64_t)samples, "sample");
	while (names.len > 0) {
		const size_t comma = slice_index(names, ',');

		textbuf_add(t, before);
		phrase_witness(t, slice_first(names, comma));
		names = slice_after(names, comma + 1);
		before = ", ";
	}
}

static void
add_doubt(struct textbuf *t, const struct evidence *e)
{
	const struct slice ours = evidence_get(e, "local_clock");

	if (slice_is(ours, "unsynchronised"))
		textbuf_add(t, "; this host's clock is not synchronised");
	else if (slice_is(ours, "suspect"))
		textbuf_add(t, "; this host's clock is in doubt too");
}

void
skewtext_peer(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	add_owner(t, event);
	if (is_folded(event))
		add_worst(t, event);
	else
		textbuf_add(t, " is ");
	add_offset(t, e);
	if (evidence_find(e, "uncertainty_s") != NULL) {
		textbuf_add(t, " (+/- ");
		phrase_seconds(t, e, "uncertainty_s");
		textbuf_add(t, ")");
	}
	add_shape(t, e);
	phrase_since(t,
	    evidence_number(event->evidence, "stepped_at", event->first_seen));
	add_samples(t, e);
	add_doubt(t, e);
}

void
skewtext_peer_label(struct textbuf *t, const struct alert_event *event)
{
	add_owner(t, event);
	textbuf_add(t, ", ");
	add_offset(t, event->evidence);
}

static void
odd_one_out(struct textbuf *t, const struct evidence *e)
{
	const int64_t agreeing = evidence_number(e, "peers_agreeing", 0);
	const int64_t all = evidence_number(e, "peers_total", 0);

	textbuf_add(t, "either this host's clock is ");
	add_offset(t, e);
	textbuf_add(t, " or all ");
	if (agreeing > 0 && agreeing < all) {
		textbuf_int(t, agreeing);
		textbuf_add(t, " of ");
	}
	if (all > 0) {
		textbuf_int(t, all);
		textbuf_add(t, " ");
	}
	textbuf_add(t, "peers share one wrong time source");
}

static void
stepped(struct textbuf *t, const struct evidence *e)
{
	textbuf_add(t, "this host's clock was stepped");
	if (evidence_find(e, "offset_s") == NULL)
		return;
	textbuf_add(t, " ");
	phrase_seconds(t, e, "offset_s");
	textbuf_add(
	    t, evidence_number(e, "offset_s", 0) < 0 ? " back" : " forward");
}

static void
unsynchronised(struct textbuf *t, const struct evidence *e)
{
	const int64_t agreeing = evidence_number(e, "peers_agreeing", 0);

	textbuf_add(t, "this host's clock is not synchronised");
	if (evidence_find(e, "offset_s") == NULL)
		return;
	textbuf_add(t, " and is ");
	add_offset(t, e);
	if (agreeing <= 0)
		return;
	textbuf_add(t, " by the clocks of ");
	phrase_count(t, (uint64_t)agreeing, "peer");
}

void
skewtext_local(struct textbuf *t, const struct alert_event *event)
{
	const struct slice class = evidence_get(event->evidence, "class");

	if (slice_is(class, "odd_one_out"))
		odd_one_out(t, event->evidence);
	else if (slice_is(class, "stepped"))
		stepped(t, event->evidence);
	else
		unsynchronised(t, event->evidence);
	textbuf_add(t, slice_is(class, "stepped") ? "; at " : "; since ");
	textbuf_time_of_day(t, event->first_seen);
}

void
skewtext_local_label(struct textbuf *t, const struct alert_event *event)
{
	(void)event;
	textbuf_add(t, "this host's clock");
}

const struct kindtext skewtext_clock_skew = {
	.catalog = {
		.summary = "the clock of a host is wrong",
		.advice = "check the clock and zone there, then restart what "
			  "cached it",
		.text =
"The time a host tells in its own messages (the Date header and other\n"
"witnesses) differs from the time at which they were captured by more\n"
"than the threshold, over several messages that agree with each other.\n"
"A positive offset means that the host is ahead.\n"
"\n"
"The shape is the best hint at the cause: a whole number of quarter hours\n"
"points to the time zone or to daylight saving, exactly 12 hours to AM\n"
"and PM, whole days to a date set by hand, a swapped day and month to a\n"
"date format, 1970 to an empty clock battery, 1024 weeks to a GPS\n"
"receiver, 37 seconds to TAI or GPS time taken for UTC, a drift to a\n"
"host that is not synchronised at all.\n"
"\n"
"Check in this order:\n"
"\n"
"1. On that host: the time in UTC, the time zone, the state of its time\n"
"   service (w32tm /query /status, chronyc tracking, timedatectl).\n"
"2. Where it gets its time from: the domain controller, the NTP server,\n"
"   the hypervisor.  If several hosts have the same offset, the fault is\n"
"   there.\n"
"3. What changed at the moment the line names: an update, an image, a\n"
"   script that set zone or time.\n"
"4. After it was set right: restart the services that cached the time or\n"
"   hold credentials made with it (on Lync, the Front End services).\n"
"\n"
"\"HOST or a server behind it\" means that a proxy may have passed on the\n"
"time of another.  When this host's own clock cannot be trusted and\n"
"several peers agree against it, local-clock is raised instead.\n",
	},
	.trouble = skewtext_peer,
	.label = skewtext_peer_label,
	.healthy = "it is right again",
	.after = "restart what cached the wrong time, if anything still "
		 "fails",
};

static const struct kindtext_class local_clock_classes[] = {
	{ "stepped",
	    "see who set the clock of this host, and whether it is right now "
	    "(timedatectl, chronyc tracking)" },
	{ "unsynchronised",
	    "make this host synchronise its clock (timedatectl, chronyc "
	    "tracking): no peer is judged well without it" },
	{ .class = NULL },
};

const struct kindtext skewtext_local_clock = {
	.catalog = {
		.summary = "the clock of the capturing host may be wrong",
		.advice = "check the time service of this host first "
			  "(timedatectl, chronyc tracking), then the time "
			  "source of the peers",
		.text =
"Offsets are measured against the clock that stamped the packets.  This\n"
"alert says that this very clock is in doubt, and it is told before any\n"
"peer is accused.\n"
"\n"
"Class stepped: the clock of this host was set by hand or by its time\n"
"service.  Timers are not disturbed, and the estimates were shifted with\n"
"it.  Class unsynchronised: the kernel says that the clock is not\n"
"synchronised, and peers contradict it.  Class odd_one_out: several peers\n"
"agree with each other and not with this host, and none sides with it;\n"
"then either this host is wrong, or all of them share one wrong source of\n"
"time.  Both are possible, and both are told.\n"
"\n"
"Check in this order: the time service of this host; if that is right,\n"
"the time source the peers share (domain controller, NTP server,\n"
"hypervisor).  For a savefile, \"this host\" is the one that captured it.\n",
	},
	.classes = local_clock_classes,
	.trouble = skewtext_local,
	.label = skewtext_local_label,
	.healthy = "it agrees with its peers again",
};
