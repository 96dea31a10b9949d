/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int
write_all(int file, struct slice octets)
{
	size_t done = 0;

	while (done < octets.len) {
		const ssize_t n =
		    write(file, octets.p + done, octets.len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t)n;
	}
	return 0;
}

int
wholefile_write(const struct wholefile *f)
{
	int file, error;

	unlinkat(f->folder, f->new_name, 0);
	file = openat(f->folder, f->new_name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (file < 0)
		return -errno;
	error = write_all(file, f->octets);
	if (error == 0 && f->durable && fsync(file) != 0)
		error = -errno;
	if (close(file) != 0 && error == 0)
		error = -errno;
	if (error == 0 &&
	    renameat(f->folder, f->new_name, f->folder, f->name) != 0)
		error = -errno;
	if (error == 0 && f->durable && fsync(f->folder) != 0)
		error = -errno;
	if (error != 0)
		unlinkat(f->folder, f->new_name, 0);
	return error;
}
