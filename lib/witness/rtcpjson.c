/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/rtcpjson.h"

#include <jansson.h>

#include "witness/ntp.h"
#include "witness/rtcp.h"

enum { MICROSECONDS = 1000000 };

#define YEAR ((int64_t)365 * 24 * 3600 * NSTIME_S)

/* 0: it is not there, or no number of 32 bits. */
static uint32_t
number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	uint64_t n;

	if (json_is_integer(value)) {
		const json_int_t i = json_integer_value(value);

		return i < 0 || i > UINT32_MAX ? 0 : (uint32_t)i;
	}
	return slice_decimal(slice_of(json_string_value(value),
				 json_string_length(value)),
		   UINT32_MAX, &n)
	    ? (uint32_t)n
	    : 0;
}

/* An SSRC, which may be written as if it had a sign. */
static uint32_t
source(const json_t *object, const char *key)
{
	const json_int_t i = json_integer_value(json_object_get(object, key));

	return i < 0 && i >= INT32_MIN ? (uint32_t)i : number(object, key);
}

static void
read_block(const json_t *report, struct rtcp *r)
{
	const json_t *block =
	    json_array_get(json_object_get(report, "report_blocks"), 0);

	rtcp_block(r, source(block, "source_ssrc"), number(block, "lsr"),
	    number(block, "dlsr"));
}

static void
read_name(const json_t *report, char *name, struct rtcp *r)
{
	const json_t *items = json_object_get(report, "sdes_information");
	const uint32_t chunk = source(report, "sdes_ssrc");

	if (chunk != 0 && chunk != r->ssrc)
		return;
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);
		const json_t *text = json_object_get(item, "text");
		const size_t len = json_string_length(text);

		if (number(item, "type") != RTCP_CNAME || len == 0 ||
		    len >= RTCPJSON_NAME)
			continue;
		memcpy(name, json_string_value(text), len);
		r->cname = slice_of(name, len);
	}
}

static bool
is_near(uint32_t seconds, nstime wall)
{
	const nstime off = ntp_time((uint64_t)seconds << 32) - wall;

	return off < YEAR && off > -YEAR;
}

/* Nothing but its octets turned round makes sense of it. */
static bool
is_swapped(uint32_t seconds, nstime wall)
{
	return !is_near(seconds, wall) && !is_near(seconds + NTP_ERA_0, wall) &&
	    is_near(__builtin_bswap32(seconds), wall);
}

/* No clock that keeps NTP's seconds shows so few. */
static bool
read_unix(uint32_t seconds, uint32_t microseconds, struct rtcp *r)
{
	if (seconds > INT32_MAX || microseconds >= MICROSECONDS ||
	    !rtcp_stamp(((uint64_t)seconds + NTP_ERA_0) << 32, r))
		return false;
	r->time += microseconds * NSTIME_US;
	r->resolution = NSTIME_US;
	return true;
}

static bool
read_time(const json_t *sender, nstime wall, struct rtcp *r)
{
	uint32_t fraction = number(sender, "ntp_timestamp_usec");
	uint32_t seconds = number(sender, "ntp_timestamp_sec");

	if (is_swapped(seconds, wall)) {
		seconds = __builtin_bswap32(seconds);
		fraction = __builtin_bswap32(fraction);
	}
	if (read_unix(seconds, fraction, r))
		return true;
	if (!rtcp_stamp((uint64_t)seconds << 32 |
		    (fraction < MICROSECONDS ? 0 : fraction),
		r))
		return false;
	if (fraction < MICROSECONDS)
		r->resolution = NSTIME_S;
	return true;
}

static bool
is_sender_report(const json_t *report)
{
	return json_object_get(report, "type") == NULL ||
	    number(report, "type") == RTCP_SR;
}

static bool
read_report(const json_t *report, nstime wall, char *name, struct rtcp *r)
{
	if (!is_sender_report(report))
		return false;
	r->ssrc = source(report, "ssrc");
	if (r->ssrc == 0)
		r->ssrc = source(report, "sdes_ssrc");
	if (!read_time(json_object_get(report, "sender_information"), wall, r))
		return false;
	read_block(report, r);
	read_name(report, name, r);
	return true;
}

enum witness_answer
rtcpjson_read(struct slice json, nstime wall, char name[RTCPJSON_NAME],
    struct witness_reading *reading)
{
	struct rtcp r = { .answers = false };
	json_t *report = json.len > RTCPJSON_MOST
	    ? NULL
	    : json_loadb((const char *)json.p, json.len, 0, NULL);
	const bool told = read_report(report, wall, name, &r);

	json_decref(report);
	if (!told)
		return WITNESS_FOREIGN;
	rtcp_tell(&r, reading);
	return WITNESS_TOLD;
}
