/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/metrics.h"

#include "unit/unit.h"

static const struct metrics_labels none = { .count = 0 };

static void
expect(struct metrics *m, const char *wanted)
{
	size_t len;
	const char *page = metrics_page(m, &len);

	ck_assert_ptr_nonnull(page);
	ck_assert_uint_eq(len, strlen(wanted));
	ck_assert_mem_eq(page, wanted, len);
	metrics_done(m);
}

START_TEST(a_counter_is_named_by_its_samples_in_text)
{
	struct metrics m;

	metrics_init(&m, METRICS_TEXT, 1000);
	metrics_family(&m, "a_packets", METRICS_COUNTER, NULL, "Packets.");
	metrics_count(&m, none, 7);
	expect(&m,
	    "# HELP a_packets_total Packets.\n"
	    "# TYPE a_packets_total counter\n"
	    "a_packets_total 7\n");
}
END_TEST

START_TEST(a_counter_is_named_by_its_family_in_openmetrics)
{
	struct metrics m;

	metrics_init(&m, METRICS_OPENMETRICS, 1000);
	metrics_family(&m, "a_packets", METRICS_COUNTER, NULL, "Packets.");
	metrics_count(&m, none, 7);
	expect(&m,
	    "# HELP a_packets Packets.\n"
	    "# TYPE a_packets counter\n"
	    "a_packets_total 7\n"
	    "# EOF\n");
}
END_TEST

START_TEST(an_info_is_a_gauge_in_text)
{
	const struct metrics_label version = { "version", "0.1" };
	const struct metrics_labels labels = { &version, 1 };
	struct metrics m;

	metrics_init(&m, METRICS_TEXT, 1000);
	metrics_family(&m, "a_build", METRICS_INFO, NULL, "Build.");
	metrics_count(&m, labels, 1);
	expect(&m,
	    "# HELP a_build_info Build.\n"
	    "# TYPE a_build_info gauge\n"
	    "a_build_info{version=\"0.1\"} 1\n");
}
END_TEST

START_TEST(a_unit_is_told_in_openmetrics_alone)
{
	struct metrics m;

	metrics_init(&m, METRICS_OPENMETRICS, 1000);
	metrics_family(
	    &m, "a_offset_seconds", METRICS_GAUGE, "seconds", "Offset.");
	metrics_seconds(&m, none, -3600400 * NSTIME_MS);
	expect(&m,
	    "# HELP a_offset_seconds Offset.\n"
	    "# TYPE a_offset_seconds gauge\n"
	    "# UNIT a_offset_seconds seconds\n"
	    "a_offset_seconds -3600.400000\n"
	    "# EOF\n");
}
END_TEST

START_TEST(label_values_are_escaped)
{
	const struct metrics_label hostile = { "peer", "a\"b\\c\nd" };
	const struct metrics_labels labels = { &hostile, 1 };
	struct metrics m;

	metrics_init(&m, METRICS_TEXT, 1000);
	metrics_family(&m, "a", METRICS_GAUGE, NULL, "A.");
	metrics_count(&m, labels, 1);
	expect(&m,
	    "# HELP a A.\n# TYPE a gauge\n"
	    "a{peer=\"a\\\"b\\\\c\\nd\"} 1\n");
}
END_TEST

START_TEST(buckets_of_a_histogram_add_up)
{
	const nstime bounds[] = { NSTIME_S / 4, NSTIME_S };
	const uint64_t counts[] = { 2, 3, 1 };
	const struct metrics_histogram h = { bounds, counts, 2,
		3500 * NSTIME_MS };
	const struct metrics_label method = { "method", "INVITE" };
	const struct metrics_labels labels = { &method, 1 };
	struct metrics m;

	metrics_init(&m, METRICS_TEXT, 1000);
	metrics_family(
	    &m, "a_seconds", METRICS_HISTOGRAM, "seconds", "Durations.");
	metrics_histogram(&m, labels, &h);
	expect(&m,
	    "# HELP a_seconds Durations.\n# TYPE a_seconds histogram\n"
	    "a_seconds_bucket{method=\"INVITE\",le=\"0.25\"} 2\n"
	    "a_seconds_bucket{method=\"INVITE\",le=\"1.0\"} 5\n"
	    "a_seconds_bucket{method=\"INVITE\",le=\"+Inf\"} 6\n"
	    "a_seconds_sum{method=\"INVITE\"} 3.500000\n"
	    "a_seconds_count{method=\"INVITE\"} 6\n");
}
END_TEST

START_TEST(a_page_that_does_not_fit_is_none)
{
	struct metrics m;
	size_t len;

	metrics_init(&m, METRICS_TEXT, 40);
	metrics_family(&m, "a_packets", METRICS_COUNTER, NULL, "Packets.");
	metrics_count(&m, none, 7);
	ck_assert_ptr_null(metrics_page(&m, &len));
	metrics_done(&m);
}
END_TEST

START_TEST(a_large_page_grows)
{
	struct metrics m;
	size_t len;

	metrics_init(&m, METRICS_TEXT, 1 << 20);
	metrics_family(&m, "a", METRICS_GAUGE, NULL, "A.");
	for (unsigned i = 0; i < 10000; i++)
		metrics_count(&m, none, 1);
	ck_assert_ptr_nonnull(metrics_page(&m, &len));
	ck_assert_uint_eq(len, strlen("# HELP a A.\n# TYPE a gauge\n") + 40000);
	metrics_done(&m);
}
END_TEST

START_TEST(the_form_follows_the_accept_header)
{
	static const struct {
		const char *accept;
		enum metrics_form form;
	} rows[] = {
		{ "", METRICS_TEXT },
		{ "*/*", METRICS_TEXT },
		{ "text/plain", METRICS_TEXT },
		{ "application/openmetrics-text", METRICS_OPENMETRICS },
		{ "application/openmetrics-text;q=0", METRICS_TEXT },
		{ "text/plain;q=0.9, application/openmetrics-text;q=0.5",
		    METRICS_TEXT },
		/* As Prometheus 2.42 sends it. */
		{ "application/openmetrics-text;version=1.0.0,application/"
		  "openmetrics-text;version=0.0.1;q=0.75,text/plain;version="
		  "0.0.4;q=0.5,*/*;q=0.1",
		    METRICS_OPENMETRICS },
		{ "application/openmetrics-text; q=nonsense",
		    METRICS_OPENMETRICS },
		{ ",;,;q=,", METRICS_TEXT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(metrics_accepted(slice_text(rows[i].accept)) ==
			rows[i].form,
		    "%s", rows[i].accept);
}
END_TEST

UNIT("metrics", a_counter_is_named_by_its_samples_in_text,
    a_counter_is_named_by_its_family_in_openmetrics, an_info_is_a_gauge_in_text,
    a_unit_is_told_in_openmetrics_alone, label_values_are_escaped,
    buckets_of_a_histogram_add_up, a_page_that_does_not_fit_is_none,
    a_large_page_grows, the_form_follows_the_accept_header)
