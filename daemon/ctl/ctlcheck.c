/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctlcheck.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The offsets that STIR and Kerberos tolerate. */
#define CLOCK_WARNING "-60:60"
#define CLOCK_CRITICAL "-300:300"

/* Percent of packets. */
#define DROPS_WARNING "0.1"
#define DROPS_CRITICAL "1"

static bool
parse_bound(const char *text, size_t len, double open, double *value)
{
	char store[32], *end;

	if (len == 0 || (len == 1 && text[0] == '~')) {
		*value = open;
		return true;
	}
	if (len >= sizeof(store))
		return false;
	memcpy(store, text, len);
	store[len] = '\0';
	*value = strtod(store, &end);
	return *end == '\0' && isfinite(*value);
}

bool
ctlcheck_range(const char *text, struct ctlcheck_range *range)
{
	struct ctlcheck_range r = { .text = text, .inside = text[0] == '@' };
	const char *from = text + r.inside;
	const char *colon = strchr(from, ':');
	bool sound = *from != '\0';

	if (colon == NULL) {
		sound = sound && parse_bound(from, strlen(from), 0, &r.end);
	} else {
		sound = sound &&
		    parse_bound(from, (size_t)(colon - from),
			*from == '~' ? -INFINITY : 0, &r.start) &&
		    parse_bound(colon + 1, strlen(colon + 1), INFINITY, &r.end);
	}
	if (!sound || r.start > r.end)
		return false;
	*range = r;
	return true;
}

bool
ctlcheck_alerts_at(const struct ctlcheck_range *range, double value)
{
	const bool within = value >= range->start && value <= range->end;

	return within == range->inside;
}

/* The result, until it is printed. */
struct report {
	enum ctlcheck_state state;
	char text[512], data[512], more[16384];
};

static void
add(char *store, size_t size, const char *separator, const char *text)
{
	const size_t len = strlen(store);

	snprintf(
	    store + len, size - len, "%s%s", len == 0 ? "" : separator, text);
}

/* Performance data and text may hold neither the bar nor a line end. */
static void
add_plain(char *store, size_t size, const char *separator, const char *text)
{
	char plain[512];
	size_t len = 0;

	for (; text != NULL && text[len] != '\0' && len + 1 < sizeof(plain);
	     len++)
		plain[len] = text[len] == '|' ? '/' : text[len];
	plain[len] = '\0';
	add(store, size, separator, plain);
}

static void
worsen(struct report *r, enum ctlcheck_state state)
{
	if (state > r->state || r->state == CTLCHECK_UNKNOWN)
		r->state = r->state == CTLCHECK_UNKNOWN ? r->state : state;
}

static enum ctlcheck_state
state_of(const struct ctlcheck_range *warning,
    const struct ctlcheck_range *critical, double value)
{
	if (ctlcheck_alerts_at(critical, value))
		return CTLCHECK_CRITICAL;
	return ctlcheck_alerts_at(warning, value) ? CTLCHECK_WARNING
						  : CTLCHECK_OK;
}

static void
thresholds(const struct ctlcheck *check, const char *warning,
    const char *critical, struct ctlcheck_range *w, struct ctlcheck_range *c)
{
	*w = check->warning;
	*c = check->critical;
	if (!check->has_warning)
		ctlcheck_range(warning, w);
	if (!check->has_critical)
		ctlcheck_range(critical, c);
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

/* Notices need nobody, and what somebody has taken on pages nobody again. */
static enum ctlcheck_state
state_of_alert(const json_t *alert)
{
	const char *severity = text_of(alert, "severity");

	if (json_is_true(json_object_get(alert, "acked")) ||
	    json_is_true(json_object_get(alert, "silenced")))
		return CTLCHECK_OK;
	if (strcmp(severity, "critical") == 0 || strcmp(severity, "error") == 0)
		return CTLCHECK_CRITICAL;
	return strcmp(severity, "warning") == 0 ? CTLCHECK_WARNING
						: CTLCHECK_OK;
}

static void
check_alerts(struct report *r, const json_t *answer)
{
	const json_t *alerts = json_object_get(answer, "active");
	const json_t *alert, *first = json_array_get(alerts, 0);
	size_t i, counts[CTLCHECK_UNKNOWN] = { 0 };
	char text[512];

	json_array_foreach(alerts, i, alert)
	{
		if (state_of_alert(alert) > state_of_alert(first))
			first = alert;
		counts[state_of_alert(alert)]++;
		worsen(r, state_of_alert(alert));
		snprintf(text, sizeof(text), "%s: %s", text_of(alert, "alert"),
		    text_of(alert, "summary"));
		add_plain(r->more, sizeof(r->more), "\n", text);
	}
	if (json_array_size(alerts) == 0)
		snprintf(text, sizeof(text), "no alert is active");
	else
		snprintf(text, sizeof(text), "%zu alert%s active, first %s %s",
		    json_array_size(alerts),
		    json_array_size(alerts) == 1 ? "" : "s",
		    text_of(first, "alert"), text_of(first, "subject"));
	add_plain(r->text, sizeof(r->text), "; ", text);
	snprintf(text, sizeof(text),
	    "'alerts'=%zu;;;0 'critical'=%zu;;0;0 'warning'=%zu;0;;0",
	    json_array_size(alerts), counts[CTLCHECK_CRITICAL],
	    counts[CTLCHECK_WARNING]);
	add(r->data, sizeof(r->data), " ", text);
}

static const json_t *
find_clock(const json_t *answer, const char *peer)
{
	const json_t *clocks = json_object_get(answer, "clocks"), *clock;
	size_t i;

	json_array_foreach(clocks, i,
	    clock) if (strcmp(text_of(clock, "peer"), peer) == 0) return clock;
	return NULL;
}

static void
check_clock(
    struct report *r, const struct ctlcheck *check, const json_t *answer)
{
	const json_t *clock = find_clock(answer, check->clock);
	struct ctlcheck_range warning, critical;
	char text[512];
	double offset;

	thresholds(check, CLOCK_WARNING, CLOCK_CRITICAL, &warning, &critical);
	if (clock == NULL) {
		snprintf(text, sizeof(text), "the clock of %s is not known",
		    check->clock);
		r->state = CTLCHECK_UNKNOWN;
		add_plain(r->text, sizeof(r->text), "; ", text);
		snprintf(text, sizeof(text), "'offset'=U;%s;%s", warning.text,
		    critical.text);
		add(r->data, sizeof(r->data), " ", text);
		return;
	}
	offset = json_number_value(json_object_get(clock, "offset_s"));
	worsen(r, state_of(&warning, &critical, offset));
	snprintf(text, sizeof(text), "the clock of %s is off by %+.1f s",
	    check->clock, offset);
	add_plain(r->text, sizeof(r->text), "; ", text);
	snprintf(text, sizeof(text), "'offset'=%.3fs;%s;%s", offset,
	    warning.text, critical.text);
	add(r->data, sizeof(r->data), " ", text);
}

static void
check_drops(
    struct report *r, const struct ctlcheck *check, const json_t *status)
{
	const json_t *interfaces = json_object_get(status, "interfaces"), *one;
	const double packets =
	    json_number_value(json_object_get(status, "packets"));
	struct ctlcheck_range warning, critical;
	double dropped = 0, percent;
	char text[512];
	size_t i;

	json_array_foreach(interfaces, i, one) dropped +=
	    json_number_value(json_object_get(one, "dropped"));
	percent =
	    packets + dropped > 0 ? 100 * dropped / (packets + dropped) : 0;
	thresholds(check, DROPS_WARNING, DROPS_CRITICAL, &warning, &critical);
	worsen(r, state_of(&warning, &critical, percent));
	snprintf(text, sizeof(text), "%.0f of %.0f packets dropped", dropped,
	    packets + dropped);
	add_plain(r->text, sizeof(r->text), "; ", text);
	snprintf(text, sizeof(text), "'dropped'=%.3f%%;%s;%s;0;100", percent,
	    warning.text, critical.text);
	add(r->data, sizeof(r->data), " ", text);
}

enum ctlcheck_state
ctlcheck_judge(const struct ctlcheck *check, const json_t *status,
    const json_t *alerts, const json_t *clocks, FILE *out)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL",
		"UNKNOWN" };
	struct report *r = calloc(1, sizeof(*r));
	enum ctlcheck_state state;

	if (r == NULL) {
		fprintf(out, "UNKNOWN: out of memory\n");
		return CTLCHECK_UNKNOWN;
	}
	if (check->alerts)
		check_alerts(r, alerts);
	if (check->clock != NULL)
		check_clock(r, check, clocks);
	if (check->drops)
		check_drops(r, check, status);
	state = r->state;
	fprintf(out, "%s: %s | %s\n", names[state], r->text, r->data);
	if (r->more[0] != '\0')
		fprintf(out, "%s\n", r->more);
	free(r);
	return state;
}
