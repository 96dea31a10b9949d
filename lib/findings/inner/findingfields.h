/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FINDINGFIELDS_H
#define FINDINGFIELDS_H

#include "findings/finding.h"

/* The fields of each kind's evidence, up to a NULL name (DESIGN section 9). */
extern const struct finding_field findingfields_transaction_timeout[],
    findingfields_slow_transaction[], findingfields_clock_skew[],
    findingfields_local_clock[], findingfields_visibility[],
    findingfields_zone_change[], findingfields_witness_conflict[],
    findingfields_connection_failure[], findingfields_silent_peer[],
    findingfields_certificate[], findingfields_stale_date[],
    findingfields_mras_failure[], findingfields_media_encryption[],
    findingfields_sip_diagnostic[], findingfields_incident[];

#endif
