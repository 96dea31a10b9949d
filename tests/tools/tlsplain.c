/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * tlsplain [-l KEYLOG] [-k KEY [-p PASSPHRASE]] SAVEFILE: what lib/tls
 * decrypts of TLS on any port.  One line for each direction of a connection:
 * client, server, "client" or "server" (who sent it), the octets in
 * hexadecimal, with "-" for a gap; one for a connection that is not decrypted:
 * client, server, "refused", why; then counters.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "tls/decrypt.h"
#include "tools/savedtcp.h"

/* What hangs on a connection. */
struct plain {
	void *slot;
	bool begun; /* TLS: not before STARTTLS */
	FILE *out[2];
	char *text[2];
	size_t len[2];
};

struct plaintool {
	struct secrets *secrets;
	struct decrypt *decrypt;
};

static void
ends(const struct endpoint *client, const struct endpoint *server)
{
	char store[160];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	endpoint_write(&t, client);
	textbuf_add(&t, "\t");
	endpoint_write(&t, server);
	printf("%s\t", store);
}

static void
on_decrypt(void *arg, const struct decrypt_event *e)
{
	struct plain *plain = *e->tcp->user;
	FILE *out = plain->out[e->tcp->direction];

	(void)arg;
	if (e->kind == DECRYPT_REFUSED) {
		ends(&e->client, &e->server);
		printf("refused\t%s\n", decrypt_reason_name(e->reason));
	} else if (e->kind == DECRYPT_STREAM && e->tcp->fact == TCPREASM_GAP) {
		fputc('-', out);
	} else if (e->kind == DECRYPT_STREAM) {
		for (size_t i = 0; i < e->tcp->octets.len; i++)
			fprintf(out, "%02x", e->tcp->octets.p[i]);
	}
}

static void
show(const struct tcpreasm_event *e, struct plain *plain)
{
	static const char *const who[] = { "client", "server" };

	for (size_t i = 0; i < 2; i++) {
		fclose(plain->out[i]);
		if (plain->len[i] > 0) {
			ends(&e->client, &e->server);
			printf("%s\t%s\n", who[i], plain->text[i]);
		}
		free(plain->text[i]);
	}
	free(plain);
}

/* A record of handshake. */
static bool
begins(const struct tcpreasm_event *e)
{
	return e->fact == TCPREASM_DATA && e->octets.len > 1 &&
	    e->octets.p[0] == 22 && e->octets.p[1] == 3;
}

static void
on_stream(void *arg, const struct tcpreasm_event *e)
{
	struct plaintool *tool = arg;
	struct plain *plain = *e->user;

	if (plain == NULL) {
		plain = calloc(1, sizeof(*plain));
		if (plain == NULL)
			abort();
		for (size_t i = 0; i < 2; i++)
			plain->out[i] =
			    open_memstream(&plain->text[i], &plain->len[i]);
		*e->user = plain;
	}
	decrypt_tick(tool->decrypt, e->now);
	if (plain->begun || begins(e)) {
		plain->begun = true;
		decrypt_input(tool->decrypt, e, &plain->slot);
	}
	if (e->fact == TCPREASM_FORGOTTEN)
		show(e, plain);
}

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (value != 0)
		printf("#\t%s\t%" PRIu64 "\n", name, value);
}

/* At most a few megabytes. */
static struct slice
contents(const char *name)
{
	enum { MOST = 8 << 20 };
	static uint8_t octets[MOST];
	FILE *file = fopen(name, "rb");
	size_t len;

	if (file == NULL) {
		fprintf(stderr, "%s: cannot read\n", name);
		exit(2);
	}
	len = fread(octets, 1, MOST, file);
	fclose(file);
	return slice_of(octets, len);
}

static void
read_keylog(struct secrets *secrets, const char *name)
{
	struct keylog_lines lines = { .len = 0 };

	secrets_keylog(secrets, &lines, contents(name));
	secrets_keylog_end(secrets, &lines);
}

static void
read_key(struct secrets *secrets, const char *name, const char *passphrase)
{
	const struct slice file = contents(name);
	struct privatekey *key;

	if (privatekey_parse(file, passphrase, &key) == PRIVATEKEY_READ) {
		secrets_add_key(secrets, key);
		return;
	}
	fprintf(stderr, "%s: %s\n", name, privatekey_what(file));
	exit(2);
}

static void
read_options(struct plaintool *tool, int argc, char **argv)
{
	const char *passphrase = NULL;
	int option;

	while ((option = getopt(argc, argv, "p:k:l:")) != -1) {
		if (option == 'p')
			passphrase = optarg;
		else if (option == 'k')
			read_key(tool->secrets, optarg, passphrase);
		else if (option == 'l')
			read_keylog(tool->secrets, optarg);
		else
			exit(2);
	}
}

int
main(int argc, char **argv)
{
	static const struct secrets_limits secrets_limits = {
		.sessions = 100000,
		.resumptions = 100000,
	};
	static const struct decrypt_limits limits = {
		.connections = 100000,
		.held = 64 << 20,
		.connection = 1 << 20,
		.handshakes = 16 << 20,
	};
	struct plaintool tool = { .secrets = secrets_new(&secrets_limits) };
	bool read;

	tool.decrypt = decrypt_new(&limits, tool.secrets, on_decrypt, NULL);
	read_options(&tool, argc, argv);
	if (optind >= argc)
		return 2;
	read = savedtcp_read(argv[optind], on_stream, &tool);
	decrypt_stats(tool.decrypt, on_counter, NULL);
	decrypt_free(tool.decrypt);
	secrets_free(tool.secrets);
	return read ? 0 : 2;
}
