/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ASSOCIATIONS_H
#define ASSOCIATIONS_H

#include "base/counter.h"
#include "net/decode.h"
#include "pipeline/event.h"

/*
 * Associations of SCTP as flows, so that what an acknowledgement proves on TCP
 * it proves there too.  A chunk counts as one octet does: offsets are
 * transmission sequence numbers that do not wrap.
 *
 * One is known by its two endpoints.  A host with several addresses has one for
 * each that it uses: then some acknowledgements are missed, and nothing is
 * proven.
 */

struct associations;

/* The facts of a flow have changed; `flow' is no number of TCP's. */
typedef void associations_output(
    void *arg, uint64_t flow, const struct event_flow *facts);

/* At most ASSOCIATIONS: the longest unheard is forgotten.  NULL when out of
 * memory; the caller frees it. */
enum { ASSOCIATIONS = 1024 };
struct associations *associations_new(
    const struct siphash_key *key, associations_output *output, void *arg);
void associations_free(struct associations *a);

/* What an event of DECODE_SCTP says. */
struct event_segment associations_segment(const struct decode_event *e);

/* One of those, whose ends are told.  The flow that it is of; 0: none is known.
 * Of a message *origin gets flow, flow_end and to_server, once the facts of its
 * flow were told. */
uint64_t associations_input(struct associations *a,
    const struct event_segment *s, nstime now, struct origin *origin);

/* The same of a message that came before, of which the ends are known and
 * `flow_end' is one more than its last sequence number.  False: such an
 * association is not known. */
bool associations_place(struct associations *a, struct origin *origin);

/* associations.evicted, associations.no_memory */
void associations_stats(
    const struct associations *a, counter_output *output, void *arg);

#endif
