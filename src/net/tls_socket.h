/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_SOCKET_H
#define NET_TLS_SOCKET_H

#include <openssl/bio.h>

/*
 * Wraps a socket for OpenSSL. OpenSSL's own socket BIO uses write(), which ends the process with
 * SIGPIPE if the peer is gone. The caller keeps owning the socket. NULL if there is no memory.
 */
BIO *tls_socket_create(int fd);

#endif
