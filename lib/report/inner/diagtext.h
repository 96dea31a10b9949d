/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DIAGTEXT_H
#define DIAGTEXT_H

#include "report/inner/kindtext.h"

/* The diagnostics that servers and clients send, in words. */
extern const struct kindtext diagtext_mras_failure;
extern const struct kindtext diagtext_media_encryption;
extern const struct kindtext diagtext_sip_diagnostic;

#endif
