/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef VISIBILITYTEXT_H
#define VISIBILITYTEXT_H

#include "report/inner/kindtext.h"

/* The texts about traffic that cannot be judged. */

extern const struct kindtext visibilitytext_visibility;

#endif
