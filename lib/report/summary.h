/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "base/counter.h"
#include "findings/finding.h"
#include "net/obstacle.h"
#include "report/watchhint.h"
#include "skew/skew.h"
#include "tls/decrypt.h"
#include "witness/stamp.h"

/*
 * The summary printed after savefiles: an open struct that the judge fills and
 * the report rooms write.  It owns what its lists point to; summary_done()
 * frees.
 */

/* The outcomes of the transactions of one method. */
struct summary_method {
	char name[32]; /* escaped; the methods beyond the limit share "other" */
	uint64_t answered, timed_out, unknown_asymmetric, unknown_loss;
	uint64_t unknown_gave_up, unknown_unrepeated;
	uint64_t unknown_no_transport; /* by HEP */
	uint64_t undelivered;          /* TCP never got the request across */
	uint64_t unfinished;
};

struct summary_port {
	uint16_t port;
	uint64_t transactions;
};

struct summary_drop {
	const char *name; /* static */
	uint64_t value;
	bool other; /* nothing is lost: it was not asked for */
};

struct summary_clock {
	struct address peer;
	enum stamp_attribution attribution;
	uint32_t agent; /* its number, where that is STAMP_AGENT */
	unsigned samples;
	nstime offset, uncertainty;
	unsigned witnesses; /* 1 << WITNESS_x: of which it is */
	enum shape_kind shape;
	unsigned said_count;
	struct skew_testimony *said; /* of the summary's */
};

/* How often a diagnostic was seen that is not worth an alert. */
struct summary_diagnostic {
	uint32_t id; /* of ms-diagnostics, or a status of STIR; 0: others */
	uint64_t count;
};

enum { SUMMARY_DIAGNOSTICS = 65 };

struct summary {
	nstime wall; /* when it was made: the last packet's stamp */
	uint64_t packets, messages;
	bool signalling;            /* messages, or TLS where they would be */
	struct obstacles obstacles; /* what was in the way of the others */
	nstime first, last;         /* stamps; both 0 if no packet has one */
	size_t method_count, port_count, drop_count, clock_count;
	struct summary_method *methods;   /* sorted by name */
	struct summary_port *not_watched; /* sorted by port */
	struct summary_drop *drops;       /* those above zero */
	struct summary_clock *clocks;     /* sorted by peer */
	struct skew_testimony *said;      /* what all clocks' witnesses say */
	struct decrypt_counts tls;        /* all 0: none is decrypted */
	/* All three are borrowed, and there or not together. */
	const struct porttally *unlisted; /* SIP on ports that [sip] lacks */
	const struct unwatched *unwatched;
	const struct watchhint_settings *settings;
	size_t diagnostic_count;
	struct summary_diagnostic diagnostics[SUMMARY_DIAGNOSTICS];
	uint64_t findings[FINDING_KINDS], alerts[FINDING_KINDS];
};

/* TLS connections that were decrypted, or could have been with other keys. */
uint64_t summary_tls(const struct summary *summary);

void summary_done(struct summary *summary);

/* Add a counter unless it is 0.  False: no memory. */
bool summary_drop(struct summary *summary, enum counter_kind kind,
    const char *name, uint64_t value);

/* Whose clock it is: "10.0.0.50", "10.0.0.50 or a server behind it", "HEP agent
 * 3 at 10.0.0.50". */
void summary_clock_name(struct textbuf *t, const struct summary_clock *clock);

/* Decimals of this clock's offset and uncertainty that mean something. */
unsigned summary_clock_decimals(const struct summary_clock *clock);

/* The same as a person reads it: a few lines, the last with its LF. */
void summary_write(struct textbuf *t, const struct summary *summary);

/*
 * Lines after a savefile that name what the configuration does not watch, and
 * the lines that would: transactions that timed out, or else transactions if
 * most of them; SIP on ports that are not listed.  Or that nothing was to be
 * looked at, and what was in the way.  False: there are none.
 */
bool summary_hint(struct textbuf *t, const struct summary *summary);

/*
 * A capture without a message, nearly all of which fell into one counter: what
 * that means, and what to do.  False, with nothing written: it is not like
 * that.
 */
bool summary_nothing(struct textbuf *t, const struct summary *summary);

#endif
