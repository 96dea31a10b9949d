/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config.h"

#include "config/value.h"
#include "txn/timers.h"

/* Limits that nobody has had a reason to configure yet. */
/* How long a secret may come after its records. */
#define SECRET_WAIT (10 * NSTIME_S)

enum {
	/* 100 ms of 1,300,000 packets a second; sets of 8 overflow before that:
	 * one of 350,000 packets at 50,000 a second if this were half. */
	DUPLICATES = 131072,
	SESSION = 5120, /* of memory, for one in a key log */
	HEADERS = 1000,
	METHODS = 64,
	ALERTS = 10000,
	PARTS = 1000, /* alerts that incidents are looked for in */
	MRAS_PORT = 5062,
	ONE_WAY_REQUESTS = 20,
	TRUNCATED_MESSAGES = 3,
	MINUTES_WITHOUT_SIP = 15,
	CERTIFICATES = 4096, /* kept by fingerprint, some 1.5 kB each */
	KERBEROS_REFUSALS = 3,
	CONVERSATION = 16384,   /* of memory, for one that is decrypted */
	MOST_WAITING = 1 << 20, /* octets of one that waits for a secret */
	SERVERS = 1024,         /* whose transactions can be asked about */
	HOLDERS = 1024,         /* of certificates, likewise */
	AGENTS = 1024,          /* that send HEP */
};

/*
 * Fixed, so that the same packets give the same digits in every run and on
 * every machine.  A random key would hide no more: anybody who has the names
 * can try them all with siptimed itself.
 */
static const struct siphash_key identity_key = { 0x73697074696d6564,
	0x6964656e74697479 };

enum { SENDERS = 16384 };

static const nstime MINUTE = 60 * NSTIME_S;
static const nstime HOUR = 3600 * NSTIME_S;

/* Hosts that send to or from these ports are servers: the ports whose requests
 * were chosen to be watched, or the A/V authentication port. */
static void
fill_server_ports(const struct config *config, struct portset *ports)
{
	*ports = (struct portset){ .bits = { 0 } };
	if (config_is_set(config, "timeouts", "ports"))
		*ports = config->timeouts.ports;
	else
		portset_add(ports, MRAS_PORT);
}

static unsigned
muted_witnesses(const struct config *config)
{
	return ~config_witnesses(config) & ((1U << WITNESS_KINDS) - 1);
}

/* Is there a key log that may yield more secrets? */
static bool
awaits_secrets(const struct config *config)
{
	for (size_t i = 0; i < config->tls_count; i++)
		if (config->tls[i].keylog[0] != '\0')
			return true;
	return false;
}

static void
fill_reader(const struct config *config, const struct siphash_key *key,
    struct budget *budget, struct reader_limits *reader)
{
	const struct config_limits *limits = &config->limits;
	const struct config_timeouts *timeouts = &config->timeouts;
	const nstime transaction = timers_64_t1(timeouts->t1);

	reader->sip_ports = config->sip.ports;
	reader->muted = muted_witnesses(config);
	reader->hellos = config->clock.judge != 0;
	reader->segments = config->fleet.servers[0] != '\0';
	reader->decode = (struct decode_limits){
		.tunnels = config->capture.tunnels,
		.tunnel_ports = {
			.vxlan = config->capture.vxlan_ports,
			.geneve = config->capture.geneve_ports,
		},
		.fragments = limits->fragments,
		.fragment_octets = limits->memory / 8,
		.fragment_memory = budget_share(budget, BUDGET_FRAGMENTS),
		.duplicates = DUPLICATES,
		.key = *key,
	};
	reader->tcp = (struct tcpreasm_limits){
		.connections = limits->streams,
		.octets = limits->memory / 2,
		.holes = budget_share(budget, BUDGET_REASSEMBLY),
		.stream_octets = limits->memory / 64,
		.idle = HOUR,
		/* Asked about when its last transaction is judged. */
		.linger = transaction + timeouts->grace + 10 * NSTIME_S,
		.key = *key,
		.memory = budget_share(budget, BUDGET_STREAMS),
	};
	reader->decrypt = (struct decrypt_limits){
		.connections = limits->memory / CONVERSATION,
		.held = limits->memory / 16,
		.connection = MOST_WAITING,
		.handshakes = limits->memory / 32,
		.wait = SECRET_WAIT,
		.expected = awaits_secrets(config),
		.memory = budget_share(budget, BUDGET_TLS),
	};
	reader->message =
	    (struct message_limits){ config->sip.max_message, HEADERS };
	reader->framing = budget_share(budget, BUDGET_FRAMING);
	reader->tls = (struct tlsflow_limits){
		.octets = config->limits.memory / 16,
		.certificates = CERTIFICATES,
		.key = *key,
		.memory = budget_share(budget, BUDGET_SHOWN),
		.unfinished = budget_share(budget, BUDGET_TLS),
	};
	reader->exchanges.transaction = transaction;
	reader->exchanges.patience = transaction + timeouts->grace;
	fill_server_ports(config, &reader->exchanges.ports);
	reader->hep = (struct hepreading_limits){ .key = "" };
}

static void
fill_matcher(const struct config *config, const struct siphash_key *key,
    struct budget *budget, struct matcher_limits *matcher)
{
	const struct config_limits *limits = &config->limits;
	const struct config_timeouts *timeouts = &config->timeouts;

	matcher->sip_ports = config->sip.ports;
	matcher->watched_ports = timeouts->ports;
	matcher->methods = timeouts->methods;
	matcher->watch_mras = true;
	matcher->message =
	    (struct message_limits){ config->sip.max_message, HEADERS };
	matcher->paths = (struct paths_limits){
		.pairs = { limits->peers, *key,
		    budget_share(budget, BUDGET_PAIRS) },
		.flows = limits->streams,
		.key = *key,
		.memory = budget_share(budget, BUDGET_FLOWS),
	};
	matcher->clocks = (struct clocks_limits){
		.muted = muted_witnesses(config),
		.tellers = config->limits.peers,
		.key = *key,
		.memory = budget_share(budget, BUDGET_CLOCKS),
	};
	matcher->clocks.has_zone = value_zone(
	    slice_text(config->clock.local_zone), &matcher->clocks.zone);
	matcher->agents = (struct hepagents_limits){
		.agents = AGENTS,
		.rate = config->hep.rate,
		.silent = config->hep.silent,
		.key = *key,
	};
	matcher->transactions = (struct txntable_limits){
		.transactions = limits->transactions,
		.timers = {
			.t1 = timeouts->t1,
			.timer_c = timeouts->timer_c,
			.grace = timeouts->grace,
			.slow_invite = timeouts->slow_invite,
			.slow_other = timeouts->slow_service,
		},
		.key = *key,
		.memory = budget_share(budget, BUDGET_TRANSACTIONS),
		.texts = budget_share(budget, BUDGET_TEXTS),
	};
}

static void
fill_clock(struct config *config, const struct siphash_key *key,
    struct budget *budget, struct skew_limits *skew)
{
	const struct config_clock *clock = &config->clock;

	for (size_t i = 0; i < config->pool_count; i++) {
		const struct config_pool *pool = &config->pools[i];

		config->skew_pools[i] = (struct hosts_pool){
			.name = pool->name,
			.members = pool->members.addresses,
			.member_count = pool->members.count,
			.warn = pool->warn,
		};
	}
	*skew = (struct skew_limits){
		.warn = clock->warn,
		.major = clock->major,
		.critical = clock->critical,
		.min_samples = clock->min_samples,
		.hold = 10 * NSTIME_S,
		.peers = config->limits.peers,
		.muted = muted_witnesses(config),
		.judge_all = clock->judge != 0,
		.pools = config->skew_pools,
		.pool_count = config->pool_count,
		.key = *key,
		.memory = budget_share(budget, BUDGET_CLOCKS),
	};
}

static void
fill_connections(const struct config *config, const struct siphash_key *key,
    struct budget *budget, struct judge_limits *judge)
{
	const struct config_connections *connections = &config->connections;
	const size_t peers = config->limits.peers;

	judge->connection = (struct connection_limits){
		.count = connections->count,
		.window = connections->window,
		.transaction = timers_64_t1(config->timeouts.t1),
		.quiet = HOUR,
		.servers = peers,
		.clients = peers,
		.key = *key,
		.memory = budget_share(budget, BUDGET_PEERS),
	};
	judge->silence = (struct silence_limits){ peers, *key,
		budget_share(budget, BUDGET_PEERS) };
	judge->certificate = (struct certificate_limits){
		.expiry_warning = connections->expiry_warning,
		.troubles = CERTIFICATES,
		.clocks = peers,
		.key = *key,
		.memory = budget_share(budget, BUDGET_CERTIFICATES),
	};
	judge->stale = (struct stale_limits){
		.count = KERBEROS_REFUSALS,
		.hold = 10 * NSTIME_S,
		.clients = peers,
		.key = *key,
		.memory = budget_share(budget, BUDGET_PEERS),
	};
}

/* Limits for the diagnostics that servers and clients send. */
static void
fill_words(struct config *config, const struct siphash_key *key,
    struct budget *budget, struct judge_limits *judge)
{
	const struct diagfile *diagnostics = config_diagnostics(config);
	const size_t peers = config->limits.peers;

	judge->mrasfailure = (struct mrasfailure_limits){ peers, *key,
		budget_share(budget, BUDGET_PEERS) };
	judge->media = (struct media_limits){
		.calls = peers,
		.users = peers,
		.identity = { (enum identity_mode)config->sip.identities,
		    identity_key },
		.key = *key,
		.memory = budget_share(budget, BUDGET_PEERS),
	};
	judge->diagnostics = (struct diagnostics_limits){
		.rows = diagnostics->rows,
		.row_count = diagnostics->count,
		.calls = peers,
		.key = *key,
		.memory = budget_share(budget, BUDGET_PEERS),
	};
}

static void
fill_alerts(const struct config *config, const struct siphash_key *key,
    struct budget *budget, struct judge_limits *judge)
{
	judge->alert = (struct alert_limits){
		.alerts = ALERTS,
		.join = config->alerts.join,
		.reminder = config->alerts.reminder,
		.flap = 15 * MINUTE,
		.key = *key,
		.memory = budget_share(budget, BUDGET_ALERTS),
	};
	judge->ledger = (struct ledger_limits){
		.kept = true,
		.traffic = { METHODS, SERVERS, *key,
		    budget_share(budget, BUDGET_PEERS) },
		.certlist = { HOLDERS, *key,
		    budget_share(budget, BUDGET_CERTIFICATES) },
	};
}

static void
fill_judge(struct config *config, const struct siphash_key *key,
    struct budget *budget, struct judge_limits *judge)
{
	const struct config_timeouts *timeouts = &config->timeouts;
	const size_t peers = config->limits.peers;

	fill_server_ports(config, &judge->server_ports);
	fill_connections(config, key, budget, judge);
	fill_words(config, key, budget, judge);
	judge->timeout = (struct timeout_limits){
		.t1 = timeouts->t1,
		.grace = timeouts->grace,
		.resolve_after = config->alerts.resolve_after,
		.servers = peers,
		.methods = METHODS,
		.judged = config->limits.transactions,
		.senders = SENDERS,
		.identity = { (enum identity_mode)config->sip.identities,
		    identity_key },
		.key = *key,
		.memory = budget_share(budget, BUDGET_PEERS),
	};
	judge->fanout = (struct fanout_limits){
		.servers = 5,
		.window = 5 * MINUTE,
		.quiet = 60 * MINUTE,
		.clients = peers,
		.key = *key,
		.memory = budget_share(budget, BUDGET_PEERS),
	};
	judge->slow = (struct slow_limits){
		.count = timeouts->slow_count,
		.window = 5 * MINUTE,
		.slow_invite = timeouts->slow_invite,
		.slow_other = timeouts->slow_service,
		.servers = peers,
		.key = *key,
		.memory = budget_share(budget, BUDGET_PEERS),
	};
	judge->visibility = (struct visibility_limits){
		.one_way = ONE_WAY_REQUESTS,
		.truncated = TRUNCATED_MESSAGES,
		.no_sip = MINUTES_WITHOUT_SIP,
		.quiet = HOUR,
		.pairs = peers,
		.key = *key,
		.memory = budget_share(budget, BUDGET_PEERS),
	};
	fill_alerts(config, key, budget, judge);
}

/* The pools are those that fill_clock() has written down. */
static void
fill_incident(const struct config *config, const struct siphash_key *key,
    struct budget *budget, struct judge_limits *judge)
{
	judge->incident = (struct incident_limits){
		.join = config->alerts.join,
		.parts = PARTS,
		.servers = config->limits.peers,
		.pools = config->skew_pools,
		.pool_count = config->pool_count,
		.key = *key,
		.memory = budget_share(budget, BUDGET_ALERTS),
	};
	/* Other servers may be watched beside the relay; where its usual port
	 * is not, it has another. */
	if (portset_has(&judge->server_ports, MRAS_PORT))
		portset_add(&judge->incident.relay, MRAS_PORT);
	else
		judge->incident.relay = judge->server_ports;
}

size_t
config_limits_secrets(const struct config *config)
{
	return config->limits.memory / SESSION;
}

size_t
config_limits_fleet(const struct config *config)
{
	if (config->fleet.servers[0] == '\0' ||
	    config->fleet.role == CONFIG_SENSOR)
		return 0;
	return config->limits.memory / (config_only_judges(config) ? 2 : 4);
}

void
config_limits_budget(
    const struct config *config, size_t interfaces, struct budget *budget)
{
	const size_t memory = config->limits.memory;
	const bool shared = config->capture.workers != 1;

	budget_set(budget, memory);
	budget_reserve(budget, BUDGET_EVIDENCE,
	    config->evidence.directory[0] == '\0' ? 0 : memory / 8);
	budget_reserve(budget, BUDGET_HANDOVER, shared ? memory / 4 : 0);
	budget_reserve(budget, BUDGET_SECRETS,
	    shared && config->tls_count > 0 ? memory / 8 : 0);
	budget_reserve(budget, BUDGET_MERGE, interfaces > 1 ? memory / 16 : 0);
	budget_reserve(budget, BUDGET_FLEET, config_limits_fleet(config));
}

void
config_limits(struct config *config, const struct siphash_key *key,
    struct budget *budget, struct config_rooms *rooms)
{
	fill_reader(config, key, budget, &rooms->reader);
	fill_matcher(config, key, budget, &rooms->matcher);
	fill_judge(config, key, budget, &rooms->judge);
	fill_clock(config, key, budget, &rooms->judge.skew);
	fill_incident(config, key, budget, &rooms->judge);
}
