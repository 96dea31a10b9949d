/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "base/lru.h"
#include "base/record.h"
#include "base/textbuf.h"

/*
 * Addresses and endpoints as plain values.  Unused octets are zero, so two
 * equal values are equal octet by octet and can be hashed octet by octet.
 */

struct address {
	uint8_t octets[16]; /* IPv4 in the first four */
	uint8_t version;    /* 4, 6, or 0: none */
};

struct endpoint {
	struct address address;
	uint16_t port; /* host order */
};

/* `octets' must be 4 or 16 long; anything else gives version 0. */
struct address endpoint_address(struct slice octets);

/* IPv4 where it is IPv4 in IPv6 (::ffff:192.0.2.1), else as it is. */
struct address endpoint_unmapped(struct address a);

static inline bool
endpoint_address_equal(const struct address *a, const struct address *b)
{
	return a->version == b->version &&
	    memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

/* Any number, for what keeps the latest by their addresses: those of one net
 * differ, and so mostly do those of several. */
static inline unsigned
endpoint_address_spread(const struct address *a)
{
	const size_t last = a->version == 4 ? 3 : 15;

	return a->octets[last] + 37u * a->octets[last - 1];
}

static inline bool
endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port &&
	    endpoint_address_equal(&a->address, &b->address);
}

/* For what is kept by endpoint. */
uint64_t endpoint_hash(const struct lru *l, const struct endpoint *endpoint);

/* RFC 5952 text: 192.0.2.1, 2001:db8::1. */
void endpoint_address_write(struct textbuf *t, const struct address *a);

/* ip:port, [v6]:port. */
void endpoint_write(struct textbuf *t, const struct endpoint *e);

/* An address as a person writes it.  False if it is none. */
bool endpoint_address_parse(struct slice text, struct address *a);

/* Reads what endpoint_write() wrote, or an address alone: then the port is 0.
 * False, and *e untouched, if it is neither. */
bool endpoint_parse(struct slice text, struct endpoint *e);

/* Both directions of a pair alike: the smaller endpoint first. */
int endpoint_compare(const struct endpoint *a, const struct endpoint *b);

/* Saved over a restart; an address of no version is bad. */
void endpoint_save(struct record *r, const struct endpoint *e);
struct endpoint endpoint_load(struct cursor *c);
void endpoint_address_save(struct record *r, const struct address *a);
struct address endpoint_address_load(struct cursor *c);

#endif
