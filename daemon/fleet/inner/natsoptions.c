/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/inner/natsoptions.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	PAUSE_MS = 500, /* between attempts to connect */
	SERVERS = 16,
	URLS = 4096
};

/* libnats says of any of them that it is an error of SSL. */
static const char *
unreadable(const struct fleetdoor_setup *s)
{
	if (s->credentials[0] != '\0' && access(s->credentials, R_OK) != 0)
		return "credentials: the file cannot be read";
	if (s->ca[0] != '\0' && access(s->ca, R_OK) != 0)
		return "ca: the file cannot be read";
	if (s->cert[0] != '\0' && access(s->cert, R_OK) != 0)
		return "cert: the file cannot be read";
	if (s->key[0] != '\0' && access(s->key, R_OK) != 0)
		return "key: the file cannot be read";
	return NULL;
}

static natsStatus
set_servers(natsOptions *options, const char *servers, unsigned *count)
{
	char urls[URLS];
	const char *url[SERVERS];
	char *rest = NULL;

	snprintf(urls, sizeof(urls), "%s", servers);
	*count = 0;
	for (char *next = strtok_r(urls, ", ", &rest);
	     next != NULL && *count < SERVERS;
	     next = strtok_r(NULL, ", ", &rest))
		url[(*count)++] = next;
	return natsOptions_SetServers(options, url, (int)*count);
}

static natsStatus
set_all(natsOptions *options, const struct fleetdoor_setup *s)
{
	natsStatus status = natsOptions_SetName(options, s->name);

	if (status == NATS_OK)
		status = natsOptions_SetMaxReconnect(options, -1);
	if (status == NATS_OK)
		status = natsOptions_SetReconnectWait(options, PAUSE_MS);
	/* While it is away publishing is to fail: what waits is ours. */
	if (status == NATS_OK)
		status = natsOptions_SetReconnectBufSize(options, 0);
	if (status == NATS_OK)
		status =
		    natsOptions_SetPingInterval(options, NATSOPTIONS_WAIT_MS);
	if (status == NATS_OK && s->credentials[0] != '\0')
		status = natsOptions_SetUserCredentialsFromFiles(
		    options, s->credentials, NULL);
	if (status == NATS_OK && s->ca[0] != '\0')
		status = natsOptions_LoadCATrustedCertificates(options, s->ca);
	if (status == NATS_OK && s->cert[0] != '\0')
		status =
		    natsOptions_LoadCertificatesChain(options, s->cert, s->key);
	if (status == NATS_OK && (s->ca[0] != '\0' || s->cert[0] != '\0'))
		status = natsOptions_SetSecure(options, true);
	return status;
}

natsOptions *
natsoptions_new(
    const struct fleetdoor_setup *setup, unsigned *servers, const char **why)
{
	natsOptions *options = NULL;
	natsStatus status;

	*why = unreadable(setup);
	if (*why != NULL)
		return NULL;
	status = natsOptions_Create(&options);
	if (status == NATS_OK)
		status = set_servers(options, setup->servers, servers);
	if (status == NATS_OK)
		status = set_all(options, setup);
	if (status == NATS_OK)
		return options;
	*why = natsStatus_GetText(status);
	natsOptions_Destroy(options);
	return NULL;
}
