/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYRING_H
#define KEYRING_H

#include <stdio.h>

#include "base/counter.h"
#include "config/config.h"
#include "host/log.h"
#include "tls/secrets.h"

/*
 * The secrets that decrypt TLS, as the configuration names them: private keys,
 * read once, and key logs, followed as they grow.  Private keys are kept in
 * memory that is locked and not dumped; of a daemon all memory is, since
 * secrets of sessions and what they decrypt go through it.  They are wiped, and
 * nothing of them is ever logged.
 */

struct keyring;

struct keyring_setup {
	const struct config *config;
	const struct siphash_key *key;
	const struct log *log;
	bool daemon; /* it keeps them for long */
};

/*
 * Read every key and open every key log: before privileges are dropped.
 * NULL, logged, when one of them is not what it should be.  The caller frees
 * it.
 */
struct keyring *keyring_new(const struct keyring_setup *setup);
void keyring_free(struct keyring *k);

/* Borrowed for the keyring's life. */
struct secrets *keyring_secrets(struct keyring *k);

/* May more secrets arrive? */
bool keyring_awaits(const struct keyring *k);

/* How many key logs are there and cannot be opened, now. */
size_t keyring_refused(const struct keyring *k);

/* keylogs.refused */
void keyring_stats(const struct keyring *k, counter_output *output, void *arg);

/* Read the lines that key logs have gained. */
void keyring_read(struct keyring *k);

/* On a reload the keys in force stay; a line is logged if `config' differs, and
 * for each file that is not the one that was read. */
void keyring_compare(const struct keyring *k, const struct config *config);

/* For --check-config: which certificate each key fits, a line each.  0, or
 * -errno after all errors were logged. */
int keyring_check(
    const struct config *config, FILE *out, const struct log *log);

#endif
