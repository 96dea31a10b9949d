/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sip/scan.h"

/* scanbench: nanoseconds to read one message of 700 octets and 12 header
 * fields, by libosip2 and by the scanner; the best of five runs each. */

static const char message[] =
    "INVITE sip:+15550123@gateway.example.com:5062;user=phone SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.21:5062;branch=z9hG4bK58E6CA87.914C06A0\r\n"
    "Max-Forwards: 70\r\n"
    "From: \"Front End\" <sip:fe1@example.com>;tag=0123456789;epid=ab12cd\r\n"
    "To: <sip:+15550123@gateway.example.com;user=phone>\r\n"
    "Call-ID: 7d4f21c09b3a4c5f8e6d@192.0.2.21\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:fe1@192.0.2.21:5062;transport=udp>\r\n"
    "User-Agent: RTCC/4.0.0.0 MediationServer\r\n"
    "Supported: replaces, timer, 100rel\r\n"
    "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, OPTIONS\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 133\r\n"
    "\r\n"
    "v=0\r\no=- 10 0 IN IP4 192.0.2.21\r\ns=a session\r\n"
    "c=IN IP4 192.0.2.21\r\nt=0 0\r\nm=audio 50000 RTP/AVP 8\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n";

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(void)
{
	static const struct message_limits limits = { .octets = 65536,
		.headers = 1000 };
	const struct slice octets = slice_text(message);
	double best_parse = 1, best_scan = 1;
	struct message *parser;
	struct sip_message m;
	unsigned good = 0;

	message_init();
	parser = message_new(&limits);
	for (int run = 0; parser != NULL && run < 5; run++) {
		const double begin = seconds();
		double middle, end;

		for (int i = 0; i < 20000; i++)
			good +=
			    message_parse(parser, octets, &m) == MESSAGE_PARSED;
		middle = seconds();
		for (int i = 0; i < 200000; i++)
			good += scan_message(octets, &limits, NULL, &m) ==
			    SCAN_PARSED;
		end = seconds();
		if ((middle - begin) / 20000 < best_parse)
			best_parse = (middle - begin) / 20000;
		if ((end - middle) / 200000 < best_scan)
			best_scan = (end - middle) / 200000;
	}
	message_free(parser);
	printf("%zu octets: message_parse %.0f ns, scan_message %.0f ns\n",
	    octets.len, best_parse * 1e9, best_scan * 1e9);
	return good == 5 * 220000 ? 0 : 1;
}
