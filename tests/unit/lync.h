/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LYNC_H
#define LYNC_H

/*
 * Messages as Lync and Skype for Business send them: the shapes of DOMAIN
 * section 8, with names of our own.
 */

#define LYNC_VIA                                                               \
	"Via: SIP/2.0/TLS 192.0.2.8:58674;ms-received-port=58674;"             \
	"ms-received-cid=39700\r\n"
#define LYNC_FROM                                                              \
	"From: \"Eddie\"<sip:eddie@example.com>;tag=0123456789;"               \
	"epid=9876543210\r\n"
#define LYNC_EDGE                                                              \
	"<sip:edge.example.com@example.com;gruu;opaque=srvr:MRAS:"             \
	"tmsOabcdefghijklmnopqrAA>"
#define LYNC_ID "Call-ID: 7d8d76435a474b568f430436e49cfcfd\r\n"
#define LYNC_MRAS_TYPE                                                         \
	"Content-Type: application/msrtc-media-relay-auth+xml\r\n"
#define LYNC_NAMESPACE                                                         \
	"xmlns=\"http://schemas.microsoft.com/2006/09/sip/mrasp\""

/* 8.1: the MRAS request, Front End to Edge; the log's order of fields. */
#define LYNC_MRAS_REQUEST                                                      \
	"SERVICE sip:edge.example.com:5062;grid SIP/2.0\r\n" LYNC_FROM         \
	"To: " LYNC_EDGE "\r\n"                                                \
	"CSeq: 1 SERVICE\r\n" LYNC_ID                                          \
	"Record-Route: <sip:fe.example.com:5061;transport=tls;opaque=state:T;" \
	"lr>;tag=0123456789ABCDEF0123456789ABCDEF\r\n"                         \
	"Via: SIP/2.0/TLS 192.0.2.6:60353;"                                    \
	"branch=z9hG4bK58E6CA87.914C06A09A4174A8;branched=FALSE\r\n"           \
	"Max-Forwards: 69\r\n"                                                 \
	"ms-application-via: SIP;ms-urc-rs-from;ms-server=fe.example.com;"     \
	"ms-pool=pool.example.com;ms-application=0A1B\r\n" LYNC_VIA            \
	"Contact: <sip:eddie@example.com;opaque=user:epid:uZWEVFe3nFqIKFtMAA;" \
	"gruu>\r\n"                                                            \
	"User-Agent: UCCAPI/4.0.7577.0 OC/4.0.7577.0 (Microsoft Lync 2010)"    \
	"\r\n" LYNC_MRAS_TYPE "Content-Length: 204\r\n"                        \
	"ms-user-data: ms-publiccloud=FALSE;ms-federation=FALSE\r\n\r\n"       \
	"<request requestID=\"3757984\" version=\"2.0\" " LYNC_NAMESPACE       \
	"><credentialsRequest credentialsRequestID=\"3757984\"><duration>480"  \
	"</duration></credentialsRequest></request>"

/* 8.2: its answer. */
#define LYNC_MRAS_RESPONSE                                                     \
	"SIP/2.0 200 OK\r\n"                                                   \
	"Authentication-Info: TLS-DSK qop=\"auth\", opaque=\"0A1B2C3D\", "     \
	"srand=\"0A1B2C3D\", snum=\"5\", rspauth=\"00\", "                     \
	"targetname=\"fe.example.com\", realm=\"SIP Communications "           \
	"Service\", version=4\r\n" LYNC_VIA LYNC_FROM "To: " LYNC_EDGE         \
	";tag=0123456789ABCDEF0123456789ABCDEF\r\n" LYNC_ID                    \
	"CSeq: 1 SERVICE\r\n" LYNC_MRAS_TYPE "Content-Length: 295\r\n\r\n"     \
	"<response " LYNC_NAMESPACE " requestID=\"1\" version=\"2.0\" "        \
	"serverVersion=\"2.0\" reasonPhrase=\"OK\"><credentialsResponse "      \
	"credentialsRequestID=\"1\"><credentials><username>c2VjcmV0"           \
	"</username><password>cGFzcw==</password></credentials>"               \
	"</credentialsResponse></response>"

/* 8.3: the challenge, whose Date is the first field. */
#define LYNC_CHALLENGE                                                         \
	"SIP/2.0 401 Unauthorized\r\n"                                         \
	"Date: Wed, 07 Jan 2009 22:24:39 GMT\r\n"                              \
	"WWW-Authenticate: NTLM realm=\"SIP Communications Service\", "        \
	"targetname=\"fe.example.com\", version=4\r\n"                         \
	"WWW-Authenticate: Kerberos realm=\"SIP Communications Service\", "    \
	"targetname=\"sip/fe.example.com\", version=4\r\n"                     \
	"WWW-Authenticate: TLS-DSK realm=\"SIP Communications Service\", "     \
	"targetname=\"fe.example.com\", version=4, "                           \
	"sts-uri=\"https://pool.example.com:443/CertProv/"                     \
	"CertProvisioningService.svc\"\r\n"                                    \
	"From: <sip:eddie@example.com>;tag=01;epid=02\r\n"                     \
	"To: <sip:eddie@example.com>;tag=0123456789ABCDEF\r\n" LYNC_ID         \
	"CSeq: 1 REGISTER\r\n" LYNC_VIA                                        \
	"Server: RTC/5.0\r\nContent-Length: 0\r\n\r\n"

/* 8.3: the 200 to REGISTER, without a Date. */
#define LYNC_REGISTERED                                                        \
	"SIP/2.0 200 OK\r\n"                                                   \
	"ms-keep-alive: UAS; tcp=no; hop-hop=yes; end-end=no; timeout=300\r\n" \
	"Authentication-Info: NTLM rspauth=\"00\", srand=\"9616454F\", "       \
	"snum=\"1\", opaque=\"2BDBAC9D\", qop=\"auth\", "                      \
	"targetname=\"fe.example.com\", realm=\"SIP Communications "           \
	"Service\"\r\n" LYNC_FROM                                              \
	"To: <sip:eddie@example.com>;tag=5E61\r\n" LYNC_ID                     \
	"CSeq: 3 REGISTER\r\n" LYNC_VIA                                        \
	"Contact: <sip:192.0.2.8:12723;transport=tls;ms-opaque=fad3;"          \
	"ms-received-cid=2600>;expires=7200;+sip.instance=\"<urn:uuid:34d8>"   \
	"\";gruu=\"sip:eddie@example.com;opaque=user:epid:21nY;gruu\"\r\n"     \
	"Expires: 7200\r\n"                                                    \
	"presence-state: register-action=\"added\"\r\n"                        \
	"Supported: adhoclist\r\nServer: RTC/3.5\r\n"                          \
	"Supported: msrtc-event-categories\r\nContent-Length: 0\r\n\r\n"

/* 8.4: 504 of a Front End, with the reason. */
#define LYNC_504                                                               \
	"SIP/2.0 504 Server time-out\r\n"                                      \
	"Authentication-Info: TLS-DSK qop=\"auth\", version=4\r\n" LYNC_FROM   \
	"To: <sip:callee@example.net>;tag=0123456789ABCDEF\r\n" LYNC_ID        \
	"CSeq: 1 INVITE\r\n" LYNC_VIA                                          \
	"ms-diagnostics: 1009;reason=\"No match for domain in DNS SRV "        \
	"results\";domain=\"example.net\";fqdn1=\"sip.example.net:5061\";"     \
	"source=\"sip.example.com\"\r\n"                                       \
	"Server: RTC/6.0\r\nContent-Length: 0\r\n\r\n"

/* 8.4: a SERVICE that failed, as Skype for Business Online says it. */
#define LYNC_SERVICE_FAILED                                                    \
	"SIP/2.0 504 Server time-out\r\n"                                      \
	"ms-user-logon-data: RemoteUser\r\n"                                   \
	"Authentication-Info: TLS-DSK qop=\"auth\", version=4\r\n"             \
	"Content-Length: 0\r\n" LYNC_FROM "To: " LYNC_EDGE                     \
	";tag=01\r\n" LYNC_ID "CSeq: 1 SERVICE\r\n" LYNC_VIA                   \
	"ms-diagnostics: 9003;reason=\"Failed to get credentials\";"           \
	"source=\"edge.example.com\"\r\n"                                      \
	"ms-telemetry-id: 0A1B\r\nServer: RTC/7.0\r\n\r\n"

/* 8.4: 488 with 52017, as in the second part of the origin. */
#define LYNC_488                                                               \
	"SIP/2.0 488 Not Acceptable Here\r\n" LYNC_VIA LYNC_FROM               \
	"To: <sip:friend@example.org;mepid=F633>;tag=ab1e\r\n" LYNC_ID         \
	"CSeq: 1 INVITE\r\n"                                                   \
	"USER-AGENT: UCCAPI/4.0.7440.0 WLM/15.4.3502.0922 (Windows Live "      \
	"Messenger)\r\n"                                                       \
	"ms-client-diagnostics: 52017;reason=\"Encryption levels dont "        \
	"match\"\r\nContent-Length: 0\r\n\r\n"

/* 8.4: older clients have the phrase alone. */
#define LYNC_488_OLD                                                           \
	"SIP/2.0 488 Encryption Levels not compatible\r\n" LYNC_VIA LYNC_FROM  \
	"To: <sip:friend@example.org>;tag=ab1e\r\n" LYNC_ID                    \
	"CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"

/* 8.4: 488 through an Edge that is about something else. */
#define LYNC_488_OTHER                                                         \
	"SIP/2.0 488 Not acceptable here\r\n"                                  \
	"ms-user-logon-data: RemoteUser\r\n"                                   \
	"Authentication-Info: TLS-DSK qop=\"auth\", version=4\r\n"             \
	"Via: SIP/2.0/tls 192.0.2.8:58674\r\n"                                 \
	"CONTENT-LENGTH: 0\r\n" LYNC_FROM "CALL-ID: 7d8d7643\r\n"              \
	"CSEQ: 1 INVITE\r\n"                                                   \
	"To: <sip:friend@example.org>;tag=ab1e\r\n"                            \
	"User-Agent: UCCAPI/16.0.7967.5277 OC/16.0.7967.2139 (Skype for "      \
	"Business)\r\n"                                                        \
	"ms-diagnostics: 1037;reason=\"Previous hop client did not report "    \
	"diagnostic information\";Domain=\"example.org\";"                     \
	"PeerServer=\"edge\";source=\"edge.example.com\"\r\n"                  \
	"Ms-client-diagnostics: 52063;reason=\"Unsupported session "           \
	"description\"\r\n\r\n"

#endif
