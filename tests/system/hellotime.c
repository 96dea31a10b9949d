/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * hellotime PORT KEY CERTIFICATE: a TLS 1.2 server whose hello tells the time,
 * as stacks did before 2014.  faketime makes it tell a wrong one.
 */
int
main(int argc, char **argv)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	struct sockaddr_in at = { .sin_family = AF_INET };
	const int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (argc != 4 || ctx == NULL)
		return 2;
	at.sin_port = htons((uint16_t)atoi(argv[1]));
	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_SEND_SERVERHELLO_TIME);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (SSL_CTX_use_PrivateKey_file(ctx, argv[2], SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_use_certificate_file(ctx, argv[3], SSL_FILETYPE_PEM) != 1 ||
	    bind(s, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(s, 16) < 0)
		return 2;
	for (;;) {
		SSL *ssl = SSL_new(ctx);
		const int c = accept(s, NULL, NULL);

		SSL_set_fd(ssl, c);
		SSL_accept(ssl);
		SSL_shutdown(ssl);
		SSL_free(ssl);
		close(c);
	}
}
