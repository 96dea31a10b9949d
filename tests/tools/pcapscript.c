/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "net/hepmsg.h"
#include "script/story.h"
#include "script/wrap.h"

/* Makes a savefile of a story (tests/scenario/README describes the language);
 * with --hep, --hep2 or --hep-stream all its messages as an agent hands them
 * on, by HEP 3 or 2, or over TCP. */
int
main(int argc, char **argv)
{
	struct wire_agent agent = {
		.from = { { .octets = { 192, 0, 2, 201 }, .version = 4 },
		    20000 },
		.version = 3,
		.kind = HEPMSG_SIP,
	};
	struct wire wire = {
		.file = { .datalink = DLT_EN10MB, .snaplen = 262144 },
		.link = wrap_link_named("ethernet"),
		.start = INT64_C(1294078920) * NSTIME_S, /* 2011-01-03 18:22 */
	};

	if (argc == 4 && strncmp(argv[1], "--hep", 5) == 0) {
		if (strcmp(argv[1], "--hep2") == 0)
			agent.version = 2;
		agent.stream = strcmp(argv[1], "--hep-stream") == 0;
		wire.agents[wire.agent_count++] = agent;
		argv++;
	} else if (argc != 3) {
		fprintf(stderr,
		    "usage: pcapscript [--hep|--hep2|--hep-stream] STORY "
		    "SAVEFILE\n");
		return 2;
	}
	story_play(&wire, argv[1]);
	savefile_write(&wire.file, argv[2]);
	return 0;
}
