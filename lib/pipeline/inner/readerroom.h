/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef READERROOM_H
#define READERROOM_H

#include "pipeline/inner/associations.h"
#include "pipeline/inner/hepflow.h"
#include "pipeline/inner/messages.h"
#include "pipeline/inner/sipports.h"
#include "pipeline/inner/streams.h"
#include "pipeline/reader.h"

/* The rooms of a reader, for the files that hand on to them. */

struct reader {
	struct reader_limits limits;
	struct sipports ports;

	struct decode *decode;
	struct tcpreasm *tcp;
	struct associations *associations;
	struct streams *streams;
	struct sightings *sightings;
	struct messages messages;
	struct serverlog *log;
	struct hepreading *hep;
	struct hepflow *hepflow;
	reader_handed *handed;
	reader_refused *refused;
	void *handed_arg;

	struct teller teller;
	nstime last_drop;
	nstime hole;   /* no packets were captured for long after this, .. */
	nstime judged; /* .. and what was due is judged at this */
	uint64_t packets, segments, no_memory, unquoted;
};

#endif
