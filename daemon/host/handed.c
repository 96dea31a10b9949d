/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/handed.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

size_t
handed_sockets(const char *name, int *sockets, size_t most)
{
	char **names = NULL;
	const int count = sd_listen_fds_with_names(0, &names);
	size_t found = 0;

	for (int i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0 && found < most)
			sockets[found++] = SD_LISTEN_FDS_START + i;
		free(names[i]);
	}
	free(names);
	return found;
}
