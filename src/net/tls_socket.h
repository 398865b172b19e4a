/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_SOCKET_H
#define NET_TLS_SOCKET_H

#include <openssl/bio.h>

/*
 * A socket as OpenSSL reads and writes it. OpenSSL's own BIO of sockets uses write(), which ends
 * the process with SIGPIPE when the peer is gone. The socket stays the caller's. NULL without
 * memory.
 */
BIO *tls_socket_create(int fd);

#endif
