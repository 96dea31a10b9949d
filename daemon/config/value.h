/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef VALUE_H
#define VALUE_H

#include "net/endpoint.h"
#include "net/portset.h"

/*
 * Values as an operator writes them in the configuration, with their units.
 * Each parser returns false, and leaves its output untouched, if the text is
 * not one.
 */

/* 500ms, 60s, 5m, 1h, 14d. */
bool value_duration(struct slice text, nstime *duration);

/* 512, 64K, 16M, 2G octets. */
bool value_size(struct slice text, uint64_t *octets);

/* yes no, true false, on off, 1 0. */
bool value_boolean(struct slice text, bool *value);

/* 5060 5062 6000-6010; at least one. */
bool value_ports(struct slice text, struct portset *ports);

/* 192.0.2.0/24, 2001:db8::/32, or a single address. */
struct value_prefix {
	struct address address;
	unsigned bits;
};
bool value_prefix(struct slice text, struct value_prefix *prefix);
bool value_prefix_covers(
    const struct value_prefix *prefix, const struct address *address);

/* +08:00, -03:30: seconds east of UTC, less than a day. */
bool value_zone(struct slice text, int64_t *east);

/* Cut the next item off a list separated by blanks or commas; false at its
 * end. */
bool value_next(struct slice *list, struct slice *item);

#endif
