/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/desk.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/hep.h"
#include "host/handed.h"
#include "monitor/control.h"
#include "monitor/http.h"
#include "monitor/metricspage.h"
#include "monitor/page.h"

#define SOCKET_NAME "http" /* FileDescriptorName= of siptimed-http.socket */

struct desk {
	struct desk_setup setup;
	struct config_control control_config;
	struct config_http http_config;
	struct control *control;
	struct http *http;
	bool handed;      /* systemd has given a socket */
	bool http_failed; /* to listen; it is logged */
};

void
desk_prepare(const struct config *config, const struct log *log)
{
	const struct passwd *own = getpwnam("siptimed");
	const struct passwd *user = own != NULL ? own : getpwnam("nobody");
	char folder[CONFIG_TEXT];
	char *slash;

	memcpy(folder, config->control.socket, sizeof(folder));
	slash = strrchr(folder, '/');
	if (geteuid() != 0 || slash == NULL || slash == folder)
		return;
	*slash = '\0';
	if (mkdir(folder, 0755) != 0)
		return; /* it is there, or opening the socket logs why not */
	if (user != NULL && chown(folder, user->pw_uid, user->pw_gid) != 0)
		log_warning(log, "%s: cannot be given to siptimed: %s", folder,
		    strerror(errno));
}

static json_t *
on_ask(void *arg, const struct ask *ask, struct textbuf *error)
{
	const struct desk *d = arg;
	struct answers_rooms rooms;

	d->setup.rooms(d->setup.arg, &rooms);
	return answers_give(&rooms, ask, error);
}

static void
on_fill(void *arg, struct metrics *m)
{
	const struct desk *d = arg;
	struct answers_rooms rooms;

	d->setup.rooms(d->setup.arg, &rooms);
	metricspage_fill(&rooms, m);
}

/* Ready: at least one interface is captured, if any is to be. */
static bool
on_ready(void *arg, struct textbuf *why)
{
	const struct desk *d = arg;
	struct answers_rooms rooms;

	d->setup.rooms(d->setup.arg, &rooms);
	for (size_t i = 0; i < interfaces_end(rooms.interfaces); i++)
		if (interfaces_is_open(rooms.interfaces, i))
			return true;
	if (interfaces_end(rooms.interfaces) == 0)
		return true; /* agents send */
	textbuf_add(why, "no interface is captured: ");
	interfaces_write(rooms.interfaces, why);
	return false;
}

struct desk *
desk_new(const struct desk_setup *setup)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (d != NULL)
		d->setup = *setup;
	return d;
}

void
desk_free(struct desk *d)
{
	if (d == NULL)
		return;
	control_free(d->control);
	http_free(d->http);
	free(d);
}

/* Instances of the unit have folders of their own (systemd.exec(5)). */
static void
use_runtime_folder(struct config_control *control, const struct config *config)
{
	const char *folder = getenv("RUNTIME_DIRECTORY");
	struct textbuf t;

	if (folder == NULL || config_is_set(config, "control", "socket"))
		return;
	textbuf_init(&t, control->socket, sizeof(control->socket));
	textbuf_add_slice(&t,
	    slice_first(
		slice_text(folder), slice_index(slice_text(folder), ':')));
	textbuf_add(&t, "/control");
}

static void
open_control(struct desk *d)
{
	const struct control_setup setup = {
		.path = d->control_config.socket,
		.group = d->control_config.group,
		.base = d->setup.base,
		.answer = on_ask,
		.arg = d,
		.log = d->setup.log,
	};

	control_free(d->control);
	d->control = NULL;
	if (setup.path[0] == '\0')
		return;
	d->control = control_new(&setup);
	if (d->control == NULL)
		log_warning(d->setup.log,
		    "control socket %s: %s%s; siptimectl cannot ask this "
		    "daemon",
		    setup.path, strerror(errno),
		    errno == EADDRINUSE ? ", another siptimed listens there"
					: "");
}

/* The socket that systemd hands over, or -1. */
static int
handed_over(void)
{
	int found;

	return handed_sockets(SOCKET_NAME, &found, 1) > 0 ? found : -1;
}

static void
fill_http(const struct desk *d, struct http_setup *setup)
{
	const struct config_http *config = &d->http_config;
	struct slice allow = slice_text(config->allow),
		     names = slice_text(config->names), item;
	struct textbuf t;

	*setup = (struct http_setup){
		.base = d->setup.base,
		.page = page_document(),
		.others = HEP_CONNECTIONS,
		.answer = on_ask,
		.fill = on_fill,
		.ready = on_ready,
		.arg = (void *)(uintptr_t)d,
	};
	if (gethostname(setup->names[0], ACCESS_NAME - 1) == 0)
		setup->name_count = 1;
	while (setup->name_count < HTTP_NAMES && value_next(&names, &item)) {
		textbuf_init(
		    &t, setup->names[setup->name_count++], ACCESS_NAME);
		textbuf_add_slice(&t, item);
	}
	while (setup->allow_count < HTTP_ALLOWED && value_next(&allow, &item))
		setup->allow_count +=
		    value_prefix(item, &setup->allow[setup->allow_count]);
}

/* Once while it is tried again. */
static void
say_http(const struct desk *d, const char *where, int error)
{
	if (error == 0 && d->http_failed)
		log_notice(d->setup.log, "[http] listen = %s: serving", where);
	else if (error != 0 && !d->http_failed)
		log_warning(d->setup.log,
		    "[http] listen = %s: %s; nothing is served until it can be "
		    "listened on",
		    where, strerror(-error));
}

static void
open_http(struct desk *d)
{
	const char *where = d->http_config.listen;
	struct http_setup setup;
	const int handed = d->handed ? -1 : handed_over();
	int error = 0;

	/* Sockets from systemd are taken once, and stay open. */
	if (d->handed)
		return;
	http_free(d->http);
	d->http = NULL;
	if (where[0] == '\0' && handed < 0)
		return;
	fill_http(d, &setup);
	d->http = http_new(&setup);
	if (d->http == NULL)
		error = -ENOMEM;
	else if (handed >= 0)
		error = http_take(d->http, handed);
	else
		error = http_listen(d->http, where);
	d->handed = handed >= 0 && error == 0;
	say_http(d, where, error);
	d->http_failed = error != 0 && handed < 0;
	if (error == 0)
		return;
	http_free(d->http);
	d->http = NULL;
}

void
desk_set(struct desk *d, const struct config *config)
{
	const bool same_http =
	    memcmp(&d->http_config, &config->http, sizeof(config->http)) == 0;
	struct config_control control = config->control;
	bool same_control;

	use_runtime_folder(&control, config);
	same_control = strcmp(d->control_config.socket, control.socket) == 0 &&
	    strcmp(d->control_config.group, control.group) == 0;
	d->control_config = control;
	d->http_config = config->http;
	if (!same_control || d->control == NULL)
		open_control(d);
	if (!same_http)
		d->http_failed = false;
	if (!same_http || d->http == NULL)
		open_http(d);
}

void
desk_tell(void *desk, const char *line)
{
	struct desk *d = desk;

	if (d != NULL)
		control_tell(d->control, line);
}

void
desk_tick(struct desk *d)
{
	if (d == NULL)
		return;
	control_tick(d->control);
	if (d->http_failed)
		open_http(d);
	if (d->http != NULL)
		http_tick(d->http);
}
