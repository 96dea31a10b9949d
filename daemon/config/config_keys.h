/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/config.h"

/*
 * The table of every key: its section, type, default and check.  Rows of a
 * section with names ([pool "NAME"], [tls "NAME"]) belong to a struct
 * config_pool or config_tls, all others to a struct config.
 */

size_t config_keys_count(void);
const char *config_keys_section(size_t row);
const char *config_keys_name(size_t row);

/* The accepted values, in words for people. */
const char *config_keys_accepted(size_t row);

/* False: there is no such key. */
bool config_keys_find(const char *section, const char *name, size_t *row);

/* Is it a section, whatever its keys? */
bool config_keys_has_section(const char *section);

/* Are there many such sections, each with a name? */
bool config_keys_is_named(const char *section);

/* The struct of one of them. */
struct config_keys_named {
	void *base;
	struct config_value *values;
};

/* Find the one of that name, or make it, all defaults.  False: there are too
 * many. */
bool config_keys_named(struct config *config, const char *section,
    struct slice name, struct config_keys_named *named);

/* Set every row of sections without a name to its default. */
void config_keys_defaults(struct config *config);

/*
 * Set one key of the struct its row belongs to.  False, and nothing changed,
 * if `text' is not accepted.  `origin' is borrowed for good.
 */
bool config_keys_set(struct config *config, size_t row, const char *text,
    const char *origin, unsigned line);
bool config_keys_named_set(const struct config_keys_named *named, size_t row,
    const char *text, const char *origin, unsigned line);

#endif
