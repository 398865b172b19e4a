/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_OPERATIONS_H
#define NET_TLS_OPERATIONS_H

/*
 * What a transport does with TLS. It does it through pointers, so that a program that never calls
 * tls_create() is linked without OpenSSL, which would cost each of its runs milliseconds and a
 * static one several MiB.
 */
#include <sys/types.h>

struct error;
struct tls;
struct tls_connection;

/* As the functions of tls.h with these names. */
struct tls_operations {
	int (*open)(struct tls *tls, int fd, struct tls_connection **ret_connection,
		    struct error *err);
	void (*destroy)(struct tls_connection *connection);
	int (*handshake)(struct tls_connection *connection, unsigned int *ret_events,
			 struct error *err);
	ssize_t (*read)(struct tls_connection *connection, void *data, size_t size,
			unsigned int *ret_events, struct error *err);
	ssize_t (*write)(struct tls_connection *connection, const void *data, size_t size,
			 unsigned int *ret_events, struct error *err);
};

/* The first member of struct tls. */
struct tls_base {
	const struct tls_operations *operations;
};

/* Static. */
static inline const struct tls_operations *tls_operations(const struct tls *tls)
{
	return ((const struct tls_base *)tls)->operations;
}

#endif
