/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/alertrelay.h"

#include "config/ignore.h"
#include "outlet/sink_alertmanager.h"

/* While it is doubted no stamp of ours is sent to Alertmanager. */
static void
note_doubt(const struct alert_event *event)
{
	if (event->kind == FINDING_LOCAL_CLOCK)
		sink_alertmanager_doubt(event->state != ALERT_RESOLVED);
}

static void
hand_on(struct alertrelay *d, const struct alert_event *event)
{
	const char *line = recent_add(d->recent, event);

	d->changed = true;
	sinks_alert(d->sinks, event, state_event(d->state, event), event->now);
	if (line != NULL && d->told != NULL)
		d->told(d->arg, line);
}

void
alertrelay_event(struct alertrelay *d, const struct alert_event *event)
{
	struct handling *handling = ledger_handling(judge_ledger(d->judge));

	note_doubt(event);
	if (ignore_matches(&d->config->alerts.ignore, event))
		return;
	/* After a silence its packets would be gone. */
	exhibits_alert(d->exhibits, event);
	if (!handling_holds_back(handling, event))
		hand_on(d, event);
}

struct ending {
	struct alertrelay *relay;
	struct handling_silence silence;
};

/* An active alert in its present state. */
static void
on_active(void *arg, const struct alert_event *event)
{
	const struct ending *e = arg;

	if (handling_silence_matches(&e->silence, event))
		alertrelay_event(e->relay, event);
}

void
alertrelay_tick(struct alertrelay *d, nstime now, nstime wall)
{
	struct handling *handling = ledger_handling(judge_ledger(d->judge));
	struct ending ending = { .relay = d };

	if (handling_next_deadline(handling) > now)
		return;
	while (handling_ended(handling, now, &ending.silence))
		judge_alerts(d->judge, on_active, &ending, now, wall);
}

static void
on_standing(void *arg, const struct alert_event *event)
{
	struct alertrelay *d = arg;
	const struct handling *handling =
	    ledger_handling(judge_ledger(d->judge));

	note_doubt(event);
	if (!ignore_matches(&d->config->alerts.ignore, event) &&
	    !handling_matches(handling, event))
		sinks_renew(d->sinks, event);
}

void
alertrelay_renew(struct alertrelay *d, nstime now, nstime wall)
{
	judge_alerts(d->judge, on_standing, d, now, wall);
}
