/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SOCKETFILE_H
#define SOCKETFILE_H

/*
 * Make way for a Unix socket at `path': a socket nobody listens on was left by
 * a daemon that was killed, and is taken away.  0; -EADDRINUSE where somebody
 * listens, -EEXIST for anything that is no socket; or -errno.
 */
int socketfile_make_way(const char *path);

#endif
