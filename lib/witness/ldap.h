/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LDAP_H
#define LDAP_H

#include "witness/witness.h"

/*
 * LDAP as a witness: the root entry (RFC 4512 section 5.1) of Active Directory
 * and Samba has currentTime, the server's clock in whole seconds (MS-ADTS
 * 3.1.1.3.2.3).  Clients read that entry first of all, before anything is
 * encrypted.  OpenLDAP has none.  Nothing of other entries is read.
 */

enum { LDAP_PORT = 389, LDAP_GLOBAL_PORT = 3268 };

/* The first octets that a server sent.  *time is filled when it is TOLD. */
enum witness_answer ldap_parse(struct slice first, nstime *time);

/* As the row of this witness has it. */
enum witness_answer ldap_read_stream(
    struct slice first, struct witness_reading *reading);

#endif
