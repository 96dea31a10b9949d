/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/access.h"

#include <netinet/in.h>

static bool
parse_address(struct slice text, struct address *a)
{
	if (text.len >= 2 && text.p[0] == '[' && text.p[text.len - 1] == ']')
		text = slice_between(text, 1, text.len - 1);
	return endpoint_address_parse(text, a);
}

/* The port goes: what follows the last colon, unless it is within brackets or
 * part of a bare IPv6 address. */
static struct slice
without_port(struct slice host)
{
	const size_t colon = slice_index(host, ':');
	const size_t bracket = slice_index(host, ']');

	if (host.len > 0 && host.p[0] == '[')
		return slice_first(host, bracket + 1);
	return slice_first(host, colon);
}

bool
access_host_is_known(
    struct slice host, const char names[][ACCESS_NAME], size_t count)
{
	const struct slice name = without_port(slice_trim(host));
	struct address ignored;

	if (parse_address(name, &ignored) || slice_is_nocase(name, "localhost"))
		return true;
	for (size_t i = 0; i < count; i++)
		if (slice_is_nocase(name, names[i]))
			return true;
	return false;
}

bool
access_parse(struct slice where, struct endpoint *endpoint)
{
	size_t colon = where.len;
	uint64_t port;
	struct address address;

	while (colon > 0 && where.p[colon - 1] != ':')
		colon--;
	if (colon == 0 ||
	    !parse_address(slice_first(where, colon - 1), &address) ||
	    !slice_decimal(slice_after(where, colon), 65535, &port) ||
	    port == 0 || (address.version == 6 && where.p[0] != '['))
		return false;
	*endpoint = (struct endpoint){ address, (uint16_t)port };
	return true;
}

socklen_t
access_sockaddr(const struct endpoint *endpoint, struct sockaddr_storage *to)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons(endpoint->port),
	};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(endpoint->port),
	};

	if (endpoint->address.version == 4) {
		memcpy(&v4.sin_addr, endpoint->address.octets,
		    sizeof(v4.sin_addr));
		memcpy(to, &v4, sizeof(v4));
		return sizeof(v4);
	}
	memcpy(&v6.sin6_addr, endpoint->address.octets, sizeof(v6.sin6_addr));
	memcpy(to, &v6, sizeof(v6));
	return sizeof(v6);
}

struct address
access_peer(const struct sockaddr *from)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;

	if (from != NULL && from->sa_family == AF_INET)
		return endpoint_address(
		    slice_of(&v4->sin_addr, sizeof(v4->sin_addr)));
	if (from == NULL || from->sa_family != AF_INET6)
		return (struct address){ .version = 0 };
	return endpoint_unmapped(
	    endpoint_address(slice_of(&v6->sin6_addr, sizeof(v6->sin6_addr))));
}

bool
access_is_loopback(const struct address *a)
{
	static const uint8_t v6[16] = { [15] = 1 };

	return a->version == 4 ? a->octets[0] == 127
			       : memcmp(a->octets, v6, sizeof(v6)) == 0;
}
