/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/earshot.h"

static void
add_ports(struct earshot_ports *ports, enum witness witness,
    const struct witness_channel *channel)
{
	for (unsigned i = 0; i < WITNESS_PORTS; i++) {
		if (channel->ports[i] == 0)
			continue;
		portset_add(&ports->set, channel->ports[i]);
		ports->each[ports->count].port = channel->ports[i];
		ports->each[ports->count].side = channel->side;
		ports->each[ports->count++].witness = witness;
	}
}

static void
add_anywhere(struct earshot *e, enum witness witness,
    const struct witness_channel *channel)
{
	const struct witness_octets *is = &channel->patterns[0].is;

	if (!channel->anywhere)
		return;
	e->anywhere[e->count].mask = (uint16_t)is->mask;
	e->anywhere[e->count].value = (uint16_t)is->values[0];
	e->anywhere[e->count++].witness = witness;
}

void
earshot_set(struct earshot *e, unsigned muted)
{
	memset(e, 0, sizeof(*e));
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		const enum witness witness = (enum witness)i;
		const struct witness_row *row = witness_row(witness);

		if ((muted >> i & 1) != 0)
			continue;
		add_ports(&e->udp, witness, &row->udp);
		add_ports(&e->tcp, witness, &row->tcp);
		add_anywhere(e, witness, &row->udp);
	}
}

bool
earshot_find(const struct earshot_ports *ports, uint16_t from, uint16_t to,
    enum witness *witness)
{
	for (unsigned i = 0; i < ports->count; i++) {
		const uint16_t port = ports->each[i].port;
		const enum witness_side side = ports->each[i].side;

		if ((port != from || side == WITNESS_CLIENT) &&
		    (port != to || side == WITNESS_SERVER))
			continue;
		*witness = ports->each[i].witness;
		return true;
	}
	return false;
}
