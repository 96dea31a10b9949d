#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# TLS 1.2 begins a random with the sender's time (RFC 5246 section 7.4.1.2), and
# since OpenSSL and GnuTLS gave that up one expects random octets there.  Debian
# 12's mbedTLS 2.28.3 still writes the time, to the second, where everybody on
# the way can read it.  linphone's libbctoolbox takes its TLS from it: the clock
# of such a phone can be judged without any key, and a reader that has ruled
# out these octets for good passes it over.

. "$(dirname "$0")/common.sh"
unpack libmbedtls-dev=2.28.3-1 libmbedtls14=2.28.3-1 libmbedx509-1=2.28.3-1 \
    libmbedcrypto7=2.28.3-1 libbctoolbox1=5.1.64-2

cat > hello.c <<'C'
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Of a ClientHello: the record's header, the message's and the version. */
enum { RANDOM = 5 + 4 + 2 };

static unsigned char sent[4096];
static size_t length;

static int
send_some(void *arg, const unsigned char *octets, size_t n)
{
	(void)arg;
	memcpy(sent + length, octets, n);
	length += n;
	return (int)n;
}

static int
receive_none(void *arg, unsigned char *octets, size_t n)
{
	(void)arg, (void)octets, (void)n;
	return MBEDTLS_ERR_SSL_WANT_READ;
}

/* A client with the defaults: by how many seconds is its random off? */
int
main(void)
{
	mbedtls_ctr_drbg_context random;
	mbedtls_entropy_context entropy;
	mbedtls_ssl_config config;
	mbedtls_ssl_context ssl;
	unsigned long told;

	mbedtls_ctr_drbg_init(&random);
	mbedtls_entropy_init(&entropy);
	mbedtls_ssl_config_init(&config);
	mbedtls_ssl_init(&ssl);
	if (mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL,
		0) != 0 ||
	    mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT,
		MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0)
		return 1;
	mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
	if (mbedtls_ssl_setup(&ssl, &config) != 0)
		return 1;
	mbedtls_ssl_set_bio(&ssl, NULL, send_some, receive_none, NULL);
	mbedtls_ssl_handshake(&ssl);
	told = (unsigned long)sent[RANDOM] << 24 |
	    (unsigned long)sent[RANDOM + 1] << 16 |
	    (unsigned long)sent[RANDOM + 2] << 8 | sent[RANDOM + 3];
	printf("%ld\n", (long)told - (long)time(NULL));
	return 0;
}
C
cc -I root/usr/include -o hello hello.c -L "$libraries" -lmbedtls \
    -lmbedcrypto -lmbedx509

# Three, for one of random octets may be right once.
close=0
for _ in 1 2 3; do
	off=$(./hello)
	if [ "$off" -ge -2 ] && [ "$off" -le 2 ]; then
		close=$((close + 1))
	fi
done
seen "mbedTLS: randoms of three that are the time within 2 s" 3 "$close"
seen "linphone's libbctoolbox: links libmbedtls" 1 \
    "$(readelf -d "$libraries"/libbctoolbox.so.1 | grep -c 'libmbedtls\.so')"
