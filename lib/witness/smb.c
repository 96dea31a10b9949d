/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/smb.h"

#include "base/cursor.h"
#include "base/filetime.h"

enum {
	SESSION_MESSAGE = 0x00,  /* NetBIOS, RFC 1002 section 4.3 */
	SESSION_POSITIVE = 0x82, /* the answer before it, on port 139 */
	SESSION_HEADER = 4,
	NAME = 4, /* of the protocol */
	SMB2_HEADER = 64,
	SMB2_NEEDED = SMB2_HEADER + 48, /* up to and with SystemTime */
	SMB2_RESPONSE = 65,             /* the value of its StructureSize */
	SMB1_NEEDED = 32 + 1 + 34,
	SMB1_NEGOTIATE = 0x72,
	SMB1_REPLY = 0x80,
	NT_LM_WORDS = 17,
	MOST_ZONE = 24 * 60 /* minutes */
};

/* MS-SMB2 2.2.1.2 and 2.2.4. */
static bool
read_smb2(struct cursor c, struct smb *smb)
{
	const uint16_t header = cursor_le16(&c);
	uint32_t status, flags;
	uint16_t command, size;

	cursor_take(&c, 2); /* credits to charge */
	status = cursor_le32(&c);
	command = cursor_le16(&c);
	cursor_take(&c, 2); /* credits granted */
	flags = cursor_le32(&c);
	cursor_take(&c, SMB2_HEADER - 20);
	size = cursor_le16(&c);
	/* Mode, dialect, contexts, GUID, capabilities, three sizes. */
	cursor_take(&c, 3 * 2 + 16 + 4 * 4);
	return header == SMB2_HEADER && status == 0 && command == 0 &&
	    (flags & 1) != 0 && size == SMB2_RESPONSE &&
	    filetime_read(cursor_le64(&c), &smb->time) && !c.bad;
}

/* MS-CIFS 2.2.3.1 and 2.2.4.52.2.  The zone is the minutes to add to local
 * time, west of UTC. */
static bool
read_smb1(struct cursor c, struct smb *smb)
{
	const uint8_t command = cursor_u8(&c);
	const uint32_t status = cursor_le32(&c);
	const uint8_t flags = cursor_u8(&c);
	uint64_t time;
	uint8_t words;
	int west;

	cursor_take(&c, 22);
	words = cursor_u8(&c);
	/* Dialect, mode, two counts, four sizes. */
	cursor_take(&c, 2 + 1 + 2 * 2 + 4 * 4);
	time = cursor_le64(&c);
	west = (int16_t)cursor_le16(&c);
	smb->has_zone = west >= -MOST_ZONE && west <= MOST_ZONE;
	smb->zone = smb->has_zone ? -west : 0;
	return command == SMB1_NEGOTIATE && status == 0 &&
	    (flags & SMB1_REPLY) != 0 && words == NT_LM_WORDS &&
	    filetime_read(time, &smb->time) && !c.bad;
}

static const struct dialect {
	char name[5];
	size_t needed; /* octets */
	bool (*read)(struct cursor after_name, struct smb *smb);
} dialects[] = {
	{ "\xfeSMB", SMB2_NEEDED, read_smb2 },
	{ "\xffSMB", SMB1_NEEDED, read_smb1 },
};

/* As much of a message of `len' octets as there is. */
static enum smb_verdict
read_message(struct slice message, size_t len, struct smb *smb)
{
	const struct slice name = slice_first(message, NAME);
	const struct dialect *d = dialects;
	struct smb found;

	if (!slice_equal(name, slice_of(d->name, name.len)))
		d++;
	if (!slice_equal(name, slice_of(d->name, name.len)))
		return SMB_FOREIGN;
	if (name.len < NAME)
		return SMB_PARTIAL;
	if (len < d->needed)
		return SMB_FOREIGN;
	if (message.len < d->needed)
		return SMB_PARTIAL;
	found = (struct smb){ .has_zone = false };
	if (!d->read(cursor_over(slice_after(message, NAME)), &found))
		return SMB_FOREIGN;
	*smb = found;
	return SMB_NEGOTIATED;
}

enum smb_verdict
smb_stream(struct slice first, struct smb *smb)
{
	static const uint8_t positive[SESSION_HEADER] = { SESSION_POSITIVE };
	struct cursor c;
	size_t len;

	if (slice_equal(slice_first(first, SESSION_HEADER),
		slice_of(positive, SESSION_HEADER)))
		first = slice_after(first, SESSION_HEADER);
	if (first.len == 0)
		return SMB_PARTIAL;
	if (first.p[0] != SESSION_MESSAGE &&
	    (first.p[0] != SESSION_POSITIVE || first.len >= SESSION_HEADER))
		return SMB_FOREIGN;
	c = cursor_over(slice_after(first, 1));
	len = cursor_u24(&c);
	if (c.bad)
		return SMB_PARTIAL;
	return read_message(slice_first(c.rest, len), len, smb);
}

enum witness_answer
smb_read_stream(struct slice first, struct witness_reading *reading)
{
	struct smb smb;

	switch (smb_stream(first, &smb)) {
	case SMB_NEGOTIATED:
		break;
	case SMB_PARTIAL:
		return WITNESS_PARTIAL;
	case SMB_FOREIGN:
		return WITNESS_FOREIGN;
	}
	*reading = (struct witness_reading){
		.sender = { smb.time, SMB_RESOLUTION },
		.has_zone = smb.has_zone,
		.zone = smb.zone,
	};
	return WITNESS_TOLD;
}
