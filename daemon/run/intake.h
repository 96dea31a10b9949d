/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INTAKE_H
#define INTAKE_H

#include "capture/interfaces.h"
#include "clock/timeline.h"
#include "net/merge.h"
#include "pipeline/matcher.h"
#include "pipeline/reader.h"
#include "report/packetring.h"
#include "run/livealign.h"
#include "run/passage.h"

/*
 * The way of packets from the interfaces to the reader, in the order of time,
 * and how far time has come: deadlines of reader and matcher fire on the way.
 */

/* A step of our clock smaller than this is followed silently: chrony makes
 * them. */
#define INTAKE_STEP (1 * NSTIME_S)

/* Embedded; read it.  What is pointed to is borrowed but for merge and
 * align. */
struct intake {
	struct interfaces *interfaces;
	struct reader *reader;
	struct matcher *matcher; /* NULL: its time is that of a crew */
	bool missing;            /* without it: packets may be, until reset */
	struct packetring *ring; /* of what was read last; NULL: none */
	struct passage passages[INTERFACES_MOST];
	struct timeline time;
	nstime wall_offset;      /* REALTIME less MONOTONIC */
	nstime reached;          /* how far packets are read */
	nstime looked;           /* .. and it is known what was dropped */
	nstime due;              /* the next deadline of reader and matcher;
				  * INT64_MIN: it must be asked for */
	struct merge *merge;     /* more than one interface */
	struct livealign *align; /* of their clocks */
	uint64_t packets;        /* handed to the reader */
};

/* False: out of memory.  The rooms are set before the first packet. */
bool intake_init(struct intake *in, nstime monotonic);
void intake_done(struct intake *in);

/* The interfaces may be others: packets of several go through a merge that
 * draws from `memory'.  False, out of memory: they are read as they come. */
bool intake_order(struct intake *in, struct budget_share *memory);

/* An interfaces_output; `intake' is the struct intake. */
void intake_packet(void *intake, const struct packet *captured);

/* The clock of packets at `reached'. */
nstime intake_wall(const struct intake *in);

/* Reader or matcher may have another deadline. */
void intake_changed(struct intake *in);

/* Read what waits everywhere, look for drops, and fire what is due. */
void intake_tick(struct intake *in, nstime merge_window);

/* Look for drops as far as packets are read: before their time counts. */
void intake_look(struct intake *in);

/* Our clock may have been stepped: by how much, 0 if it was not. */
nstime intake_clock_set(struct intake *in);

/* A minute is over: of each interface, and of their clocks. */
void intake_minute(
    struct intake *in, struct judge *judge, const struct log *log);

/* Packets dropped since the start. */
uint64_t intake_dropped(const struct intake *in, size_t slot);

/* What arrived at the interfaces that are open.  The filter hides what is not
 * SIP, so the kernel is asked. */
uint64_t intake_arrived(const struct intake *in);

#endif
