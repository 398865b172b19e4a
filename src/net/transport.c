// SPDX-License-Identifier: Apache-2.0
#include "net/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "net/tls_operations.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/str.h"

struct transport {
	int fd;
	bool connected; /* the socket is connected */
	bool open;	/* and the TLS handshake, if any, is done */
	const struct tls_operations *tls;
	struct tls_connection *session; /* NULL without TLS */
	unsigned int read_events;	/* events that the last read or handshake waits for */
	unsigned int write_events;	/* events that the last write waits for */
};

static int parse_unix(const char *path, struct transport_address *ret_address, struct error *err)
{
	struct sockaddr_un *address = (struct sockaddr_un *)&ret_address->socket;

	if (path[0] != '/')
		return error_set(err, EINVAL, "'%s' is not the absolute path of a socket", path);
	if (strlen(path) >= sizeof(address->sun_path))
		return error_set(err, ENAMETOOLONG, "the path of the socket is too long: %s", path);
	*ret_address = (struct transport_address){ .size = sizeof(*address) };
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	return 0;
}

static bool fill_ip(const char *host, bool brackets, long port, struct transport_address *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address->socket;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address->socket;

	if (brackets) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		address->size = sizeof(*v6);
		return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons(port);
	address->size = sizeof(*v4);
	return inet_pton(AF_INET, host, &v4->sin_addr) == 1;
}

static int parse_ip(const char *endpoint, long min_port, struct transport_address *ret_address,
		    struct error *err)
{
	const char *colon = strrchr(endpoint, ':');
	size_t length = colon ? (size_t)(colon - endpoint) : 0;
	bool brackets = length > 2 && endpoint[0] == '[' && endpoint[length - 1] == ']';
	struct transport_address address = {};
	const char *start = endpoint + brackets;
	char host[INET6_ADDRSTRLEN];
	long port;

	if (brackets)
		length -= 2;
	if (!length || length >= sizeof(host) ||
	    str_parse_long(colon + 1, min_port, 65535, &port, NULL) < 0)
		return error_set(err, EINVAL, "'%s' is not ADDRESS:PORT", endpoint);
	memcpy(host, start, length);
	host[length] = '\0';
	if (!fill_ip(host, brackets, port, &address))
		return error_set(err, EINVAL, "'%s' is not an IP address", host);
	*ret_address = address;
	return 0;
}

int transport_parse(const char *endpoint, struct transport_address *ret_address, struct error *err)
{
	static const char scheme[] = "unix://";

	if (str_has_prefix(endpoint, scheme))
		return parse_unix(endpoint + strlen(scheme), ret_address, err);
	return parse_ip(endpoint, 1, ret_address, err);
}

int transport_parse_listener(const char *address, struct transport_address *ret_address,
			     struct error *err)
{
	_cleanup_free_ char *every = NULL;

	if (address[0] != ':')
		return parse_ip(address, 0, ret_address, err);
	if (asprintf(&every, "[::]%s", address) < 0) {
		every = NULL;
		return error_nomem(err);
	}
	return parse_ip(every, 0, ret_address, err);
}

static int begin_connect(struct transport *transport, const struct transport_address *address,
			 struct error *err)
{
	int family = address->socket.ss_family, yes = 1;

	transport->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (transport->fd < 0)
		return error_set_errno(err, errno, "make a socket");
	/* Frames are small and complete: waiting to join them would only cost time. */
	if (family != AF_UNIX)
		setsockopt(transport->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (connect(transport->fd, (const struct sockaddr *)&address->socket, address->size) == 0) {
		transport->connected = true;
		return 0;
	}
	if (errno == EINPROGRESS)
		return 0;
	if (errno == EAGAIN)
		return error_set(err, EBUSY, "the server accepts no connections");
	return error_set_errno(err, errno, "connect");
}

int transport_open(const struct transport_address *address, struct tls *tls,
		   struct transport **ret_transport, struct error *err)
{
	_cleanup_transport_ struct transport *transport = calloc(1, sizeof(*transport));
	int r;

	if (!transport)
		return error_nomem(err);
	r = begin_connect(transport, address, err);
	if (r == 0 && tls) {
		transport->tls = tls_operations(tls);
		r = transport->tls->open(tls, transport->fd, &transport->session, err);
	}
	if (r < 0)
		return r;
	transport->read_events = LOOP_READ;
	transport->write_events = LOOP_WRITE;
	*ret_transport = steal_pointer(&transport);
	return 0;
}

void transport_destroy(struct transport *transport)
{
	if (!transport)
		return;
	if (transport->session)
		transport->tls->destroy(transport->session);
	if (transport->fd >= 0)
		close(transport->fd);
	free(transport);
}

int transport_fd(const struct transport *transport)
{
	return transport->fd;
}

unsigned int transport_events(const struct transport *transport, unsigned int wanted)
{
	if (!transport->connected)
		return LOOP_WRITE;
	if (!transport->open)
		return transport->session ? transport->read_events : LOOP_WRITE;
	return (wanted & LOOP_READ ? transport->read_events : 0) |
	       (wanted & LOOP_WRITE ? transport->write_events : 0);
}

const char *transport_phase(const struct transport *transport)
{
	if (!transport->connected)
		return "the connection";
	return transport->open ? NULL : "the TLS handshake";
}

/*
 * A connecting socket becomes writable when the attempt has ended. Before that, it has neither
 * an error nor a peer.
 */
static int finish_connect(struct transport *transport, struct error *err)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(int), peer_size = sizeof(peer);
	int code = 0;

	if (getsockopt(transport->fd, SOL_SOCKET, SO_ERROR, &code, &size) < 0)
		code = errno;
	if (code)
		return error_set_errno(err, code, "connect");
	if (getpeername(transport->fd, (struct sockaddr *)&peer, &peer_size) < 0)
		return errno == ENOTCONN ? -EAGAIN : error_set_errno(err, errno, "connect");
	transport->connected = true;
	return 0;
}

int transport_advance(struct transport *transport, struct error *err)
{
	int r = transport->connected ? 0 : finish_connect(transport, err);

	if (r == 0 && transport->session)
		r = transport->tls->handshake(transport->session, &transport->read_events, err);
	if (r < 0)
		return r;
	transport->read_events = LOOP_READ;
	transport->open = true;
	return 0;
}

ssize_t transport_read(struct transport *transport, void *data, size_t size, struct error *err)
{
	ssize_t got;

	transport->read_events = LOOP_READ;
	if (transport->session)
		return transport->tls->read(transport->session, data, size, &transport->read_events,
					    err);
	got = recv(transport->fd, data, size, 0);
	if (got >= 0)
		return got;
	if (errno == EAGAIN || errno == EINTR)
		return -EAGAIN;
	return error_set_errno(err, errno, "read");
}

ssize_t transport_write(struct transport *transport, const void *data, size_t size,
			struct error *err)
{
	ssize_t sent;

	transport->write_events = LOOP_WRITE;
	if (transport->session)
		return transport->tls->write(transport->session, data, size,
					     &transport->write_events, err);
	sent = send(transport->fd, data, size, MSG_NOSIGNAL);
	if (sent >= 0)
		return sent;
	if (errno == EAGAIN || errno == EINTR)
		return -EAGAIN;
	return error_set_errno(err, errno, "write");
}
