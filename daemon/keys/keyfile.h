/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYFILE_H
#define KEYFILE_H

#include <sys/stat.h>

#include "config/config.h"
#include "host/log.h"
#include "tls/privatekey.h"

/*
 * Files with secrets: opened only if nobody else may read them.  An error is
 * logged in one line: [tls "NAME"] KEY: FILE: what; what to do.
 */

enum { KEYFILE_PATH = 512 }; /* octets that take any path */

/* What it takes to open a file again, after privileges were dropped. */
#define KEYFILE_TO_FOLLOW                                                      \
	"let siptimed read it and enter its folder: group siptimed with mode " \
	"0640, or setfacl -m u:siptimed:r"

/* The path that a value means: credential:NAME is one of systemd's. */
bool keyfile_path(const char *value, char *path, size_t size);

bool keyfile_is_credential(const char *value);

/* Is it a credential that may not be read?  systemd shows a unit's credentials
 * to ExecStart= alone: a reload has to do without. */
bool keyfile_withheld(const char *value);

/* Open it for reading.  -errno, logged; -ENOENT is not if `may_be_absent', nor
 * what is `known'.  -EPERM: others may read or write it.  The caller closes
 * it. */
struct keyfile_wanted {
	const struct config_tls *tls;
	const char *key;   /* of the section: "keylog" */
	const char *value; /* .. and what it is */
	int flags;         /* for open(2) */
	bool may_be_absent;
	int known;      /* what it was the last time: 0 or -errno */
	bool to_follow; /* it will be opened again */
	const struct log *log;
};
int keyfile_open(const struct keyfile_wanted *wanted, struct stat *st);

/* The private key of a section; NULL, logged.  The caller frees it. */
struct privatekey *keyfile_read(
    const struct config_tls *tls, const struct log *log);

#endif
