/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/ignore.h"

/* A subject is ADDRESS, IPV4:PORT or [IPV6]:PORT, or has no address. */
static bool
subject_address(struct slice subject, struct address *address)
{
	if (endpoint_address_parse(subject, address))
		return true;
	if (slice_starts_with(subject, "["))
		return endpoint_address_parse(
		    slice_between(subject, 1, slice_index(subject, ']')),
		    address);
	return endpoint_address_parse(
	    slice_first(subject, slice_index(subject, ':')), address);
}

bool
ignore_matches(
    const struct config_ignore *ignore, const struct alert_event *event)
{
	struct address address;

	if (ignore->kinds[event->kind])
		return true;
	if (ignore->prefix_count == 0 ||
	    !subject_address(event->subject, &address))
		return false;
	for (size_t i = 0; i < ignore->prefix_count; i++)
		if (value_prefix_covers(&ignore->prefixes[i], &address))
			return true;
	return false;
}
