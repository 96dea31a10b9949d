/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/clients.h"

bool
clients_has(const struct clients *c, const struct address *client)
{
	for (size_t i = 0; i < c->count; i++)
		if (endpoint_address_equal(&c->addresses[i], client))
			return true;
	return c->any;
}

void
clients_add(struct clients *c, const struct address *client)
{
	if (clients_has(c, client))
		return;
	if (c->count < CLIENTS_MOST)
		c->addresses[c->count++] = *client;
	else
		c->any = true;
}

void
clients_save(struct record *r, const struct clients *c)
{
	record_flag(r, c->any);
	for (size_t i = 0; i < c->count; i++) {
		record_more(r, true);
		endpoint_address_save(r, &c->addresses[i]);
	}
	record_more(r, false);
}

void
clients_load(struct clients *clients, struct cursor *c)
{
	const bool any = record_read_flag(c);

	while (record_read_more(c)) {
		const struct address address = endpoint_address_load(c);

		clients_add(clients, &address);
	}
	clients->any = clients->any || any;
}
