/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/nameaddr.h"

#include "unit/unit.h"

#define IS(s, text) ck_assert(slice_is(s, text))

START_TEST(tags_are_found_beside_other_parameters)
{
	IS(nameaddr_tag(
	       slice_text("\"A;tag=no\" <sip:a@b;tag=no>;epid=1;Tag=yes")),
	    "yes");
	IS(nameaddr_tag(slice_text("\"User\"<sip:u@d>;tag=x;epid=y")), "x");
	IS(nameaddr_tag(slice_text("sip:a@b;tag = \"q\"")), "q");
	IS(nameaddr_tag(slice_text("<sip:a@b>\r\n ;\r\n tag\r\n =\r\n f")),
	    "f");
	IS(nameaddr_tag(slice_text("<sip:a@b>")), "");
	IS(nameaddr_tag(slice_text("\"A <sip:a@b>;tag=1")), "");
	IS(nameaddr_tag(slice_text("\"\\\"<x>;tag=no\" <sip:a@b>;tag=1")), "1");
}
END_TEST

START_TEST(a_uri_ends_at_its_bracket_or_the_first_parameter)
{
	IS(nameaddr_uri(slice_text("\"A<b\" <sip:a@b;x=1>;tag=2")),
	    "sip:a@b;x=1");
	IS(nameaddr_uri(slice_text("sip:a@b;tag=2")), "sip:a@b");
	IS(nameaddr_uri(slice_text("<sip:a@b")), "sip:a@b");
	IS(nameaddr_params(slice_text("<sip:a@b;x=1> ;tag=2")), ";tag=2");
	IS(nameaddr_params(slice_text("sip:a@b;tag=2")), ";tag=2");
	IS(nameaddr_params(slice_text("<sip:a@b;x=1")), "");
}
END_TEST

UNIT("nameaddr", tags_are_found_beside_other_parameters,
    a_uri_ends_at_its_bracket_or_the_first_parameter)
