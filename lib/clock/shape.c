/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/shape.h"

#include <stdlib.h>

#include "base/calendar.h"

#define DAY (CALENDAR_DAY_S * NSTIME_S)
#define QUARTER (900 * NSTIME_S)
#define GPS_ERA (1024 * 7 * DAY)

/* How exactly a multiple must be met, and how well the offset be known. */
#define RESIDUAL (5 * NSTIME_S)
#define UNCERTAINTY (10 * NSTIME_S)

enum { MOST_QUARTERS = 104 };

/* The bounds within which a time is split into calendar days. */
#define CALENDAR_LEAST (INT64_MIN + 2 * DAY)
#define CALENDAR_MOST (INT64_MAX - 2 * DAY)

/* The nearest multiple of `unit', if `offset' is one; 0 if it is not. */
static int64_t
multiple(nstime offset, nstime unit)
{
	const int64_t half = offset < 0 ? -unit / 2 : unit / 2;
	const int64_t k = (offset + half) / unit;

	return nstime_magnitude(offset - k * unit) <= RESIDUAL ? k : 0;
}

static bool
in_calendar(nstime wall)
{
	return wall >= CALENDAR_LEAST && wall <= CALENDAR_MOST;
}

static int64_t
day_of(nstime wall)
{
	return (wall < 0 ? wall - (DAY - 1) : wall) / DAY;
}

/*
 * Where clocks begin: 1900 (NTP), 1904 (Macintosh), 1970 (Unix), 1980 (DOS,
 * and GPS five days later), 2000 (many a real-time chip), 2036 (NTP again),
 * 2038 (Unix, 32 bits); and some days after, since they run on.
 */
static int
epoch_of(nstime wall)
{
	static const struct {
		int32_t first, last; /* days from 1970-01-01 */
	} epochs[] = {
		{ -25567, -25557 },
		{ -24107, -24097 },
		{ 0, 10 },
		{ 3652, 3667 },
		{ 10956, 11323 },
		{ 24143, 24153 },
		{ 24855, 24865 },
	};
	const int64_t day = day_of(wall);

	for (int i = 0; i < (int)(sizeof(epochs) / sizeof(*epochs)); i++)
		if (day >= epochs[i].first && day <= epochs[i].last)
			return i;
	return -1;
}

/* A savefile may itself be from there. */
static bool
is_epoch(nstime wall, nstime reading)
{
	const int epoch = epoch_of(reading);

	return epoch >= 0 && epoch != epoch_of(wall);
}

static enum shape_kind
kind_of_days(nstime wall, nstime reading)
{
	const struct calendar_date ours = calendar_date(day_of(wall));
	const struct calendar_date theirs = calendar_date(day_of(reading));

	if (theirs.day <= 12 && theirs.day != theirs.month) {
		const int64_t swapped = calendar_days((struct calendar_date){
		    theirs.year, theirs.day, theirs.month });
		const int64_t apart = swapped - day_of(wall);

		if (apart >= -1 && apart <= 1)
			return SHAPE_DATE_SWAPPED;
	}
	if (ours.year != theirs.year && ours.month == theirs.month &&
	    ours.day == theirs.day)
		return SHAPE_YEAR;
	return SHAPE_DAYS;
}

static struct shape
with_units(enum shape_kind kind, int64_t thousandths)
{
	return (struct shape){ .kind = kind,
		.has_units = true,
		.units_thousandths = thousandths };
}

static bool
is_leap_seconds(nstime offset, nstime uncertainty)
{
	const nstime size = nstime_magnitude(offset);

	return uncertainty <= NSTIME_S &&
	    (nstime_magnitude(size - 37 * NSTIME_S) <= NSTIME_S ||
		nstime_magnitude(size - 18 * NSTIME_S) <= NSTIME_S);
}

/* By calendar or clock face; SHAPE_NONE: not at all. */
static struct shape
round_shape(nstime offset, nstime wall)
{
	const int64_t eras = multiple(offset, GPS_ERA);
	const int64_t days = multiple(offset, DAY);
	const int64_t quarters = multiple(offset, QUARTER);

	if (eras == 1 || eras == -1 || eras == 2 || eras == -2)
		return with_units(SHAPE_GPS_WEEK, eras * 1024 * 1000);
	if (days != 0) {
		const enum shape_kind kind =
		    kind_of_days(wall, wall + days * DAY);

		return kind == SHAPE_DAYS ? with_units(kind, days * 1000)
					  : (struct shape){ .kind = kind };
	}
	if (quarters == 0 || llabs(quarters) > MOST_QUARTERS)
		return (struct shape){ .kind = SHAPE_NONE };
	return with_units(
	    llabs(quarters) == 4 ? SHAPE_DST : SHAPE_TIMEZONE, quarters * 250);
}

struct shape
shape_of(const struct offset_estimate *estimate, nstime wall)
{
	const nstime offset = offset_middle(estimate->interval);
	const nstime uncertainty = offset_uncertainty(estimate->interval);
	struct shape shape = { .kind = SHAPE_NONE };
	nstime reading;

	if (estimate->interval.lo < 2 * NSTIME_S &&
	    estimate->interval.hi > -2 * NSTIME_S)
		return shape;
	if (nstime_magnitude(offset) <= OFFSET_LIMIT && in_calendar(wall) &&
	    !__builtin_add_overflow(wall, offset, &reading) &&
	    in_calendar(reading)) {
		if (is_epoch(wall, reading))
			return (struct shape){ .kind = SHAPE_EPOCH };
		if (uncertainty <= UNCERTAINTY)
			shape = round_shape(offset, wall);
	}
	if (shape.kind != SHAPE_NONE)
		return shape;
	if (is_leap_seconds(offset, uncertainty))
		return (struct shape){ .kind = SHAPE_TAI };
	if (estimate->drifts)
		return with_units(SHAPE_DRIFT, estimate->drift_ms);
	return (struct shape){ .kind = SHAPE_OFFSET };
}

const char *
shape_name(enum shape_kind kind)
{
	static const char *const names[SHAPE_KINDS] = {
		[SHAPE_NONE] = "",
		[SHAPE_EPOCH] = "epoch",
		[SHAPE_GPS_WEEK] = "gps_week",
		[SHAPE_DATE_SWAPPED] = "date_swapped",
		[SHAPE_YEAR] = "year",
		[SHAPE_DAYS] = "days",
		[SHAPE_TIMEZONE] = "timezone",
		[SHAPE_DST] = "dst",
		[SHAPE_TAI] = "tai",
		[SHAPE_DRIFT] = "drift",
		[SHAPE_OFFSET] = "offset",
	};

	return names[kind];
}
