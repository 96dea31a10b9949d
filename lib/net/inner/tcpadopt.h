/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TCPADOPT_H
#define TCPADOPT_H

#include "net/inner/tcptable.h"

/* Connections that one tcpreasm followed and another follows from then on. */

/* As tcpreasm_each_open(). */
void tcpadopt_each(const struct tcptable *t, size_t most,
    tcpreasm_open_output *output, void *arg);

/* As tcpreasm_adopt(). */
struct tcpconn *tcpadopt_add(
    struct tcptable *t, const struct tcpreasm_open *open, uint64_t number);

#endif
