/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include "host/log.h"

/*
 * The rights of the daemon.  Under systemd the unit limits them; started as
 * root by hand, it keeps CAP_NET_RAW alone (so that an interface can be opened
 * again when it comes back) under the user siptimed, and a seccomp filter.
 */

/*
 * If root: become the user `siptimed' (or nobody, with a warning, if there is
 * none) with CAP_NET_RAW only.  Otherwise nothing.  0 or -errno, logged.
 */
int privilege_drop(const struct log *log);

/* Secrets are in memory from now on: allow no core dumps and no debugger. */
void privilege_hide(void);

/* Lock all memory, also what will be allocated, as soon as it is used.  0 or
 * -errno: it may be swapped out. */
int privilege_lock(void);

/* Allow only the system calls that capture and the sinks need; others fail with
 * EPERM.  0 or -errno, logged. */
int privilege_confine(const struct log *log);

/* May this process capture?  If not, log what grants it. */
bool privilege_may_capture(const struct log *log);

#endif
