/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/sinkset.h"

int
sinkset_apply(
    struct sinks *sinks, const struct config *config, struct budget *budget)
{
	return sinks_set(sinks,
	    &(struct sinks_wanted){
		.sinks = config->alerts.sinks,
		.facility = config->alerts.facility,
		.rate = config->alerts.rate,
		.alertmanagers = config->alertmanager.urls,
		.alertmanager_post = {
			.ca = config->alertmanager.ca,
			.user = config->alertmanager.user,
			.token = config->alertmanager.token,
		},
		.webhook = config->webhook.url,
		.webhook_post = { .ca = config->webhook.ca },
		.webhook_secret = config->webhook.secret,
		.memory = budget_share(budget, BUDGET_SINKS),
	    });
}
