/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TRANSPORT_H
#define TRANSPORT_H

/* The transport of a message.  TCP and TLS deliver or fail; over UDP requests
 * are repeated (RFC 3261 section 17.1). */
enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_TLS };

/* "UDP", "TCP", "TLS" */
static inline const char *
transport_name(enum transport transport)
{
	static const char *const names[] = {
		[TRANSPORT_UDP] = "UDP",
		[TRANSPORT_TCP] = "TCP",
		[TRANSPORT_TLS] = "TLS",
	};

	return names[transport];
}

#endif
