/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/catalog.h"

/*
 * Advice stands at the end of a line of 900 octets: short, concrete, what to
 * look at first.  The longer texts say what else it may be.
 */

static const struct catalog_entry entries[FINDING_KINDS] = {
	[FINDING_TRANSACTION_TIMEOUT] = {
		.kind = FINDING_TRANSACTION_TIMEOUT,
		.summary = "a SIP transaction timed out, and it is proven",
		.advice = "check that the server runs and its SIP service "
			  "answers, then the path and firewalls both ways, "
			  "then the clocks of both",
		.text =
"A SIP request got no final response within 64*T1 (32 seconds) and the\n"
"grace, and something on the wire proves that the requester did not get\n"
"one either: it repeated the request to the end, TCP acknowledged the\n"
"request and nothing came back, it told its own client 408 or 504, or\n"
"ICMP said that the server cannot be reached.  A response that merely\n"
"went past this host unseen raises no alert.\n"
"\n"
"The class tells how far it got: no_response (nothing came back),\n"
"no_final (only a provisional response), stalled_after_100 (the next hop\n"
"lives, what stands behind it does not answer), no_ack and no_ack_2xx\n"
"(the final response never reached the caller, or its ACK was lost),\n"
"cancelled_no_final (a cancelled INVITE was never ended).  Of a request\n"
"seen on several legs the deepest one that is proven is named.\n"
"\n"
"On Lync and Skype for Business, port 5062 of the Edge server's internal\n"
"interface is the A/V authentication service (MRAS).  Front Ends ask it\n"
"for media relay credentials with SERVICE; without them users see\n"
"\"Limited External Calling\".  Check in this order:\n"
"\n"
"1. Does the A/V authentication service run on the Edge server?\n"
"2. Is TCP port 5062 open from every Front End to the Edge, and do the\n"
"   answers find their way back (routes, firewalls, both directions)?\n"
"3. Are the certificates of both inside their dates, and trusted?\n"
"4. Do the clocks of both agree, time zone and daylight saving included?\n"
"   A clock-skew alert for either says by how much they do not.\n"
"5. After a clock was set right, restart the services that cached the\n"
"   time (on a Front End, its Front End service).\n"
"\n"
"It is not a slow user: an INVITE that rings and is not taken raises no\n"
"alert.  It is over when no more of it was seen for five minutes and a\n"
"client that had failed was answered.\n",
	},
	[FINDING_SLOW_TRANSACTION] = {
		.kind = FINDING_SLOW_TRANSACTION,
		.summary = "a server is slow to answer, an early warning",
		.advice = "look at the server's load, its disk and database, "
			  "and at what it waits for itself (DNS, certificate "
			  "revocation lists, the next hop), before it times "
			  "out",
		.text =
"Three or more watched transactions of one server within five minutes had\n"
"no response at all beyond the threshold (5 seconds, INVITE 10 seconds),\n"
"and their requesters were visibly still waiting.  Nothing has timed out\n"
"yet; if it does, transaction-timeout takes over and this alert is\n"
"resolved as superseded.\n"
"\n"
"Class pending: the requests still wait.  Class late: answers do come,\n"
"but late.\n"
"\n"
"Check in this order: the load of the server; what it waits for itself\n"
"(a database, DNS, a certificate revocation list it cannot fetch, the\n"
"next hop behind it); loss on the path, which shows as retransmissions.\n"
"\n"
"It is not a slow user: a call that rings has had its response.\n",
	},
	[FINDING_CLOCK_SKEW] = {
		.kind = FINDING_CLOCK_SKEW,
		.summary = "the clock of a host is wrong",
		.advice = "check the clock and zone there, then restart what "
			  "cached it",
		.text =
"The time a host tells in its own messages (the Date header and other\n"
"witnesses) differs from the time at which they were captured by more\n"
"than the threshold, over several messages that agree with each other.\n"
"A positive offset means that the host is ahead.\n"
"\n"
"The shape is the best hint at the cause: a whole number of quarter hours\n"
"points to the time zone or to daylight saving, exactly 12 hours to AM\n"
"and PM, whole days to a date set by hand, a swapped day and month to a\n"
"date format, 1970 to an empty clock battery, 1024 weeks to a GPS\n"
"receiver, 37 seconds to TAI or GPS time taken for UTC, a drift to a\n"
"host that is not synchronised at all.\n"
"\n"
"Check in this order:\n"
"\n"
"1. On that host: the time in UTC, the time zone, the state of its time\n"
"   service (w32tm /query /status, chronyc tracking, timedatectl).\n"
"2. Where it gets its time from: the domain controller, the NTP server,\n"
"   the hypervisor.  If several hosts have the same offset, the fault is\n"
"   there.\n"
"3. What changed at the moment the line names: an update, an image, a\n"
"   script that set zone or time.\n"
"4. After it was set right: restart the services that cached the time or\n"
"   hold credentials made with it (on Lync, the Front End services).\n"
"\n"
"\"HOST or a server behind it\" means that a proxy may have passed on the\n"
"time of another.  When this host's own clock cannot be trusted and\n"
"several peers agree against it, local-clock is raised instead.\n",
	},
	[FINDING_LOCAL_CLOCK] = {
		.kind = FINDING_LOCAL_CLOCK,
		.summary = "the clock of the capturing host may be wrong",
		.advice = "check the time service of this host first "
			  "(timedatectl, chronyc tracking), then the time "
			  "source of the peers",
		.text =
"Offsets are measured against the clock that stamped the packets.  This\n"
"alert says that this very clock is in doubt, and it is told before any\n"
"peer is accused.\n"
"\n"
"Class stepped: the clock of this host was set by hand or by its time\n"
"service.  Timers are not disturbed, and the estimates were shifted with\n"
"it.  Class unsynchronised: the kernel says that the clock is not\n"
"synchronised, and peers contradict it.  Class odd_one_out: several peers\n"
"agree with each other and not with this host, and none sides with it;\n"
"then either this host is wrong, or all of them share one wrong source of\n"
"time.  Both are possible, and both are told.\n"
"\n"
"Check in this order: the time service of this host; if that is right,\n"
"the time source the peers share (domain controller, NTP server,\n"
"hypervisor).  For a savefile, \"this host\" is the one that captured it.\n",
	},
	[FINDING_VISIBILITY] = {
		.kind = FINDING_VISIBILITY,
		.summary = "part of the traffic cannot be judged",
		.advice = "check the mirror port and the capture: as it is, "
			  "timeouts there go unnoticed",
		.text =
"This host does not see enough to judge.  It is not a fault of the\n"
"telephony, but while it lasts timeouts can go unnoticed.\n"
"\n"
"Class one_way: packets of one host to another are seen, but none in the\n"
"other direction.  Mirror both directions of the port, and every path if\n"
"there are several (teamed interfaces, asymmetric routes).  Class loss:\n"
"packets were lost before they reached this host, or while it was too\n"
"busy.  Look at the counters of the mirror port, at the drops of the\n"
"interface, and at the size of the capture buffer.  Class truncated: the\n"
"packets were cut when they were captured.  Capture with a snaplen of 0\n"
"(no limit), and see to it that the mirror session does not cut them.\n"
"Class no_sip: packets arrive, but for 15 minutes no SIP and no TLS at\n"
"the SIP ports: the mirror session has the wrong source, or [sip] ports\n"
"names the wrong ports.\n",
	},
	[FINDING_ZONE_CHANGE] = {
		.kind = FINDING_ZONE_CHANGE,
		.summary = "the time zone of a host was changed",
		.advice = "see who or what changed the zone there, and whether "
			  "what runs there follows",
		.text =
"An old file server tells its time zone when a client connects (SMB1),\n"
"and that changed, while the host's UTC stayed what it was.  Its clock is\n"
"not wrong, and most programs do not care.\n"
"\n"
"Some do: services that read the zone only when they start, that compute\n"
"UTC from local time, or that a script set up with local times.  So it is\n"
"told, as a notice: if transactions time out or clocks jump at the same\n"
"moment, this is the first suspect.\n"
"\n"
"Twice a year it is daylight saving, and then all hosts change together.\n"
"Otherwise ask what ran on that host at that minute: an image, a group\n"
"policy, a location service, an update of the zone tables.\n",
	},
	[FINDING_WITNESS_CONFLICT] = {
		.kind = FINDING_WITNESS_CONFLICT,
		.summary = "two clocks of one host contradict each other",
		.advice = "find out which of them is wrong, and whether one address "
			  "hides several hosts",
		.text =
"One address tells the time in several protocols (Date in SIP, NTP,\n"
"Kerberos, SMB, TLS, NTLM), and what they tell differs by more than their\n"
"precision, again and again and in the same minutes.  The host's clock is\n"
"not their average: it is judged by those that agree and weigh most, or\n"
"not at all where both sides weigh the same.\n"
"\n"
"Usual causes, the likeliest first:\n"
"\n"
"1. A program makes its own time: local time labelled GMT, or a zone that\n"
"   was read when it was started.  Restart it, then see its zone.\n"
"2. Several hosts stand behind the address (NAT, a load balancer, a\n"
"   virtual address that moved), and one of them is wrong.  See each by\n"
"   itself.\n"
"3. A virtual machine or container keeps a clock apart from the host's.\n",
	},
	[FINDING_CONNECTION_FAILURE] = {
		.kind = FINDING_CONNECTION_FAILURE,
		.summary = "connections to a SIP server come to nothing",
		.advice = "check that its service runs and listens there, then "
			  "firewalls and routes on the way",
		.text =
"Several attempts to connect to one SIP server endpoint failed in the\n"
"same way within a few minutes.  Where SIP is encrypted, or never got as\n"
"far as the wire, this is what can be seen of the trouble: on Lync a\n"
"request that \"expired in the outbound queue before it could be sent\" had\n"
"no connection to go out on.\n"
"\n"
"The class tells what happened: refused (nothing listens on that port),\n"
"unanswered (the client repeated its SYN in vain), unreachable (a router\n"
"or the host said so by ICMP; UDP too), blackhole (the connection is\n"
"open, but nothing sent is acknowledged), reset (the server hangs up\n"
"before it answers anything), tls_alert (one side gave its reason in\n"
"clear), tls_closed (closed in the middle of the handshake, as Windows\n"
"does), tls_stalled (the handshake is not done after 30 seconds).\n"
"\n"
"Check in this order:\n"
"\n"
"1. Does the service run, and listen on that address and port?  \"Never\n"
"   seen to work\" hints at a wrong address or port; \"worked before\" at\n"
"   something that changed.\n"
"2. refused, unanswered, unreachable, blackhole: firewalls and routes,\n"
"   both directions, from the client named.\n"
"3. tls_alert, tls_closed: the certificates of both sides, their dates,\n"
"   the authorities both trust, and the clocks of both: a certificate is\n"
"   refused when it is outside its dates by the other's clock.\n"
"4. tls_stalled: what the server waits for, often a revocation list (CRL)\n"
"   that it cannot fetch.\n"
"\n"
"A port scan, an idle connection that is reset and a client that got\n"
"through in between raise no alert.  It is over when a client that had\n"
"failed gets through.\n",
	},
	[FINDING_SILENT_PEER] = {
		.kind = FINDING_SILENT_PEER,
		.summary = "an encrypted leg has gone silent",
		.advice = "see on the server whether its service hangs, and what "
			  "its log says at that time",
		.text =
"The leg is encrypted, so what follows is a conclusion from sizes and\n"
"times, and less certain than a transaction that was seen to time out.\n"
"\n"
"Class request: on the port of the A/V authentication service a client\n"
"sent a record as large as a request, TCP says that it was delivered, and\n"
"nothing came back within 64*T1 (32 seconds) and the grace, though\n"
"requests of that client had been answered there before.  Class\n"
"mras_silence: a host that used to have exchanges there every so often\n"
"has none any more, while its other SIP goes on.\n"
"\n"
"Check in this order:\n"
"\n"
"1. On the server named: does the service answer, what does it wait for\n"
"   (disk, database, DNS, revocation lists), what is in its event log?\n"
"2. Are there alerts for the same two hosts: connection-failure,\n"
"   certificate, clock-skew?  They say more.\n"
"3. mras_silence: does the Front End know its A/V authentication service\n"
"   still, and do users see \"Limited External Calling\"?  It may also be\n"
"   that nobody asks because the configuration was changed.\n"
"\n"
"A server that sends without being asked and a connection that is idle\n"
"raise no alert.\n",
	},
	[FINDING_CERTIFICATE] = {
		.kind = FINDING_CERTIFICATE,
		.summary = "a certificate is outside its dates, or soon will be",
		.advice = "renew the certificate there and restart the service "
			  "that shows it",
		.text =
"A TLS handshake in clear (up to TLS 1.2; later ones hide it) showed a\n"
"certificate whose dates do not fit: the server's or the client's (mutual\n"
"TLS), or any other of the chain it sent.  Peers that check it refuse the\n"
"connection, and SIP on it stands still.\n"
"\n"
"The class tells how: expired, not_yet_valid, expiring (within 14 days,\n"
"unless configured otherwise, or the last quarter of a short life), and\n"
"invalid_by_peer_clock: good by the clock of this host, but outside its\n"
"dates by the clock of the host it is shown to, as that host's own\n"
"messages tell it.  Then nothing is wrong with the certificate: that\n"
"host's clock is.\n"
"\n"
"Check in this order:\n"
"\n"
"1. Several certificates at once that are expired, or not yet valid:\n"
"   doubt a clock first, this host's included (see clock-skew and\n"
"   local-clock).\n"
"2. Renew what expires, on every server of the pool, and assign it to the\n"
"   service; a certificate in the store that no service uses helps\n"
"   nobody.  Then restart that service.\n"
"3. A CA certificate (depth 1 and up): put the new one into the chain the\n"
"   server sends, and into the store of those that check it.\n"
"4. One that is not yet valid was issued by a CA whose clock is ahead, or\n"
"   came before its time: wait, or set that clock right and issue anew.\n"
"\n"
"Names are shown and never judged: on the A/V authentication port (5062)\n"
"of an Edge server the certificate's name does not matter, its key only\n"
"signs credentials.\n",
	},
	[FINDING_STALE_DATE] = {
		.kind = FINDING_STALE_DATE,
		.summary = "a request was refused for the time it bore",
		.advice = "compare the clocks of both sides; the one that others "
			  "contradict is wrong",
		.text =
"A protocol itself says that two clocks are too far apart.  That is no\n"
"estimate of this program's but the word of the server that refused.\n"
"\n"
"In SIP: 403 Stale Date (STIR allows 60 s), or a Microsoft server's\n"
"ms-diagnostics 1013 (time skew during authentication: 5 min for\n"
"Kerberos, 15 min for NTLM) and 1020 with DATE_SKEWED (an Edge and a\n"
"Front End differ).  In Kerberos: error 37, clock skew too great, three\n"
"times to one client that had no success after at the same server; once\n"
"is nothing, since clients correct themselves.\n"
"\n"
"Check in this order:\n"
"\n"
"1. Is one of the two accused by clock-skew?  Then it is that one.  A\n"
"   client that other domain controllers serve is right, and the one\n"
"   that refuses it is not.\n"
"2. The time in UTC of both, the client's first: the server has usually\n"
"   many clients, and refuses only this one.\n"
"3. The way a domain gets its time: the domain controller that holds the\n"
"   PDC role, and what that one asks.\n",
	},
};

/* Where the class says better than the kind what to do. */
static const struct {
	enum finding_kind kind;
	const char *class, *advice;
} by_class[] = {
	{ FINDING_TRANSACTION_TIMEOUT, "stalled_after_100",
	    "the server named is alive: check what stands behind it (its next "
	    "hop, gateway or trunk)" },
	{ FINDING_TRANSACTION_TIMEOUT, "no_final",
	    "the server named is alive: check what it waits for (its next hop, "
	    "database or DNS)" },
	{ FINDING_TRANSACTION_TIMEOUT, "no_ack",
	    "check the way from the server back to the caller (firewall, NAT, "
	    "the addresses in Via)" },
	{ FINDING_TRANSACTION_TIMEOUT, "no_ack_2xx",
	    "check the way between caller and server (firewall, NAT, the "
	    "addresses in Contact and Record-Route)" },
	{ FINDING_TRANSACTION_TIMEOUT, "cancelled_no_final",
	    "harmless once; if often, check what stands behind the server "
	    "named" },
	{ FINDING_LOCAL_CLOCK, "stepped",
	    "see who set the clock of this host, and whether it is right now "
	    "(timedatectl, chronyc tracking)" },
	{ FINDING_LOCAL_CLOCK, "unsynchronised",
	    "make this host synchronise its clock (timedatectl, chronyc "
	    "tracking): no peer is judged well without it" },
	{ FINDING_CONNECTION_FAILURE, "refused",
	    "check that the service runs there and listens on that address "
	    "and port" },
	{ FINDING_CONNECTION_FAILURE, "blackhole",
	    "check firewalls, routes and MTU between the two, both ways, and "
	    "whether the server is still up" },
	{ FINDING_CONNECTION_FAILURE, "tls_alert",
	    "check the certificates of both sides (dates, trusted "
	    "authorities), then the clocks of both" },
	{ FINDING_CONNECTION_FAILURE, "tls_closed",
	    "check the certificates of both sides (dates, trusted "
	    "authorities), then the clocks of both; their event logs tell "
	    "which one closed" },
	{ FINDING_CONNECTION_FAILURE, "tls_stalled",
	    "see what the server waits for: often a certificate revocation "
	    "list that it cannot fetch" },
	{ FINDING_SILENT_PEER, "mras_silence",
	    "see whether users get media relay credentials still, and whether "
	    "the Front End's configuration was changed" },
	{ FINDING_CERTIFICATE, "not_yet_valid",
	    "check the clock of the CA that issued it, and this host's own; "
	    "else wait, or issue it anew" },
	{ FINDING_CERTIFICATE, "expiring",
	    "renew it before that date, and restart the service that shows "
	    "it" },
	{ FINDING_CERTIFICATE, "invalid_by_peer_clock",
	    "set the clock of the host it is shown to right, then restart "
	    "what failed there; the certificate itself is good" },
	{ FINDING_VISIBILITY, "one_way",
	    "mirror both directions of the port and all paths between the two: "
	    "as it is, timeouts there go unnoticed" },
	{ FINDING_VISIBILITY, "loss",
	    "check the drops of the mirror port and of the interface, and "
	    "enlarge the capture buffer" },
	{ FINDING_VISIBILITY, "truncated",
	    "capture whole packets (snaplen 0), and see that the mirror "
	    "session "
	    "does not cut them" },
	{ FINDING_VISIBILITY, "no_sip",
	    "see that the mirror session has the SIP servers as its source, "
	    "and that [sip] ports names the ports they use" },
};

static const char mras_advice[] =
    "check the A/V authentication service on the Edge, port 5062 both ways, "
    "the certificates and the clocks of both; then restart what cached the "
    "time";

const struct catalog_entry *
catalog_find(enum finding_kind kind)
{
	return &entries[kind];
}

static const char *
advice_when_over(const struct alert_event *event)
{
	switch (event->reason) {
	case ALERT_HEALTHY:
		return event->kind == FINDING_CLOCK_SKEW
		    ? "restart what cached the wrong time, if anything still "
		      "fails"
		    : "nothing to do";
	case ALERT_QUIET:
		return "nothing proves that it works again: see that its "
		       "traffic still flows";
	case ALERT_SUPERSEDED:
		return "follow the alert that took over";
	case ALERT_WITHDRAWN:
		break;
	}
	return "nothing to do";
}

/* An MRAS request that got no answer at all, or none in the end, is the
 * trouble this program was written for. */
static bool
is_mras(const struct alert_event *event, struct slice class)
{
	return event->kind == FINDING_TRANSACTION_TIMEOUT &&
	    (slice_is(class, "no_response") || slice_is(class, "no_final")) &&
	    evidence_number(event->evidence, "mras", 0) != 0;
}

const char *
catalog_advice(const struct alert_event *event)
{
	const struct slice class = evidence_get(event->evidence, "class");

	if (event->state == ALERT_RESOLVED)
		return advice_when_over(event);
	if (is_mras(event, class))
		return mras_advice;
	for (size_t i = 0; i < sizeof(by_class) / sizeof(by_class[0]); i++)
		if (by_class[i].kind == event->kind &&
		    slice_is(class, by_class[i].class))
			return by_class[i].advice;
	return entries[event->kind].advice;
}
