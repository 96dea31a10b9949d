/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetdoor.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PLUGIN "siptimed-nats.so"
#define INSTALLED "/usr/lib/siptimed/" PLUGIN

static void *
open_beside(void)
{
	char path[PATH_MAX];
	const ssize_t len =
	    readlink("/proc/self/exe", path, sizeof(path) - sizeof(PLUGIN));
	char *slash;

	if (len <= 0)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return NULL;
	memcpy(slash + 1, PLUGIN, sizeof(PLUGIN));
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

const struct fleetdoor *
fleetdoor_load(const char **why)
{
	void *plugin = dlopen(INSTALLED, RTLD_NOW | RTLD_LOCAL);
	const struct fleetdoor *door;

	if (plugin == NULL)
		plugin = open_beside();
	if (plugin == NULL) {
		*why = dlerror();
		return NULL;
	}
	door = dlsym(plugin, "siptimed_fleetdoor");
	if (door != NULL && door->version == FLEETDOOR_VERSION)
		return door;
	*why = PLUGIN " is of another version";
	dlclose(plugin);
	return NULL;
}
