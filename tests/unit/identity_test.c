/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/identity.h"

static char store[1024];

static const char *
shown(enum identity_mode mode, const char *value)
{
	const struct identity identity = { .mode = mode,
		.key = { .k0 = 1, .k1 = 2 } };
	struct textbuf t;
	uint8_t *exact = unit_exact(slice_text(value));

	textbuf_init(&t, store, sizeof(store));
	identity_write(&t, &identity, slice_of(exact, strlen(value)));
	free(exact);
	return store;
}

static const char *
line(enum identity_mode mode, const char *value)
{
	const struct identity identity = { .mode = mode };
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	identity_write_start_line(&t, &identity, slice_text(value));
	return store;
}

#define FULL(value) shown(IDENTITY_FULL, value)
#define DOMAIN(value) shown(IDENTITY_DOMAIN, value)
#define HASH(value) shown(IDENTITY_HASH, value)

START_TEST(full_is_as_on_the_wire)
{
	ck_assert_str_eq(
	    FULL("\"A\x01\" <sip:a@b>;tag=1"), "\"A\\x01\" <sip:a@b>;tag=1");
}
END_TEST

START_TEST(full_shows_no_secrets)
{
	ck_assert_str_eq(FULL("\"A\" <sip:bob:secret@h:5060;x=y?Authorization="
			      "secret>;tag=1"),
	    "\"A\" <sip:bob@h:5060;x=y>;tag=1");
	ck_assert_str_eq(FULL("sip:bob:secret@h?a=secret"), "sip:bob@h");
	ck_assert_str_eq(
	    FULL("sip:h:5062;x=a@b;grid"), "sip:h:5062;x=a@b;grid");
	ck_assert_str_eq(FULL("<sip:a;b?c@h:5060;transport=tcp"),
	    "<sip:a;b?c@h:5060;"
	    "transport=tcp");
	ck_assert_str_eq(
	    FULL("sip:[2001:db8::1]:5062"), "sip:[2001:db8::1]:5062");
	ck_assert_str_eq(FULL("tel:+15550100"), "tel:+15550100");
	ck_assert_str_eq(line(IDENTITY_FULL, "INVITE sip:b:secret@h SIP/2.0"),
	    "INVITE sip:b@h SIP/2.0");
}
END_TEST

START_TEST(domain_keeps_the_host)
{
	ck_assert_str_eq(DOMAIN("\"Bob <x@y>\"<sip:bob@example.com:5060;"
				"transport=tcp;opaque=user:epid:q;gruu>;"
				"tag=1;epid=0123"),
	    "<sip:example.com:5060;transport=tcp>;tag=1");
	ck_assert_str_eq(DOMAIN("sips:bob:secret@[2001:db8::1]:5061;tag=x"),
	    "sips:[2001:db8::1]:5061;tag=x");
	ck_assert_str_eq(DOMAIN("sip:edge.example.com:5062;grid"),
	    "sip:edge.example.com:5062;grid");
	ck_assert_str_eq(
	    DOMAIN("<sip:edge@example.com;gruu;opaque=srvr:MRAS:x>"),
	    "<sip:example.com;opaque=srvr:MRAS:x>");
	ck_assert_str_eq(DOMAIN("Bob <sip:b;x=y?z@example.com?To=bob>"),
	    "<sip:example.com>");
	ck_assert_str_eq(DOMAIN("bob@example.com"), "example.com");
}
END_TEST

START_TEST(telephone_numbers_are_users)
{
	ck_assert_str_eq(DOMAIN("<tel:+15550100;phone-context=+1>"), "<tel:?>");
	ck_assert_str_eq(
	    DOMAIN("sip:+15550100;user=phone"), "sip:?;user=phone");
	ck_assert_str_eq(DOMAIN("sip:15550100"), "sip:?");
}
END_TEST

START_TEST(an_unreadable_value_is_not_shown)
{
	static const char *const values[] = { "", "bob", "bob smith", "urn:bob",
		"\"bob\" <bob>", "\"bob <bob", "bob:bob" };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		ck_assert_ptr_null(strstr(DOMAIN(values[i]), "bob"));
	ck_assert_str_eq(DOMAIN("\"bob <sip:bob@h>;tag=1"), "<sip:h>;tag=1");
	ck_assert_str_eq(DOMAIN("sip:a@bob@h"), "sip:?");
}
END_TEST

START_TEST(hash_gives_a_user_the_same_digits_everywhere)
{
	char first[64];

	strcpy(first, HASH("sip:bob@h"));
	ck_assert_uint_eq(strlen(first), strlen("sip:01234567@h"));
	ck_assert_ptr_nonnull(strstr(first, "@h"));
	ck_assert_str_eq(HASH("sip:bob@h"), first);
	ck_assert_ptr_nonnull(strstr(HASH("\"B\" <sip:bob@h>;tag=1"), first));
	ck_assert_str_ne(HASH("sip:bab@h"), first);
	ck_assert_uint_eq(
	    strlen(HASH("tel:+15550100;ext=5")), strlen("tel:01234567"));
}
END_TEST

START_TEST(start_lines_are_treated_too)
{
	ck_assert_str_eq(
	    line(IDENTITY_DOMAIN, "SERVICE sip:bob@h:5062;grid SIP/2.0"),
	    "SERVICE sip:h:5062;grid SIP/2.0");
	ck_assert_str_eq(line(IDENTITY_FULL, "INVITE sip:bob@h SIP/2.0"),
	    "INVITE sip:bob@h SIP/2.0");
	ck_assert_str_eq(line(IDENTITY_DOMAIN, "SIP/2.0 504 Server time-out"),
	    "SIP/2.0 504 Server time-out");
	ck_assert_str_eq(line(IDENTITY_DOMAIN, "bob"), "?");
	ck_assert_str_eq(line(IDENTITY_DOMAIN, "a sip:x bob"), "?");
}
END_TEST

/* The user part may be where an epid, a header or a quote hides it. */
START_TEST(no_combination_shows_the_user)
{
	static const char *const names[] = { "", "\"bob\" ", "bob ",
		"\"bo\\\"bob", "\"<bob>\"", "<" };
	static const char *const uris[] = { "sip:bob@h", "sips:bob:x@h",
		"SIP:bob;bob@h", "tel:bob", "im:bob@h", "sip:h@bob@h", "bob@h",
		"bob", "x-y:bob@h" };
	static const char *const params[] = { "", ";epid=bob", ";gr=bob;lr",
		";opaque=user:bob;gruu", "?Subject=bob", ";x=\"bob\"",
		";x=bob@h", ";x=sip:bob" };
	char value[200];

	for (size_t n = 0; n < 6; n++)
		for (size_t u = 0; u < 9; u++)
			for (size_t p = 0; p < 8; p++) {
				stpcpy(
				    stpcpy(
					stpcpy(stpcpy(stpcpy(value, names[n]),
						   "<"),
					    uris[u]),
					params[p]),
				    ">;tag=1");
				ck_assert_ptr_null(
				    strstr(DOMAIN(value), "bob"));
				ck_assert_ptr_null(strstr(HASH(value), "bob"));
				stpcpy(stpcpy(value, uris[u]), params[p]);
				ck_assert_ptr_null(
				    strstr(DOMAIN(value), "bob"));
				ck_assert_ptr_null(strstr(HASH(value), "bob"));
			}
}
END_TEST

UNIT("identity", full_is_as_on_the_wire, full_shows_no_secrets,
    domain_keeps_the_host, telephone_numbers_are_users,
    an_unreadable_value_is_not_shown,
    hash_gives_a_user_the_same_digits_everywhere, start_lines_are_treated_too,
    no_combination_shows_the_user)
