/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CERTTEXT_H
#define CERTTEXT_H

#include "report/inner/kindtext.h"

/* The texts of these kinds. */

extern const struct kindtext certtext_certificate;

#endif
