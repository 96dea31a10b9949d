/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/selection.h"

#include "capture/hep.h"

#include <errno.h>
#include <string.h>

static struct capture_setup
capture_setup(const struct options *o, const struct config *config)
{
	return (struct capture_setup){
		.snaplen = (int)config->capture.snaplen,
		.buffer = (int)config->capture.buffer,
		.promiscuous = config->capture.promiscuous,
		.filter = {
		    .ports = &config->sip.ports,
		    .tunnels = config->capture.tunnels,
		    .vxlan = &config->capture.vxlan_ports,
		    .geneve = &config->capture.geneve_ports,
		    .witnesses = config_witnesses(config),
		    .user = o->filter != NULL ? o->filter
						  : config->capture.filter,
		},
	};
}

static bool
is_among(const struct interfaces_wanted *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (strcmp(wanted->names[i], name) == 0)
			return true;
	return false;
}

static int
want(struct interfaces_wanted *wanted, const char *name, const struct log *log)
{
	if (is_among(wanted, name))
		return 0;
	if (wanted->count == INTERFACES_MOST) {
		log_error(log, "interfaces: found more; accepted: %d",
		    INTERFACES_MOST);
		return -E2BIG;
	}
	wanted->names[wanted->count++] = name;
	return 0;
}

int
selection_set(struct interfaces *set, const struct options *o,
    const struct config *config, const struct log *log)
{
	struct interfaces_wanted wanted = { .capture =
						capture_setup(o, config) };
	struct slice rest = slice_text(config->capture.interfaces), word;
	char store[2 * CONFIG_TEXT];
	struct textbuf names;
	int error = 0;

	textbuf_init(&names, store, sizeof(store));
	for (size_t i = 0; error == 0 && i < o->interface_count; i++)
		error = want(&wanted, o->interfaces[i], log);
	while (
	    error == 0 && o->interface_count == 0 && value_next(&rest, &word)) {
		const char *name = store + names.len;

		textbuf_add_slice(&names, word);
		textbuf_add_slice(&names, slice_of("", 1));
		error = want(&wanted, name, log);
	}
	if (error == 0 && wanted.count == 0 && !hep_is_wanted(&config->hep) &&
	    !config_only_judges(config)) {
		log_error(log, "interfaces: found none to watch");
		error = -EINVAL;
	}
	return error != 0 ? error : interfaces_set(set, &wanted);
}
