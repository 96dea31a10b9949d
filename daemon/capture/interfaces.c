/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/interfaces.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "capture/nic.h"
#include "host/wallclock.h"

/* Read at a time, so that the loop sees its other events in between. */
enum { AT_ONCE = 1024, WHY = 512 };

/* How often an interface that is not there is mentioned. */
#define MENTION (3600 * NSTIME_S)

struct interface {
	struct capture *capture; /* NULL: this slot is free */
	bool missing;            /* logged, and its return has to be logged */
	nstime mentioned;
	bool was_there, offloads_told;
};

struct interfaces {
	struct interfaces_setup setup;
	struct interface slots[INTERFACES_MOST];
};

struct interfaces *
interfaces_new(const struct interfaces_setup *setup)
{
	struct interfaces *set = calloc(1, sizeof(*set));

	if (set != NULL)
		set->setup = *setup;
	return set;
}

static void
close_slot(struct interfaces *set, size_t slot)
{
	struct capture *capture = set->slots[slot].capture;

	if (!capture_is_open(capture))
		return;
	set->setup.watch(set->setup.watch_arg, slot, -1);
	capture_close(capture);
}

static void
forget(struct interfaces *set, size_t slot)
{
	close_slot(set, slot);
	capture_free(set->slots[slot].capture);
	set->slots[slot] = (struct interface){ .capture = NULL };
}

void
interfaces_free(struct interfaces *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (set->slots[i].capture != NULL)
			forget(set, i);
	free(set);
}

static void
warn_of_offloads(struct interfaces *set, struct interface *in)
{
	const char *name = capture_interface(in->capture);
	char store[32];
	struct textbuf on;

	textbuf_init(&on, store, sizeof(store));
	nic_receive_offloads(name, &on);
	if (on.len > 0 && !in->offloads_told)
		log_warning(set->setup.log,
		    "%s: receive offload is on (%s), segments are merged "
		    "before they are seen and lose their times; switch it off "
		    "with: ethtool -K %s gro off lro off",
		    name, store, name);
	in->offloads_told = true;
}

/* List the interfaces that exist, in case the name was mistyped. */
static void
write_names(struct textbuf *t)
{
	struct if_nameindex *all = if_nameindex();

	for (size_t i = 0; all != NULL && all[i].if_index != 0; i++) {
		textbuf_add(t, i == 0 ? "; there are: " : " ");
		textbuf_add(t, all[i].if_name);
	}
	if (all != NULL)
		if_freenameindex(all);
}

/* An interface that cannot be captured may work later: log it once an hour. */
static void
mention(
    struct interfaces *set, struct interface *in, int error, const char *why)
{
	const nstime monotonic = wallclock_monotonic();
	const char *name = capture_interface(in->capture);
	char store[WHY] = "";
	struct textbuf names;

	if (in->missing && monotonic - in->mentioned < MENTION)
		return;
	textbuf_init(&names, store, sizeof(store));
	if (error == -ENODEV) {
		write_names(&names);
		log_warning(set->setup.log,
		    "%s: no such interface, waiting for it%s", name, store);
	} else if (error == -ENETDOWN) {
		log_warning(
		    set->setup.log, "%s: is down, waiting for it", name);
	} else {
		log_warning(set->setup.log,
		    "%s: cannot capture, trying again: %s", name, why);
	}
	in->missing = true;
	in->mentioned = monotonic;
}

static void
warn_of_filter(struct interfaces *set, struct interface *in)
{
	if (!capture_in_kernel(in->capture))
		log_warning(set->setup.log,
		    "%s: the kernel does not take this filter: every packet is "
		    "copied and filtered here; shorten the filter or the list "
		    "of ports, or raise sysctl net.core.optmem_max",
		    capture_interface(in->capture));
}

static int
open_slot(struct interfaces *set, size_t slot, struct textbuf *why)
{
	struct interface *in = &set->slots[slot];
	const char *name = capture_interface(in->capture);
	const int error = capture_open(in->capture, why);

	if (error != 0)
		return error;
	if (in->missing)
		log_notice(set->setup.log, "%s: is there, capturing", name);
	else
		log_info(set->setup.log, "%s: capturing", name);
	in->missing = false;
	in->was_there = true;
	warn_of_offloads(set, in);
	warn_of_filter(set, in);
	set->setup.watch(
	    set->setup.watch_arg, slot, capture_descriptor(in->capture));
	return 0;
}

/* Try; what may pass is no error. */
static int
try_slot(struct interfaces *set, size_t slot)
{
	struct interface *in = &set->slots[slot];
	char store[WHY];
	struct textbuf why;
	int error;

	textbuf_init(&why, store, sizeof(store));
	error = open_slot(set, slot, &why);
	if (error == -ENODEV || error == -ENETDOWN) {
		mention(set, in, error, store);
		return 0;
	}
	if (error != 0)
		log_error(set->setup.log, "%s: cannot capture: %s",
		    capture_interface(in->capture), store);
	return error;
}

static void
try_again(struct interfaces *set, size_t slot)
{
	char store[WHY];
	struct textbuf why;
	int error;

	textbuf_init(&why, store, sizeof(store));
	error = open_slot(set, slot, &why);
	if (error != 0)
		mention(set, &set->slots[slot], error, store);
}

static bool
is_wanted(const struct interfaces_wanted *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (strcmp(wanted->names[i], name) == 0)
			return true;
	return false;
}

static bool
has(const struct interfaces *set, const char *name)
{
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (set->slots[i].capture != NULL &&
		    strcmp(capture_interface(set->slots[i].capture), name) == 0)
			return true;
	return false;
}

static int
check_kept(struct interfaces *set, const struct interfaces_wanted *wanted)
{
	for (size_t i = 0; i < INTERFACES_MOST; i++) {
		struct capture *capture = set->slots[i].capture;
		char store[WHY];
		struct textbuf why;
		int error;

		if (capture == NULL ||
		    !is_wanted(wanted, capture_interface(capture)))
			continue;
		textbuf_init(&why, store, sizeof(store));
		error = capture_check(capture, &wanted->capture.filter, &why);
		if (error == 0)
			continue;
		log_error(set->setup.log, "%s: %s", capture_interface(capture),
		    store);
		return error;
	}
	return 0;
}

static int
add(struct interfaces *set, const struct interfaces_wanted *wanted,
    const char *name)
{
	struct capture_setup setup = wanted->capture;
	size_t slot = 0;
	int error;

	while (slot < INTERFACES_MOST && set->slots[slot].capture != NULL)
		slot++;
	if (slot == INTERFACES_MOST || strlen(name) >= IFNAMSIZ) {
		log_error(set->setup.log, "%s: %s", name,
		    slot == INTERFACES_MOST
			? "one interface too many; accepted: 16"
			: "not the name of an interface, too long");
		return -EINVAL;
	}
	setup.interface = name;
	setup.source = (unsigned)slot;
	if (set->setup.fanout != NULL) {
		setup.fanout_members = set->setup.fanout->members;
		setup.fanout_group = set->setup.fanout->group + (unsigned)slot;
	}
	set->slots[slot].capture = capture_new(&setup);
	if (set->slots[slot].capture == NULL)
		return -ENOMEM;
	error = try_slot(set, slot);
	if (error != 0)
		forget(set, slot);
	return error;
}

static void
reset(
    struct interfaces *set, size_t slot, const struct interfaces_wanted *wanted)
{
	struct interface *in = &set->slots[slot];

	if (capture_set(in->capture, &wanted->capture)) {
		close_slot(set, slot);
		try_again(set, slot);
	} else {
		warn_of_filter(set, in);
	}
}

/* Forget the slots that are not in `keep': the new interfaces after a failure,
 * the old ones otherwise. */
static void
forget_others(struct interfaces *set, const bool keep[])
{
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (set->slots[i].capture != NULL && !keep[i])
			forget(set, i);
}

int
interfaces_set(struct interfaces *set, const struct interfaces_wanted *wanted)
{
	bool before[INTERFACES_MOST], keep[INTERFACES_MOST];
	int error = check_kept(set, wanted);

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		before[i] = set->slots[i].capture != NULL;
	for (size_t i = 0; error == 0 && i < wanted->count; i++)
		if (!has(set, wanted->names[i]))
			error = add(set, wanted, wanted->names[i]);
	if (error != 0) {
		forget_others(set, before);
		return error;
	}
	for (size_t i = 0; i < INTERFACES_MOST; i++) {
		struct capture *capture = set->slots[i].capture;

		keep[i] = capture != NULL &&
		    is_wanted(wanted, capture_interface(capture));
		if (keep[i] && before[i])
			reset(set, i, wanted);
	}
	forget_others(set, keep);
	return 0;
}

static void
lose(struct interfaces *set, size_t slot)
{
	struct interface *in = &set->slots[slot];

	close_slot(set, slot);
	log_warning(set->setup.log, "%s: went away, waiting for it",
	    capture_interface(in->capture));
	in->missing = true;
	in->mentioned = wallclock_monotonic();
}

bool
interfaces_read(struct interfaces *set, size_t slot)
{
	const struct interfaces_setup *setup = &set->setup;
	struct capture *capture = set->slots[slot].capture;
	int count;

	if (capture == NULL || !capture_is_open(capture))
		return true;
	count = capture_dispatch(
	    capture, AT_ONCE, setup->output, setup->output_arg);
	if (count < 0)
		lose(set, slot);
	return count < AT_ONCE;
}

static void
look_after_open(struct interfaces *set, size_t slot)
{
	struct interface *in = &set->slots[slot];
	const int state = capture_state(in->capture);

	if (state == -ENODEV) {
		lose(set, slot);
	} else if (state == -ENETDOWN) {
		mention(set, in, state, "");
	} else if (in->missing) {
		log_notice(set->setup.log, "%s: is up again",
		    capture_interface(in->capture));
		in->missing = false;
	}
}

void
interfaces_look_after(struct interfaces *set)
{
	for (size_t i = 0; i < INTERFACES_MOST; i++) {
		if (set->slots[i].capture == NULL)
			continue;
		if (capture_is_open(set->slots[i].capture))
			look_after_open(set, i);
		if (!capture_is_open(set->slots[i].capture))
			try_again(set, i);
	}
}

const char *
interfaces_name(const struct interfaces *set, size_t slot)
{
	const struct capture *capture = set->slots[slot].capture;

	return capture == NULL ? NULL : capture_interface(capture);
}

bool
interfaces_is_open(const struct interfaces *set, size_t slot)
{
	const struct capture *capture = set->slots[slot].capture;

	return capture != NULL && capture_is_open(capture);
}

bool
interfaces_is_missed(const struct interfaces *set, size_t slot)
{
	const struct interface *in = &set->slots[slot];

	return in->capture != NULL && in->was_there && in->missing;
}

size_t
interfaces_end(const struct interfaces *set)
{
	size_t end = INTERFACES_MOST;

	while (end > 0 && set->slots[end - 1].capture == NULL)
		end--;
	return end;
}

uint64_t
interfaces_dropped(struct interfaces *set, size_t slot)
{
	struct capture *capture = set->slots[slot].capture;

	return capture == NULL ? 0 : capture_dropped(capture);
}

void
interfaces_write(const struct interfaces *set, struct textbuf *t)
{
	const char *between = "";

	for (size_t i = 0; i < INTERFACES_MOST; i++) {
		if (set->slots[i].capture == NULL)
			continue;
		textbuf_add(t, between);
		textbuf_add(t, interfaces_name(set, i));
		if (!interfaces_is_open(set, i))
			textbuf_add(t, " (not there)");
		between = ", ";
	}
}
