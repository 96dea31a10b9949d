/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef VISIBILITYTEXT_H
#define VISIBILITYTEXT_H

#include "report/inner/kindtext.h"

/* What is said where part of the traffic cannot be judged. */

extern const struct kindtext visibilitytext_visibility;

#endif
