/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/param.h"

static size_t
first_of(struct slice s, uint8_t one, uint8_t other)
{
	s.len = slice_index(s, one);
	return one == other ? s.len : slice_index(s, other);
}

size_t
param_unquoted(struct slice s, const char *octets)
{
	const uint8_t one = (uint8_t)octets[0];
	const uint8_t other = octets[1] == '\0' ? one : (uint8_t)octets[1];
	const size_t found = first_of(s, one, other);
	size_t i = slice_index(slice_first(s, found), '"');
	bool quoted = false;

	/* Nearly always nothing before it is quoted. */
	if (i == found)
		return found;
	for (; i < s.len; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && (s.p[i] == one || s.p[i] == other))
			return i;
	}
	return s.len;
}

struct slice
param_unquote(struct slice s)
{
	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		return slice_between(s, 1, s.len - 1);
	return s;
}

bool
param_next(struct slice *params, struct slice *name, struct slice *value)
{
	struct slice param;
	size_t equal;

	if (params->len == 0)
		return false;
	*params = slice_after(*params, 1);
	param = slice_first(*params, param_unquoted(*params, ";"));
	*params = slice_after(*params, param.len);
	equal = slice_index(param, '=');
	*name = slice_trim(slice_first(param, equal));
	*value = slice_trim(slice_after(param, equal + 1));
	return true;
}

struct slice
param_value(struct slice params, const char *wanted)
{
	struct slice name, value;

	while (param_next(&params, &name, &value))
		if (slice_is_nocase(name, wanted))
			return value;
	return slice_of(NULL, 0);
}

/* The scheme comes before a challenge's first parameter. */
static struct slice
last_word(struct slice s)
{
	size_t i = s.len;

	while (i > 0 && s.p[i - 1] != ' ' && s.p[i - 1] != '\t')
		i--;
	return slice_after(s, i);
}

bool
param_find(
    struct slice value, char separator, const char *name, struct slice *found)
{
	const char separators[] = { separator, '\0' };

	while (value.len > 0) {
		const size_t end = param_unquoted(value, separators);
		const struct slice part = slice_first(value, end);
		const size_t equals = slice_index(part, '=');
		const struct slice word =
		    last_word(slice_trim(slice_first(part, equals)));

		value = slice_after(value, end + 1);
		if (equals == part.len || !slice_is_nocase(word, name))
			continue;
		*found =
		    param_unquote(slice_trim(slice_after(part, equals + 1)));
		return true;
	}
	return false;
}
