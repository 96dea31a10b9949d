/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIREOBSERVATION_H
#define WIREOBSERVATION_H

#include "pipeline/inner/wirecodec.h"
#include "pipeline/wire.h"

/* The fields of observations, written or read: see wirecodec.h. */

/* Not those that the judge's own matcher makes. */
bool wireobservation_travels(enum observation_kind kind);

void wireobservation_stamp(struct wirecodec *c, struct stamp *stamp);

/* `certificate' is where the observation's is kept. */
void wireobservation_fields(
    struct wirecodec *c, struct observation *o, struct x509cert *certificate);

#endif
