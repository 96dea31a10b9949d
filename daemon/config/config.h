/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdio.h>

#include "base/budget.h"
#include "host/log.h"
#include "pipeline/judge.h"
#include "pipeline/matcher.h"
#include "pipeline/reader.h"
#include "config/diagfile.h"
#include "config/value.h"

/*
 * The configuration (DESIGN section 11): config_keys.c has one table of every
 * key with its type, default and check; this struct holds the values, each with
 * the file and line that set it.
 */

enum {
	CONFIG_TEXT = 208, /* a line of a file holds less than 200 octets */
	CONFIG_KEYS = 128, /* room for the table */
	CONFIG_POOLS = 64,
	CONFIG_MEMBERS = 64, /* of one pool */
	CONFIG_IGNORED = 64,
	CONFIG_TLS = 32,
	CONFIG_FILES = 256
};

#define CONFIG_PATH "/etc/siptimed/siptimed.conf"

struct config_value {
	char text[CONFIG_TEXT]; /* as written */
	const char *origin;     /* "default", or the file that set it */
	unsigned line;          /* 0: not from a file */
};

struct config_capture {
	char interfaces[CONFIG_TEXT], filter[CONFIG_TEXT];
	size_t snaplen, buffer;
	bool promiscuous, tunnels;
	struct portset vxlan_ports, geneve_ports;
	char user0[CONFIG_TEXT]; /* what LINKTYPE_USER0 is here */
	nstime merge_window;
	unsigned workers;  /* 0: auto */
	unsigned matchers; /* 0: auto */
};

struct config_sip {
	struct portset ports;
	unsigned identities; /* enum identity_mode */
	size_t max_message;
	char diagnostics[CONFIG_TEXT]; /* a path, or empty */
};

struct config_timeouts {
	struct portset ports;
	char methods[CONFIG_TEXT]; /* separated by single blanks, or "*" */
	nstime t1, timer_c, grace, slow_service, slow_invite;
	unsigned slow_count;
};

struct config_clock {
	nstime warn, major, critical;
	unsigned min_samples;
	char witnesses[CONFIG_TEXT];
	unsigned judge;               /* 0: sip, 1: all */
	char local_zone[CONFIG_TEXT]; /* +08:00; empty: none */
};

struct config_connections {
	unsigned count;
	nstime window, expiry_warning;
};

struct config_ignore {
	bool kinds[FINDING_KINDS];
	struct value_prefix prefixes[CONFIG_IGNORED];
	size_t prefix_count;
};

struct config_alerts {
	char sinks[CONFIG_TEXT];
	unsigned facility; /* as in syslog(3), not shifted */
	nstime join, reminder, resolve_after, heartbeat;
	unsigned rate;
	struct config_ignore ignore;
};

struct config_control {
	char socket[CONFIG_TEXT], group[CONFIG_TEXT];
};

struct config_http {
	char listen[CONFIG_TEXT], allow[CONFIG_TEXT], names[CONFIG_TEXT];
};

struct config_hep {
	char listen[CONFIG_TEXT], allow[CONFIG_TEXT], key[CONFIG_TEXT];
	unsigned rate;
	nstime silent;
};

struct config_alertmanager {
	char urls[CONFIG_TEXT], ca[CONFIG_TEXT], user[CONFIG_TEXT],
	    token[CONFIG_TEXT];
};

struct config_webhook {
	char url[CONFIG_TEXT], ca[CONFIG_TEXT], secret[CONFIG_TEXT];
};

enum config_role { CONFIG_BOTH, CONFIG_SENSOR, CONFIG_JUDGE };

/* servers empty: no fleet. */
struct config_fleet {
	unsigned role; /* enum config_role */
	unsigned partitions;
	char servers[CONFIG_TEXT], name[CONFIG_TEXT], prefix[CONFIG_TEXT],
	    credentials[CONFIG_TEXT], ca[CONFIG_TEXT], cert[CONFIG_TEXT],
	    key[CONFIG_TEXT];
};

struct config_evidence {
	char directory[CONFIG_TEXT]; /* empty: no packets are kept */
	unsigned per_alert;
	size_t total;
};

struct config_limits {
	unsigned transactions, streams, fragments, peers;
	size_t memory;
};

struct config_members {
	struct address addresses[CONFIG_MEMBERS];
	size_t count;
};

struct config_pool {
	char name[CONFIG_TEXT];
	struct config_members members;
	char role[CONFIG_TEXT];
	nstime warn; /* 0: the general one */
	struct config_value values[CONFIG_KEYS];
};

/* Paths of the secrets that decrypt TLS. */
struct config_tls {
	char name[CONFIG_TEXT];
	char key[CONFIG_TEXT], passphrase[CONFIG_TEXT], keylog[CONFIG_TEXT];
	struct config_value values[CONFIG_KEYS];
};

struct config {
	struct config_capture capture;
	struct config_sip sip;
	struct config_timeouts timeouts;
	struct config_clock clock;
	struct config_connections connections;
	struct config_alerts alerts;
	struct config_control control;
	struct config_http http;
	struct config_hep hep;
	struct config_alertmanager alertmanager;
	struct config_webhook webhook;
	struct config_fleet fleet;
	struct config_evidence evidence;
	struct config_limits limits;
	struct config_pool pools[CONFIG_POOLS];
	size_t pool_count;
	struct config_tls tls[CONFIG_TLS];
	size_t tls_count;

	struct config_value values[CONFIG_KEYS];
	char *files[CONFIG_FILES]; /* owned */
	size_t file_count;
	struct hosts_pool skew_pools[CONFIG_POOLS]; /* for config_limits() */
	struct diagfile diagnostics; /* see config_diagnostics() */
};

/* All defaults.  NULL when out of memory; free with config_free(). */
struct config *config_new(void);
void config_free(struct config *config);

/*
 * Read `path', then the *.conf in siptimed.conf.d beside it in order of their
 * names. 0, or -errno after every error has been logged with its file and line,
 * what was found and what is accepted.
 */
int config_load(struct config *config, const char *path, const struct log *log);

/* Without a configuration file all SIP ports are watched, live and in
 * savefiles. */
void config_without_file(struct config *config);

/* The meanings of diagnostic ids, built in or from a file; none when out of
 * memory. */
const struct diagfile *config_diagnostics(struct config *config);

/* Did a file set this key? */
bool config_is_set(
    const struct config *config, const char *section, const char *key);

/* Print the values in force and where each comes from, as a file that
 * config_load() would read. */
void config_print(const struct config *config, FILE *out);

/* Octets that the unit's MemoryMax has to allow. */
size_t config_memory_max(const struct config *config);

/* It captures nothing, and is the judge of a fleet. */
bool config_only_judges(const struct config *config);

/* The witnesses of clocks that are switched on: 1 << WITNESS_x. */
unsigned config_witnesses(const struct config *config);

/* Sessions whose secrets a thread keeps at most. */
size_t config_limits_secrets(const struct config *config);

/* What the judge of a fleet may hold, in a thread of its own: of `[limits]
 * memory' half where nothing else is done, else a quarter.  0: none judges. */
size_t config_limits_fleet(const struct config *config);

/* Make the budget one of `[limits] memory', with what is set aside of it where
 * packets are kept as evidence, threads hand events to another, packets of so
 * many interfaces are merged, and a fleet is judged. */
void config_limits_budget(
    const struct config *config, size_t interfaces, struct budget *budget);

/*
 * The limits of the library's rooms, without the key of HEP agents.  They
 * borrow from `config' and from `budget' (NULL: no bounds); `key' is the secret
 * of their hash tables.
 */
struct config_rooms {
	struct reader_limits reader;
	struct matcher_limits matcher;
	struct judge_limits judge;
};
void config_limits(struct config *config, const struct siphash_key *key,
    struct budget *budget, struct config_rooms *rooms);

#endif
