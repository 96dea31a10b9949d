/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_keys.h"


#include "config/items.h"
#include "outlet/sinktable.h"

#include "witness/witness.h"

enum type {
	DURATION, /* nstime */
	SIZE,     /* size_t */
	COUNT,    /* unsigned */
	BOOLEAN,  /* bool */
	CHOICE,   /* unsigned: which word of `accepted' */
	FACILITY, /* unsigned: as in syslog(3), not shifted */
	PORTS,    /* struct portset */
	TEXT,     /* char[CONFIG_TEXT] */
	LIST,     /* the same, every item checked, single blanks between */
	ONE,      /* the same, at most one item */
	IGNORE,   /* struct config_ignore */
	MEMBERS   /* struct config_members */
};

struct row {
	const char *section, *name;
	enum type type;
	const char *initial; /* the default, as a file would have it */
	const char *accepted;
	size_t offset;
	int64_t min, max;                /* DURATION (ns), SIZE, COUNT */
	bool (*item)(struct slice item); /* LIST */
};

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
static const struct row rows[] = {
	{ "capture", "interfaces", LIST, "", "names of interfaces",
	    AT(capture.interfaces), 0, 0, items_interface },
	{ "capture", "filter", TEXT, "", "an expression as in pcap-filter(7)",
	    AT(capture.filter), 0, 0, NULL },
	{ "capture", "snaplen", SIZE, "256K", "64 to 256K octets",
	    AT(capture.snaplen), 64, 256 * K, NULL },
	{ "capture", "buffer", SIZE, "64M", "1M to 1024M octets",
	    AT(capture.buffer), M, 1024 * M, NULL },
	{ "capture", "promiscuous", BOOLEAN, "yes", "yes or no",
	    AT(capture.promiscuous), 0, 0, NULL },
	{ "capture", "tunnels", BOOLEAN, "yes", "yes or no",
	    AT(capture.tunnels), 0, 0, NULL },
	{ "capture", "vxlan_ports", PORTS, "4789 8472",
	    "ports and ranges, as 4789 8472-8475",
	    AT(capture.vxlan_ports), 0, 0, NULL },
	{ "capture", "geneve_ports", PORTS, "6081",
	    "ports and ranges, as 6081 6099",
	    AT(capture.geneve_ports), 0, 0, NULL },
	{ "capture", "user0", LIST, "",
	    "the name of a link in pcap-linktype(7), as EN10MB RAW PPP",
	    AT(capture.user0), 0, 0, items_link },
	{ "capture", "merge_window", DURATION, "50ms", "0ms to 5s",
	    AT(capture.merge_window), 0, 5 * SEC, NULL },

	{ "sip", "ports", PORTS, "5060 5061 5062",
	    "ports and ranges, as 5060 5080-5090", AT(sip.ports), 0, 0, NULL },
	{ "sip", "identities", CHOICE, "full", "full domain hash",
	    AT(sip.identities), 0, 0, NULL },
	{ "sip", "max_message", SIZE, "64K", "4K to 1M octets",
	    AT(sip.max_message), 4 * K, M, NULL },
	{ "sip", "diagnostics", TEXT, "", "the path of a file",
	    AT(sip.diagnostics), 0, 0, NULL },

	{ "timeouts", "ports", PORTS, "5062",
	    "ports and ranges, as 5060 5080-5090",
	    AT(timeouts.ports), 0, 0, NULL },
	{ "timeouts", "methods", LIST, "SERVICE INVITE",
	    "SIP methods, or * for all", AT(timeouts.methods), 0, 0, items_method },
	{ "timeouts", "t1", DURATION, "500ms", "10ms to 10s",
	    AT(timeouts.t1), 10 * MS, 10 * SEC, NULL },
	{ "timeouts", "timer_c", DURATION, "180s", "1s to 1h",
	    AT(timeouts.timer_c), SEC, HOUR, NULL },
	{ "timeouts", "grace", DURATION, "2s", "0s to 60s",
	    AT(timeouts.grace), 0, 60 * SEC, NULL },
	{ "timeouts", "slow_service", DURATION, "5s", "100ms to 60s",
	    AT(timeouts.slow_service), 100 * MS, 60 * SEC, NULL },
	{ "timeouts", "slow_invite", DURATION, "10s", "100ms to 60s",
	    AT(timeouts.slow_invite), 100 * MS, 60 * SEC, NULL },
	{ "timeouts", "slow_count", COUNT, "3", "1 to 1000",
	    AT(timeouts.slow_count), 1, 1000, NULL },

	{ "clock", "warn", DURATION, "60s", "1s to 7d",
	    AT(clock.warn), SEC, 7 * DAY, NULL },
	{ "clock", "major", DURATION, "300s", "1s to 7d",
	    AT(clock.major), SEC, 7 * DAY, NULL },
	{ "clock", "critical", DURATION, "900s", "1s to 7d",
	    AT(clock.critical), SEC, 7 * DAY, NULL },
	{ "clock", "min_samples", COUNT, "3", "2 to 32",
	    AT(clock.min_samples), 2, 32, NULL },
	{ "clock", "witnesses", LIST, WITNESS_NAMES, "some of " WITNESS_NAMES,
	    AT(clock.witnesses), 0, 0, items_witness },
	{ "clock", "judge", CHOICE, "sip", "sip all",
	    AT(clock.judge), 0, 0, NULL },

	{ "connections", "count", COUNT, "3", "1 to 64",
	    AT(connections.count), 1, CONNECTION_COUNT, NULL },
	{ "connections", "window", DURATION, "5m", "1s to 1d",
	    AT(connections.window), SEC, DAY, NULL },
	{ "connections", "expiry_warning", DURATION, "14d", "0d to 365d",
	    AT(connections.expiry_warning), 0, 365 * DAY, NULL },

	{ "alerts", "sinks", LIST, "auto",
	    SINKTABLE_ACCEPTED,
	    AT(alerts.sinks), 0, 0, sinktable_accepts },
	{ "alerts", "facility", FACILITY, "daemon", FACILITIES,
	    AT(alerts.facility), 0, 0, NULL },
	{ "alerts", "join", DURATION, "10s", "0s to 5m",
	    AT(alerts.join), 0, 300 * SEC, NULL },
	{ "alerts", "reminder", DURATION, "1h", "1m to 7d",
	    AT(alerts.reminder), 60 * SEC, 7 * DAY, NULL },
	{ "alerts", "resolve_after", DURATION, "5m", "1s to 1d",
	    AT(alerts.resolve_after), SEC, DAY, NULL },
	{ "alerts", "heartbeat", DURATION, "24h", "1m to 7d, 0s for none",
	    AT(alerts.heartbeat), 0, 7 * DAY, NULL },
	{ "alerts", "rate", COUNT, "10", "alerts a second, 0 to 1000 (0: all)",
	    AT(alerts.rate), 0, 1000, NULL },
	{ "alerts", "ignore", IGNORE, "",
	    "addresses, prefixes and kinds of alerts",
	    AT(alerts.ignore), 0, 0, NULL },

	{ "control", "socket", ONE, "/run/siptimed/control",
	    "the path of a socket, or nothing for none",
	    AT(control.socket), 0, 0, items_path },
	{ "control", "group", ONE, "",
	    "a group whose members may acknowledge and silence",
	    AT(control.group), 0, 0, items_name },

	{ "http", "listen", ONE, "", "ADDRESS:PORT, [ADDRESS]:PORT or unix:/PATH",
	    AT(http.listen), 0, 0, items_listening },
	{ "http", "allow", LIST, "", "addresses and prefixes",
	    AT(http.allow), 0, 0, items_prefix },
	{ "http", "names", LIST, "", "host names",
	    AT(http.names), 0, 0, items_name },

	{ "alertmanager", "urls", LIST, "", "http:// or https:// URLs, one for "
	    "each member of the cluster",
	    AT(alertmanager.urls), 0, 0, items_url },
	{ "alertmanager", "ca", ONE, "", "the path of a file of certificates",
	    AT(alertmanager.ca), 0, 0, items_path },
	{ "alertmanager", "user", ONE, "",
	    "the path of a file that holds NAME:PASSWORD",
	    AT(alertmanager.user), 0, 0, items_path },
	{ "alertmanager", "token", ONE, "",
	    "the path of a file that holds a bearer token",
	    AT(alertmanager.token), 0, 0, items_path },

	{ "webhook", "url", ONE, "", "an http:// or https:// URL",
	    AT(webhook.url), 0, 0, items_url },
	{ "webhook", "ca", ONE, "", "the path of a file of certificates",
	    AT(webhook.ca), 0, 0, items_path },
	{ "webhook", "secret", ONE, "",
	    "the path of a file that holds the key that signs",
	    AT(webhook.secret), 0, 0, items_path },

	{ "limits", "transactions", COUNT, "200000", "100 to 10000000",
	    AT(limits.transactions), 100, 10000000, NULL },
	{ "limits", "streams", COUNT, "50000", "100 to 10000000",
	    AT(limits.streams), 100, 10000000, NULL },
	{ "limits", "fragments", COUNT, "4096", "16 to 1000000",
	    AT(limits.fragments), 16, 1000000, NULL },
	{ "limits", "peers", COUNT, "20000", "100 to 1000000",
	    AT(limits.peers), 100, 1000000, NULL },
	{ "limits", "memory", SIZE, "256M", "16M to 64G octets",
	    AT(limits.memory), 16 * M, INT64_C(65536) * M, NULL },

	{ "pool", "members", MEMBERS, "", "addresses",
	    POOL_AT(members), 0, 0, NULL },
	{ "pool", "role", TEXT, "", "a word, as front-end or edge",
	    POOL_AT(role), 0, 0, NULL },
	{ "pool", "warn", DURATION, "0s", "1s to 7d, 0s for [clock] warn",
	    POOL_AT(warn), 0, 7 * DAY, NULL },

	{ "tls", "key", TEXT, "", "the path of a private key",
	    TLS_AT(key), 0, 0, NULL },
	{ "tls", "passphrase", TEXT, "", "the path of a file that holds it",
	    TLS_AT(passphrase), 0, 0, NULL },
	{ "tls", "keylog", TEXT, "", "the path of a key log, or unix:/PATH",
	    TLS_AT(keylog), 0, 0, NULL },
};
/* clang-format on */

enum { ROWS = sizeof(rows) / sizeof(*rows) };
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

static bool
in_range(const struct row *row, uint64_t n)
{
	return n <= INT64_MAX && (int64_t)n >= row->min &&
	    (int64_t)n <= row->max;
}

static bool
set_duration(const struct row *row, struct slice text, void *to)
{
	nstime duration;

	if (!value_duration(text, &duration) ||
	    !in_range(row, (uint64_t)duration))
		return false;
	*(nstime *)to = duration;
	return true;
}

static bool
set_size(const struct row *row, struct slice text, void *to)
{
	uint64_t octets;

	if (!value_size(text, &octets) || !in_range(row, octets))
		return false;
	*(size_t *)to = (size_t)octets;
	return true;
}

static bool
set_count(const struct row *row, struct slice text, void *to)
{
	uint64_t n;

	if (!slice_decimal(text, UINT32_MAX, &n) || !in_range(row, n))
		return false;
	*(unsigned *)to = (unsigned)n;
	return true;
}

static bool
set_boolean(const struct row *row, struct slice text, void *to)
{
	(void)row;
	return value_boolean(text, to);
}

static bool
set_choice(const struct row *row, struct slice text, void *to)
{
	struct slice words = slice_text(row->accepted), word;

	for (unsigned i = 0; value_next(&words, &word); i++)
		if (slice_equal(word, text)) {
			*(unsigned *)to = i;
			return true;
		}
	return false;
}

static bool
set_facility(const struct row *row, struct slice text, void *to)
{
	unsigned word;

	if (!set_choice(row, text, &word))
		return false;
	/* Four numbers between ftp and local0 are nobody's. */
	*(unsigned *)to = word < 12 ? word : word + 4;
	return true;
}

static bool
set_ports(const struct row *row, struct slice text, void *to)
{
	(void)row;
	return value_ports(text, to);
}

static bool
set_text(const struct row *row, struct slice text, void *to)
{
	(void)row;
	if (text.len >= CONFIG_TEXT)
		return false;
	memcpy(to, text.p, text.len);
	((char *)to)[text.len] = '\0';
	return true;
}

static bool
set_list(const struct row *row, struct slice text, void *to)
{
	char joined[CONFIG_TEXT];
	struct textbuf t;
	struct slice item;

	textbuf_init(&t, joined, sizeof(joined));
	while (value_next(&text, &item)) {
		if (!row->item(item))
			return false;
		if (t.len > 0)
			textbuf_add(&t, " ");
		textbuf_add_slice(&t, item);
	}
	/* An empty list is a mistake, unless it is the default. */
	if (t.truncated || (t.len == 0 && row->initial[0] != '\0'))
		return false;
	memcpy(to, joined, t.len + 1);
	return true;
}

/* None is an answer too: it switches off what has a default. */
static bool
set_one(const struct row *row, struct slice text, void *to)
{
	if (text.len == 0) {
		*(char *)to = '\0';
		return true;
	}
	return slice_index(text, ' ') == text.len &&
	    slice_index(text, ',') == text.len && set_list(row, text, to);
}

static bool
set_ignore(const struct row *row, struct slice text, void *to)
{
	struct config_ignore ignore = { .prefix_count = 0 };
	struct slice item;

	(void)row;
	while (value_next(&text, &item)) {
		enum finding_kind kind;

		if (finding_kind_parse(item, &kind)) {
			ignore.kinds[kind] = true;
			continue;
		}
		if (ignore.prefix_count == CONFIG_IGNORED ||
		    !value_prefix(item, &ignore.prefixes[ignore.prefix_count]))
			return false;
		ignore.prefix_count++;
	}
	*(struct config_ignore *)to = ignore;
	return true;
}

static bool
set_members(const struct row *row, struct slice text, void *to)
{
	struct config_members members = { .count = 0 };
	struct slice item;

	(void)row;
	while (value_next(&text, &item))
		if (members.count == CONFIG_MEMBERS ||
		    !endpoint_address_parse(
			item, &members.addresses[members.count++]))
			return false;
	*(struct config_members *)to = members;
	return true;
}

static bool (*const setters[])(const struct row *, struct slice, void *) = {
	[DURATION] = set_duration,
	[SIZE] = set_size,
	[COUNT] = set_count,
	[BOOLEAN] = set_boolean,
	[CHOICE] = set_choice,
	[FACILITY] = set_facility,
	[PORTS] = set_ports,
	[TEXT] = set_text,
	[LIST] = set_list,
	[ONE] = set_one,
	[IGNORE] = set_ignore,
	[MEMBERS] = set_members,
};

/* `base' is the struct that the row's offset counts from. */
static bool
set(size_t at, void *base, struct config_value *values,
    const struct config_value *value)
{
	const struct row *row = &rows[at];
	const struct slice text = slice_text(value->text);

	if (!setters[row->type](row, text, (char *)base + row->offset))
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

bool
config_keys_is_named(const char *section)
{
	return strcmp(section, "pool") == 0 || strcmp(section, "tls") == 0;
}

void
config_keys_defaults(struct config *config)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!config_keys_is_named(rows[i].section))
			config_keys_set(
			    config, i, rows[i].initial, "default", 0);
}

static bool
find_pool(struct config *config, struct slice name, char **begun,
    struct config_keys_named *named)
{
	size_t i = 0;

	while (i < config->pool_count && !slice_is(name, config->pools[i].name))
		i++;
	if (i == CONFIG_POOLS)
		return false;
	*begun = i == config->pool_count ? config->pools[i].name : NULL;
	config->pool_count += *begun != NULL;
	named->base = &config->pools[i];
	named->values = config->pools[i].values;
	return true;
}

static bool
find_tls(struct config *config, struct slice name, char **begun,
    struct config_keys_named *named)
{
	size_t i = 0;

	while (i < config->tls_count && !slice_is(name, config->tls[i].name))
		i++;
	if (i == CONFIG_TLS)
		return false;
	*begun = i == config->tls_count ? config->tls[i].name : NULL;
	config->tls_count += *begun != NULL;
	named->base = &config->tls[i];
	named->values = config->tls[i].values;
	return true;
}

bool
config_keys_named(struct config *config, const char *section, struct slice name,
    struct config_keys_named *named)
{
	char *begun;

	if (strcmp(section, "pool") == 0
		? !find_pool(config, name, &begun, named)
		: !find_tls(config, name, &begun, named))
		return false;
	if (begun == NULL)
		return true;
	memcpy(begun, name.p, name.len);
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].section, section) == 0)
			config_keys_named_set(
			    named, i, rows[i].initial, "default", 0);
	return true;
}
