/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_exec.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "outlet/launcher.h"
#include "outlet/sink_json.h"

struct exec_program {
	struct launcher launcher;
};

static int
deliver(void *state, const struct sink_record *record)
{
	const struct exec_program *p = state;

	return launcher_run(
	    &p->launcher, slice_of(record->octets, record->len));
}

static void
close_program(void *state)
{
	struct exec_program *p = state;

	launcher_stop(&p->launcher);
	free(p);
}

struct sink *
sink_exec_new(const struct sink_setup *setup)
{
	static const struct sink_kind kind = {
		.format = sink_json_record,
		.tells_joined = sink_json_tells_joined,
		.note = sink_json_note,
		.deliver = deliver,
		.close = close_program,
	};
	struct exec_program *p;
	char name[64];
	struct textbuf t;
	int error;

	if (access(setup->argument, X_OK) != 0)
		return NULL;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	error = launcher_start(
	    &p->launcher, setup->argument, SINK_EXEC_TIMEOUT * NSTIME_S);
	if (error != 0) {
		free(p);
		errno = -error;
		return NULL;
	}
	textbuf_init(&t, name, sizeof(name));
	textbuf_add(&t, "exec:");
	textbuf_add(&t, setup->argument);
	return sink_new(name, &kind, p, setup->limit, setup->rate);
}
