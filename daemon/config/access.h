/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ACCESS_H
#define ACCESS_H

#include <sys/socket.h>

#include "net/endpoint.h"

/* Where to listen, and access: the permitted clients and Host names. */

enum { ACCESS_NAME = 256 };

/* Does a Host header (RFC 9110 section 7.2) name an address, localhost, or
 * one of `names', which are compared without regard to case? */
bool access_host_is_known(
    struct slice host, const char names[][ACCESS_NAME], size_t count);

/* "127.0.0.1:9942" or "[::1]:9942" in its parts, with a port; false: it is
 * neither. */
bool access_parse(struct slice where, struct endpoint *endpoint);

/* What bind(2) takes; its length. */
socklen_t access_sockaddr(
    const struct endpoint *endpoint, struct sockaddr_storage *to);

/* Who is connected, IPv4 where a socket for both families shows it as
 * ::ffff:192.0.2.1.  Without an address (a Unix socket, or NULL) the version is
 * 0. */
struct address access_peer(const struct sockaddr *from);

bool access_is_loopback(const struct address *a);

#endif
