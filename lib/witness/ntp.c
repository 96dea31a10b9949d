/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/ntp.h"

#include "base/cursor.h"

enum {
	ACTIVE = 1, /* symmetric */
	PASSIVE = 2,
	CLIENT = 3,
	SERVER = 4,
	BROADCAST = 5,
	VERSIONS = 4,
	UNSYNCHRONISED_LEAP = 3,
	UNSYNCHRONISED_STRATUM = 16
};

/* NTP's era 1 counts from 2036. */
#define ERA_1 ((int64_t)NTP_ERA_0 - ((int64_t)1 << 32))

/* The era is not transmitted.  As SNTP has it (RFC 4330 section 3), the upper
 * half of the seconds is of era 0, 1968 to 2036, the lower half of era 1. */
nstime
ntp_time(uint64_t stamp)
{
	const int64_t seconds = (int64_t)(stamp >> 32);
	const uint64_t fraction = stamp & UINT32_MAX;
	const int64_t era = stamp >> 63 != 0 ? (int64_t)NTP_ERA_0 : ERA_1;

	return (seconds - era) * NSTIME_S +
	    (nstime)(fraction * (uint64_t)NSTIME_S >> 32);
}

/* No server's poll interval is longer (RFC 5905 section 7.3). */
#define LONGEST_POLL ((uint64_t)(1 << 17) << 32)

/*
 * In interleaved mode (RFC 9769) a server sends the time at which its answer
 * before this one was sent, which is before it received the request that it
 * answers now.  Then the latter is current.
 */
static uint64_t
current(uint64_t received, uint64_t transmitted)
{
	const uint64_t later = received - transmitted;

	return received != 0 && later > 0 && later <= LONGEST_POLL
	    ? received
	    : transmitted;
}

/* Is it a previous answer's, from before any poll interval? */
static bool
is_old(uint64_t received, uint64_t transmitted)
{
	return received != 0 && (int64_t)(transmitted - received) < 0;
}

/* Some clients write microseconds where 2^-32 s belong, or nanoseconds: what
 * is less than a millisecond may be a whole second. */
nstime
ntp_resolution(nstime time)
{
	const nstime fraction = time % NSTIME_S;

	return fraction >= 0 && fraction < NSTIME_MS ? NSTIME_S
						     : NTP_RESOLUTION;
}

static bool
is_synchronised(const struct ntp *ntp)
{
	return ntp->leap != UNSYNCHRONISED_LEAP && ntp->stratum != 0 &&
	    ntp->stratum < UNSYNCHRONISED_STRATUM;
}

bool
ntp_parse(struct slice datagram, struct ntp *ntp)
{
	struct cursor c = cursor_over(datagram);
	const uint8_t flags = cursor_u8(&c);
	const uint8_t stratum = cursor_u8(&c);
	uint64_t received, stamp;
	struct ntp n = {
		.leap = flags >> 6,
		.version = flags >> 3 & 7,
		.mode = flags & 7,
		.stratum = stratum,
	};

	/* Poll, precision, root delay, dispersion, reference, and when the
	 * reference and the origin were read. */
	cursor_take(&c, 2 + 3 * 4 + 2 * 8);
	received = cursor_u64(&c);
	stamp = cursor_u64(&c);
	if (c.bad || c.rest.len % 4 != 0 || n.version == 0 ||
	    n.version > VERSIONS || n.mode < ACTIVE || n.mode > BROADCAST)
		return false;
	n.from_client = n.mode == CLIENT || n.mode == ACTIVE;
	n.serves = n.mode != CLIENT && n.mode != ACTIVE;
	n.synchronised = n.mode == CLIENT || is_synchronised(&n);
	if (n.mode == SERVER && stamp != 0)
		stamp = current(received, stamp);
	n.has_time =
	    stamp != 0 && (n.mode == CLIENT || !is_old(received, stamp));
	n.time = n.has_time ? ntp_time(stamp) : 0;
	n.resolution = n.from_client ? ntp_resolution(n.time) : NTP_RESOLUTION;
	*ntp = n;
	return true;
}

enum witness_answer
ntp_read(struct slice datagram, struct witness_reading *reading)
{
	struct ntp ntp;

	if (!ntp_parse(datagram, &ntp))
		return WITNESS_FOREIGN;
	*reading = (struct witness_reading){
		.unproven = ntp.from_client,
		.serves = ntp.serves,
		.asks = ntp.mode == CLIENT,
	};
	if (ntp.has_time && ntp.synchronised) {
		reading->sender.time = ntp.time;
		reading->sender.resolution = ntp.resolution;
	}
	return WITNESS_TOLD;
}
