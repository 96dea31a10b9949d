/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPKEY_H
#define HEPKEY_H

#include "config/config.h"

/* The key that HEP agents must send, from the file that [hep] key names.  0, or
 * -errno, logged: then *limits is as it was. */
int hepkey_read(const struct config *config, struct hepreading_limits *limits,
    const struct log *log);

#endif
