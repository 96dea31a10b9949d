/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include "pipeline/inner/context.h"
#include "tls/tlsflow.h"

/*
 * Attempts to connect to SIP ports and their fate: each TCP connection is
 * reported as FAILED at most once, and as WORKED once for every stage it
 * reaches.
 *
 *   - A reset is a failure where the client had sent something and the server
 *     nothing yet: neither idle connections nor probes that send nothing.
 *   - Octets resent three times without being acknowledged, looked at 7 s
 *     after they came and when the connection ends, were not delivered.
 *   - TLS fails with an alert, or when the connection ends before both sides
 *     encrypt, or when that takes longer than 30 s.  A client that gives up
 *     within a second of its hello is impatient.  From TLS 1.3 on a client
 *     refuses in secret: its first encrypted record is then too small for a
 *     Finished.
 *   - Nothing of TLS is judged on connections picked up mid-way, with holes, or
 *     of which only the client's direction is in view.
 */

struct attempts;

/* NULL when out of memory; the caller frees it, after every connection was
 * FORGOTTEN. */
struct attempts *attempts_new(context_output *output, void *arg);
void attempts_free(struct attempts *a);

/* Every event of a connection to a SIP port; *slot is this room's.  Call it
 * before what reads the stream. */
void attempts_tcp(struct attempts *a, const struct context *context,
    const struct tcpreasm_event *event, void **slot);

/* Every event of TLS on it. */
void attempts_tls(struct attempts *a, const struct context *context,
    const struct tlsflow_event *event, void **slot);

void attempts_tick(
    struct attempts *a, const struct context *context, nstime now, nstime wall);
nstime attempts_next_deadline(const struct attempts *a);

/* attempts.impatient, attempts.no_memory */
void attempts_stats(
    const struct attempts *a, counter_output *output, void *arg);

#endif
