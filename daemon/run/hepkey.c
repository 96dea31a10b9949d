/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/hepkey.h"

#include <errno.h>
#include <string.h>

#include "outlet/post.h"

int
hepkey_read(const struct config *config, struct hepreading_limits *limits,
    const struct log *log)
{
	const char *path = config->hep.key;
	int error;

	if (path[0] == '\0')
		return 0;
	error = post_secret(path, limits->key, sizeof(limits->key));
	if (error == -EPERM)
		log_error(log,
		    "[hep] key = %s: others can read it; chmod o= %s", path,
		    path);
	else if (error < 0)
		log_error(log, "[hep] key = %s: cannot be read: %s", path,
		    strerror(-error));
	return error;
}
