/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/filter_witness.h"

#include "witness/witness.h"

enum { UDP_HEADER = 8 };

static void
load(struct assembly *b, const struct filter_witness *f, uint32_t header,
    const struct witness_octets *o)
{
	const unsigned size = o->octets == 1 ? BPF_B
	    : o->octets == 2                 ? BPF_H
					     : BPF_W;

	assembly_add(b, BPF_LD | size | BPF_IND, f->base + header + o->at);
}

static void
if_one_of(struct assembly *b, const struct witness_octets *o, int label)
{
	for (unsigned i = 0; i < o->count; i++)
		assembly_if(b, o->values[i], label);
}

/* A packet that does not match goes on. */
static void
take_matching(struct assembly *b, const struct filter_witness *f,
    const struct witness_channel *channel, uint32_t header)
{
	for (unsigned i = 0; i < WITNESS_PATTERNS; i++) {
		const struct witness_pattern *p = &channel->patterns[i];
		const int here = assembly_label(b), next = assembly_label(b);

		if (p->is.octets == 0)
			break;
		if (p->when.octets != 0) {
			load(b, f, header, &p->when);
			if_one_of(b, &p->when, here);
			assembly_go(b, next);
			assembly_place(b, here);
		}
		load(b, f, header, &p->is);
		if (p->is.mask != 0)
			assembly_add(b, BPF_ALU | BPF_AND | BPF_K, p->is.mask);
		if_one_of(b, &p->is, f->take);
		assembly_place(b, next);
	}
}

static void
if_port(struct assembly *b, const struct witness_channel *channel, int label)
{
	for (unsigned i = 0; i < WITNESS_PORTS; i++)
		if (channel->ports[i] != 0)
			assembly_if(b, channel->ports[i], label);
}

static bool
is_wanted(const struct filter_witness *f, unsigned witness)
{
	return (f->witnesses & 1u << witness) != 0;
}

void
filter_witness_either(struct assembly *b, const struct filter_witness *f)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		const struct witness_row *row = witness_row((enum witness)i);

		if (is_wanted(f, i) && row->udp.side == WITNESS_EITHER)
			if_port(b, &row->udp, f->take);
	}
}

/* One that has ports of its own, and asks for some of what comes from that
 * side. */
static bool
is_asked(const struct filter_witness *f, unsigned witness,
    const struct witness_channel *channel, enum witness_side side)
{
	return is_wanted(f, witness) && channel->ports[0] != 0 &&
	    channel->side == side;
}

void
filter_witness_udp(
    struct assembly *b, const struct filter_witness *f, enum witness_side side)
{
	const int others = assembly_label(b);

	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		const struct witness_channel *udp =
		    &witness_row((enum witness)i)->udp;
		int here, next;

		if (!is_asked(f, i, udp, side))
			continue;
		here = assembly_label(b);
		next = assembly_label(b);
		if_port(b, udp, here);
		assembly_go(b, next);
		assembly_place(b, here);
		take_matching(b, f, udp, UDP_HEADER);
		assembly_go(b, others);
		assembly_place(b, next);
	}
	assembly_place(b, others);
}

void
filter_witness_anywhere(struct assembly *b, const struct filter_witness *f)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		const struct witness_channel *udp =
		    &witness_row((enum witness)i)->udp;

		if (is_wanted(f, i) && udp->anywhere)
			take_matching(b, f, udp, UDP_HEADER);
	}
}

/* X goes to the payload. */
static void
skip_header(struct assembly *b, const struct filter_witness *f)
{
	assembly_add(b, BPF_LD | BPF_B | BPF_IND, f->base + 12);
	assembly_add(b, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	assembly_add(b, BPF_ALU | BPF_RSH | BPF_K, 2);
	assembly_add(b, BPF_ALU | BPF_ADD | BPF_X, 0);
	assembly_add(b, BPF_MISC | BPF_TAX, 0);
}

void
filter_witness_tcp(
    struct assembly *b, const struct filter_witness *f, enum witness_side side)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		const struct witness_channel *tcp =
		    &witness_row((enum witness)i)->tcp;
		int here, next;

		if (!is_asked(f, i, tcp, side))
			continue;
		here = assembly_label(b);
		next = assembly_label(b);
		if_port(b, tcp, here);
		assembly_go(b, next);
		assembly_place(b, here);
		skip_header(b, f);
		take_matching(b, f, tcp, 0);
		assembly_go(b, f->leave);
		assembly_place(b, next);
	}
}
