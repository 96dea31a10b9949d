/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ROOMS_H
#define ROOMS_H

#include "pipeline/judge.h"
#include "pipeline/matcher.h"
#include "pipeline/reader.h"
#include "txn/timers.h"

/* Small limits for reader, matcher and judge, as the tests and the fuzzer use
 * them: every method on 5060 to 5062 is watched. */

static inline void
rooms_ports(struct portset *set)
{
	for (uint16_t port = 5060; port <= 5062; port++)
		portset_add(set, port);
}

static inline void
rooms_reader(struct reader_limits *limits)
{
	*limits = (struct reader_limits){
		.decode = { .tunnels = true,
		    .fragments = 64,
		    .fragment_octets = 1 << 20,
		    .duplicates = 256 },
		.tcp = { .connections = 64,
		    .octets = 1 << 20,
		    .stream_octets = 1 << 16,
		    .idle = 600 * NSTIME_S,
		    .linger = 60 * NSTIME_S },
		.message = { .octets = 65536, .headers = 1000 },
		.tls = { .octets = 1 << 20, .certificates = 16 },
		.exchanges = { .patience = 34 * NSTIME_S,
		    .transaction = 32 * NSTIME_S },
	};
	portset_add(&limits->hep.ports, HEPMSG_PORT);
	rooms_ports(&limits->exchanges.ports);
	rooms_ports(&limits->sip_ports);
}

static inline void
rooms_matcher(struct matcher_limits *limits)
{
	*limits = (struct matcher_limits){
		.methods = "*",
		.watch_mras = true,
		.message = { .octets = 65536, .headers = 1000 },
		.paths = { .pairs = { .pairs = 64 }, .flows = 64 },
		.transactions = { .transactions = 256,
		    .timers = { .t1 = TIMERS_T1,
			.timer_c = TIMERS_C,
			.grace = 2 * NSTIME_S,
			.slow_invite = 10 * NSTIME_S,
			.slow_other = 5 * NSTIME_S } },
		.clocks = { .tellers = 64 },
		.agents = { .agents = 16,
		    .rate = 1000,
		    .silent = 900 * NSTIME_S },
	};
	rooms_ports(&limits->sip_ports);
	rooms_ports(&limits->watched_ports);
}

static inline void
rooms_judge(struct judge_limits *limits)
{
	*limits = (struct judge_limits){
		.timeout = { .t1 = TIMERS_T1,
		    .grace = 2 * NSTIME_S,
		    .resolve_after = 300 * NSTIME_S,
		    .servers = 64,
		    .methods = 16,
		    .judged = 256,
		    .senders = 256 },
		.slow = { .count = 3,
		    .window = 300 * NSTIME_S,
		    .slow_invite = 10 * NSTIME_S,
		    .slow_other = 5 * NSTIME_S,
		    .servers = 64 },
		.visibility = { .one_way = 20,
		    .truncated = 3,
		    .quiet = 3600 * NSTIME_S,
		    .pairs = 64 },
		.skew = { .warn = 60 * NSTIME_S,
		    .major = 300 * NSTIME_S,
		    .critical = 900 * NSTIME_S,
		    .min_samples = 3,
		    .hold = 10 * NSTIME_S,
		    .peers = 64 },
		.connection = { .count = 3,
		    .window = 300 * NSTIME_S,
		    .transaction = 32 * NSTIME_S,
		    .quiet = 3600 * NSTIME_S,
		    .servers = 64,
		    .clients = 64 },
		.silence = { .hosts = 64 },
		.certificate = { .expiry_warning = 14 * 86400 * NSTIME_S,
		    .troubles = 64,
		    .clocks = 64 },
		.stale = { .count = 3, .hold = 10 * NSTIME_S, .clients = 64 },
		.alert = { .alerts = 64,
		    .join = 10 * NSTIME_S,
		    .reminder = 3600 * NSTIME_S,
		    .flap = 900 * NSTIME_S },
	};
	portset_add(&limits->server_ports, 5062);
}

#endif
