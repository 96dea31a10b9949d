/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/notify.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "base/textbuf.h"

#define STATUS_GAP (10 * NSTIME_S)

void
notify_init(struct notify *n)
{
	uint64_t interval_us;

	*n = (struct notify){ .wanted = getenv("NOTIFY_SOCKET") != NULL };
	if (n->wanted && sd_watchdog_enabled(0, &interval_us) > 0)
		n->watchdog = (nstime)(interval_us / 2) * NSTIME_US;
}

static void
keep_status(struct notify *n, const char *status, nstime now)
{
	struct textbuf t;

	textbuf_init(&t, n->status, sizeof(n->status));
	textbuf_add(&t, status);
	n->told = now;
}

void
notify_ready(struct notify *n, const char *status, nstime now)
{
	if (!n->wanted)
		return;
	keep_status(n, status, now);
	sd_notifyf(0, "READY=1\nSTATUS=%s", n->status);
}

void
notify_status(struct notify *n, const char *status, nstime now)
{
	if (!n->wanted || now < n->told + STATUS_GAP ||
	    strcmp(status, n->status) == 0)
		return;
	keep_status(n, status, now);
	sd_notifyf(0, "STATUS=%s", n->status);
}

void
notify_reloading(struct notify *n, nstime now)
{
	if (n->wanted)
		sd_notifyf(
		    0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, now / NSTIME_US);
}

void
notify_stopping(struct notify *n)
{
	if (n->wanted)
		sd_notify(0, "STOPPING=1\nSTATUS=Delivering what is queued");
}

void
notify_alive(struct notify *n, enum notify_sign sign, nstime now)
{
	n->alive |= sign;
	if (n->watchdog == 0 || n->alive != (NOTIFY_TICK | NOTIFY_SECOND) ||
	    now < n->fed + n->watchdog)
		return;
	n->fed = now;
	n->alive = 0;
	sd_notify(0, "WATCHDOG=1");
}
