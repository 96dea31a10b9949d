/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OBSERVATION_H
#define OBSERVATION_H

#include "findings/certificate.h"
#include "findings/connection.h"
#include "findings/media.h"
#include "findings/mrasfailure.h"
#include "findings/silence.h"
#include "findings/stale.h"
#include "findings/timeout.h"
#include "findings/visibility.h"
#include "tls/decrypt_reason.h"
#include "witness/stamp.h"

/*
 * An observation: one fact that the matcher hands to the judge.  It is the
 * outcome of a transaction with the facts about its path, a fact of a
 * connection, a stamp of a host's clock, a refusal for the time, or a sign that
 * something is not visible.  Borrowed until the callback returns.
 */

enum observation_kind {
	OBSERVATION_TRANSACTION,
	OBSERVATION_GAP, /* octets with messages were lost before us */
	OBSERVATION_CLOCK,
	OBSERVATION_TRUNCATED,
	OBSERVATION_FAILED,      /* an attempt to connect came to nothing */
	OBSERVATION_WORKED,      /* a connection reached a stage */
	OBSERVATION_ANSWERED,    /* an encrypted request, as it seems */
	OBSERVATION_UNANSWERED,  /* an encrypted request was not answered */
	OBSERVATION_DOUBTED,     /* .. or was: octets of the server were lost */
	OBSERVATION_UNSEEN,      /* loss or a one-way view hides its answer */
	OBSERVATION_ACTIVE,      /* a host sent something else of its SIP */
	OBSERVATION_CERTIFICATE, /* somebody showed one */
	OBSERVATION_ASKS_TIME,   /* b asks a.address for the time */
	OBSERVATION_SERVES_TIME, /* a.address is served the time by b */
	OBSERVATION_REFUSED,     /* a response that may be for the time */
	OBSERVATION_KRB_REFUSED, /* Kerberos error 37 */
	OBSERVATION_KRB_SUCCESS, /* a.address got a ticket from b */
	OBSERVATION_DECRYPTED,   /* TLS of server b */
	OBSERVATION_UNDECRYPTED, /* TLS of server b cannot be decrypted */
	OBSERVATION_MEDIA,       /* an SDP asks for a level of encryption */
	OBSERVATION_MEDIA_REFUSED, /* a 488 to an INVITE */
	OBSERVATION_MRAS,          /* a relay gave credentials, or did not */
	OBSERVATION_STIR,          /* a refusal of STIR but for the time */
	OBSERVATION_AGENT,         /* a.address stopped to send HEP, or not */
	OBSERVATION_LIMITED,       /* a watched transaction is not judged */
	OBSERVATION_KINDS          /* how many there are */
};

struct observation {
	enum observation_kind kind;
	nstime now, wall;
	const struct outcome *outcome; /* TRANSACTION */
	struct delivery delivery;      /* TRANSACTION */
	struct endpoint a, b;          /* ACTIVE: a */
	enum decrypt_reason unread;    /* UNDECRYPTED */
	union {
		struct doubts_gap gap;             /* GAP */
		struct stamp stamp;                /* CLOCK */
		struct connection_failure failure; /* FAILED */
		struct connection_success success; /* WORKED */
		struct silence_leg leg;         /* ANSWERED, UNSEEN, DOUBTED */
		struct silence_request request; /* UNANSWERED */
		struct certificate_sight certificate; /* CERTIFICATE */
		struct stale_response refused;        /* REFUSED */
		struct stale_refusal krb_refused;     /* KRB_REFUSED */
		struct media_offer media;             /* MEDIA */
		struct media_refusal media_refused;   /* MEDIA_REFUSED */
		struct mrasfailure_answer mras;       /* MRAS */
		unsigned status;                      /* STIR */
		const char *limit;             /* LIMITED: its name; static */
		struct visibility_agent agent; /* AGENT */
	};
};

typedef void observation_output(
    void *arg, const struct observation *observation);

#endif
