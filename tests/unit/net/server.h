/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NET_SERVER_H
#define TESTS_UNIT_NET_SERVER_H

/*
 * A server for tests that follows its script, even against the protocol. It is a separate
 * process, accepts one connection after another, and writes frames by hand.
 */
#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* One connection, as the script sees it. */
struct peer {
	int fd;
	SSL *ssl;	  /* NULL without TLS */
	int number;	  /* 0 for the first connection */
	const void *data; /* for the script */
};

typedef void server_script(struct peer *peer);

struct server {
	pid_t pid;
	char directory[32];
	char endpoint[128];
	int listener;
};

struct frame {
	uint8_t type;
	uint8_t flags;
	uint32_t stream;
	size_t size;
	uint8_t payload[16384];
};

/* Functions of the server's process. A failure ends the connection or the process. */

static inline bool peer_write(struct peer *peer, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		ssize_t sent = peer->ssl ? SSL_write(peer->ssl, at, size) :
					   send(peer->fd, at, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		size -= sent;
	}
	return true;
}

static inline bool peer_read(struct peer *peer, void *data, size_t size)
{
	char *at = data;

	while (size) {
		ssize_t got = peer->ssl ? SSL_read(peer->ssl, at, size) :
					  recv(peer->fd, at, size, 0);

		if (got <= 0)
			return false;
		at += got;
		size -= got;
	}
	return true;
}

static inline bool peer_frame(struct peer *peer, uint8_t type, uint8_t flags, uint32_t stream,
			      const void *payload, size_t size)
{
	const uint8_t header[9] = { size >> 16,	  size >> 8,	size >> 0,   type,  flags,
				    stream >> 24, stream >> 16, stream >> 8, stream };

	return peer_write(peer, header, sizeof(header)) && peer_write(peer, payload, size);
}

static inline bool peer_read_frame(struct peer *peer, struct frame *frame)
{
	uint8_t header[9];

	if (!peer_read(peer, header, sizeof(header)))
		return false;
	frame->size = header[0] << 16 | header[1] << 8 | header[2];
	frame->type = header[3];
	frame->flags = header[4];
	frame->stream = header[5] << 24 | header[6] << 16 | header[7] << 8 | header[8];
	return frame->size <= sizeof(frame->payload) &&
	       peer_read(peer, frame->payload, frame->size);
}

/* Reads until the client closes the connection. */
static inline void peer_hold(struct peer *peer)
{
	char byte;

	while (peer_read(peer, &byte, 1))
		;
}

/* Begins a connection: reads the client's magic, sends settings, and acknowledges the client's. */
static inline bool peer_greet(struct peer *peer)
{
	char magic[NGHTTP2_CLIENT_MAGIC_LEN];

	return peer_read(peer, magic, sizeof(magic)) &&
	       peer_frame(peer, NGHTTP2_SETTINGS, 0, 0, NULL, 0) &&
	       peer_frame(peer, NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, NULL, 0);
}

/* Waits for the headers of a request. Returns its stream, or 0 if the client is gone. */
static inline uint32_t peer_request(struct peer *peer)
{
	static struct frame frame;

	while (peer_read_frame(peer, &frame))
		if (frame.type == NGHTTP2_HEADERS)
			return frame.stream;
	return 0;
}

/* Writes an uncompressed header (RFC 7541, section 6.2.2). Returns the end. */
static inline uint8_t *put_header(uint8_t *at, const char *name, const char *value)
{
	size_t length = strlen(value), rest = length - 127;

	*at++ = 0;
	*at++ = strlen(name);
	at = mempcpy(at, name, strlen(name));
	if (length < 127) {
		*at++ = length;
	} else {
		*at++ = 127;
		for (; rest >= 128; rest >>= 7)
			*at++ = rest | 128;
		*at++ = rest;
	}
	return mempcpy(at, value, length);
}

/* Sends headers or trailers: pairs of name and value, ended by NULL. */
static inline bool peer_headers(struct peer *peer, uint32_t stream, uint8_t flags, ...)
{
	uint8_t block[8192], *at = block;
	const char *name, *value;
	va_list args;

	va_start(args, flags);
	while ((name = va_arg(args, const char *))) {
		value = va_arg(args, const char *);
		at = put_header(at, name, value);
	}
	va_end(args);
	return peer_frame(peer, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | flags, stream, block,
			  at - block);
}

static inline bool peer_data(struct peer *peer, uint32_t stream, uint8_t flags, const void *data,
			     size_t size)
{
	return peer_frame(peer, NGHTTP2_DATA, flags, stream, data, size);
}

/* Sends status 200 and a body. */
static inline bool peer_answer(struct peer *peer, uint32_t stream, const char *text)
{
	return peer_headers(peer, stream, 0, ":status", "200", NULL) &&
	       peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, text, strlen(text));
}

static inline bool peer_goaway(struct peer *peer, uint32_t last_stream, uint32_t code)
{
	const uint8_t payload[8] = { last_stream >> 24, last_stream >> 16,
				     last_stream >> 8,	last_stream,
				     code >> 24,	code >> 16,
				     code >> 8,		code };

	return peer_frame(peer, NGHTTP2_GOAWAY, 0, 0, payload, sizeof(payload));
}

static inline bool peer_reset(struct peer *peer, uint32_t stream, uint32_t code)
{
	const uint8_t payload[4] = { code >> 24, code >> 16, code >> 8, code };

	return peer_frame(peer, NGHTTP2_RST_STREAM, 0, stream, payload, sizeof(payload));
}

static inline bool peer_credit(struct peer *peer, uint32_t stream, uint32_t size)
{
	const uint8_t payload[4] = { size >> 24, size >> 16, size >> 8, size };

	return peer_frame(peer, NGHTTP2_WINDOW_UPDATE, 0, stream, payload, sizeof(payload));
}

static inline _Noreturn void server_main(int listener, SSL_CTX *context, server_script *script,
					 const void *data)
{
	struct peer peer = { .data = data };
	int yes = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;; peer.number++) {
		peer.fd = accept(listener, NULL, NULL);
		if (peer.fd < 0)
			_exit(1);
		/*
		 * Sends the last frames before the connection ends, instead of delaying them.
		 * Has no effect on a Unix socket.
		 */
		setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		if (context) {
			peer.ssl = SSL_new(context);
			SSL_set_fd(peer.ssl, peer.fd);
			signal(SIGPIPE, SIG_IGN);
			if (SSL_accept(peer.ssl) == 1)
				script(&peer);
			SSL_free(peer.ssl);
		} else {
			script(&peer);
		}
		close(peer.fd);
	}
}

/* Functions of the test's process. */

static inline void server_run(struct server *server, SSL_CTX *context, server_script *script,
			      const void *data)
{
	assert_int_equal(listen(server->listener, 8), 0);
	server->pid = fork();
	assert_true(server->pid >= 0);
	if (server->pid == 0)
		server_main(server->listener, context, script, data);
}

/* Starts a server on a Unix socket, without TLS. */
static inline void server_start(struct server *server, server_script *script)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(server->directory, "/tmp/recorder-unit.XXXXXX");
	assert_non_null(mkdtemp(server->directory));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", server->directory);
	snprintf(server->endpoint, sizeof(server->endpoint), "unix://%s", address.sun_path);
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	server_run(server, NULL, script, NULL);
}

/* Starts a server on TCP, with TLS if context is not NULL. */
static inline void server_start_tcp(struct server *server, SSL_CTX *context, server_script *script)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	server->directory[0] = '\0';
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
	snprintf(server->endpoint, sizeof(server->endpoint), "127.0.0.1:%d",
		 ntohs(address.sin_port));
	server_run(server, context, script, NULL);
}

static inline void server_stop(struct server *server)
{
	char path[64];

	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	close(server->listener);
	if (!server->directory[0])
		return;
	snprintf(path, sizeof(path), "%s/socket", server->directory);
	unlink(path);
	rmdir(server->directory);
}

#endif
