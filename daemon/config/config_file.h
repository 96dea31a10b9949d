/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include "config/config.h"

/*
 * Read one file of the configuration into *config, to its end even if a line is
 * refused.  0, or -errno after each refused line was logged. `path' is borrowed
 * as long as *config lives.
 */
int config_file_read(
    struct config *config, const char *path, const struct log *log);

#endif
