/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/socketfile.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool
is_alive(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int tried = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive;

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	alive = tried >= 0 &&
	    connect(
		tried, (const struct sockaddr *)&address, sizeof(address)) == 0;
	if (tried >= 0)
		close(tried);
	return alive;
}

int
socketfile_make_way(const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	if (is_alive(path))
		return -EADDRINUSE;
	return unlink(path) == 0 ? 0 : -errno;
}
