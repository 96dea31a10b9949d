/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/startline.h"

#include "sip/inner/field.h"

#define LONGEST_METHOD 80

static bool
is_digit(uint8_t octet)
{
	return octet >= '0' && octet <= '9';
}

static bool
is_space(uint8_t octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

static size_t
token_len(struct slice s)
{
	size_t i = 0;

	while (i < s.len && field_is_token(s.p[i]))
		i++;
	return i;
}

/* SIP/2.0, a blank, three digits. */
static bool
is_status_line(struct slice line)
{
	const struct slice code = slice_after(line, STARTLINE_VERSION_LEN + 1);

	return (slice_starts_with(line, STARTLINE_VERSION " ") ||
		   slice_starts_with_nocase(line, STARTLINE_VERSION " ")) &&
	    code.len >= 3 && is_digit(code.p[0]) && is_digit(code.p[1]) &&
	    is_digit(code.p[2]);
}

bool
startline_is(struct slice line)
{
	struct slice rest = line;
	size_t method;

	if (is_status_line(line))
		return true;
	method = token_len(slice_first(line, LONGEST_METHOD + 1));
	rest = slice_after(line, method);
	while (rest.len > 0 && is_space(rest.p[rest.len - 1]))
		rest.len--;
	return method > 0 && method <= LONGEST_METHOD &&
	    rest.len > STARTLINE_VERSION_LEN + 2 && rest.p[0] == ' ' &&
	    slice_is_nocase(
		slice_after(rest, rest.len - STARTLINE_VERSION_LEN - 1),
		" " STARTLINE_VERSION);
}

bool
startline_may_begin(struct slice octets)
{
	const size_t end = slice_index(octets, '\n');
	const size_t method =
	    token_len(slice_first(octets, LONGEST_METHOD + 1));

	if (end < octets.len)
		return startline_is(slice_first(octets, end));
	if (method == octets.len)
		return method <= LONGEST_METHOD;
	if (octets.p[method] == '/')
		return slice_is_nocase(slice_first(octets, method), "SIP");
	return method > 0 && octets.p[method] == ' ';
}

size_t
startline_line(struct slice octets, size_t at)
{
	const uint8_t *found = at == 0 ? NULL : memrchr(octets.p, '\n', at);

	return found == NULL ? 0 : (size_t)(found - octets.p) + 1;
}

/* Walking back from the version: blanks, the URI, blanks, the method. */
static bool
find_request(struct slice octets, size_t version, size_t *begin)
{
	const size_t line = startline_line(octets, version);
	const size_t low = version - line > STARTLINE_LONGEST
	    ? version - STARTLINE_LONGEST
	    : line;
	size_t i = version, method, upper;
	bool lower = false;

	while (i > low && octets.p[i - 1] == ' ')
		i--;
	while (i > low && octets.p[i - 1] != ' ')
		i--;
	while (i > low && octets.p[i - 1] == ' ')
		i--;
	method = i;
	while (i > low && field_is_token(octets.p[i - 1])) {
		i--;
		lower |= octets.p[i] >= 'a' && octets.p[i] <= 'z';
	}
	for (upper = method; upper > i && octets.p[upper - 1] >= 'A' &&
	     octets.p[upper - 1] <= 'Z';
	     upper--)
		;
	if (i > line || (lower && upper < method))
		i = upper;
	*begin = i;
	return version + STARTLINE_VERSION_LEN + 1 - i <= STARTLINE_LONGEST &&
	    startline_is(
		slice_between(octets, i, version + STARTLINE_VERSION_LEN));
}

enum startline_verdict
startline_around(struct slice octets, size_t version, size_t *begin)
{
	const struct slice after =
	    slice_after(octets, version + STARTLINE_VERSION_LEN);
	bool is_start = false;

	if (after.len == 0 || (after.len == 1 && after.p[0] == '\r'))
		return STARTLINE_MORE;
	if (after.p[0] == ' ') {
		if (after.len < 4)
			return STARTLINE_MORE;
		*begin = version;
		is_start = is_status_line(slice_after(octets, version));
	} else if (after.p[0] == '\n' ||
	    (after.p[0] == '\r' && after.p[1] == '\n')) {
		is_start = find_request(octets, version, begin);
	}
	return is_start ? STARTLINE_YES : STARTLINE_NO;
}
