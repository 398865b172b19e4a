/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_H
#define NET_TLS_H

/*
 * The client's side of TLS 1.2 and 1.3 on non-blocking sockets, for HTTP/2 only. It is an error
 * if the server does not choose "h2", or if its certificate is not for the given name and from
 * a given authority. OpenSSL's configuration is not read, so that the program behaves the same
 * on every machine.
 */
#include <stddef.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct error;
struct tls;
struct tls_connection;

/* All files are PEM: regular files or symbolic links to them, of at most TLS_FILE_MAX bytes. */
struct tls_options {
	const char *ca_file;	      /* the only authorities that are trusted */
	const char *certificate_file; /* the client's own, with its chain; NULL for none */
	const char *key_file;	      /* the certificate's key, without passphrase */
	const char *server_name;      /* a DNS name or an IP address */
};

#define TLS_FILE_MAX (1 << 20)

/*
 * Reads the files. options and its strings are copied. The caller destroys ret_tls. -EINVAL for
 * a file with the wrong contents, -EKEYREJECTED for a key that does not match the certificate.
 */
int tls_create(const struct tls_options *options, struct tls **ret_tls, struct error *err);

/* Connections of tls stay valid. */
void tls_destroy(struct tls *tls);
DEFINE_CLEANUP(struct tls *, tls_destroy);
#define _cleanup_tls_ _cleanup_(cleanup_tls_destroy)

/*
 * Prepares a connection on a connected socket, which the caller keeps owning. Reads the files
 * again if one of them was replaced or changed. If that fails, as in the middle of a rotation,
 * the call fails and the next one tries again. The caller destroys ret_connection.
 */
int tls_open(struct tls *tls, int fd, struct tls_connection **ret_connection, struct error *err);
void tls_connection_destroy(struct tls_connection *connection);
DEFINE_CLEANUP(struct tls_connection *, tls_connection_destroy);
#define _cleanup_tls_connection_ _cleanup_(cleanup_tls_connection_destroy)

/*
 * Each returns -EAGAIN, without err, if it must wait for the socket: call it again after the
 * events in ret_events (enum loop_events). tls_read() and tls_write() return the number of
 * bytes. tls_read() returns 0 at the end.
 *
 * -EKEYREJECTED if the server's or the client's own certificate is refused, -EPROTO for a
 * server without TLS or HTTP/2, -ECONNRESET.
 */
int tls_handshake(struct tls_connection *connection, unsigned int *ret_events, struct error *err);

/*
 * Read into at least TLS_RECORD_MAX bytes. Otherwise data can stay inside OpenSSL, where poll()
 * does not see it.
 */
#define TLS_RECORD_MAX 16384
ssize_t tls_read(struct tls_connection *connection, void *data, size_t size,
		 unsigned int *ret_events, struct error *err);
ssize_t tls_write(struct tls_connection *connection, const void *data, size_t size,
		  unsigned int *ret_events, struct error *err);

#endif
