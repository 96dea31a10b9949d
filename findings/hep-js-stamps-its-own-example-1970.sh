#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# hep-js 1.0.22 takes what it knows of a packet by other names than those the
# first example of its own documentation gives it (time_sec, time_usec,
# ip_family, proto_type).  A name it does not know is no error: such a packet
# is stamped 1970-01-01, has address family 0 and payload type 0 (none), and
# an address of IPv6 becomes 0.0.0.0 whatever the names, for the encoder knows
# the chunks of IPv4 alone.  A collector must take a stamp of zero as "none",
# not as an agent whose clock is half a century slow.

. "$(dirname "$0")/common.sh"
npm install --silent --no-audit --no-fund hep-js@1.0.22 \
    binary-parser@1.9.2 mixin-deep@2.0.1 > npm.log 2>&1 || {
	cat npm.log >&2
	exit 1
}
seen "hep-js" 1.0.22 "$(node -p 'require("hep-js/package.json").version')"

cat > chunks.js <<'JS'
/* The chunks of HEP 3, read by hand: 2 octets vendor, 2 type, 2 length. */
const hep = require('hep-js');
const names = {1: 'family', 2: 'protocol', 3: 'source4', 5: 'source6',
	9: 'seconds', 10: 'microseconds', 11: 'payload'};

function chunks(rcinfo) {
	const octets = hep.encapsulate('OPTIONS sip:a@example.com SIP/2.0\r\n\r\n',
	    rcinfo);
	const found = [];

	for (let at = 6; at < octets.length; at += octets.readUInt16BE(at + 4)) {
		const name = names[octets.readUInt16BE(at + 2)];
		const end = at + octets.readUInt16BE(at + 4);

		if (name)
			found.push(name + '=' + octets.readUIntBE(at + 6,
			    Math.min(end - at - 6, 6)));
	}
	return found.join(' ');
}

const ends = {srcIp: '192.0.2.1', dstIp: '192.0.2.2', srcPort: 5060,
	dstPort: 5060, protocol: 17, captureId: 2001};
const known = {protocolFamily: 2, timeSeconds: 1433719443, timeUseconds: 979,
	payloadType: 1};

console.log({
	example: chunks({...ends, ip_family: 2, time_sec: 1433719443,
		time_usec: 979, proto_type: 1}),
	known: chunks({...ends, ...known}),
	six: chunks({...ends, ...known, protocolFamily: 10,
		srcIp: '2001:db8::1', dstIp: '2001:db8::2'}),
}[process.argv[2]]);
JS

seen "a packet described by the names of the example" \
    "family=0 protocol=17 source4=3221225985 seconds=0 microseconds=0 payload=0" \
    "$(node chunks.js example)"
seen "by the names that the encoder knows" \
    "family=2 protocol=17 source4=3221225985 seconds=1433719443 microseconds=979 payload=1" \
    "$(node chunks.js known)"
seen "the same over IPv6" \
    "family=10 protocol=17 source4=0 seconds=1433719443 microseconds=979 payload=1" \
    "$(node chunks.js six)"
