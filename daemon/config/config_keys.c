/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_keys.h"

#include "config/items.h"
#include "config/keyrow.h"
#include "outlet/sinktable.h"

#include "witness/witness.h"

#define MS NSTIME_MS
#define SEC NSTIME_S
#define HOUR (3600 * NSTIME_S)
#define DAY (24 * HOUR)
#define K 1024
#define M (1024 * K)
#define AT(member) offsetof(struct config, member)
#define POOL_AT(member) offsetof(struct config_pool, member)
#define TLS_AT(member) offsetof(struct config_tls, member)
#define FACILITIES                                                             \
	"kern user mail daemon auth syslog lpr news uucp cron authpriv ftp "   \
	"local0 local1 local2 local3 local4 local5 local6 local7"

/* clang-format off */
static const struct keyrow rows[] = {
	{ "capture", "interfaces", KEYROW_LIST, "", "names of interfaces",
	    AT(capture.interfaces), 0, 0, items_interface },
	{ "capture", "filter", KEYROW_TEXT, "", "an expression as in pcap-filter(7)",
	    AT(capture.filter), 0, 0, NULL },
	{ "capture", "snaplen", KEYROW_SIZE, "256K", "64 to 256K octets",
	    AT(capture.snaplen), 64, 256 * K, NULL },
	{ "capture", "buffer", KEYROW_SIZE, "64M", "1M to 1024M octets",
	    AT(capture.buffer), M, 1024 * M, NULL },
	{ "capture", "promiscuous", KEYROW_BOOLEAN, "yes", "yes or no",
	    AT(capture.promiscuous), 0, 0, NULL },
	{ "capture", "tunnels", KEYROW_BOOLEAN, "yes", "yes or no",
	    AT(capture.tunnels), 0, 0, NULL },
	{ "capture", "vxlan_ports", KEYROW_PORTS, "4789 8472",
	    "ports and ranges, as 4789 8472-8475",
	    AT(capture.vxlan_ports), 0, 0, NULL },
	{ "capture", "geneve_ports", KEYROW_PORTS, "6081",
	    "ports and ranges, as 6081 6099",
	    AT(capture.geneve_ports), 0, 0, NULL },
	{ "capture", "user0", KEYROW_LIST, "",
	    "the name of a link in pcap-linktype(7), as EN10MB RAW PPP",
	    AT(capture.user0), 0, 0, items_link },
	{ "capture", "merge_window", KEYROW_DURATION, "50ms", "0ms to 5s",
	    AT(capture.merge_window), 0, 5 * SEC, NULL },
	{ "capture", "workers", KEYROW_CHOICE, "auto",
	    "auto 1 2 3 4 5 6 7 8", AT(capture.workers), 0, 0, NULL },
	{ "capture", "matchers", KEYROW_CHOICE, "auto", "auto 1 2 3 4",
	    AT(capture.matchers), 0, 0, NULL },

	{ "sip", "ports", KEYROW_PORTS, "5060 5061 5062",
	    "ports and ranges, as 5060 5080-5090", AT(sip.ports), 0, 0, NULL },
	{ "sip", "identities", KEYROW_CHOICE, "full", "full domain hash",
	    AT(sip.identities), 0, 0, NULL },
	{ "sip", "max_message", KEYROW_SIZE, "64K", "4K to 1M octets",
	    AT(sip.max_message), 4 * K, M, NULL },
	{ "sip", "diagnostics", KEYROW_TEXT, "", "the path of a file",
	    AT(sip.diagnostics), 0, 0, NULL },

	{ "timeouts", "ports", KEYROW_PORTS, "5062",
	    "ports and ranges, as 5060 5080-5090",
	    AT(timeouts.ports), 0, 0, NULL },
	{ "timeouts", "methods", KEYROW_LIST, "SERVICE INVITE",
	    "SIP methods, or * for all", AT(timeouts.methods), 0, 0, items_method },
	{ "timeouts", "t1", KEYROW_DURATION, "500ms", "10ms to 10s",
	    AT(timeouts.t1), 10 * MS, 10 * SEC, NULL },
	{ "timeouts", "timer_c", KEYROW_DURATION, "180s", "1s to 1h",
	    AT(timeouts.timer_c), SEC, HOUR, NULL },
	{ "timeouts", "grace", KEYROW_DURATION, "2s", "0s to 60s",
	    AT(timeouts.grace), 0, 60 * SEC, NULL },
	{ "timeouts", "slow_service", KEYROW_DURATION, "5s", "100ms to 60s",
	    AT(timeouts.slow_service), 100 * MS, 60 * SEC, NULL },
	{ "timeouts", "slow_invite", KEYROW_DURATION, "10s", "100ms to 60s",
	    AT(timeouts.slow_invite), 100 * MS, 60 * SEC, NULL },
	{ "timeouts", "slow_count", KEYROW_COUNT, "3", "1 to 1000",
	    AT(timeouts.slow_count), 1, 1000, NULL },

	{ "clock", "warn", KEYROW_DURATION, "60s", "1s to 7d",
	    AT(clock.warn), SEC, 7 * DAY, NULL },
	{ "clock", "major", KEYROW_DURATION, "300s", "1s to 7d",
	    AT(clock.major), SEC, 7 * DAY, NULL },
	{ "clock", "critical", KEYROW_DURATION, "900s", "1s to 7d",
	    AT(clock.critical), SEC, 7 * DAY, NULL },
	{ "clock", "min_samples", KEYROW_COUNT, "3", "2 to 32",
	    AT(clock.min_samples), 2, 32, NULL },
	{ "clock", "witnesses", KEYROW_LIST, WITNESS_NAMES, "some of " WITNESS_NAMES,
	    AT(clock.witnesses), 0, 0, items_witness },
	{ "clock", "judge", KEYROW_CHOICE, "sip", "sip all",
	    AT(clock.judge), 0, 0, NULL },
	{ "clock", "local_zone", KEYROW_ONE, "",
	    "hours and minutes east of UTC, as +08:00, or nothing",
	    AT(clock.local_zone), 0, 0, items_zone },

	{ "connections", "count", KEYROW_COUNT, "3", "1 to 64",
	    AT(connections.count), 1, CONNECTION_COUNT, NULL },
	{ "connections", "window", KEYROW_DURATION, "5m", "1s to 1d",
	    AT(connections.window), SEC, DAY, NULL },
	{ "connections", "expiry_warning", KEYROW_DURATION, "14d", "0d to 365d",
	    AT(connections.expiry_warning), 0, 365 * DAY, NULL },

	{ "alerts", "sinks", KEYROW_LIST, "auto",
	    SINKTABLE_ACCEPTED,
	    AT(alerts.sinks), 0, 0, sinktable_accepts },
	{ "alerts", "facility", KEYROW_FACILITY, "daemon", FACILITIES,
	    AT(alerts.facility), 0, 0, NULL },
	{ "alerts", "join", KEYROW_DURATION, "10s", "0s to 5m",
	    AT(alerts.join), 0, 300 * SEC, NULL },
	{ "alerts", "reminder", KEYROW_DURATION, "1h", "1m to 7d",
	    AT(alerts.reminder), 60 * SEC, 7 * DAY, NULL },
	{ "alerts", "resolve_after", KEYROW_DURATION, "5m", "1s to 1d",
	    AT(alerts.resolve_after), SEC, DAY, NULL },
	{ "alerts", "heartbeat", KEYROW_DURATION, "24h", "1m to 7d, 0s for none",
	    AT(alerts.heartbeat), 0, 7 * DAY, NULL },
	{ "alerts", "rate", KEYROW_COUNT, "10", "alerts a second, 0 to 1000 (0: all)",
	    AT(alerts.rate), 0, 1000, NULL },
	{ "alerts", "ignore", KEYROW_IGNORE, "",
	    "addresses, prefixes and kinds of alerts",
	    AT(alerts.ignore), 0, 0, NULL },

	{ "control", "socket", KEYROW_ONE, "/run/siptimed/control",
	    "the path of a socket, or nothing for none",
	    AT(control.socket), 0, 0, items_path },
	{ "control", "group", KEYROW_ONE, "",
	    "a group whose members may acknowledge and silence",
	    AT(control.group), 0, 0, items_name },

	{ "http", "listen", KEYROW_ONE, "",
	    "ADDRESS:PORT, [ADDRESS]:PORT or unix:/PATH, PORT 1 to 65535",
	    AT(http.listen), 0, 0, items_listening },
	{ "http", "allow", KEYROW_LIST, "", "addresses and prefixes",
	    AT(http.allow), 0, 0, items_prefix },
	{ "http", "names", KEYROW_LIST, "", "host names",
	    AT(http.names), 0, 0, items_name },

	{ "hep", "listen", KEYROW_ONE, "",
	    "ADDRESS:PORT or [ADDRESS]:PORT, PORT 1 to 65535",
	    AT(hep.listen), 0, 0, items_endpoint },
	{ "hep", "allow", KEYROW_LIST, "", "addresses and prefixes",
	    AT(hep.allow), 0, 0, items_prefix },
	{ "hep", "key", KEYROW_ONE, "",
	    "the path of a file that holds the agents' key",
	    AT(hep.key), 0, 0, items_path },
	{ "hep", "rate", KEYROW_COUNT, "20000",
	    "messages a second of one agent, 0 to 200000 (0: all)",
	    AT(hep.rate), 0, 200000, NULL },
	{ "hep", "silent", KEYROW_DURATION, "15m", "1s to 7d",
	    AT(hep.silent), SEC, 7 * DAY, NULL },

	{ "alertmanager", "urls", KEYROW_LIST, "", "http:// or https:// URLs, one for "
	    "each member of the cluster",
	    AT(alertmanager.urls), 0, 0, items_url },
	{ "alertmanager", "ca", KEYROW_ONE, "", "the path of a file of certificates",
	    AT(alertmanager.ca), 0, 0, items_path },
	{ "alertmanager", "user", KEYROW_ONE, "",
	    "the path of a file that holds NAME:PASSWORD",
	    AT(alertmanager.user), 0, 0, items_path },
	{ "alertmanager", "token", KEYROW_ONE, "",
	    "the path of a file that holds a bearer token",
	    AT(alertmanager.token), 0, 0, items_path },

	{ "webhook", "url", KEYROW_ONE, "", "an http:// or https:// URL",
	    AT(webhook.url), 0, 0, items_url },
	{ "webhook", "ca", KEYROW_ONE, "", "the path of a file of certificates",
	    AT(webhook.ca), 0, 0, items_path },
	{ "webhook", "secret", KEYROW_ONE, "",
	    "the path of a file that holds the key that signs",
	    AT(webhook.secret), 0, 0, items_path },

	{ "fleet", "servers", KEYROW_LIST, "", "nats:// or tls:// URLs of the "
	    "cluster's servers", AT(fleet.servers), 0, 0, items_nats },
	{ "fleet", "name", KEYROW_ONE, "", "a name without dots, unlike all others",
	    AT(fleet.name), 0, 0, items_name },
	{ "fleet", "role", KEYROW_CHOICE, "both", "both sensor judge",
	    AT(fleet.role), 0, 0, NULL },
	{ "fleet", "prefix", KEYROW_ONE, "siptimed", "a name",
	    AT(fleet.prefix), 0, 0, items_name },
	{ "fleet", "partitions", KEYROW_COUNT, "16", "1 to 64",
	    AT(fleet.partitions), 1, 64, NULL },
	{ "fleet", "credentials", KEYROW_ONE, "", "the path of a .creds file",
	    AT(fleet.credentials), 0, 0, items_path },
	{ "fleet", "ca", KEYROW_ONE, "", "the path of a file of certificates",
	    AT(fleet.ca), 0, 0, items_path },
	{ "fleet", "cert", KEYROW_ONE, "", "the path of a certificate chain",
	    AT(fleet.cert), 0, 0, items_path },
	{ "fleet", "key", KEYROW_ONE, "", "the path of its private key",
	    AT(fleet.key), 0, 0, items_path },

	{ "evidence", "directory", KEYROW_ONE, "",
	    "the path of a folder, or nothing for none",
	    AT(evidence.directory), 0, 0, items_path },
	{ "evidence", "per_alert", KEYROW_COUNT, "256", "1 to 10000 packets",
	    AT(evidence.per_alert), 1, 10000, NULL },
	{ "evidence", "total", KEYROW_SIZE, "256M", "1M to 1024G octets",
	    AT(evidence.total), M, INT64_C(1048576) * M, NULL },

	{ "limits", "transactions", KEYROW_COUNT, "200000", "100 to 10000000",
	    AT(limits.transactions), 100, 10000000, NULL },
	{ "limits", "streams", KEYROW_COUNT, "50000", "100 to 10000000",
	    AT(limits.streams), 100, 10000000, NULL },
	{ "limits", "fragments", KEYROW_COUNT, "4096", "16 to 1000000",
	    AT(limits.fragments), 16, 1000000, NULL },
	{ "limits", "peers", KEYROW_COUNT, "20000", "100 to 1000000",
	    AT(limits.peers), 100, 1000000, NULL },
	{ "limits", "memory", KEYROW_SIZE, "256M", "16M to 64G octets",
	    AT(limits.memory), 16 * M, INT64_C(65536) * M, NULL },

	{ "pool", "members", KEYROW_MEMBERS, "", "addresses",
	    POOL_AT(members), 0, 0, NULL },
	{ "pool", "role", KEYROW_TEXT, "", "a word, as front-end or edge",
	    POOL_AT(role), 0, 0, NULL },
	{ "pool", "warn", KEYROW_DURATION, "0s", "1s to 7d, 0s for [clock] warn",
	    POOL_AT(warn), 0, 7 * DAY, NULL },

	{ "tls", "key", KEYROW_TEXT, "", "the path of a private key",
	    TLS_AT(key), 0, 0, NULL },
	{ "tls", "passphrase", KEYROW_TEXT, "", "the path of a file that holds it",
	    TLS_AT(passphrase), 0, 0, NULL },
	{ "tls", "keylog", KEYROW_TEXT, "", "the path of a key log, or unix:/PATH",
	    TLS_AT(keylog), 0, 0, NULL },
};
/* clang-format on */

/* The sections of which there are many, each with a name. */
static const struct section {
	const char *name;
	size_t first, count;     /* offsets in struct config */
	size_t octets, most;     /* of its array there */
	size_t its_name, values; /* offsets in one of them */
} sections[] = {
	{ "pool", AT(pools), AT(pool_count), sizeof(struct config_pool),
	    CONFIG_POOLS, POOL_AT(name), POOL_AT(values) },
	{ "tls", AT(tls), AT(tls_count), sizeof(struct config_tls), CONFIG_TLS,
	    TLS_AT(name), TLS_AT(values) },
};

enum {
	ROWS = sizeof(rows) / sizeof(*rows),
	SECTIONS = sizeof(sections) / sizeof(*sections)
};
_Static_assert(ROWS <= (int)CONFIG_KEYS, "CONFIG_KEYS has room for the table");

size_t
config_keys_count(void)
{
	return ROWS;
}

const char *
config_keys_section(size_t row)
{
	return rows[row].section;
}

const char *
config_keys_name(size_t row)
{
	return rows[row].name;
}

const char *
config_keys_accepted(size_t row)
{
	return rows[row].accepted;
}

bool
config_keys_find(const char *section, const char *name, size_t *row)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].section, section) == 0 &&
		    strcmp(rows[i].name, name) == 0) {
			*row = i;
			return true;
		}
	return false;
}

bool
config_keys_has_section(const char *section)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].section, section) == 0)
			return true;
	return false;
}

/* `base' is the struct that the row's offset counts from. */
static bool
set(size_t at, void *base, struct config_value *values,
    const struct config_value *value)
{
	if (!keyrow_set(&rows[at], slice_text(value->text), base))
		return false;
	values[at] = *value;
	return true;
}

static bool
make_value(struct config_value *value, const char *text, const char *origin,
    unsigned line)
{
	if (strlen(text) >= CONFIG_TEXT)
		return false;
	*value = (struct config_value){ .origin = origin, .line = line };
	memcpy(value->text, text, strlen(text) + 1);
	return true;
}

bool
config_keys_set(struct config *config, size_t row, const char *text,
    const char *origin, unsigned line)
{
	struct config_value value;

	return make_value(&value, text, origin, line) &&
	    set(row, config, config->values, &value);
}

bool
config_keys_named_set(const struct config_keys_named *named, size_t row,
    const char *text, const char *origin, unsigned line)
{
	struct config_value value;

	return make_value(&value, text, origin, line) &&
	    set(row, named->base, named->values, &value);
}

static const struct section *
find_section(const char *section)
{
	for (size_t i = 0; i < SECTIONS; i++)
		if (strcmp(sections[i].name, section) == 0)
			return &sections[i];
	return NULL;
}

bool
config_keys_is_named(const char *section)
{
	return find_section(section) != NULL;
}

void
config_keys_defaults(struct config *config)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!config_keys_is_named(rows[i].section))
			config_keys_set(
			    config, i, rows[i].initial, "default", 0);
}

static void
begin(const struct section *s, char *its_name, struct slice name,
    const struct config_keys_named *named)
{
	memcpy(its_name, name.p, name.len);
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].section, s->name) == 0)
			config_keys_named_set(
			    named, i, rows[i].initial, "default", 0);
}

bool
config_keys_named(struct config *config, const char *section, struct slice name,
    struct config_keys_named *named)
{
	const struct section *s = find_section(section);
	size_t *count = (size_t *)((char *)config + s->count);
	char *one = (char *)config + s->first;
	size_t i = 0;

	while (i < *count && !slice_is(name, one + s->its_name)) {
		i++;
		one += s->octets;
	}
	if (i == s->most)
		return false;
	*named = (struct config_keys_named){
		.base = one,
		.values = (struct config_value *)(one + s->values),
	};
	if (i == *count) {
		begin(s, one + s->its_name, name, named);
		++*count;
	}
	return true;
}
