/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ENTRIES_H
#define ENTRIES_H

#include "alert/alert.h"
#include "alert/inner/alertparts.h"

/*
 * The entries of the room of alerts, found by their names, and which of them a
 * finding belongs to: its own, or beyond a quota one that covers many.
 */

/* Octets of a name, "kind NUL key"; keys that differ only beyond are one. */
enum { ENTRIES_NAME = 600 };

struct slice entries_write_name(
    struct textbuf *t, enum finding_kind kind, struct slice key);
struct slice entries_name(const struct alert_entry *e);
bool entries_has_name(const struct table_entry *entry, const void *name);

struct alert_entry *entries_find(const struct alert *a, struct slice name);

/* The entry a finding belongs to.  Only trouble makes a new one.  NULL: there
 * is none, or no room. */
struct alert_entry *entries_for(struct alert *a, const struct finding *f);

/* NULL, counted: there is no room. */
struct alert_entry *entries_new(
    struct alert *a, enum finding_kind kind, struct slice name);

/* An idle entry leaves for good. */
void entries_forget(struct alert *a, struct alert_entry *e);

/* It is in no table and no list. */
void entries_free(const struct alert *a, struct alert_entry *e);

/* The subject of an alert that covers many; empty: it is none. */
struct slice entries_folding_subject(enum finding_kind kind, struct slice name);

/* By deadline, then by first_seen, then by id: an order that depends on the
 * findings alone, not on the order they came in. */
void entries_sort(struct alert_entry **entries, size_t count);

#endif
