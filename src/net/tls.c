// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "net/tls_files.h"
#include "net/tls_operations.h"
#include "net/tls_socket.h"
#include "util/error.h"
#include "util/loop.h"

/* RFC 9113, section 9.2.2, forbids the other suites of TLS 1.2 for HTTP/2. */
#define TLS12_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

static const unsigned char alpn[] = { 2, 'h', '2' };

struct tls {
	struct tls_base base;
	struct tls_files *files;
	SSL_CTX *context;
	char *server_name;
};

struct tls_connection {
	SSL *ssl;
	char *server_name;
};

DEFINE_CLEANUP(SSL_CTX *, SSL_CTX_free);
#define _cleanup_context_ _cleanup_(cleanup_SSL_CTX_free)

static SSL_CTX *new_context(void)
{
	SSL_CTX *context;

	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	context = SSL_CTX_new(TLS_client_method());
	if (!context)
		return NULL;
	/* HTTP/2 marks the end of messages itself, so a missing close_notify cannot hide a cut. */
	SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
					     SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(context, TLS12_CIPHERS) != 1 ||
	    SSL_CTX_set_alpn_protos(context, alpn, sizeof(alpn)) != 0) {
		SSL_CTX_free(context);
		return NULL;
	}
	return context;
}

/* Loads the files as they are now into a new context. On failure tls keeps the old one. */
static int load(struct tls *tls, struct error *err)
{
	_cleanup_context_ SSL_CTX *context = new_context();
	int r;

	if (!context)
		return error_set(err, ENOMEM, "OpenSSL cannot be initialised");
	r = tls_files_load(tls->files, context, err);
	if (r < 0)
		return r;
	SSL_CTX_free(tls->context);
	tls->context = steal_pointer(&context);
	return 0;
}

static const struct tls_operations operations = {
	.open = tls_open,
	.destroy = tls_connection_destroy,
	.handshake = tls_handshake,
	.read = tls_read,
	.write = tls_write,
};

int tls_create(const struct tls_options *options, struct tls **ret_tls, struct error *err)
{
	_cleanup_tls_ struct tls *tls = calloc(1, sizeof(*tls));
	int r;

	if (!tls)
		return error_nomem(err);
	if (!options->server_name || !*options->server_name)
		return error_set(err, EINVAL, "a TLS server needs a name that is checked");
	tls->base.operations = &operations;
	tls->server_name = strdup(options->server_name);
	if (!tls->server_name)
		return error_nomem(err);
	r = tls_files_create(options, &tls->files, err);
	if (r == 0)
		r = load(tls, err);
	if (r < 0)
		return r;
	*ret_tls = steal_pointer(&tls);
	return 0;
}

void tls_destroy(struct tls *tls)
{
	if (!tls)
		return;
	tls_files_destroy(tls->files);
	SSL_CTX_free(tls->context);
	free(tls->server_name);
	free(tls);
}

/*
 * Sets the name to check. An IP address is compared with the addresses of the certificate. Only
 * a DNS name is sent to the server (RFC 6066).
 */
static int set_server_name(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
		return 0;
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
						       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (X509_VERIFY_PARAM_set1_host(param, name, 0) != 1 ||
	    SSL_set_tlsext_host_name(ssl, name) != 1)
		return -EINVAL;
	return 0;
}

int tls_open(struct tls *tls, int fd, struct tls_connection **ret_connection, struct error *err)
{
	_cleanup_tls_connection_ struct tls_connection *connection = calloc(1, sizeof(*connection));
	BIO *bio;
	int r = tls_files_changed(tls->files) ? load(tls, err) : 0;

	if (r < 0)
		return r;
	if (!connection)
		return error_nomem(err);
	connection->ssl = SSL_new(tls->context);
	connection->server_name = strdup(tls->server_name);
	if (!connection->ssl || !connection->server_name)
		return error_nomem(err);
	if (set_server_name(connection->ssl, tls->server_name) < 0)
		return error_set(err, EINVAL, "'%s' is not the name of a TLS server",
				 tls->server_name);
	bio = tls_socket_create(fd);
	if (!bio)
		return error_nomem(err);
	SSL_set_bio(connection->ssl, bio, bio);
	SSL_set_connect_state(connection->ssl);
	*ret_connection = steal_pointer(&connection);
	return 0;
}

void tls_connection_destroy(struct tls_connection *connection)
{
	if (!connection)
		return;
	SSL_free(connection->ssl);
	free(connection->server_name);
	free(connection);
}

static int refused_certificate(const struct tls_connection *connection, struct error *err)
{
	long result = SSL_get_verify_result(connection->ssl);
	const char *reason = X509_verify_cert_error_string(result);

	switch (result) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return error_set(err, EKEYREJECTED, "the server's certificate is not for %s",
				 connection->server_name);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return error_set(err, EKEYREJECTED,
				 "the server's certificate is not from a trusted authority (%s)",
				 reason);
	default:
		return error_set(err, EKEYREJECTED, "the server's certificate is not valid (%s)",
				 reason);
	}
}

/* True for alerts about the client's certificate, or the lack of one (RFC 8446, section 6.2). */
static bool is_about_own_certificate(int reason)
{
	switch (reason) {
	case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
	case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
	case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
	case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
	case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
		return true;
	default:
		return false;
	}
}

static int no_http2(struct error *err)
{
	return error_set(err, EPROTO, "the server offers no HTTP/2 (ALPN \"h2\")");
}

/* Sets err for a real failure. The last error of OpenSSL's queue is the most general one. */
static int failure(const struct tls_connection *connection, int kind, int os_error,
		   struct error *err)
{
	unsigned long code = ERR_peek_last_error();
	int number = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
	const char *reason = ERR_reason_error_string(code);

	ERR_clear_error();
	if (kind == SSL_ERROR_SYSCALL || code == 0)
		return error_set_errno(err, os_error ? os_error : ECONNRESET, "TLS connection");
	if (number == SSL_R_CERTIFICATE_VERIFY_FAILED)
		return refused_certificate(connection, err);
	if (number == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL)
		return no_http2(err);
	if (is_about_own_certificate(number))
		return error_set(err, EKEYREJECTED,
				 "the server refuses the client's certificate (%s)", reason);
	return error_set(err, EPROTO, "TLS connection: %s", reason ? reason : "unknown error");
}

/* Converts the result of an unsuccessful operation: -EAGAIN, 0 at the end, or an error. */
static int check(const struct tls_connection *connection, int result, unsigned int *ret_events,
		 struct error *err)
{
	int os_error = errno, kind = SSL_get_error(connection->ssl, result);

	switch (kind) {
	case SSL_ERROR_WANT_READ:
		*ret_events = LOOP_READ;
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		*ret_events = LOOP_WRITE;
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		return failure(connection, kind, os_error, err);
	}
}

int tls_handshake(struct tls_connection *connection, unsigned int *ret_events, struct error *err)
{
	const unsigned char *chosen;
	unsigned int length;
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_do_handshake(connection->ssl);
	if (r != 1) {
		r = check(connection, r, ret_events, err);
		return r ? r : error_set(err, ECONNRESET, "the server ended the TLS handshake");
	}
	SSL_get0_alpn_selected(connection->ssl, &chosen, &length);
	if (length != sizeof(alpn) - 1 || memcmp(chosen, alpn + 1, length) != 0)
		return no_http2(err);
	return 0;
}

ssize_t tls_read(struct tls_connection *connection, void *data, size_t size,
		 unsigned int *ret_events, struct error *err)
{
	size_t done;
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_read_ex(connection->ssl, data, size, &done);
	return r == 1 ? (ssize_t)done : check(connection, r, ret_events, err);
}

ssize_t tls_write(struct tls_connection *connection, const void *data, size_t size,
		  unsigned int *ret_events, struct error *err)
{
	size_t done;
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_write_ex(connection->ssl, data, size, &done);
	if (r == 1)
		return done;
	r = check(connection, r, ret_events, err);
	return r ? r : error_set(err, ECONNRESET, "the server ended the TLS connection");
}
