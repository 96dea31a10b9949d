/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNREAD_H
#define UNREAD_H

#include "base/budget.h"
#include "findings/finding.h"
#include "tls/decrypt.h"

/*
 * Servers whose TLS cannot be decrypted although keys are configured: an
 * inner part of visibility.  A foreign certificate is enough at once, the
 * other reasons take `UNREAD_NEEDED' connections without one that is read.
 */

enum { UNREAD_NEEDED = 3 };

struct unread;

/* NULL when out of memory; the caller frees it. */
struct unread *unread_new(
    size_t servers, const struct siphash_key *key, struct budget_share *memory);
void unread_free(struct unread *u);
void unread_set(struct unread *u, size_t servers);

/* A connection of `server' is not decrypted.  False: there is nothing to
 * report; else `e' is filled in. */
bool unread_refused(struct unread *u, const struct endpoint *server,
    enum decrypt_reason reason, struct evidence *e);

/* One is. */
void unread_opened(struct unread *u, const struct endpoint *server);

/* visibility.servers_evicted */
void unread_stats(const struct unread *u, counter_output *output, void *arg);

#endif
