/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_OPERATIONS_H
#define NET_TLS_OPERATIONS_H

/*
 * The operations of TLS that a transport uses. They are pointers, so that a program that never
 * calls tls_create() is linked without OpenSSL. OpenSSL would cost each run milliseconds, and a
 * static program several MiB.
 */
#include <sys/types.h>

struct error;
struct tls;
struct tls_connection;

/* Each is the function of tls.h with the corresponding name. */
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

/* Returns the operations, which are static. */
static inline const struct tls_operations *tls_operations(const struct tls *tls)
{
	return ((const struct tls_base *)tls)->operations;
}

#endif
