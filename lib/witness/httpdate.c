/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/httpdate.h"

#include "sip/sipdate.h"

/* Fields that only caches, and proxies that may be, write. */
static const char *const kept[] = { "age", "via", "x-cache", "x-cache-hits",
	"x-cache-lookup", "x-cache-status", "x-proxy-cache", "x-varnish",
	"x-served-by", "cf-cache-status", "x-drupal-cache", "cache-status" };

static bool
is_kept(struct slice name)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (slice_is_nocase(name, kept[i]))
			return true;
	return false;
}

/* RFC 9110 has three forms of a date; servers write the first. */
static bool
read_date(struct slice value, nstime *time)
{
	struct sipdate_stats ignored = { .exact = 0 };
	struct sipdate date;

	return sipdate_parse(value, &date, &ignored) && date.forms == 0 &&
	    sipdate_wall(&date, time, &ignored);
}

static enum witness_answer
read_head(struct slice head, nstime *time)
{
	enum witness_answer answer = WITNESS_FOREIGN;

	while (head.len > 0) {
		const size_t end = slice_index(head, '\n');
		const struct slice line = slice_first(head, end);
		const size_t colon = slice_index(line, ':');
		const struct slice name = slice_first(line, colon);

		head = slice_after(head, end + 1);
		if (is_kept(name))
			return WITNESS_FOREIGN;
		if (!slice_is_nocase(name, "date"))
			continue;
		if (!read_date(slice_trim(slice_after(line, colon + 1)), time))
			return WITNESS_FOREIGN;
		answer = WITNESS_TOLD;
	}
	return answer;
}

/* Does it begin like "HTTP/1.1 ", as far as it is there? */
static bool
begins_well(struct slice first)
{
	static const char begin[] = "HTTP/1.";
	const size_t len =
	    first.len < sizeof(begin) - 1 ? first.len : sizeof(begin) - 1;

	return memcmp(first.p, begin, len) == 0;
}

enum witness_answer
httpdate_parse(struct slice first, nstime *time)
{
	const size_t end = slice_find(first, "\r\n\r\n");
	nstime told;
	enum witness_answer answer;

	if (first.len > 0 && !begins_well(first))
		return WITNESS_FOREIGN;
	if (end == first.len)
		return first.len < WITNESS_STREAM ? WITNESS_PARTIAL
						  : WITNESS_FOREIGN;
	answer = read_head(slice_first(first, end), &told);
	if (answer == WITNESS_TOLD)
		*time = told;
	return answer;
}

enum witness_answer
httpdate_read_stream(struct slice first, struct witness_reading *reading)
{
	nstime time;
	const enum witness_answer answer = httpdate_parse(first, &time);

	if (answer == WITNESS_TOLD)
		*reading = (struct witness_reading){
			.sender = { time, NSTIME_S },
			.behind = true,
		};
	return answer;
}
