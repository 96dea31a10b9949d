/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/param.h"

#include "unit.h"

static bool
finds(const char *value, char separator, const char *name, const char *text)
{
	struct slice found = slice_text("untouched");
	uint8_t *exact = unit_exact(slice_text(value));
	const bool is_there =
	    param_find(slice_of(exact, strlen(value)), separator, name, &found);
	const bool same = slice_is(found, text);

	free(exact);
	return is_there && same;
}

START_TEST(finds_a_parameter_wherever_it_stands)
{
	const char *value = "1013;reason=\"Significant; skew\"; source=host";

	ck_assert(finds(value, ';', "reason", "Significant; skew"));
	ck_assert(finds(value, ';', "SOURCE", "host"));
	ck_assert(!finds(value, ';', "1013", ""));
	ck_assert(!finds(value, ';', "skew\"", ""));
}
END_TEST

START_TEST(a_scheme_comes_before_the_first)
{
	const char *value = "NTLM realm=\"a, b\", gssapi-data=\"YQ==\"";

	ck_assert(finds(value, ',', "realm", "a, b"));
	ck_assert(finds(value, ',', "gssapi-data", "YQ=="));
	ck_assert(!finds(value, ',', "b\"", ""));
}
END_TEST

START_TEST(escaped_quotes_do_not_end_a_value)
{
	ck_assert(finds("1;a=\"x\\\";b=1\";b=2", ';', "b", "2"));
	ck_assert(finds("1; a = \"x\" ", ';', "a", "x"));
}
END_TEST

START_TEST(survives_broken_values)
{
	ck_assert(!finds("", ';', "a", ""));
	ck_assert(!finds(";;;=;", ';', "a", ""));
	ck_assert(finds("a=", ';', "a", ""));
	ck_assert(finds("a=\"", ';', "a", "\""));
	ck_assert(finds("a=\"x;b=1\\", ';', "a", "\"x;b=1\\"));
}
END_TEST

START_TEST(parameters_are_taken_one_by_one)
{
	struct slice params = slice_text(";a=\"x;y\"; b ;=c"), name, value;

	ck_assert(param_next(&params, &name, &value));
	ck_assert(slice_is(name, "a"));
	ck_assert(slice_is(value, "\"x;y\""));
	ck_assert(slice_is(param_unquote(value), "x;y"));
	ck_assert(param_next(&params, &name, &value));
	ck_assert(slice_is(name, "b"));
	ck_assert_uint_eq(value.len, 0);
	ck_assert(param_next(&params, &name, &value));
	ck_assert_uint_eq(name.len, 0);
	ck_assert(slice_is(value, "c"));
	ck_assert(!param_next(&params, &name, &value));
	ck_assert(slice_is(param_value(slice_text(";a;B=2"), "b"), "2"));
	ck_assert_uint_eq(param_value(slice_text(";a;b=2"), "a").len, 0);
}
END_TEST

UNIT("param", parameters_are_taken_one_by_one,
    finds_a_parameter_wherever_it_stands, a_scheme_comes_before_the_first,
    escaped_quotes_do_not_end_a_value, survives_broken_values)
