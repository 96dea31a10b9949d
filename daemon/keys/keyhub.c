/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keyhub.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "keys/secretring.h"

enum {
	TOLD = 1024,  /* for one other thread, between two of its rounds */
	LEARNT = 256, /* by it, between two ticks */
	SESSIONS_LEAST = 64
};

struct keyhub_other {
	struct secrets *secrets;
	struct secretring *told;   /* to it */
	struct secretring *learnt; /* by it */
};

struct keyhub {
	struct secrets *own;
	size_t octets;
	unsigned count;
	struct keyhub_other others[];
};

/* To all but `from'.  A ring that is full counts it as lost. */
static void
tell(struct keyhub *h, const struct secrets_item *item,
    const struct keyhub_other *from)
{
	for (unsigned i = 0; i < h->count; i++)
		if (&h->others[i] != from)
			secretring_give(h->others[i].told, item);
}

static void
on_own(void *arg, const struct secrets_item *item)
{
	tell(arg, item, NULL);
}

static size_t
room(void *arg)
{
	const struct keyhub *h = arg;
	size_t least = SIZE_MAX;

	for (unsigned i = 0; i < h->count; i++) {
		const size_t here = secretring_room(h->others[i].told);

		least = here < least ? here : least;
	}
	return least;
}

/* In the other's thread. */
static void
on_learnt(void *arg, const struct secrets_item *item)
{
	const struct keyhub_other *other = arg;

	secretring_give(other->learnt, item);
}

static bool
prepare(struct keyhub_other *other, const struct keyhub_setup *setup,
    size_t sessions)
{
	other->told = secretring_new(TOLD);
	other->learnt = secretring_new(LEARNT);
	other->secrets = secrets_new(&(struct secrets_limits){
	    .sessions = sessions,
	    .resumptions = sessions,
	    .key = *setup->key,
	});
	if (other->told == NULL || other->learnt == NULL ||
	    other->secrets == NULL)
		return false;
	secrets_copy(other->secrets, setup->secrets);
	secrets_share(other->secrets,
	    &(struct secrets_sharing){ .output = on_learnt, .arg = other });
	return true;
}

/* What the rings leave of a thread's part. */
static size_t
sessions_of(const struct keyhub_setup *setup)
{
	const size_t rings =
	    secretring_octets(TOLD) + secretring_octets(LEARNT);
	const size_t part = setup->octets / setup->others;
	const size_t sessions =
	    part > rings ? (part - rings) / SECRETS_OCTETS : 0;

	if (sessions < SESSIONS_LEAST)
		return SESSIONS_LEAST;
	return sessions < setup->most ? sessions : setup->most;
}

struct keyhub *
keyhub_new(const struct keyhub_setup *setup)
{
	const size_t sessions = sessions_of(setup);
	struct keyhub *h =
	    calloc(1, sizeof(*h) + setup->others * sizeof(h->others[0]));

	if (h == NULL)
		return NULL;
	h->own = setup->secrets;
	h->octets = setup->others *
	    (secretring_octets(TOLD) + secretring_octets(LEARNT) +
		sessions * SECRETS_OCTETS);
	while (h->count < setup->others)
		if (!prepare(&h->others[h->count++], setup, sessions)) {
			keyhub_free(h);
			return NULL;
		}
	secrets_share(h->own,
	    &(struct secrets_sharing){
		.output = on_own, .room = room, .arg = h });
	return h;
}

void
keyhub_free(struct keyhub *h)
{
	if (h == NULL)
		return;
	secrets_share(h->own, NULL);
	for (unsigned i = 0; i < h->count; i++) {
		secrets_free(h->others[i].secrets);
		secretring_free(h->others[i].told);
		secretring_free(h->others[i].learnt);
	}
	free(h);
}

struct secrets *
keyhub_secrets(struct keyhub *h, unsigned other)
{
	return h->others[other].secrets;
}

void
keyhub_take(struct keyhub *h, unsigned other)
{
	struct keyhub_other *o = &h->others[other];
	struct secrets_item item;

	while (secretring_take(o->told, &item)) {
		secrets_learn(o->secrets, &item);
		OPENSSL_cleanse(&item, sizeof(item));
	}
}

/* What the others have no room for now stays where it is. */
void
keyhub_tick(struct keyhub *h)
{
	struct secrets_item item;

	for (unsigned i = 0; i < h->count; i++) {
		struct keyhub_other *from = &h->others[i];

		while (room(h) > 0 && secretring_take(from->learnt, &item)) {
			secrets_learn(h->own, &item);
			tell(h, &item, from);
			OPENSSL_cleanse(&item, sizeof(item));
		}
	}
}

size_t
keyhub_octets(const struct keyhub *h)
{
	return h->octets;
}

void
keyhub_stats(const struct keyhub *h, counter_output *output, void *arg)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < h->count; i++)
		lost += secretring_lost(h->others[i].told) +
		    secretring_lost(h->others[i].learnt);
	output(arg, COUNTER_LIMIT, "keyhub.lost", lost);
}
