// SPDX-License-Identifier: GPL-3.0-or-later
//
// agent.mjs PORT MESSAGES KEY: hand on messages by HEP as hep-js writes it.
// MESSAGES is a JSON list of { source, target, text, example }, with source and
// target as [address, port].

import dgram from "node:dgram";
import hep from "hep-js";

const [port, messages, key] = process.argv.slice(2);
const socket = dgram.createSocket("udp4");

for (const { source, target, text, example } of JSON.parse(messages)) {
	const now = Date.now();
	const seconds = Math.floor(now / 1000);
	const rest = (now % 1000) * 1000;
	const packet = hep.encapsulate(text, {
		protocol: 17,
		captureId: 2001,
		capturePass: key,
		srcIp: source[0],
		dstIp: target[0],
		srcPort: source[1],
		dstPort: target[1],
		// As its first example has it, hep-js sends zeros for these.
		...(example ? {
			ip_family: 2,
			proto_type: 1,
			time_sec: seconds,
			time_usec: rest,
		} : {
			protocolFamily: 2,
			payloadType: 1,
			timeSeconds: seconds,
			timeUseconds: rest,
		}),
	});

	await new Promise((done) =>
		socket.send(packet, Number(port), "127.0.0.1", done));
}
socket.close();
