/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FINDING_H
#define FINDING_H

#include "findings/inner/evidence.h"

/*
 * A finding: one fact judged.  The rooms of this floor make them, lib/alert
 * gives them a life.  The names are stable identifiers (DESIGN section 8).
 */

enum finding_kind {
	FINDING_TRANSACTION_TIMEOUT,
	FINDING_SLOW_TRANSACTION,
	FINDING_CLOCK_SKEW,
	FINDING_LOCAL_CLOCK,
	FINDING_VISIBILITY,
	FINDING_ZONE_CHANGE,
	FINDING_WITNESS_CONFLICT,
	FINDING_CONNECTION_FAILURE,
	FINDING_SILENT_PEER,
	FINDING_CERTIFICATE,
	FINDING_STALE_DATE,
	FINDING_MRAS_FAILURE,
	FINDING_MEDIA_ENCRYPTION,
	FINDING_SIP_DIAGNOSTIC,
	FINDING_INCIDENT,
	FINDING_KINDS /* how many there are */
};

enum finding_severity {
	FINDING_CRITICAL,
	FINDING_ERROR,
	FINDING_WARNING,
	FINDING_NOTICE,
	FINDING_INFO
};

/* How the state of the key changes. */
enum finding_change {
	FINDING_TROUBLE,    /* it is there (again) */
	FINDING_HEALTHY,    /* it is over */
	FINDING_WITHDRAWN,  /* one earlier TROUBLE was wrong: late answer */
	FINDING_SUPERSEDED, /* another alert takes over: see successor */
	FINDING_UPDATED,    /* new evidence for an open trouble, no count */
	FINDING_JOINED,     /* it is a part of an incident from now on */
	FINDING_QUIET       /* incidents: all parts are over, none seen well */
};

struct finding {
	enum finding_kind kind;
	enum finding_change change;
	enum finding_severity severity;
	struct slice key;     /* its identity within the kind: stable text, the
			       * same on every machine; borrowed */
	struct slice subject; /* what a person calls it; borrowed */
	const struct evidence
	    *evidence; /* borrowed; NULL unless TROUBLE or
			* UPDATED; incidents have none with
			* some TROUBLE, and one at their end */
	const struct endpoint
	    *server;       /* transaction-timeout: whose; borrowed */
	uint64_t count;    /* TROUBLE: how many it sums up; 0 is one */
	uint64_t incident; /* JOINED: the id of the incident's alert */
	bool known;        /* TROUBLE: its server had worked: no cheap fake */
	bool pressing;     /* UPDATED: not to wait for the reminder */
	nstime now, wall;  /* when; wall is the packet's stamp */
	nstime began;      /* TROUBLE: the stamp of its first packet; 0: wall */
	/* SUPERSEDED: the alert that takes over, whose trouble was reported
	 * before; borrowed.  An empty key: none. */
	enum finding_kind successor;
	struct slice successor_key;
};

typedef void finding_output(void *arg, const struct finding *finding);

/* A field of the evidence, as siptimed-fields(5) documents it. */
struct finding_field {
	const char *name; /* in JSON */
	enum evidence_type type;
	bool always;        /* or where it is known */
	const char *values; /* parted by blanks; NULL: any */
	const char *text;   /* what it is, without a full stop */
};

/* A class whose severity is not its kind's. */
struct finding_class {
	const char *class;
	enum finding_severity severity;
};

/* All that is fixed about a kind, but for its sentences (lib/report). */
struct finding_row {
	const char *name;                   /* "transaction-timeout" */
	enum finding_severity severity;     /* unless its class has another */
	const struct finding_class *others; /* up to a NULL class; or NULL */
	bool joins;                         /* an incident may join it */
	/* A server does not do its work.  It is not over while the same
	 * subject has an alert of another such kind. */
	bool is_outage;
	nstime quiet; /* over this long after the last finding; 0: never */
	/* MESSAGE_IDs of the journal: raised or refreshed, and resolved.  The
	 * journal's catalog is found by them: never change one. */
	const char *message_ids[2];
	const struct finding_field *fields; /* up to a NULL name */
};

/* Static. */
const struct finding_row *finding_row(enum finding_kind kind);

/* "transaction-timeout", .. */
const char *finding_kind_name(enum finding_kind kind);

/* The id of the alert that findings of this kind and key belong to: an unkeyed
 * hash, the same on every machine. */
uint64_t finding_id(enum finding_kind kind, struct slice key);

/* The severity of this class; `class' may be NULL. */
enum finding_severity finding_severity_of(
    enum finding_kind kind, const char *class);

/* False if there is no such kind. */
bool finding_kind_parse(struct slice name, enum finding_kind *kind);

/* State kept over a restart: by name, since another version may have others, in
 * another order.  False: this one does not know it. */
void finding_kind_save(struct record *r, enum finding_kind kind);
bool finding_kind_load(struct cursor *c, enum finding_kind *kind);

/* "critical", "error", "warning", "notice", "info". */
const char *finding_severity_name(enum finding_severity severity);

#endif
