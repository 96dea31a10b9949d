/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/rtcpjson.h"

#include <jansson.h>

#include "witness/rtcp.h"

enum { MICROSECONDS = 1000000 };

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

static void
read_block(const json_t *report, struct rtcp *r)
{
	const json_t *block =
	    json_array_get(json_object_get(report, "report_blocks"), 0);

	rtcp_block(r, number(block, "source_ssrc"), number(block, "lsr"),
	    number(block, "dlsr"));
}

static void
read_name(const json_t *report, char *name, struct rtcp *r)
{
	const json_t *items = json_object_get(report, "sdes_information");
	const uint32_t chunk = number(report, "sdes_ssrc");

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
read_report(const json_t *report, char *name, struct rtcp *r)
{
	const json_t *sender = json_object_get(report, "sender_information");
	const uint32_t fraction = number(sender, "ntp_timestamp_usec");
	const uint64_t seconds = number(sender, "ntp_timestamp_sec");

	if (number(report, "type") != RTCP_SR)
		return false;
	r->ssrc = number(report, "ssrc");
	if (!rtcp_stamp(
		seconds << 32 | (fraction < MICROSECONDS ? 0 : fraction), r))
		return false;
	if (fraction < MICROSECONDS)
		r->resolution = NSTIME_S;
	read_block(report, r);
	read_name(report, name, r);
	return true;
}

enum witness_answer
rtcpjson_read(struct slice json, char name[RTCPJSON_NAME],
    struct witness_reading *reading)
{
	struct rtcp r = { .answers = false };
	json_t *report = json.len > RTCPJSON_MOST
	    ? NULL
	    : json_loadb((const char *)json.p, json.len, 0, NULL);
	const bool told = read_report(report, name, &r);

	json_decref(report);
	if (!told)
		return WITNESS_FOREIGN;
	rtcp_tell(&r, reading);
	return WITNESS_TOLD;
}
