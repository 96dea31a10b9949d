/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/victims.h"

/* A transaction leaves `single' once, so many looks at once are rare; those
 * that were repeated are looked at again and again. */
enum { LOOKS = 1024, LOOKS_REPEATED = 8 };

struct asking {
	victims_worked *worked;
	void *arg;
};

void
victims_init(struct victims *v, struct budget_share *memory)
{
	*v = (struct victims){
		.single = { .memory = memory },
		.spared = { .memory = memory },
		.repeated = { .memory = memory },
	};
}

void
victims_done(struct victims *v)
{
	suspects_done(&v->single);
	suspects_done(&v->spared);
	suspects_done(&v->repeated);
}

void
victims_add(struct victims *v, struct txn *t)
{
	suspects_add(&v->single, t);
}

static bool
has_worked(
    const struct asking *a, struct endpoint client, struct endpoint server)
{
	return a->worked != NULL &&
	    a->worked(a->arg, &client.address, &server.address);
}

/* The earliest.  One that was repeated by now, or whose hosts have worked, is
 * passed over. */
static struct txn *
take(struct victims *v, struct suspects *s, const struct asking *asking)
{
	struct txn *t;

	while ((t = suspects_take(s)) != NULL) {
		if (has_worked(asking, txn_endpoint(t, TXN_CLIENT),
			txn_endpoint(t, TXN_SERVER)))
			continue;
		if (s == &v->repeated || t->state.copies == 1)
			return t;
		suspects_add(&v->repeated, t);
	}
	return NULL;
}

/* The earliest of a source that has many; the others go to `spared'. */
static struct txn *
take_heavy(struct victims *v, struct suspects *s, struct suspects *spared,
    unsigned looks, const struct asking *asking)
{
	struct txn *t;

	while (looks-- > 0 && (t = take(v, s, asking)) != NULL) {
		const struct endpoint client = txn_endpoint(t, TXN_CLIENT);

		if (heavy_has(&v->heavy, &client.address))
			return t;
		suspects_add(spared, t);
	}
	return NULL;
}

static size_t
look_into(const struct suspects *s, struct address *sample, size_t wanted)
{
	const uint64_t all = suspects_count(s);
	size_t found = 0;

	for (size_t i = 0; i < wanted && all > 0; i++) {
		const struct txn *t = suspects_see(s, i * all / wanted);

		if (t != NULL)
			sample[found++] = txn_endpoint(t, TXN_CLIENT).address;
	}
	return found;
}

/* As large a part of the sample is from each queue as it has of all. */
static void
learn(struct victims *v)
{
	const struct suspects *const queues[] = { &v->single, &v->spared,
		&v->repeated };
	struct address sample[HEAVY_SAMPLE];
	const struct address *source[HEAVY_SAMPLE];
	uint64_t all = 0, most;
	size_t count = 0;

	for (size_t i = 0; i < 3; i++)
		all += suspects_count(queues[i]);
	most = all < HEAVY_SAMPLE ? all : HEAVY_SAMPLE;
	for (size_t i = 0; i < 3 && all > 0; i++)
		count += look_into(queues[i], sample + count,
		    suspects_count(queues[i]) * most / all);
	for (size_t i = 0; i < count; i++)
		source[i] = &sample[i];
	heavy_learn(&v->heavy, source, count);
}

struct txn *
victims_take(struct victims *v, const struct origin *newcomer,
    victims_worked *worked, void *arg)
{
	const struct asking asking = { worked, arg };
	const bool proven = has_worked(&asking, newcomer->from, newcomer->to);
	struct txn *t = NULL;
	bool many;

	if (v->taken++ % HEAVY_SAMPLE == 0)
		learn(v);
	many = heavy_has(&v->heavy, &newcomer->from.address);
	if (v->heavy.count > 0)
		t = take_heavy(v, &v->single, &v->spared, LOOKS, &asking);
	if (t == NULL && many && !proven)
		return NULL;
	if (t == NULL && v->heavy.count > 0)
		t = take_heavy(
		    v, &v->repeated, &v->repeated, LOOKS_REPEATED, &asking);
	if (t == NULL)
		t = take(v, &v->spared, &asking);
	if (t == NULL)
		t = take(v, &v->single, &asking);
	if (t == NULL && proven)
		t = take(v, &v->repeated, &asking);
	return t;
}
