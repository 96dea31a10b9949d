/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/items.h"

#include <ctype.h>
#include <net/if.h>

#include "config/access.h"
#include "config/linkname.h"
#include "config/value.h"
#include "witness/witness.h"

bool
items_interface(struct slice item)
{
	return item.len < IFNAMSIZ && slice_index(item, '/') == item.len;
}

/* A token of RFC 3261 section 25.1, in letters as methods are. */
bool
items_method(struct slice item)
{
	if (slice_is(item, "*"))
		return true;
	for (size_t i = 0; i < item.len; i++)
		if (!isalnum(item.p[i]) &&
		    (item.p[i] == 0 || strchr("-.!%_+`'~", item.p[i]) == NULL))
			return false;
	return true;
}

bool
items_url(struct slice item)
{
	return slice_starts_with(item, "http://") ||
	    slice_starts_with(item, "https://");
}

bool
items_nats(struct slice item)
{
	return slice_starts_with(item, "nats://") ||
	    slice_starts_with(item, "tls://");
}

bool
items_path(struct slice item)
{
	return slice_starts_with(item, "/");
}

bool
items_endpoint(struct slice item)
{
	struct endpoint endpoint;

	return access_parse(item, &endpoint);
}

bool
items_listening(struct slice item)
{
	return items_endpoint(item) || slice_starts_with(item, "unix:/");
}

bool
items_prefix(struct slice item)
{
	struct value_prefix prefix;

	return value_prefix(item, &prefix);
}

bool
items_witness(struct slice item)
{
	enum witness witness;

	return witness_parse(item, &witness);
}

bool
items_name(struct slice item)
{
	for (size_t i = 0; i < item.len; i++)
		if (!isalnum(item.p[i]) && strchr(".-_", item.p[i]) == NULL)
			return false;
	return item.len > 0;
}

bool
items_zone(struct slice item)
{
	int64_t east;

	return value_zone(item, &east);
}

bool
items_link(struct slice item)
{
	return linkname_find(item) >= 0;
}
