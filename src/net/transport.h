/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TRANSPORT_H
#define NET_TRANSPORT_H

/* A non-blocking stream of bytes to and from a server, with or without TLS. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct error;
struct tls;
struct transport;

/* The address on which a server listens. */
struct transport_address {
	struct sockaddr_storage socket;
	socklen_t size;
};

/*
 * Parses "unix:///path", "ADDRESS:PORT" or "[ADDRESS]:PORT". Host names are refused, because
 * looking them up can take any time. -EINVAL; -ENAMETOOLONG for a path of more than 107 bytes.
 */
int transport_parse(const char *endpoint, struct transport_address *ret_address, struct error *err);

/*
 * Parses an address to listen on: "ADDRESS:PORT", "[ADDRESS]:PORT", or ":PORT" for "[::]:PORT",
 * which is every address of the machine. The port may be 0: any that is free. -EINVAL.
 */
int transport_parse_listener(const char *address, struct transport_address *ret_address,
			     struct error *err);

/*
 * Begins to connect. tls may be NULL and is used during the call only. The caller destroys
 * ret_transport. -EBUSY if the queue of a Unix socket is full: one cannot wait for it.
 */
int transport_open(const struct transport_address *address, struct tls *tls,
		   struct transport **ret_transport, struct error *err);
void transport_destroy(struct transport *transport);
DEFINE_CLEANUP(struct transport *, transport_destroy);
#define _cleanup_transport_ _cleanup_(cleanup_transport_destroy)

int transport_fd(const struct transport *transport);

/*
 * Returns the events (enum loop_events) to wait for, given the current phase and what the
 * caller wants.
 */
unsigned int transport_events(const struct transport *transport, unsigned int wanted);

/*
 * Returns what the transport waits for, such as "the connection", for messages about timeouts.
 * NULL once it is open.
 */
const char *transport_phase(const struct transport *transport);

/* Continues to connect. 0 once the transport is open; -EAGAIN, without err, before that. */
int transport_advance(struct transport *transport, struct error *err);

/*
 * For an open transport only. Return the number of bytes, or -EAGAIN without err. Reading
 * returns 0 at the end. The buffer to read into must have at least TLS_RECORD_MAX bytes.
 */
ssize_t transport_read(struct transport *transport, void *data, size_t size, struct error *err);
ssize_t transport_write(struct transport *transport, const void *data, size_t size,
			struct error *err);

#endif
