/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYTAIL_H
#define KEYTAIL_H

#include "config/config.h"
#include "host/log.h"
#include "keys/keyteller.h"

/*
 * One key log, a file or a FIFO, followed as it grows, is cut or replaced.  It
 * is looked at whenever keytail_read() is called, and never waited for.  One
 * that cannot be opened is tried again for ever, and logged once for each
 * reason; so is one that is read as it was opened before privileges were
 * dropped, since what replaces it cannot be opened then.
 */

/* Embedded; private. */
struct keytail {
	const struct config_tls *tls;
	const struct log *log;
	/* The one it is, and the one it was until it was replaced: those who
	 * have it open may go on writing to it. */
	struct keyteller tellers[2];
	unsigned latest;
	unsigned looks, silent;
	int error;        /* of the latest try to open it, 0: none */
	uint64_t refused; /* times that was for a reason that is told */
	bool blind;
};

/* 0, or -errno, logged; it need not be there yet.  `tls' and `log' are borrowed
 * until keytail_done(), which is to be called in any case. */
int keytail_init(
    struct keytail *t, const struct config_tls *tls, const struct log *log);
void keytail_done(struct keytail *t, struct keyteller_reading *r);

/* Read what is new, at most `most' octets of each file. */
void keytail_read(struct keytail *t, struct keyteller_reading *r, size_t most);

/* It is there, and cannot be opened. */
bool keytail_refused(const struct keytail *t);

/* How often that has begun, or has got another reason. */
uint64_t keytail_refusals(const struct keytail *t);

/* Nothing more will come. */
void keytail_finish(struct keytail *t, struct keyteller_reading *r);

#endif
