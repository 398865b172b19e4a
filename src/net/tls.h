/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_H
#define NET_TLS_H

/*
 * The client's side of TLS 1.2 and 1.3 on non-blocking sockets, for HTTP/2 only: a server that does
 * not choose "h2" is an error, and so is one whose certificate is not of the authorities and of the
 * name that were asked for. No configuration of OpenSSL is read, so that one program behaves the
 * same wherever it is copied to.
 */
#include <stddef.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct error;
struct tls;
struct tls_connection;

/* All files are PEM, regular files or symbolic links to such, of at most TLS_FILE_MAX bytes. */
struct tls_options {
	const char *ca_file;	      /* the authorities that are trusted, and no others */
	const char *certificate_file; /* the client's own and its chain; NULL for none */
	const char *key_file;	      /* of the certificate, without passphrase */
	const char *server_name;      /* a DNS name or an IP address */
};

#define TLS_FILE_MAX (1 << 20)

/*
 * Reads the files. options and its strings are copied; the caller destroys ret_tls. -EINVAL for a
 * file that has not what it should have, -EKEYREJECTED for a key of another certificate.
 */
int tls_create(const struct tls_options *options, struct tls **ret_tls, struct error *err);

/* Its connections live on. */
void tls_destroy(struct tls *tls);
DEFINE_CLEANUP(struct tls *, tls_destroy);
#define _cleanup_tls_ _cleanup_(cleanup_tls_destroy)

/*
 * Prepares a connection on a connected socket, which stays the caller's. Reads the files again when
 * one of them was replaced or changed; where that fails, as in the middle of a rotation, so does
 * this, and the next connection tries again. The caller destroys ret_connection.
 */
int tls_open(struct tls *tls, int fd, struct tls_connection **ret_connection, struct error *err);
void tls_connection_destroy(struct tls_connection *connection);
DEFINE_CLEANUP(struct tls_connection *, tls_connection_destroy);
#define _cleanup_tls_connection_ _cleanup_(cleanup_tls_connection_destroy)

/*
 * Each returns -EAGAIN, without err, when it has to wait for the socket, for the events that
 * ret_events is set to (enum loop_events); it is called again then. Reading and writing return the
 * number of bytes; reading returns 0 at the end.
 *
 * -EKEYREJECTED when a certificate is refused, the server's or one's own, -EPROTO for a server that
 * speaks no TLS or no HTTP/2, -ECONNRESET.
 */
int tls_handshake(struct tls_connection *connection, unsigned int *ret_events, struct error *err);

/*
 * Data of a size of at least TLS_RECORD_MAX leaves nothing behind in OpenSSL, where no poll() sees
 * it.
 */
#define TLS_RECORD_MAX 16384
ssize_t tls_read(struct tls_connection *connection, void *data, size_t size,
		 unsigned int *ret_events, struct error *err);
ssize_t tls_write(struct tls_connection *connection, const void *data, size_t size,
		  unsigned int *ret_events, struct error *err);

#endif
