/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIGHTING_H
#define SIGHTING_H

#include "findings/finding.h"

/*
 * A finding as incidents see it: which hosts it is about, and whether it is
 * about a clock or about something that failed.  All of it comes from the
 * evidence, so that rooms that make findings need not know of incidents.
 */

enum sighting_role {
	SIGHTING_NONE,    /* no part of any incident */
	SIGHTING_CLOCK,   /* a host's clock or zone is wrong */
	SIGHTING_REFUSED, /* a host was refused for its time */
	SIGHTING_FAILURE, /* a server failed a client */
	SIGHTING_MEDIA,   /* media encryption does not match */
	SIGHTING_DOUBT,   /* this monitor's view or clock is in doubt */
	SIGHTING_ROLES    /* how many there are */
};

enum { SIGHTING_SHAPE = 16, SIGHTING_CLASS = 64 };

struct sighting {
	enum sighting_role role;
	struct address client;  /* version 0: none */
	struct endpoint server; /* likewise; port 0: unknown */
	nstime began;           /* wall: sent, stepped, or when it was found */
	nstime offset, step;    /* CLOCK; step: where it stepped */
	bool zone_like;         /* CLOCK: by its shape */
	bool stepped;           /* CLOCK: `began' is the step */
	bool trusted;           /* CLOCK: this monitor's clock is */
	bool suspect;           /* CLOCK: this monitor's clock may be wrong */
	uint32_t attempts;      /* FAILURE: to connect, so far */
	bool mras;    /* FAILURE: of a request for relay credentials */
	bool expired; /* FAILURE: TLS alert 45, certificate_expired */
	char shape[SIGHTING_SHAPE]; /* CLOCK; empty: none */
	char class[SIGHTING_CLASS]; /* of the evidence */
};

/* `evidence' is the finding's. */
void sighting_of(enum finding_kind kind, const struct evidence *evidence,
    nstime wall, struct sighting *sighting);

/* Whether alerts of the kind can be parts at all. */
bool sighting_matters(enum finding_kind kind);

#endif
