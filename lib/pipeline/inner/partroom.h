/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PARTROOM_H
#define PARTROOM_H

#include "pipeline/inner/part.h"

/*
 * The functions of a room, for a pointer that does not know whose it is.  C has
 * no other way to put the rooms' own functions into one table.
 */

/* The functions that every room has, but for its new(). */
#define ANY_ROOM(r)                                                            \
	static void r##_part_free(void *room)                                  \
	{                                                                      \
		r##_free(room);                                                \
	}                                                                      \
	static void r##_part_set(void *room, const struct judge_limits *l)     \
	{                                                                      \
		r##_set(room, &l->r);                                          \
	}                                                                      \
	static void r##_part_stats(                                            \
	    const void *room, counter_output *output, void *arg)               \
	{                                                                      \
		r##_stats(room, output, arg);                                  \
	}

#define ROOM_OF_OBSERVATIONS(r)                                                \
	ANY_ROOM(r)                                                            \
	static void *r##_part_new(                                             \
	    const struct judge_limits *l, const struct part_output *output)    \
	{                                                                      \
		return r##_new(&l->r, output->finding, output->judge);         \
	}

#define ROOM_WITH_DEADLINES(r)                                                 \
	static void r##_part_tick(void *room, nstime now, nstime wall)         \
	{                                                                      \
		r##_tick(room, now, wall);                                     \
	}                                                                      \
	static nstime r##_part_next_deadline(const void *room)                 \
	{                                                                      \
		return r##_next_deadline(room);                                \
	}

#define ROOM_THAT_HOLDS(r)                                                     \
	static void r##_part_finish(void *room, nstime now, nstime wall)       \
	{                                                                      \
		r##_finish(room, now, wall);                                   \
	}

#define ROOM_THAT_SAVES(r)                                                     \
	static void r##_part_save(const void *room, struct record *record)     \
	{                                                                      \
		r##_save(room, record);                                        \
	}

#define ROOM_THAT_LOADS(r)                                                     \
	static bool r##_part_load(                                             \
	    void *room, struct cursor *c, const struct record_shift *shift)    \
	{                                                                      \
		return r##_load(room, c, shift);                               \
	}

/* Nothing that it saves is a time. */
#define ROOM_THAT_LOADS_NO_TIME(r)                                             \
	static bool r##_part_load(                                             \
	    void *room, struct cursor *c, const struct record_shift *shift)    \
	{                                                                      \
		(void)shift;                                                   \
		return r##_load(room, c);                                      \
	}

#define HEARS(kind) (1U << OBSERVATION_##kind)

#endif
