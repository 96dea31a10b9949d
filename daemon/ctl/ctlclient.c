/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctlclient.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TIMEOUT_S = 10 };

static const char *
advice(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "; is siptimed running, and [control] socket the same? "
		       "(--socket names another)";
	case EACCES:
	case EPERM:
		return "; be root, or a member of the group siptimed";
	default:
		return "";
	}
}

bool
ctlclient_connect(struct ctlclient *c, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int error = 0;

	*c = (struct ctlclient){ .descriptor = -1, .path = path };
	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "siptimectl: %s: the path is too long\n", path);
		return false;
	}
	strcpy(address.sun_path, path);
	c->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->descriptor < 0 ||
	    connect(c->descriptor, (struct sockaddr *)&address,
		sizeof(address)) != 0)
		error = errno;
	else
		c->in = fdopen(c->descriptor, "r");
	if (error == 0 && c->in != NULL)
		return true;
	fprintf(stderr, "siptimectl: %s: %s%s\n", path, strerror(error),
	    advice(error));
	ctlclient_close(c);
	return false;
}

void
ctlclient_close(struct ctlclient *c)
{
	if (c->in != NULL)
		fclose(c->in);
	else if (c->descriptor >= 0)
		close(c->descriptor);
	c->in = NULL;
	c->descriptor = -1;
}

json_t *
ctlclient_next(struct ctlclient *c)
{
	char *line = NULL;
	size_t size = 0;
	const ssize_t len = getline(&line, &size, c->in);
	json_t *object =
	    len > 0 ? json_loadb(line, (size_t)len, 0, NULL) : NULL;

	free(line);
	return object;
}

static bool
put(const struct ctlclient *c, const char *question, json_t *arguments)
{
	json_t *request = json_pack("{s:i, s:s, s:o*}", "v", 1, "ask", question,
	    "arguments", arguments);
	char *text = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	bool sent = text != NULL;

	json_decref(request);
	if (sent)
		sent = dprintf(c->descriptor, "%s\n", text) > 0;
	free(text);
	return sent;
}

json_t *
ctlclient_ask(struct ctlclient *c, const char *question, json_t *arguments)
{
	const struct timeval patience = { .tv_sec = TIMEOUT_S };
	const struct timeval forever = { .tv_sec = 0 };
	json_t *object, *answer;

	setsockopt(c->descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	object = put(c, question, arguments) ? ctlclient_next(c) : NULL;
	setsockopt(
	    c->descriptor, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever));
	if (object == NULL) {
		fprintf(stderr, "siptimectl: %s: no answer from the daemon\n",
		    c->path);
		return NULL;
	}
	answer = json_incref(json_object_get(object, "answer"));
	if (answer == NULL)
		fprintf(stderr, "siptimectl: %s\n",
		    json_string_value(json_object_get(object, "error")));
	json_decref(object);
	return answer;
}
