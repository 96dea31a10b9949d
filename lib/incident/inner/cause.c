/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/cause.h"

#include "incident/inner/domains.h"

#define MINUTE (60 * NSTIME_S)

/* Kerberos allows 5 min; a step counts for a failure within 15 min after it;
 * a clock that went wrong later than 5 min after a failure has no part in it
 * (DOMAIN 2.5, 2.9). */
#define TOLERANCE (5 * MINUTE)
#define STEP_WINDOW (15 * MINUTE)
#define CLOCK_LATEST (5 * MINUTE)

/* Two hosts with one fault have offsets closer than this. */
#define SAME_OFFSET (5 * NSTIME_S)

enum { CLOCKS = 256, UNION = 64, SEVERAL_SERVERS = 3, SEVERAL_CLIENTS = 3 };

const char *
cause_name(enum cause_kind kind)
{
	static const char *const names[CAUSE_KINDS] = {
		[CAUSE_NONE] = "none",
		[CAUSE_CLOCK] = "clock",
		[CAUSE_RELAY_UNREACHABLE] = "relay_unreachable",
		[CAUSE_ONE_CANNOT_REACH] = "one_cannot_reach",
		[CAUSE_MEDIA_ENCRYPTION] = "media_encryption",
	};

	return names[kind];
}

/*
 * The parts, and among them the wrong clocks, once somebody asks for one.  A
 * clock's address sets one of the bits in `maybe', so that most addresses are
 * known to have none without a walk.
 */
struct cause_scene {
	const struct cause_view *view;
	bool has_clocks; /* from here on the rest is set */
	size_t clock_count;
	const struct symptom *clocks[CLOCKS];
	uint64_t maybe[16];
};

static void
add_reason(struct cause *c, enum reason reason, bool holds)
{
	if (!holds || (c->reasons >> reason & 1) != 0)
		return;
	c->reasons |= UINT32_C(1) << reason;
	c->score += reason_score(reason);
}

static void
add_member(const struct cause_view *v, struct cause *c, struct symptom *p)
{
	v->members[c->member_count++] = p;
}

static struct symptom *
first_part(const struct cause_view *v)
{
	return lru_oldest(v->parts);
}

static bool
is_wrong_clock(const struct symptom *p, const struct address *host)
{
	return p->latest.role == SIGHTING_CLOCK &&
	    endpoint_address_equal(&p->latest.server.address, host);
}

/* 0 to 1023. */
static unsigned
bit_of(const struct address *a)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(a->octets); i++)
		sum = sum * 31 + a->octets[i];
	return sum % 1024;
}

static void
find_clocks(struct cause_scene *s)
{
	struct symptom *p = first_part(s->view);

	s->has_clocks = true;
	s->clock_count = 0;
	memset(s->maybe, 0, sizeof(s->maybe));
	for (; p != NULL && s->clock_count < CLOCKS; p = lru_newer(p)) {
		unsigned bit;

		if (p->latest.role != SIGHTING_CLOCK)
			continue;
		bit = bit_of(&p->latest.server.address);
		s->clocks[s->clock_count++] = p;
		s->maybe[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

/* The clock of `host' is known to be wrong. */
static bool
has_wrong_clock(struct cause_scene *s, const struct address *host)
{
	const unsigned bit = bit_of(host);

	if (!s->has_clocks)
		find_clocks(s);
	if ((s->maybe[bit / 64] >> bit % 64 & 1) == 0)
		return false;
	for (size_t i = 0; i < s->clock_count; i++)
		if (is_wrong_clock(s->clocks[i], host))
			return true;
	return false;
}

static bool
same_offset(const struct symptom *a, const struct symptom *b)
{
	const nstime apart = a->latest.offset - b->latest.offset;

	if (endpoint_address_equal(
		&a->latest.server.address, &b->latest.server.address))
		return true;
	return a->kind == b->kind && a->latest.offset != 0 &&
	    apart <= SAME_OFFSET && apart >= -SAME_OFFSET;
}

/* The members so far are clocks: does the part concern one of their hosts? */
static bool
concerns_clocks(struct cause_scene *s, size_t clocks, const struct symptom *p)
{
	const struct cause_view *v = s->view;
	for (size_t i = 0; i < clocks; i++)
		if (symptom_concerns(p, &v->members[i]->latest.server.address))
			return true;
	return false;
}

static bool
is_clock_of_members(
    struct cause_scene *s, size_t clocks, const struct address *host)
{
	const struct cause_view *v = s->view;
	for (size_t i = 0; i < clocks; i++)
		if (is_wrong_clock(v->members[i], host))
			return true;
	return false;
}

/* A failure is explained where the server has a wrong clock, or all clients
 * that it failed have one. */
static bool
is_explained(struct cause_scene *s, size_t clocks, const struct symptom *p)
{
	if (is_clock_of_members(s, clocks, &p->latest.server.address))
		return true;
	for (size_t i = 0; i < p->client_count; i++)
		if (!has_wrong_clock(s, &p->clients[i]))
			return false;
	return p->more_clients == 0;
}

/* Clocks with the offset of `seed', and which of them was wrong first. */
static size_t
gather_clocks(struct cause_scene *s, struct symptom *seed, struct cause *c)
{
	const struct cause_view *v = s->view;
	c->seed = seed;
	for (struct symptom *p = first_part(v); p != NULL; p = lru_newer(p)) {
		if (p->latest.role != SIGHTING_CLOCK || !same_offset(p, seed))
			continue;
		add_member(v, c, p);
		add_reason(c,
		    p->kind == FINDING_ZONE_CHANGE ? REASON_ZONE_CHANGED
						   : REASON_ZONE_LIKE,
		    p->latest.zone_like);
		add_reason(c, REASON_MONITOR_TRUSTED, p->latest.trusted);
		add_reason(c, REASON_MONITOR_SUSPECT, p->latest.suspect);
		if (p->latest.began < c->seed->latest.began)
			c->seed = p;
	}
	/* One point of view is enough: zone-like offsets are large. */
	if (seed->latest.offset >= TOLERANCE ||
	    seed->latest.offset <= -TOLERANCE)
		add_reason(c, REASON_BEYOND_TOLERANCE,
		    (c->reasons >> REASON_ZONE_LIKE & 1) == 0);
	c->host = c->seed->latest.server.address;
	return c->member_count;
}

/* Whether others than the clients that fail in `p' got answers since it began.
 */
static size_t
others_reach(const struct cause_view *v, const struct symptom *p)
{
	const struct reach_client *clients;
	const size_t count =
	    reach_clients(v->reach, &p->latest.server.address, &clients);
	size_t others = 0;

	for (size_t i = 0; i < count; i++)
		others += clients[i].last >= p->began &&
		    !symptom_has_client(p, &clients[i].address);
	return others;
}

static bool
is_failure(const struct symptom *p)
{
	return p->latest.role == SIGHTING_FAILURE;
}

static void
weigh_step(struct cause *c, const struct symptom *failure)
{
	const struct sighting *clock = &c->seed->latest;
	const nstime before = failure->latest.began - clock->began;

	add_reason(c, REASON_STEPPED_BEFORE,
	    clock->stepped && before >= 0 && before <= STEP_WINDOW);
}

/* A failure that concerns one of the clocks: a member, or a contradiction. */
static uint64_t
weigh_failure(
    struct cause_scene *s, struct cause *c, size_t clocks, struct symptom *p)
{
	const struct cause_view *v = s->view;
	if (c->seed->latest.began > p->last_wall + CLOCK_LATEST)
		return 0;
	if (!is_explained(s, clocks, p)) {
		add_reason(c, REASON_RIGHT_ONES_FAIL, true);
		return 0;
	}
	weigh_step(c, p);
	add_reason(c, REASON_REFUSED_FOR_TIME, p->latest.expired);
	if (others_reach(v, p) > c->others)
		c->others = others_reach(v, p);
	add_member(v, c, p);
	return p->count;
}

/* Anything that puts the view in doubt. */
static void
weigh_doubt(struct cause *c, const struct symptom *p)
{
	if (p->latest.role != SIGHTING_DOUBT)
		return;
	add_reason(c, REASON_MONITOR_SUSPECT, p->kind == FINDING_LOCAL_CLOCK);
	add_reason(c, REASON_VIEW_IN_DOUBT,
	    strcmp(p->latest.class, "loss") == 0 ||
		strcmp(p->latest.class, "one_way") == 0);
}

static bool
clock(struct cause_scene *s, struct symptom *seed, struct cause *c)
{
	const struct cause_view *v = s->view;
	const size_t clocks = gather_clocks(s, seed, c);
	uint64_t failures = 0, elsewhere = 0;
	bool refused = false;

	for (struct symptom *p = first_part(v); p != NULL; p = lru_newer(p)) {
		weigh_doubt(c, p);
		if (is_failure(p) && !concerns_clocks(s, clocks, p)) {
			elsewhere += p->count;
		} else if (is_failure(p)) {
			failures += weigh_failure(s, c, clocks, p);
		} else if (p->latest.role == SIGHTING_REFUSED &&
		    concerns_clocks(s, clocks, p)) {
			refused = true;
			add_member(v, c, p);
		}
	}
	c->kind = CAUSE_CLOCK;
	add_reason(c, REASON_REFUSED_FOR_TIME, refused);
	add_reason(c, REASON_ALL_CONCERN_IT, failures > 0 && elsewhere == 0);
	add_reason(c, REASON_OTHERS_REACH, c->others > 0);
	add_reason(c, REASON_NOBODY_REACHES, failures > 0 && c->others == 0);
	add_reason(c, REASON_ORDER_UNKNOWN, !c->seed->latest.stepped);
	return c->member_count > clocks;
}

/* Distinct clients of several parts, as far as there is room. */
struct cause_clients {
	size_t count;
	struct address addresses[UNION];
};

static void
unite(struct cause_clients *all, const struct symptom *p)
{
	for (size_t i = 0; i < p->client_count; i++) {
		size_t at = 0;

		while (at < all->count &&
		    !endpoint_address_equal(
			&all->addresses[at], &p->clients[i]))
			at++;
		if (at == all->count && all->count < UNION)
			all->addresses[all->count++] = p->clients[i];
	}
}

static bool
is_of_relay(const struct cause_view *v, const struct symptom *p)
{
	return p->latest.mras || portset_has(v->relay, p->latest.server.port);
}

/* In a clock's incident a part has its explanation. */
static bool
is_free(struct cause_scene *s, const struct symptom *p)
{
	if (has_wrong_clock(s, &p->latest.server.address))
		return false;
	for (size_t i = 0; i < p->client_count; i++)
		if (!has_wrong_clock(s, &p->clients[i]))
			return true;
	return p->client_count == 0;
}

/* A part that is about to be raised alone for want of others. */
static bool
is_waiting(const struct cause_view *v, const struct symptom *p)
{
	return p->bundle == NULL && v->now - p->first <= v->join;
}

/* Failures at the server of `seed': of one client, or of several? */
static bool
server_fails(struct cause_scene *s, struct symptom *seed, struct cause *c)
{
	const struct cause_view *v = s->view;
	struct cause_clients clients = { .count = 0 };
	bool relay = false;

	for (struct symptom *p = first_part(v); p != NULL; p = lru_newer(p)) {
		weigh_doubt(c, p);
		if (!is_failure(p) ||
		    !endpoint_address_equal(&p->latest.server.address,
			&seed->latest.server.address) ||
		    !is_free(s, p))
			continue;
		relay |= is_of_relay(v, p);
		unite(&clients, p);
		if (others_reach(v, p) > c->others)
			c->others = others_reach(v, p);
		add_member(v, c, p);
	}
	if (!relay || clients.count == 0 ||
	    (c->member_count == 1 && !is_waiting(v, seed)))
		return false;
	c->server = seed->latest.server.address;
	c->host = clients.addresses[0];
	add_reason(c, REASON_SEVERAL_ALERTS, c->member_count > 1);
	if (clients.count == 1) {
		c->kind = CAUSE_ONE_CANNOT_REACH;
		add_reason(c, REASON_ONLY_ONE, true);
		add_reason(c, REASON_OTHERS_DO, c->others > 0);
		return c->others > 0;
	}
	c->kind = CAUSE_RELAY_UNREACHABLE;
	add_reason(c, REASON_TWO_CLIENTS, clients.count == 2);
	add_reason(c, REASON_MORE_CLIENTS, clients.count >= SEVERAL_CLIENTS);
	add_reason(c, REASON_SOME_REACH, c->others > 0);
	return true;
}

static bool
is_client_alone(const struct symptom *p, const struct address *client)
{
	return p->client_count == 1 && p->more_clients == 0 &&
	    endpoint_address_equal(&p->clients[0], client);
}

/* Servers that fail this client and nobody else. */
static bool
client_fails(struct cause_scene *s, struct symptom *seed, struct cause *c)
{
	const struct cause_view *v = s->view;
	const struct address client = seed->clients[0];
	size_t servers = 0;

	if (!is_client_alone(seed, &client))
		return false;
	for (struct symptom *p = first_part(v); p != NULL; p = lru_newer(p)) {
		bool known = false;

		weigh_doubt(c, p);
		if (!is_failure(p) || !is_client_alone(p, &client) ||
		    !is_free(s, p))
			continue;
		for (size_t i = 0; i < c->member_count && !known; i++)
			known = endpoint_address_equal(
			    &v->members[i]->latest.server.address,
			    &p->latest.server.address);
		servers += !known;
		add_member(v, c, p);
	}
	c->kind = CAUSE_ONE_CANNOT_REACH;
	c->host = client;
	add_reason(c, REASON_ONLY_ONE, true);
	add_reason(c, REASON_MANY_SERVERS, servers >= SEVERAL_SERVERS);
	return true;
}

/* Calls to or from one domain. */
static bool
media(struct cause_scene *s, struct symptom *seed, struct cause *c)
{
	const struct cause_view *v = s->view;

	c->domain = domains_common(v->parts, seed);
	for (struct symptom *p = first_part(v); p != NULL; p = lru_newer(p))
		if (domains_concern(p, c->domain))
			add_member(v, c, p);
	c->kind = CAUSE_MEDIA_ENCRYPTION;
	add_reason(c, REASON_SAME_DOMAIN, c->member_count > 1);
	return c->member_count > 1;
}

typedef bool cause_look(
    struct cause_scene *s, struct symptom *seed, struct cause *c);

static bool
try(cause_look *sees, struct cause_scene *s, struct symptom *seed,
    struct cause *cause)
{
	struct cause c = { .kind = CAUSE_NONE };

	if (!sees(s, seed, &c) || c.score < CAUSE_ENOUGH)
		return false;
	*cause = c;
	return true;
}

/* The clocks that may explain a failure or a refusal, one after the other. */
static bool
try_clocks(struct cause_scene *s, struct symptom *part, struct cause *cause)
{
	const struct cause_view *v = s->view;
	for (struct symptom *p = first_part(v); p != NULL; p = lru_newer(p))
		if (p->latest.role == SIGHTING_CLOCK &&
		    symptom_concerns(part, &p->latest.server.address) &&
		    try(clock, s, p, cause))
			return true;
	return false;
}

static bool
look(struct cause_scene *s, struct symptom *part, struct cause *cause)
{
	switch (part->latest.role) {
	case SIGHTING_CLOCK:
		return try(clock, s, part, cause);
	case SIGHTING_REFUSED:
		return try_clocks(s, part, cause);
	case SIGHTING_FAILURE:
		return try_clocks(s, part, cause) ||
		    try(client_fails, s, part, cause) ||
		    try(server_fails, s, part, cause);
	case SIGHTING_MEDIA:
		return try(media, s, part, cause);
	default:
		return false;
	}
}

bool
cause_of(const struct cause_view *v, struct symptom *part, struct cause *cause)
{
	struct cause_scene scene;

	scene.view = v;
	scene.has_clocks = false;
	return look(&scene, part, cause);
}
