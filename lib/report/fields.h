/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FIELDS_H
#define FIELDS_H

#include "alert/alert.h"

/*
 * Alerts as journal fields (DESIGN section 9, systemd.journal-fields(7)):
 * MESSAGE, MESSAGE_ID, PRIORITY, DOCUMENTATION, SIPTIMED_ALERT, .. and the
 * evidence as SIPTIMED_<FIELD>, call_id and method as SIP_CALL_ID and
 * SIP_METHOD.  SYSLOG_IDENTIFIER and SYSLOG_FACILITY belong to the sink.
 */

/* One field; `name' is made of A-Z, 0-9 and _, `value' holds no line end.
 * Both are borrowed until the callback returns. */
typedef void fields_output(void *arg, struct slice name, struct slice value);

void fields_write(
    const struct alert_event *event, fields_output *output, void *arg);

/* The fields but the evidence's, a row each, up to a NULL name; static.  A
 * field without octets is left out.  siptimed-fields(5) is generated from
 * them. */
struct fields_row {
	const char *name, *text;
	void (*write)(struct textbuf *t, const struct alert_event *event);
};
const struct fields_row *fields_rows(void);

/*
 * The fixed 128-bit MESSAGE_ID, 32 lower-case hexadecimal digits: one per
 * kind for raised and refreshed alerts, one for resolved ones.  They are part
 * of the interface (the journal's catalog is found by them): never change
 * one.
 */
const char *fields_message_id(enum finding_kind kind, bool resolved);

/* syslog(3) priorities: critical 2, error 3, warning 4, notice 5, info 6. */
unsigned fields_priority(enum finding_severity severity);

#endif
