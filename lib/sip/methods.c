/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/methods.h"

static const char *const well_known[] = {
	[METHODS_INVITE] = "INVITE",
	[METHODS_ACK] = "ACK",
	[METHODS_CANCEL] = "CANCEL",
	[METHODS_BENOTIFY] = "BENOTIFY",
	"SERVICE",
	"BYE",
	"REGISTER",
	"OPTIONS",
	"NOTIFY",
	"SUBSCRIBE",
	"MESSAGE",
	"INFO",
	"UPDATE",
	"PRACK",
	"REFER",
	"PUBLISH",
	"NEGOTIATE",
};

void
methods_init(struct methods *methods)
{
	methods->count = 0;
	for (size_t i = 0; i < sizeof(well_known) / sizeof(*well_known); i++)
		methods_number(methods, slice_text(well_known[i]));
}

uint8_t
methods_number(struct methods *methods, struct slice name)
{
	const uint8_t new = methods->count;

	for (uint8_t i = 0; i < methods->count; i++)
		if (methods->len[i] == name.len &&
		    memcmp(methods->name[i], name.p, name.len) == 0)
			return i;
	if (new == METHODS_MAX || name.len == 0 || name.len > METHODS_NAME)
		return METHODS_OTHER;
	methods->len[new] = (uint8_t)name.len;
	memcpy(methods->name[new], name.p, name.len);
	methods->count++;
	return new;
}

struct slice
methods_name(const struct methods *methods, uint8_t number)
{
	if (number >= methods->count)
		return slice_text("other");
	return slice_of(methods->name[number], methods->len[number]);
}

bool
methods_listed(struct slice list, struct slice method)
{
	while (list.len > 0) {
		const struct slice word =
		    slice_first(list, slice_index(list, ' '));

		if (slice_is(word, "*") ||
		    (word.len > 0 && slice_equal(word, method)))
			return true;
		list = slice_after(list, word.len + 1);
	}
	return false;
}
