// SPDX-License-Identifier: Apache-2.0
//
// Accepted and refused peers: authorities, names, client certificates, and their files.
#include "certificates.h"
#include "exchange.h"
#include "net/tls.h"
#include "net/transport.h"
#include "util/file.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <sys/stat.h>

#define DEADLINE_MS 20000
#define YEAR 31536000L

static struct {
	char directory[32];
	char ca[64];
	char certificate[64];
	char key[64];
	char scratch[64];
	struct identity authority;
	struct identity stranger; /* another authority with the same name */
	struct identity server;
	struct identity client;
	struct identity successor; /* replaces the client's certificate */
} world;

static int make_world(void **state)
{
	strcpy(world.directory, "/tmp/recorder-unit.XXXXXX");
	if (!mkdtemp(world.directory))
		return -1;
	snprintf(world.ca, sizeof(world.ca), "%s/ca", world.directory);
	snprintf(world.certificate, sizeof(world.certificate), "%s/certificate", world.directory);
	snprintf(world.key, sizeof(world.key), "%s/key", world.directory);
	snprintf(world.scratch, sizeof(world.scratch), "%s/scratch", world.directory);
	world.authority = make_identity("authority", NULL, NULL, YEAR);
	world.stranger = make_identity("authority", NULL, NULL, YEAR);
	world.server = make_identity("server", &world.authority,
				     "DNS:server.example,DNS:*.wild.example,IP:127.0.0.1,IP:::1",
				     YEAR);
	world.client = make_identity("client", &world.authority, NULL, YEAR);
	world.successor = make_identity("successor", &world.authority, NULL, YEAR);
	write_certificate(world.ca, &world.authority);
	write_certificate(world.certificate, &world.client);
	write_key(world.key, &world.client);
	return 0;
}

static int unmake_world(void **state)
{
	identity_finish(&world.authority);
	identity_finish(&world.stranger);
	identity_finish(&world.server);
	identity_finish(&world.client);
	identity_finish(&world.successor);
	unlink(world.ca);
	unlink(world.certificate);
	unlink(world.key);
	unlink(world.scratch);
	return rmdir(world.directory);
}

static struct tls_options client_options(const char *server_name)
{
	return (struct tls_options){ .ca_file = world.ca, .server_name = server_name };
}

static struct tls *make_tls(const struct tls_options *options)
{
	struct error err = ERROR_INIT;
	struct tls *tls = NULL;

	if (tls_create(options, &tls, &err) < 0)
		fail_msg("%s", error_message(&err));
	return tls;
}

/* Answers with the subject of the client's certificate and the requested server name. */
static void tells_the_client(struct peer *peer)
{
	X509 *certificate = SSL_get1_peer_certificate(peer->ssl);
	const char *name = SSL_get_servername(peer->ssl, TLSEXT_NAMETYPE_host_name);
	char subject[128] = "nobody", text[256];
	uint32_t stream;

	if (certificate)
		X509_NAME_oneline(X509_get_subject_name(certificate), subject, sizeof(subject));
	snprintf(text, sizeof(text), "%s %s", subject, name ? name : "-");
	peer_greet(peer);
	while ((stream = peer_request(peer)))
		peer_answer(peer, stream, text);
}

/* Makes one request to a server with this context from a client with these options. */
static void ask(SSL_CTX *context, const struct tls_options *options, struct exchange *exchange)
{
	struct tls *tls = make_tls(options);
	const struct http2_options client = { .tls = tls };
	struct server server;

	server_start_tcp(&server, context, tells_the_client);
	exchange_open(exchange, &client, server.endpoint);
	exchange_make(exchange, DEADLINE_MS);
	exchange_close(exchange);
	server_stop(&server);
	tls_destroy(tls);
	SSL_CTX_free(context);
}

static void a_server_is_known_by_authority_and_name(void **state)
{
	static const struct {
		const char *name;
		int result;
		const char *part; /* of the body, or of the message */
	} cases[] = {
		{ "server.example", 0, "nobody server.example" },
		{ "SERVER.example", 0, "nobody SERVER.example" },
		{ "a.wild.example", 0, "nobody a.wild.example" },
		{ "127.0.0.1", 0, "nobody -" },
		{ "::1", 0, "nobody -" },
		{ "127.0.0.2", -EKEYREJECTED, "is not for 127.0.0.2" },
		{ "::2", -EKEYREJECTED, "is not for ::2" },
		{ "other.example", -EKEYREJECTED, "is not for other.example" },
		{ "a.b.wild.example", -EKEYREJECTED, "is not for a.b.wild.example" },
		{ "wild.example", -EKEYREJECTED, "is not for wild.example" },
		{ "server.example.org", -EKEYREJECTED, "is not for" },
		{ "server", -EKEYREJECTED, "is not for server" },
	};
	struct exchange exchange;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct tls_options options = client_options(cases[i].name);

		ask(server_context(&world.server, "\x02h2"), &options, &exchange);
		exchange_expect(&exchange, cases[i].result, cases[i].result ? cases[i].part : "");
		if (cases[i].result == 0)
			assert_string_equal(exchange.body, cases[i].part);
	}
}

static void a_server_of_another_authority_is_refused(void **state)
{
	struct identity forged =
		make_identity("server", &world.stranger, "DNS:server.example", YEAR);
	struct identity self = make_identity("server", NULL, "DNS:server.example", YEAR);
	struct identity old = make_identity("server", &world.authority, "DNS:server.example", -60);
	/* The subject's name is not a server name, even if the certificate has no other name. */
	struct identity nameless = make_identity("server.example", &world.authority, NULL, YEAR);
	const struct tls_options options = client_options("server.example");
	struct exchange exchange;

	ask(server_context(&nameless, "\x02h2"), &options, &exchange);
	exchange_expect(&exchange, -EKEYREJECTED, "is not for server.example");
	identity_finish(&nameless);
	ask(server_context(&forged, "\x02h2"), &options, &exchange);
	exchange_expect(&exchange, -EKEYREJECTED, "certificate");
	ask(server_context(&self, "\x02h2"), &options, &exchange);
	exchange_expect(&exchange, -EKEYREJECTED, "not from a trusted authority");
	ask(server_context(&old, "\x02h2"), &options, &exchange);
	exchange_expect(&exchange, -EKEYREJECTED, "expired");
	identity_finish(&forged);
	identity_finish(&self);
	identity_finish(&old);
}

static void a_server_without_http2_is_named(void **state)
{
	const struct tls_options options = client_options("server.example");
	struct exchange exchange;

	ask(server_context(&world.server, NULL), &options, &exchange);
	exchange_expect(&exchange, -EPROTO, "offers no HTTP/2");
	ask(server_context(&world.server, "\x08http/1.1"), &options, &exchange);
	exchange_expect(&exchange, -EPROTO, "offers no HTTP/2");
}

static void versions_before_1_2_are_refused(void **state)
{
	const struct tls_options options = client_options("server.example");
	SSL_CTX *context = server_context(&world.server, "\x02h2");
	struct exchange exchange;

	/* Security level 0 makes the server's OpenSSL offer the old versions again. */
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
	ask(context, &options, &exchange);
	exchange_expect(&exchange, -EPROTO, "protocol version");
	context = server_context(&world.server, "\x02h2");
	SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
	ask(context, &options, &exchange);
	exchange_expect(&exchange, 0, "");
	/* A suite that HTTP/2 forbids. */
	context = server_context(&world.server, "\x02h2");
	SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES256-SHA");
	ask(context, &options, &exchange);
	exchange_expect(&exchange, -EPROTO, "handshake failure");
}

static void speaks_no_tls(struct peer *peer)
{
	peer_write(peer, "SSH-2.0-server\r\n", 16);
	peer_hold(peer);
}

static void never_answers(struct peer *peer)
{
	peer_hold(peer);
}

static void goes_away(struct peer *peer)
{
}

static void what_is_no_tls_is_named(void **state)
{
	static const struct {
		server_script *script;
		int result;
		const char *part;
	} cases[] = {
		{ speaks_no_tls, -EPROTO, "TLS connection: " },
		{ never_answers, -ETIMEDOUT, "TLS handshake" },
		{ goes_away, -ECONNRESET, "" },
	};
	const struct tls_options options = client_options("server.example");
	struct tls *tls = make_tls(&options);
	const struct http2_options client = { .tls = tls, .connect_timeout_ms = 200 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange exchange;
		struct server server;

		server_start_tcp(&server, NULL, cases[i].script);
		exchange_open(&exchange, &client, server.endpoint);
		exchange_make(&exchange, DEADLINE_MS);
		exchange_expect(&exchange, cases[i].result, cases[i].part);
		assert_true(exchange.retriable);
		exchange_close(&exchange);
		server_stop(&server);
	}
	tls_destroy(tls);
}

static void leaves_after_the_handshake(struct peer *peer)
{
}

/* Writes until the client notices that the server is gone. That must not cause SIGPIPE. */
static void write_to_nobody(struct tls *tls, SSL_CTX *context)
{
	_cleanup_transport_ struct transport *transport = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct transport_address address;
	struct server server;
	int r, failures = 0;

	server_start_tcp(&server, context, leaves_after_the_handshake);
	assert_int_equal(transport_parse(server.endpoint, &address, NULL), 0);
	assert_int_equal(transport_open(&address, tls, &transport, NULL), 0);
	do
		r = transport_advance(transport, &err);
	while (r == -EAGAIN);
	assert_int_equal(r, 0);
	/*
	 * The first failure comes from the server's reset. SIGPIPE would come with the next write.
	 */
	while (failures < 3) {
		r = transport_write(transport, "x", 1, &err);
		failures += r < 0 && r != -EAGAIN;
		usleep(1000);
	}
	assert_non_null(err.message);
	server_stop(&server);
}

static void a_server_that_is_gone_is_no_signal(void **state)
{
	const struct tls_options options = client_options("server.example");
	SSL_CTX *context = server_context(&world.server, "\x02h2");
	struct tls *tls = make_tls(&options);

	write_to_nobody(NULL, NULL);
	write_to_nobody(tls, context);
	tls_destroy(tls);
	SSL_CTX_free(context);
}

/* A server that accepts only clients with a certificate of the authority. */
static SSL_CTX *strict_context(int version)
{
	SSL_CTX *context = server_context(&world.server, "\x02h2");

	X509_STORE_add_cert(SSL_CTX_get_cert_store(context), world.authority.certificate);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_max_proto_version(context, version);
	SSL_CTX_set_session_id_context(context, (const unsigned char *)"test", 4);
	return context;
}

static void a_client_is_known_by_its_certificate(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct identity forged = make_identity("client", &world.stranger, NULL, YEAR);
	struct exchange exchange;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct tls_options options = client_options("server.example");

		ask(strict_context(versions[i]), &options, &exchange);
		exchange_expect(&exchange, versions[i] == TLS1_3_VERSION ? -EKEYREJECTED : -EPROTO,
				versions[i] == TLS1_3_VERSION ? "certificate required" :
								"handshake failure");
		options.certificate_file = world.certificate;
		options.key_file = world.key;
		ask(strict_context(versions[i]), &options, &exchange);
		exchange_expect(&exchange, 0, "");
		assert_string_equal(exchange.body, "/CN=client server.example");
		write_certificate(world.certificate, &forged);
		write_key(world.key, &forged);
		ask(strict_context(versions[i]), &options, &exchange);
		exchange_expect(&exchange, -EKEYREJECTED, "refuses the client's certificate");
		write_certificate(world.certificate, &world.client);
		write_key(world.key, &world.client);
	}
	identity_finish(&forged);
}

/* Serves one request on each connection. */
static void tells_the_client_once(struct peer *peer)
{
	X509 *certificate = SSL_get1_peer_certificate(peer->ssl);
	char subject[128] = "nobody";
	uint32_t stream;

	if (certificate)
		X509_NAME_oneline(X509_get_subject_name(certificate), subject, sizeof(subject));
	peer_greet(peer);
	stream = peer_request(peer);
	/* GOAWAY comes first, so that the client does not make its next request here. */
	peer_goaway(peer, stream, NGHTTP2_NO_ERROR);
	peer_answer(peer, stream, subject);
}

static void replaced_files_are_read_again(void **state)
{
	const struct tls_options options = {
		.ca_file = world.ca,
		.certificate_file = world.certificate,
		.key_file = world.key,
		.server_name = "server.example",
	};
	struct tls *tls = make_tls(&options);
	const struct http2_options client = { .tls = tls, .backoff_min_ms = 1 };
	SSL_CTX *context = strict_context(TLS1_3_VERSION);
	struct exchange exchange;
	struct server server;

	server_start_tcp(&server, context, tells_the_client_once);
	exchange_open(&exchange, &client, server.endpoint);
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, 0, "");
	assert_string_equal(exchange.body, "/CN=client");
	/* In the middle of the rotation the key does not match the new certificate. */
	write_certificate(world.scratch, &world.successor);
	assert_int_equal(rename(world.scratch, world.certificate), 0);
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, -EKEYREJECTED, "is not that of the client's certificate");
	assert_true(exchange.retriable);
	write_key(world.scratch, &world.successor);
	assert_int_equal(rename(world.scratch, world.key), 0);
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, 0, "");
	assert_string_equal(exchange.body, "/CN=successor");
	/* The authority is replaced in place: the old one is no longer trusted. */
	write_certificate(world.ca, &world.stranger);
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, -EKEYREJECTED, "certificate");
	assert_int_equal(unlink(world.ca), 0);
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, -ENOENT, world.ca);
	write_certificate(world.ca, &world.authority);
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, 0, "");
	exchange_close(&exchange);
	server_stop(&server);
	SSL_CTX_free(context);
	tls_destroy(tls);
	write_certificate(world.certificate, &world.client);
	write_key(world.key, &world.client);
}

/* Expects a refusal with this result and a message that contains part. */
static void refuse(const struct tls_options *options, int result, const char *part)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct tls *tls = NULL;
	int r = tls_create(options, &tls, &err);

	assert_null(tls);
	if (r != result || !strstr(error_message(&err), part))
		fail_msg("%d (%s) instead of %d (%s)", r, error_message(&err), result, part);
	assert_int_equal(ERR_peek_error(), 0);
}

static void put(const char *text)
{
	assert_int_equal(file_write_atomic(AT_FDCWD, world.scratch, text, strlen(text), 0600, NULL),
			 0);
}

static void files_of_no_use_are_named(void **state)
{
	struct tls_options options = client_options("server.example");
	char *pem;
	size_t size;

	options.ca_file = world.scratch;
	unlink(world.scratch);
	refuse(&options, -ENOENT, world.scratch);
	put("");
	refuse(&options, -EINVAL, world.scratch);
	put("no certificate");
	refuse(&options, -EINVAL, world.scratch);
	put("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	refuse(&options, -EINVAL, world.scratch);
	/* A valid certificate before an invalid one, which could go unnoticed. */
	assert_int_equal(file_read(AT_FDCWD, world.ca, 1 << 20, &pem, &size, NULL), 0);
	pem = realloc(pem, 2 * size + 1);
	memcpy(pem + size, pem, size);
	pem[2 * size] = '\0';
	put(pem);
	tls_destroy(make_tls(&options));
	pem[size + 40] = '!';
	put(pem);
	refuse(&options, -EINVAL, world.scratch);
	free(pem);
	unlink(world.scratch);
	assert_int_equal(mkfifo(world.scratch, 0600), 0);
	refuse(&options, -EINVAL, "not a regular file");
	unlink(world.scratch);
	options.ca_file = "/dev/zero";
	refuse(&options, -EINVAL, "not a regular file");
	options.ca_file = NULL;
	refuse(&options, -EINVAL, "authorities");
}

static void write_encrypted_key(void)
{
	FILE *file = fopen(world.scratch, "w");

	assert_int_equal(PEM_write_PKCS8PrivateKey(file, world.client.key, EVP_aes_256_cbc(),
						   "secret", 6, NULL, NULL),
			 1);
	fclose(file);
}

static void a_client_certificate_needs_its_key(void **state)
{
	struct tls_options options = client_options("server.example");

	options.certificate_file = world.certificate;
	refuse(&options, -EINVAL, "needs its key");
	options.key_file = world.scratch;
	write_key(world.scratch, &world.successor);
	refuse(&options, -EKEYREJECTED, world.scratch);
	put("no key");
	refuse(&options, -EINVAL, world.scratch);
	write_encrypted_key();
	refuse(&options, -EINVAL, "without passphrase");
	unlink(world.scratch);
	options.key_file = world.key;
	options.certificate_file = world.key;
	refuse(&options, -EINVAL, "no certificate");
	options.certificate_file = world.certificate;
	options.server_name = "";
	refuse(&options, -EINVAL, "name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_is_known_by_authority_and_name),
		cmocka_unit_test(a_server_of_another_authority_is_refused),
		cmocka_unit_test(a_server_without_http2_is_named),
		cmocka_unit_test(versions_before_1_2_are_refused),
		cmocka_unit_test(what_is_no_tls_is_named),
		cmocka_unit_test(a_server_that_is_gone_is_no_signal),
		cmocka_unit_test(a_client_is_known_by_its_certificate),
		cmocka_unit_test(replaced_files_are_read_again),
		cmocka_unit_test(files_of_no_use_are_named),
		cmocka_unit_test(a_client_certificate_needs_its_key),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
