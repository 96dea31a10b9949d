/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/param.h"

#include "sip/inner/keys.h"

/* The scheme comes before a challenge's first parameter. */
static struct slice
last_word(struct slice s)
{
	size_t i = s.len;

	while (i > 0 && s.p[i - 1] != ' ' && s.p[i - 1] != '\t')
		i--;
	return slice_after(s, i);
}

static struct slice
without_quotes(struct slice s)
{
	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		return slice_between(s, 1, s.len - 1);
	return s;
}

bool
param_find(
    struct slice value, char separator, const char *name, struct slice *found)
{
	const char separators[] = { separator, '\0' };

	while (value.len > 0) {
		const size_t end = keys_unquoted(value, separators);
		const struct slice part = slice_first(value, end);
		const size_t equals = slice_index(part, '=');
		const struct slice word =
		    last_word(slice_trim(slice_first(part, equals)));

		value = slice_after(value, end + 1);
		if (equals == part.len || !slice_is_nocase(word, name))
			continue;
		*found =
		    without_quotes(slice_trim(slice_after(part, equals + 1)));
		return true;
	}
	return false;
}
