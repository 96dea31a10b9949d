/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPKEY_H
#define HEPKEY_H

#include "config/config.h"

/* The key that HEP agents must send, from the file that [hep] key names; ""
 * where it names none.  0, or -errno, logged: then `key' is as it was. */
int hepkey_read(const struct config *config, char key[HEPREADING_KEY],
    const struct log *log);

#endif
