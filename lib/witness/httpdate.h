/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HTTPDATE_H
#define HTTPDATE_H

#include "witness/witness.h"

/*
 * The Date of HTTP as a witness (RFC 9110 section 6.6.1): in the first
 * response on a connection, the upgrade to WebSocket (RFC 7118) included.  A
 * response that a cache may have kept (Age, Via, X-Cache and the like) has the
 * time at which it was made and is not read.  A reverse proxy may pass on the
 * Date of a server behind it without a word, so whose clock it is stays open.
 */

enum { HTTPDATE_PORT = 80, HTTPDATE_OTHER_PORT = 8080 };

/* The first octets that a server sent, up to the end of the head.  *time is
 * filled when it is TOLD; whole seconds. */
enum witness_answer httpdate_parse(struct slice first, nstime *time);

/* As the row of this witness has it. */
enum witness_answer httpdate_read_stream(
    struct slice first, struct witness_reading *reading);

#endif
