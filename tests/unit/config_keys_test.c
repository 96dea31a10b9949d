/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_keys.h"

#include "unit/unit.h"

static size_t
row_of(const char *section, const char *name)
{
	size_t row;

	ck_assert(config_keys_find(section, name, &row));
	return row;
}

static bool
set(struct config *config, const char *section, const char *name,
    const char *text)
{
	return config_keys_set(
	    config, row_of(section, name), text, "a.conf", 3);
}

START_TEST(every_default_is_accepted)
{
	struct config *config = config_new();

	ck_assert_ptr_nonnull(config);
	for (size_t row = 0; row < config_keys_count(); row++) {
		const char *section = config_keys_section(row);
		struct config_keys_named named = { .values = config->values };
		const struct config_value *value;

		if (config_keys_is_named(section))
			ck_assert(config_keys_named(
			    config, section, slice_text("x"), &named));
		value = &named.values[row];

		ck_assert_msg(value->origin != NULL, "[%s] %s",
		    config_keys_section(row), config_keys_name(row));
		ck_assert_str_eq(value->origin, "default");
		ck_assert_str_ne(config_keys_accepted(row), "");
	}
	config_free(config);
}
END_TEST

START_TEST(every_key_is_found_by_its_name)
{
	size_t row;

	for (size_t i = 0; i < config_keys_count(); i++)
		ck_assert_uint_eq(
		    row_of(config_keys_section(i), config_keys_name(i)), i);
	ck_assert(!config_keys_find("sip", "t1", &row));
	ck_assert(!config_keys_find("timeout", "t1", &row));
	ck_assert(config_keys_has_section("timeouts"));
	ck_assert(!config_keys_has_section("timeout"));
}
END_TEST

START_TEST(a_value_is_kept_as_written_with_its_place)
{
	struct config *config = config_new();
	const size_t row = row_of("timeouts", "t1");

	ck_assert(set(config, "timeouts", "t1", "1s"));
	ck_assert_int_eq(config->timeouts.t1, NSTIME_S);
	ck_assert_str_eq(config->values[row].text, "1s");
	ck_assert_str_eq(config->values[row].origin, "a.conf");
	ck_assert_uint_eq(config->values[row].line, 3);
	config_free(config);
}
END_TEST

START_TEST(what_is_refused_changes_nothing)
{
	static const char *const bad[][3] = {
		{ "timeouts", "t1", "9ms" },
		{ "timeouts", "t1", "11s" },
		{ "timeouts", "slow_count", "0" },
		{ "timeouts", "methods", "SER VICE,IN\"VITE" },
		{ "capture", "snaplen", "63" },
		{ "capture", "interfaces", "an-interface-too-long" },
		{ "capture", "promiscuous", "perhaps" },
		{ "sip", "identities", "none" },
		{ "sip", "ports", "" },
		{ "clock", "witnesses", "date sundial" },
		{ "alerts", "facility", "local8" },
		{ "alerts", "sinks", "json:relative" },
		{ "alerts", "sinks", "" },
		{ "alerts", "ignore", "clock-skew example.com" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct config *config = config_new(), *before = config_new();
		const size_t row = row_of(bad[i][0], bad[i][1]);

		ck_assert_msg(!set(config, bad[i][0], bad[i][1], bad[i][2]),
		    "%s = %s", bad[i][1], bad[i][2]);
		ck_assert_str_eq(config->values[row].origin, "default");
		ck_assert(memcmp(config, before, sizeof(*config)) == 0);
		config_free(config);
		config_free(before);
	}
}
END_TEST

START_TEST(lists_are_kept_with_single_blanks)
{
	struct config *config = config_new();

	ck_assert(set(config, "alerts", "sinks", " journal,\tjson:/x/y "));
	ck_assert_str_eq(config->alerts.sinks, "journal json:/x/y");
	config_free(config);
}
END_TEST

START_TEST(facilities_have_the_numbers_of_syslog)
{
	struct config *config = config_new();

	ck_assert(set(config, "alerts", "facility", "kern"));
	ck_assert_uint_eq(config->alerts.facility, 0);
	ck_assert(set(config, "alerts", "facility", "ftp"));
	ck_assert_uint_eq(config->alerts.facility, 11);
	ck_assert(set(config, "alerts", "facility", "local0"));
	ck_assert_uint_eq(config->alerts.facility, 16);
	ck_assert(set(config, "alerts", "facility", "local7"));
	ck_assert_uint_eq(config->alerts.facility, 23);
	config_free(config);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_refused)
{
	struct config *config = config_new();
	char text[CONFIG_TEXT + 1];

	memset(text, 'x', sizeof(text));
	text[CONFIG_TEXT] = '\0';
	ck_assert(!set(config, "capture", "filter", text));
	text[CONFIG_TEXT - 1] = '\0';
	ck_assert(set(config, "capture", "filter", text));
	ck_assert_str_eq(config->capture.filter, text);
	config_free(config);
}
END_TEST

START_TEST(a_pool_has_keys_of_its_own)
{
	struct config *config = config_new();
	const struct config_pool *pool = &config->pools[0];
	struct config_keys_named named;

	ck_assert(
	    config_keys_named(config, "pool", slice_text("east"), &named));
	ck_assert_str_eq(pool->name, "east");
	ck_assert(config_keys_named_set(&named, row_of("pool", "members"),
	    "10.0.0.11 2001:db8::1", "a.conf", 7));
	ck_assert_uint_eq(pool->members.count, 2);
	ck_assert(!config_keys_named_set(
	    &named, row_of("pool", "members"), "10.0.0.0/8", "a.conf", 8));
	ck_assert_uint_eq(pool->members.count, 2);
	config_free(config);
}
END_TEST

START_TEST(a_name_is_one_section_wherever_it_stands)
{
	struct config *config = config_new();
	struct config_keys_named a, b;

	ck_assert(config_keys_named(config, "tls", slice_text("a"), &a));
	ck_assert(config_keys_named(config, "tls", slice_text("b"), &b));
	ck_assert_ptr_ne(a.base, b.base);
	ck_assert(config_keys_named(config, "tls", slice_text("a"), &b));
	ck_assert_ptr_eq(a.base, b.base);
	ck_assert_uint_eq(config->tls_count, 2);
	ck_assert_uint_eq(config->pool_count, 0);
	config_free(config);
}
END_TEST

START_TEST(there_are_not_more_sections_than_there_is_room_for)
{
	struct config *config = config_new();
	struct config_keys_named named;
	char name[2] = "a";

	for (unsigned i = 0; i < CONFIG_TLS; i++, name[0]++)
		ck_assert(
		    config_keys_named(config, "tls", slice_text(name), &named));
	ck_assert(!config_keys_named(config, "tls", slice_text(name), &named));
	config_free(config);
}
END_TEST

UNIT("config_keys", every_default_is_accepted, every_key_is_found_by_its_name,
    a_value_is_kept_as_written_with_its_place, what_is_refused_changes_nothing,
    lists_are_kept_with_single_blanks, facilities_have_the_numbers_of_syslog,
    a_text_that_is_too_long_is_refused, a_pool_has_keys_of_its_own,
    a_name_is_one_section_wherever_it_stands,
    there_are_not_more_sections_than_there_is_room_for)
