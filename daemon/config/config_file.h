/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include "config/config.h"

/*
 * One file of the configuration, read into *config.  All of it is read; 0, or
 * -errno if anything in it was refused, which has been logged line by line.
 * `path' is borrowed as long as *config lives.
 */
int config_file_read(
    struct config *config, const char *path, const struct log *log);

#endif
