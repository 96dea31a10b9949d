/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/exhibit.h"

#include <stdlib.h>

#include "report/inner/exhibitpick.h"
#include "report/inner/exhibittext.h"
#include "report/line.h"

/* Each source and datalink is an interface of the file. */
struct exhibit_links {
	struct exhibit_link {
		unsigned source;
		int datalink;
	} * known; /* with room for one of each packet */
	uint32_t count;
};

static uint32_t
interface_of(struct exhibit_links *all, struct pcapngout *out,
    const struct packet *packet)
{
	for (uint32_t i = 0; i < all->count; i++)
		if (all->known[i].source == packet->source &&
		    all->known[i].datalink == packet->datalink)
			return i;
	all->known[all->count].source = packet->source;
	all->known[all->count].datalink = packet->datalink;
	all->count++;
	return pcapngout_interface(out, packet->datalink);
}

static void
put_packet(struct pcapngout *out, struct exhibit_links *interfaces,
    const struct packetring_packet *p, struct slice masked,
    struct slice comment)
{
	pcapngout_packet(out,
	    &(struct pcapngout_packet){
		.interface = interface_of(interfaces, out, &p->packet),
		.wall = p->packet.wall,
		.octets = masked,
		.len = p->packet.len,
		.comment = comment,
	    });
}

/* One store for the masked octets of all. */
static uint8_t *
mask(const struct exhibitpick *pick, enum identity_mode mode,
    struct packetmask_packet *packets)
{
	size_t octets = 1;
	uint8_t *store, *next;

	for (size_t i = 0; i < pick->count; i++)
		octets += pick->packets[i]->packet.octets.len;
	store = next = malloc(octets);
	for (size_t i = 0; i < pick->count && store != NULL; i++) {
		packets[i] =
		    (struct packetmask_packet){ pick->packets[i], next };
		next += pick->packets[i]->packet.octets.len;
	}
	if (store == NULL || packetmask(packets, pick->count, mode))
		return store;
	free(store);
	return NULL;
}

static void
put_all(const struct exhibitpick *pick, const struct alert_event *event,
    const struct packetmask_packet *packets, struct pcapngout *out)
{
	struct exhibit_links interfaces = {
		.known = calloc(pick->count, sizeof(*interfaces.known)),
	};
	struct exhibittext text;

	out->failed = out->failed || interfaces.known == NULL;
	exhibittext_init(&text, pick, event);
	for (size_t i = 0; i < pick->count && !out->failed; i++) {
		char comment[256];
		struct textbuf t;

		textbuf_init(&t, comment, sizeof(comment));
		exhibittext_write(&text, i, &t);
		put_packet(out, &interfaces, pick->packets[i],
		    slice_of(
			packets[i].octets, pick->packets[i]->packet.octets.len),
		    textbuf_slice(&t));
	}
	free(interfaces.known);
}

static void
put_head(const struct alert_event *event, const struct exhibit_limits *limits,
    struct pcapngout *out)
{
	char store[LINE_OCTETS + 1];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_add(&t, finding_kind_name(event->kind));
	textbuf_add(&t, ": ");
	line_summary(&t, event);
	textbuf_add(&t, "; secrets and bodies are overwritten with x");
	pcapngout_init(out, limits->application, textbuf_slice(&t));
}

bool
exhibit_make(const struct packetring_set *rings,
    const struct alert_event *event, const struct exhibit_limits *limits,
    struct pcapngout *out)
{
	struct exhibitpick pick;
	struct packetmask_packet *packets;
	struct pcapngout made = { .failed = true };
	uint8_t *store;

	if (!exhibitpick_init(&pick, rings, event, limits->packets))
		return false;
	packets = calloc(pick.count, sizeof(*packets));
	store = packets == NULL ? NULL
				: mask(&pick, limits->identity.mode, packets);
	if (store != NULL) {
		put_head(event, limits, &made);
		put_all(&pick, event, packets, &made);
	}
	free(store);
	free(packets);
	exhibitpick_done(&pick);
	if (made.failed) {
		pcapngout_done(&made);
		return false;
	}
	*out = made;
	return true;
}
