/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_JOURNAL_H
#define SINK_JOURNAL_H

#include "outlet/sink.h"

/* Native journal entries with every field of DESIGN section 9; journald
 * passes them on to syslog under the facility.  NULL and errno set on
 * failure. */
struct sink *sink_journal_new(const struct sink_setup *setup);

/* Is there a journald to write to? */
bool sink_journal_present(void);

#endif
