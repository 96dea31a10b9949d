/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONNTEXT_H
#define CONNTEXT_H

#include "report/inner/kindtext.h"

/* The texts of these kinds. */

extern const struct kindtext conntext_connection_failure;
extern const struct kindtext conntext_silent_peer;

#endif
