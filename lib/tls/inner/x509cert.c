/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/x509cert.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/calendar.h"
#include "net/endpoint.h"
#include "tls/inner/der.h"

/*
 * d2i_X509() would decode the public key too, which took 450 us of 455 and is
 * of no use here: at that price a stream of certificates made up for the
 * purpose would stop the capture.  So the certificate is taken apart here (RFC
 * 5280 section 4.1), and libcrypto gets the parts that are hard to read:
 * names, in their many kinds of strings, and times.
 */

enum {
	DEEPEST = 16,
	MOST_NAME_OCTETS = 4096, /* of a DN; libcrypto sorts and copies it */
	TAG_VERSION = 0xa0,
	TAG_EXTENSIONS = 0xa3,
	TAG_DNS_NAME = 0x82,
	TAG_IP_ADDRESS = 0x87
};

/* id-ce-subjectAltName, 2.5.29.17 */
static const char san_id[] = "\x55\x1d\x11";

void
x509cert_init(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

struct parts {
	struct slice serial, issuer, validity, subject, san;
};

/* Extension ::= SEQUENCE { OBJECT, BOOLEAN OPTIONAL, OCTET STRING } */
static void
find_san(struct slice extensions, struct parts *parts)
{
	struct der extension, id, value;

	while (der_expect(&extensions, DER_SEQUENCE, &extension)) {
		struct slice rest = extension.content;

		if (!der_expect(&rest, DER_OBJECT, &id) ||
		    !slice_is(id.content, san_id))
			continue;
		while (der_next(&rest, &value))
			if (value.tag == DER_OCTET_STRING)
				parts->san = value.content;
		return;
	}
}

static bool
take_apart(struct slice der, struct parts *parts)
{
	struct der certificate, tbs, version, serial, algorithm, issuer;
	struct der validity, subject, key, optional, extensions;
	struct slice rest;

	if (!der_sound(der, DEEPEST) ||
	    !der_expect(&der, DER_SEQUENCE, &certificate) || der.len > 0 ||
	    !der_expect(&certificate.content, DER_SEQUENCE, &tbs))
		return false;
	rest = tbs.content;
	der_expect(&rest, TAG_VERSION, &version);
	if (!der_expect(&rest, DER_INTEGER, &serial) ||
	    !der_expect(&rest, DER_SEQUENCE, &algorithm) ||
	    !der_expect(&rest, DER_SEQUENCE, &issuer) ||
	    !der_expect(&rest, DER_SEQUENCE, &validity) ||
	    !der_expect(&rest, DER_SEQUENCE, &subject) ||
	    !der_expect(&rest, DER_SEQUENCE, &key))
		return false;
	*parts = (struct parts){
		.serial = serial.content,
		.issuer = issuer.whole,
		.validity = validity.content,
		.subject = subject.whole,
	};
	while (der_next(&rest, &optional))
		if (optional.tag == TAG_EXTENSIONS &&
		    der_expect(&optional.content, DER_SEQUENCE, &extensions))
			find_san(extensions.content, parts);
	return true;
}

static void
separate(struct textbuf *t, const char *separator)
{
	if (t->len > 0)
		textbuf_add(t, separator);
}

/* Separators of the text come only from here: separators in values are
 * escaped. */
static void
add_value(struct textbuf *t, struct slice value)
{
	while (value.len > 0) {
		size_t plain = 0;

		while (plain < value.len && value.p[plain] != ',' &&
		    value.p[plain] != '=')
			plain++;
		textbuf_wire(t, slice_first(value, plain));
		if (plain < value.len)
			textbuf_add(
			    t, value.p[plain] == ',' ? "\\x2c" : "\\x3d");
		value = slice_after(value, plain + 1);
	}
}

static void
add_entry(struct textbuf *t, const X509_NAME_ENTRY *entry)
{
	const ASN1_OBJECT *type = X509_NAME_ENTRY_get_object(entry);
	const int nid = OBJ_obj2nid(type);
	unsigned char *utf8 = NULL;
	char number[80];
	int len;

	separate(t, ", ");
	if (nid != NID_undef)
		textbuf_add(t, OBJ_nid2sn(nid));
	else if (OBJ_obj2txt(number, sizeof(number), type, 1) > 0)
		textbuf_add(t, number);
	textbuf_add(t, "=");
	len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
	if (len > 0)
		add_value(t, slice_of(utf8, (size_t)len));
	OPENSSL_free(utf8);
}

/* RFC 4514: the last part first, which is the one people look for. */
static bool
write_name(struct slice der, char *store, size_t size)
{
	const unsigned char *p = der.p;
	X509_NAME *name;
	struct textbuf t;

	if (der.len > MOST_NAME_OCTETS)
		return false;
	name = d2i_X509_NAME(NULL, &p, (long)der.len);
	if (name == NULL)
		return false;
	textbuf_init(&t, store, size);
	for (int i = X509_NAME_entry_count(name); i > 0 && !t.truncated; i--)
		add_entry(&t, X509_NAME_get_entry(name, i - 1));
	X509_NAME_free(name);
	return true;
}

static void
add_address(struct textbuf *t, struct slice octets)
{
	const struct address address = endpoint_address(octets);

	if (address.version != 0)
		endpoint_address_write(t, &address);
}

/* GeneralName is a CHOICE; the other kinds name no server. */
static void
write_san(struct slice der, char *store, size_t size)
{
	struct der names, name;
	struct textbuf t;

	textbuf_init(&t, store, size);
	if (!der_sound(der, DEEPEST) || !der_expect(&der, DER_SEQUENCE, &names))
		return;
	while (!t.truncated && der_next(&names.content, &name)) {
		if (name.tag != TAG_DNS_NAME && name.tag != TAG_IP_ADDRESS)
			continue;
		separate(&t, ",");
		if (name.tag == TAG_DNS_NAME)
			add_value(&t, name.content);
		else
			add_address(&t, name.content);
	}
}

static bool
seconds_of(const struct tm *tm, int64_t *seconds)
{
	const int64_t year = (int64_t)tm->tm_year + 1900;

	if (year < 1 || year > 9999)
		return false;
	*seconds =
	    calendar_days((struct calendar_date){
		.year = (unsigned)year,
		.month = (unsigned)tm->tm_mon + 1,
		.day = (unsigned)tm->tm_mday,
	    }) * CALENDAR_DAY_S +
	    (int64_t)tm->tm_hour * 3600 + tm->tm_min * 60 + tm->tm_sec;
	return true;
}

static bool
read_time(struct slice *validity, int64_t *seconds)
{
	const unsigned char *p;
	struct der value;
	struct tm tm = { .tm_year = 0 };
	ASN1_TIME *time;
	bool read;

	if (!der_next(validity, &value))
		return false;
	p = value.whole.p;
	time = d2i_ASN1_TIME(NULL, &p, (long)value.whole.len);
	read = time != NULL && ASN1_TIME_to_tm(time, &tm) == 1 &&
	    seconds_of(&tm, seconds);
	ASN1_TIME_free(time);
	return read;
}

bool
x509cert_parse(struct slice der, struct x509cert *cert)
{
	struct x509cert read = { .not_before = 0 };
	struct parts parts;

	if (der.len > X509CERT_OCTETS || !take_apart(der, &parts) ||
	    !read_time(&parts.validity, &read.not_before) ||
	    !read_time(&parts.validity, &read.not_after) ||
	    !write_name(parts.subject, read.subject, sizeof(read.subject)) ||
	    !write_name(parts.issuer, read.issuer, sizeof(read.issuer)) ||
	    EVP_Digest(der.p, der.len, read.sha256, NULL, EVP_sha256(), NULL) !=
		1)
		return false;
	write_san(parts.san, read.san, sizeof(read.san));
	read.serial_len = slice_first(parts.serial, X509CERT_SERIAL).len;
	if (read.serial_len > 0)
		memcpy(read.serial, parts.serial.p, read.serial_len);
	*cert = read;
	return true;
}
