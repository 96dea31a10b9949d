/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/hepkey.h"

#include <errno.h>
#include <string.h>

#include "outlet/post.h"

int
hepkey_read(const struct config *config, char key[HEPREADING_KEY],
    const struct log *log)
{
	const char *path = config->hep.key;
	char read[HEPREADING_KEY] = "";
	const int error =
	    path[0] == '\0' ? 0 : post_secret(path, read, sizeof(read));

	if (error == 0)
		memcpy(key, read, sizeof(read));
	else if (error == -EPERM)
		log_error(log,
		    "[hep] key = %s: others can read it; chmod o= %s", path,
		    path);
	else if (error == -EFBIG)
		log_error(log, "[hep] key = %s: longer than %d octets", path,
		    HEPREADING_KEY - 1);
	else if (error == -ENODATA)
		log_error(log, "[hep] key = %s: its first line is empty", path);
	else
		log_error(log, "[hep] key = %s: cannot be read: %s", path,
		    strerror(-error));
	return error;
}
