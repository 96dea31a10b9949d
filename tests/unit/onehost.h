/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ONEHOST_H
#define ONEHOST_H

#include "findings/finding.h"
#include "unit.h"

/* What is told of one host, 10.0.0.7: how often, and the last time what. */
static const struct address host = { .version = 4, .octets = { 10, 0, 0, 7 } };
static unsigned count;
static struct finding last;
static struct evidence evidence;

static void
on_finding(void *arg, const struct finding *finding)
{
	(void)arg;
	count++;
	last = *finding;
	ck_assert(slice_is(finding->key, "10.0.0.7"));
	if (finding->evidence != NULL)
		evidence_copy(&evidence, finding->evidence);
}

#endif
