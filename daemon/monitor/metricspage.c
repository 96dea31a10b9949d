/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/metricspage.h"

#include <stdlib.h>
#include <string.h>

static const struct metrics_labels none = { .count = 0 };

#define DAY (86400 * NSTIME_S)

static struct metrics_labels
labels_of(const struct metrics_label *labels, size_t count)
{
	return (struct metrics_labels){ labels, count };
}

static void
one(struct metrics *m, const char *name, enum metrics_type type,
    const char *help, uint64_t value)
{
	metrics_family(m, name, type, NULL, help);
	metrics_count(m, none, value);
}

static void
fill_build(const struct answers_rooms *r, struct metrics *m)
{
	const struct metrics_label version = { "version", SIPTIMED_VERSION };

	metrics_family(m, "siptimed_build", METRICS_INFO, NULL,
	    "The version of siptimed.");
	metrics_count(m, labels_of(&version, 1), 1);
	metrics_family(m, "siptimed_uptime_seconds", METRICS_GAUGE, "seconds",
	    "How long the daemon has been running.");
	metrics_seconds(m, none, r->monotonic - r->started);
}

/* Of the budget that [limits] memory sets. */
static void
fill_memory(const struct answers_rooms *r, struct metrics *m)
{
	static const struct {
		const char *name, *unit, *help;
		enum metrics_type type;
	} families[] = {
		{ "siptimed_memory_used_bytes", "bytes",
		    "What a room holds of the memory budget.", METRICS_GAUGE },
		{ "siptimed_memory_guaranteed_bytes", "bytes",
		    "What a room may hold whatever the others do.",
		    METRICS_GAUGE },
		{ "siptimed_memory_refusals", NULL,
		    "How often a room got no more memory.", METRICS_COUNTER },
	};

	for (size_t i = 0; i < 3; i++) {
		metrics_family(m, families[i].name, families[i].type,
		    families[i].unit, families[i].help);
		for (int room = 0; room < BUDGET_ROOMS; room++) {
			const struct budget_use use =
			    budget_use(r->budget, (enum budget_room)room);
			const uint64_t values[] = { use.used, use.guaranteed,
				use.refused };
			const struct metrics_label name = { "room", use.name };

			metrics_count(m, labels_of(&name, 1), values[i]);
		}
	}
	metrics_family(m, "siptimed_memory_limit_bytes", METRICS_GAUGE, "bytes",
	    "The memory budget.");
	metrics_count(m, labels_of(NULL, 0), budget_octets(r->budget));
}

static void
fill_capture(const struct answers_rooms *r, struct metrics *m)
{
	const size_t end =
	    r->interfaces == NULL ? 0 : interfaces_end(r->interfaces);

	one(m, "siptimed_capture_packets", METRICS_COUNTER,
	    "Packets that were read.", r->packets);
	one(m, "siptimed_sip_messages", METRICS_COUNTER,
	    "SIP messages that were parsed.", r->messages);
	metrics_family(m, "siptimed_capture_drops", METRICS_COUNTER, NULL,
	    "Packets that the kernel dropped before they were read.");
	for (size_t i = 0; i < end; i++) {
		const struct metrics_label name = { "interface",
			interfaces_name(r->interfaces, i) };

		if (name.value != NULL)
			metrics_count(m, labels_of(&name, 1), r->dropped[i]);
	}
	metrics_family(m, "siptimed_capture_up", METRICS_GAUGE, NULL,
	    "1 if the interface is captured.");
	for (size_t i = 0; i < end; i++) {
		const struct metrics_label name = { "interface",
			interfaces_name(r->interfaces, i) };

		if (name.value != NULL)
			metrics_count(m, labels_of(&name, 1),
			    interfaces_is_open(r->interfaces, i));
	}
}

/* Each room's reasons, as in SIGUSR1's answer. */
static void
fill_counters(const struct answers_rooms *r, struct metrics *m)
{
	struct totals totals = { .count = 0 };

	r->count(r->arg, &totals);
	metrics_family(m, "siptimed_events", METRICS_COUNTER, NULL,
	    "Packets, messages and entries dropped or noticed, by reason.");
	for (size_t i = 0; i < totals.count; i++) {
		const struct metrics_label name = { "reason",
			totals.entries[i].name };

		metrics_count(m, labels_of(&name, 1), totals.entries[i].value);
	}
}

static void
fill_transactions(const struct answers_rooms *r, struct metrics *m)
{
	const struct traffic *traffic = ledger_traffic(judge_ledger(r->judge));
	const struct traffic_method *method;

	one(m, "siptimed_transactions_open", METRICS_GAUGE,
	    "Transactions that wait for their final response.",
	    matcher_open(r->matcher));
	metrics_family(m, "siptimed_transaction_duration_seconds",
	    METRICS_HISTOGRAM, "seconds",
	    "From the first copy of a request to its final response, or to "
	    "the verdict that there is none.");
	for (size_t i = 0; (method = traffic_method(traffic, i)) != NULL; i++)
		for (int k = 0; k < TRAFFIC_RESULTS; k++) {
			const struct traffic_durations *d = &method->results[k];
			const struct metrics_label labels[] = {
				{ "method", method->name },
				{ "result",
				    traffic_result_name(
					(enum traffic_result)k) },
			};

			if (d->count > 0)
				metrics_histogram(m, labels_of(labels, 2),
				    &(struct metrics_histogram){
					.bounds = traffic_bounds,
					.counts = d->buckets,
					.bounded = TRAFFIC_BOUNDS,
					.sum = d->sum,
				    });
		}
}

static int
more_timeouts(const void *left, const void *right)
{
	const uint64_t a =
	    ((const struct traffic_server *)left)->results[TRAFFIC_TIMED_OUT];
	const uint64_t b =
	    ((const struct traffic_server *)right)->results[TRAFFIC_TIMED_OUT];

	return (a < b) - (a > b);
}

static void
fill_servers(const struct answers_rooms *r, struct metrics *m)
{
	struct traffic_server *list = calloc(1024, sizeof(*list));
	size_t count = list == NULL
	    ? 0
	    : traffic_list(
		  ledger_traffic(judge_ledger(r->judge)), r->wall, list, 1024);

	qsort(list, count, sizeof(*list), more_timeouts);
	count = count > METRICSPAGE_PEERS ? METRICSPAGE_PEERS : count;
	metrics_family(m, "siptimed_server_timeouts", METRICS_COUNTER, NULL,
	    "Transactions of a server that timed out with proof.");
	for (size_t i = 0; i < count; i++) {
		char name[80];
		struct textbuf t;
		const struct metrics_label label = { "server", name };

		if (r->wall - list[i].last > DAY)
			continue;
		textbuf_init(&t, name, sizeof(name));
		endpoint_write(&t, &list[i].server);
		metrics_count(m, labels_of(&label, 1),
		    list[i].results[TRAFFIC_TIMED_OUT]);
	}
	free(list);
}

/* ---- alerts ---- */

struct active {
	uint64_t counts[FINDING_KINDS][FINDING_INFO + 1];
};

static void
on_active(void *arg, const struct alert_event *event)
{
	struct active *active = arg;

	active->counts[event->kind][event->severity]++;
}

static void
fill_alerts(const struct answers_rooms *r, struct metrics *m)
{
	struct active active = { .counts = { { 0 } } };

	judge_alerts(r->judge, on_active, &active, r->now, r->wall);
	metrics_family(m, "siptimed_alerts_active", METRICS_GAUGE, NULL,
	    "Alerts that are active.");
	for (int kind = 0; kind < FINDING_KINDS; kind++)
		for (int severity = 0; severity <= FINDING_INFO; severity++) {
			const struct metrics_label labels[] = {
				{ "alert",
				    finding_kind_name(
					(enum finding_kind)kind) },
				{ "severity",
				    finding_severity_name(
					(enum finding_severity)severity) },
			};

			if (active.counts[kind][severity] > 0)
				metrics_count(m, labels_of(labels, 2),
				    active.counts[kind][severity]);
		}
}

static void
on_sink(void *arg, const char *name, const struct sink_counts *counts)
{
	struct metrics *m = arg;
	const struct metrics_label lost[] = { { "sink", name },
		{ "outcome", "lost" } };
	const struct metrics_label delivered[] = { { "sink", name },
		{ "outcome", "delivered" } };

	metrics_count(m, labels_of(delivered, 2), counts->delivered);
	metrics_count(m, labels_of(lost, 2), counts->lost);
}

static void
fill_sinks(const struct answers_rooms *r, struct metrics *m)
{
	metrics_family(m, "siptimed_sink_alerts", METRICS_COUNTER, NULL,
	    "Alerts and notes that a sink took, or lost.");
	if (r->sinks != NULL)
		sinks_each(r->sinks, on_sink, m);
}

/* ---- clocks ---- */

static int
further_off(const void *left, const void *right)
{
	const nstime a =
	    nstime_magnitude(((const struct summary_clock *)left)->offset);
	const nstime b =
	    nstime_magnitude(((const struct summary_clock *)right)->offset);

	return (a < b) - (a > b);
}

static void
fill_peers(const struct summary *s, struct metrics *m, const char *name,
    const char *help, bool uncertainty)
{
	const size_t count = s->clock_count > METRICSPAGE_PEERS
	    ? METRICSPAGE_PEERS
	    : s->clock_count;

	metrics_family(m, name, METRICS_GAUGE, "seconds", help);
	for (size_t i = 0; i < count; i++) {
		char peer[96];
		struct textbuf t;
		const struct metrics_label label = { "peer", peer };

		textbuf_init(&t, peer, sizeof(peer));
		summary_clock_name(&t, &s->clocks[i]);
		metrics_seconds(m, labels_of(&label, 1),
		    uncertainty ? s->clocks[i].uncertainty
				: s->clocks[i].offset);
	}
}

static void
fill_clocks(const struct answers_rooms *r, struct metrics *m)
{
	struct summary summary = { .wall = r->wall };
	const struct metrics_label state = { "state", r->clock };

	metrics_family(m, "siptimed_local_clock", METRICS_GAUGE, NULL,
	    "What is known of this host's own clock.");
	metrics_count(m, labels_of(&state, 1), 1);
	one(m, "siptimed_local_clock_synchronized", METRICS_GAUGE,
	    "1 if this host's clock is synchronized.",
	    strcmp(r->clock, "trusted") == 0);
	if (judge_summary(r->judge, &summary)) {
		qsort(summary.clocks, summary.clock_count,
		    sizeof(*summary.clocks), further_off);
		fill_peers(&summary, m, "siptimed_peer_clock_offset_seconds",
		    "How far a host's clock is ahead of ours.", false);
		fill_peers(&summary, m,
		    "siptimed_peer_clock_uncertainty_seconds",
		    "The uncertainty of that offset.", true);
	}
	summary_done(&summary);
}

void
metricspage_fill(const struct answers_rooms *rooms, struct metrics *m)
{
	fill_build(rooms, m);
	fill_memory(rooms, m);
	fill_capture(rooms, m);
	fill_transactions(rooms, m);
	fill_servers(rooms, m);
	fill_alerts(rooms, m);
	fill_clocks(rooms, m);
	fill_sinks(rooms, m);
	fill_counters(rooms, m);
}
