/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keylog.h"

/* Labels without a place are known and of no use. */
static const struct {
	const char *text;
	enum keylog_label label;
} labels[] = {
	{ "CLIENT_RANDOM", KEYLOG_MASTER },
	{ "CLIENT_HANDSHAKE_TRAFFIC_SECRET", KEYLOG_CLIENT_HANDSHAKE },
	{ "SERVER_HANDSHAKE_TRAFFIC_SECRET", KEYLOG_SERVER_HANDSHAKE },
	{ "CLIENT_TRAFFIC_SECRET_0", KEYLOG_CLIENT_TRAFFIC },
	{ "SERVER_TRAFFIC_SECRET_0", KEYLOG_SERVER_TRAFFIC },
	{ "CLIENT_TRAFFIC_SECRET_N", KEYLOG_LABELS },
	{ "SERVER_TRAFFIC_SECRET_N", KEYLOG_LABELS },
	{ "CLIENT_EARLY_TRAFFIC_SECRET", KEYLOG_LABELS },
	{ "EARLY_EXPORTER_SECRET", KEYLOG_LABELS },
	{ "EXPORTER_SECRET", KEYLOG_LABELS },
	{ "PMS_CLIENT_RANDOM", KEYLOG_LABELS },
	{ "RSA", KEYLOG_LABELS },
};

static bool
find_label(struct slice word, enum keylog_label *label)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (slice_is(word, labels[i].text)) {
			*label = labels[i].label;
			return true;
		}
	return false;
}

static int
nibble(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit = slice_lower(digit);
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Between `least' and `most' octets in hexadecimal.  0: it is not that. */
static size_t
read_hex(struct slice word, uint8_t *out, size_t least, size_t most)
{
	const size_t octets = word.len / 2;

	if (word.len % 2 != 0 || octets < least || octets > most)
		return 0;
	for (size_t i = 0; i < octets; i++) {
		const int high = nibble(word.p[2 * i]);
		const int low = nibble(word.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return octets;
}

static struct slice
next_word(struct slice *line)
{
	const struct slice word = slice_first(*line, slice_index(*line, ' '));

	*line = slice_trim(slice_after(*line, word.len + 1));
	return word;
}

enum keylog_answer
keylog_parse(struct slice line, struct keylog_line *found)
{
	/* Secrets are as long as a hash; a master secret has 48 octets. */
	enum { SHORTEST = 32 };
	struct slice rest = slice_trim(line), word;
	struct keylog_line read = { .label = KEYLOG_LABELS };

	if (rest.len == 0 || rest.p[0] == '#')
		return KEYLOG_NOTHING;
	word = next_word(&rest);
	if (!find_label(word, &read.label))
		return KEYLOG_MALFORMED;
	if (read.label == KEYLOG_LABELS)
		return KEYLOG_NOTHING;
	word = next_word(&rest);
	if (read_hex(word, read.random, KEYLOG_RANDOM, KEYLOG_RANDOM) == 0)
		return KEYLOG_MALFORMED;
	read.secret_len = (uint8_t)read_hex(rest, read.secret,
	    read.label == KEYLOG_MASTER ? KEYLOG_SECRET : SHORTEST,
	    KEYLOG_SECRET);
	if (read.secret_len == 0)
		return KEYLOG_MALFORMED;
	*found = read;
	return KEYLOG_FOUND;
}

static void
hold(struct keylog_lines *lines, struct slice octets)
{
	octets = slice_first(octets, sizeof(lines->held) - lines->len);
	if (octets.len > 0)
		memcpy(lines->held + lines->len, octets.p, octets.len);
	lines->len += octets.len;
}

struct slice
keylog_rest(struct keylog_lines *lines)
{
	const struct slice rest = slice_of(lines->held, lines->len);

	lines->len = 0;
	return rest;
}

bool
keylog_next(
    struct keylog_lines *lines, struct slice *octets, struct slice *line)
{
	const size_t end = slice_index(*octets, '\n');
	const struct slice here = slice_first(*octets, end);
	const bool ends = end < octets->len;

	*octets = slice_after(*octets, end + 1);
	if (ends && lines->len == 0) {
		*line = slice_first(here, KEYLOG_LINE);
		return true;
	}
	hold(lines, here);
	if (!ends)
		return false;
	*line = keylog_rest(lines);
	return true;
}
