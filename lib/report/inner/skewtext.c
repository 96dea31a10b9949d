/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/skewtext.h"

#include "base/calendar.h"
#include "report/inner/phrase.h"

/* Beyond this the exact number of seconds is useless to people. */
#define MOST_SECONDS (100000 * NSTIME_S)

/* From here on the year that the clock shows is printed. */
#define LEAST_YEAR (300 * CALENDAR_DAY_S * NSTIME_S)

static nstime
offset_of(const struct evidence *e)
{
	return evidence_number(e, "offset_s", 0);
}

/* Its number; 0 if there is none. */
static int64_t
units_of(const struct evidence *e)
{
	const struct evidence_field *field = evidence_find(e, "shape_units");
	const int64_t n = field == NULL ? 0 : field->number;

	return n == INT64_MIN ? 0 : n < 0 ? -n : n;
}

static void
zone(struct textbuf *t, const struct evidence *e)
{
	textbuf_add(
	    t, units_of(e) == 12000 ? "AM and PM, or time zone" : "time zone");
}

static void
drift(struct textbuf *t, const struct evidence *e)
{
	const int64_t per_day = units_of(e);

	textbuf_add(t, "not synchronised, it drifts");
	if (per_day == 0 || per_day > INT64_MAX / NSTIME_MS)
		return;
	textbuf_add(t, " ");
	textbuf_seconds(t, per_day * NSTIME_MS, 1);
	textbuf_add(t, " s a day");
}

static const struct {
	const char *name;
	void (*write)(struct textbuf *t, const struct evidence *e);
	const char *text;
} shapes[] = {
	{ "timezone", zone, NULL },
	{ "dst", NULL, "time zone or daylight saving" },
	{ "days", NULL, "its date was set wrong" },
	{ "date_swapped", NULL, "day and month are swapped" },
	{ "year", NULL, "its year was set wrong" },
	{ "epoch", NULL, "it was never set (a dead battery?)" },
	{ "gps_week", NULL, "GPS week rollover" },
	{ "tai", NULL, "TAI or GPS time" },
	{ "drift", drift, NULL },
};

static void
add_shape(struct textbuf *t, const struct evidence *e, const char *before)
{
	const struct slice shape = evidence_get(e, "shape");

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (!slice_is(shape, shapes[i].name))
			continue;
		textbuf_add(t, before);
		if (shapes[i].write != NULL)
			shapes[i].write(t, e);
		else
			textbuf_add(t, shapes[i].text);
	}
}

static unsigned
year_of(nstime wall)
{
	const nstime day = CALENDAR_DAY_S * NSTIME_S;

	return calendar_date(wall / day - (wall % day < 0)).year;
}

/* ": it thinks it is 1970, it was never set (a dead battery?)" */
static void
add_reason(struct textbuf *t, const struct alert_event *event)
{
	const nstime offset = offset_of(event->evidence);
	nstime shown;

	if (nstime_magnitude(offset) < LEAST_YEAR ||
	    __builtin_add_overflow(event->last_seen, offset, &shown)) {
		add_shape(t, event->evidence, ": ");
		return;
	}
	textbuf_add(t, ": it thinks it is ");
	textbuf_uint(t, year_of(shown));
	add_shape(t, event->evidence, ", ");
}

/* " (-3600.4 s +/- 0.3 s)" */
static void
add_figures(struct textbuf *t, const struct evidence *e)
{
	const nstime size = nstime_magnitude(offset_of(e));

	if (evidence_find(e, "uncertainty_s") == NULL)
		return;
	textbuf_add(t, " (");
	if (size >= 120 * NSTIME_S && size < MOST_SECONDS) {
		textbuf_add(t, offset_of(e) < 0 ? "-" : "+");
		phrase_seconds(t, e, "offset_s");
		textbuf_add(t, " ");
	}
	textbuf_add(t, "+/- ");
	phrase_seconds(t, e, "uncertainty_s");
	textbuf_add(t, ")");
}

/* The finding of user agents is one for all: its subject is "12 user agents",
 * or "12 hosts" where all are judged; that of one host is its address. */
static bool
is_folded(const struct alert_event *event)
{
	return slice_index(event->subject, ' ') < event->subject.len;
}

/* Before the address: "clock of HEP agent 3 at 10.0.0.50". */
static void
add_agent(struct textbuf *t, const struct evidence *e)
{
	if (evidence_find(e, "agent") == NULL)
		return;
	textbuf_add(t, "HEP agent ");
	textbuf_int(t, evidence_number(e, "agent", 0));
	textbuf_add(t, " at ");
}

static void
add_place(struct textbuf *t, const struct evidence *e)
{
	if (slice_is(evidence_get(e, "attribution"), "via") &&
	    evidence_find(e, "agent") == NULL)
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
add_offset(struct textbuf *t, const struct evidence *e)
{
	if (evidence_find(e, "offset_s") == NULL) {
		textbuf_add(t, "wrong");
		return;
	}
	phrase_offset(t, offset_of(e));
	textbuf_add(t, offset_of(e) < 0 ? " behind" : " ahead");
}

/* "12 user agents have wrong clocks; the worst, 10.0.1.12, is 2 h ahead". */
static void
add_worst(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	phrase_value(t, event->subject);
	if (is_plural(event)) {
		textbuf_add(t, " have wrong clocks; the worst, ");
		phrase_field(t, e, "peer", "one of them");
		add_place(t, e);
		textbuf_add(t, ", is ");
	} else {
		textbuf_add(t, " has a wrong clock: ");
		phrase_field(t, e, "peer", "it");
		add_place(t, e);
		textbuf_add(t, " is ");
	}
	add_offset(t, e);
}

static void
add_subject(struct textbuf *t, const struct alert_event *event)
{
	if (is_folded(event)) {
		textbuf_add(t, is_plural(event) ? "clocks of " : "clock of ");
		phrase_value(t, event->subject);
		return;
	}
	textbuf_add(t, "clock of ");
	add_agent(t, event->evidence);
	phrase_value(t, event->subject);
	add_place(t, event->evidence);
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
		textbuf_add(t, "; the clock of this host is not synchronised");
	else if (slice_is(ours, "suspect"))
		textbuf_add(t, "; the clock of this host is in doubt too");
}

/* A service that serves the time of its source (chronyd -x). */
static void
add_service(struct textbuf *t, const struct evidence *e)
{
	if (evidence_find(e, "ntp_offset_s") == NULL)
		return;
	textbuf_add(t, "; its NTP service serves another time (");
	phrase_offset(t, evidence_number(e, "ntp_offset_s", 0));
	textbuf_add(t,
	    evidence_number(e, "ntp_offset_s", 0) < 0 ? " behind" : " ahead");
	textbuf_add(
	    t, "): it may correct what it serves and not the system clock");
}

void
skewtext_peer(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	if (is_folded(event)) {
		add_worst(t, event);
	} else {
		add_subject(t, event);
		textbuf_add(t, " is ");
		add_offset(t, e);
	}
	add_reason(t, event);
	add_figures(t, e);
	phrase_since(t,
	    evidence_number(event->evidence, "stepped_at", event->first_seen));
	add_samples(t, e);
	add_service(t, e);
	add_doubt(t, e);
	if (is_plural(event))
		textbuf_add(t, "; all: --json");
}

void
skewtext_peer_label(struct textbuf *t, const struct alert_event *event)
{
	add_subject(t, event);
	textbuf_add(t, ", ");
	add_offset(t, event->evidence);
}

/* "4 of 5 hosts agree on a time that is 1 h behind this host's". */
static void
odd_one_out(struct textbuf *t, const struct evidence *e)
{
	const int64_t agreeing = evidence_number(e, "peers_agreeing", 0);
	const int64_t all = evidence_number(e, "peers_total", 0);

	if (agreeing <= 0)
		textbuf_add(t, "the other hosts");
	else if (agreeing >= all)
		textbuf_add(t, "all ");
	if (agreeing > 0) {
		textbuf_int(t, agreeing);
		if (agreeing < all) {
			textbuf_add(t, " of ");
			textbuf_int(t, all);
		}
		textbuf_add(t, " hosts");
	}
	textbuf_add(t, " agree on a time");
	if (evidence_find(e, "offset_s") != NULL) {
		textbuf_add(t, " that is ");
		phrase_offset(t, offset_of(e));
		textbuf_add(t, offset_of(e) < 0 ? " ahead of" : " behind");
		textbuf_add(t, " this host's");
	}
	textbuf_add(t,
	    ": probably the clock of this host is wrong; if its time service "
	    "is healthy, they share a wrong time source");
}

static void
stepped(struct textbuf *t, const struct evidence *e)
{
	textbuf_add(t, "the clock of this host was set");
	if (evidence_find(e, "offset_s") == NULL)
		return;
	textbuf_add(t, " ");
	phrase_offset(t, offset_of(e));
	textbuf_add(t, offset_of(e) < 0 ? " back" : " forward");
}

static void
unsynchronised(struct textbuf *t, const struct evidence *e)
{
	const int64_t agreeing = evidence_number(e, "peers_agreeing", 0);

	textbuf_add(t, "the clock of this host is not synchronised");
	if (evidence_find(e, "offset_s") == NULL)
		return;
	textbuf_add(t, " and is ");
	add_offset(t, e);
	if (agreeing <= 0)
		return;
	textbuf_add(t, ", by the clocks of ");
	phrase_count(t, (uint64_t)agreeing, "host");
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
	textbuf_add(t, "the clock of this host");
}

const struct kindtext skewtext_clock_skew = {
	.catalog = {
		.summary = "the clock of a host is wrong",
		.advice = "check the clock and zone there, then restart the services on that host that keep time-stamped credentials (on a Front End: its Front End service)",
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
"\"Its NTP service serves another time\": the programs of that host and its\n"
"NTP service contradict each other.  Such a service gives its clients the\n"
"time of its source without setting its own clock (chronyd -x, or a\n"
"container without the right to set it); or the programs compute UTC\n"
"wrongly from local time.\n"
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
"clock-skew is raised for a peer.\n"
"\n"
"Class stepped: the clock of this host was set by hand or by its time\n"
"service.  Timers are not disturbed, and the estimates were shifted with\n"
"it.  Class unsynchronised: the kernel says that the clock is not\n"
"synchronised, and peers contradict it.  Class odd_one_out: several peers\n"
"agree with each other and not with this host, and none sides with it;\n"
"then either this host is wrong, or all of them share one wrong source of\n"
"time.  Both are possible, and both are told.  Hosts that somebody made\n"
"up have a vote like others: where the kernel says that the clock is\n"
"synchronised, it is believed, and nobody votes.\n"
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
