/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TRANSPORT_H
#define NET_TRANSPORT_H

/* A connection to a server as a stream of bytes, with TLS or without, that never blocks. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct error;
struct tls;
struct transport;

/* Where a server listens. */
struct transport_address {
	struct sockaddr_storage socket;
	socklen_t size;
};

/*
 * "unix:///path", "ADDRESS:PORT" or "[ADDRESS]:PORT". Host names are refused: to look them up takes
 * as long as it takes. -EINVAL, -ENAMETOOLONG for a path of more than 107 bytes.
 */
int transport_parse(const char *endpoint, struct transport_address *ret_address, struct error *err);

/*
 * Begins to connect. tls may be NULL; it is used during the call only. The caller destroys
 * ret_transport. A full queue of a Unix socket is -EBUSY: one cannot wait for it.
 */
int transport_open(const struct transport_address *address, struct tls *tls,
		   struct transport **ret_transport, struct error *err);
void transport_destroy(struct transport *transport);
DEFINE_CLEANUP(struct transport *, transport_destroy);
#define _cleanup_transport_ _cleanup_(cleanup_transport_destroy)

int transport_fd(const struct transport *transport);

/* The events (enum loop_events) to wait for, for what is under way and what the caller wants. */
unsigned int transport_events(const struct transport *transport, unsigned int wanted);

/*
 * What it waits for, to be told when that takes too long: "the connection", or NULL when it is
 * open.
 */
const char *transport_phase(const struct transport *transport);

/* Goes on connecting. 0 when it is open, -EAGAIN without err while it is not. */
int transport_advance(struct transport *transport, struct error *err);

/*
 * Once it is open. The number of bytes, 0 at the end of what is read, or -EAGAIN without err. A
 * buffer to read into has at least TLS_RECORD_MAX bytes.
 */
ssize_t transport_read(struct transport *transport, void *data, size_t size, struct error *err);
ssize_t transport_write(struct transport *transport, const void *data, size_t size,
			struct error *err);

#endif
