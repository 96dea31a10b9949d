/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/sipports.h"

#include "sip/plainsip.h"

void
sipports_set(
    struct sipports *s, const struct portset *sip, const struct portset *others)
{
	s->sip = *sip;
	s->datagrams = *sip;
	portset_join(&s->datagrams, others);
}

bool
sipports_are_unwanted(const struct sipports *s, const struct glance *glance)
{
	const uint8_t first = glance_first(glance);

	return !portset_has(&s->datagrams, glance->to_port) &&
	    !portset_has(&s->datagrams, glance->from_port) &&
	    (first < 'A' || first > 'Z');
}

void
sipports_count(struct sipports *s, uint16_t from, uint16_t to)
{
	s->other++;
	obstacle_count(&s->busiest, from < to ? from : to);
}

void
sipports_note(
    struct sipports *s, uint16_t from, uint16_t to, struct slice payload)
{
	const enum plainsip kind = plainsip_kind(payload);

	if (kind != PLAINSIP_NONE)
		porttally_add(
		    &s->unlisted, kind == PLAINSIP_REQUEST ? to : from, 1);
}
