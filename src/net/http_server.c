// SPDX-License-Identifier: Apache-2.0
//
// libevent's HTTP server, whose event base never waits: after each of its rounds, this file gives the
// descriptors that the base waits for to the loop, and the loop begins the next round when one of
// them is ready. libevent tells nobody about a connection before its request is complete, so the
// descriptors are also how connections are counted and their time is limited.
#include "net/http_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "net/transport.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/text_stream.h"

/* What libevent reads from a client that sends without reading the answer. */
#define INPUT_MAX (2 * HTTP_SERVER_HEADERS_MAX)

/* After accept(2) has failed for want of descriptors or memory. */
#define PAUSE_MS 1000

struct connection {
	int fd;		 /* -1 for a free place */
	uint64_t cookie; /* identifies the socket, because descriptors are used again */
	int64_t since;	 /* ms */
	unsigned int events;
	bool seen; /* in this round */
	struct loop_fd *watch;
};

struct http_server {
	struct loop *loop;
	http_server_handler *handler;
	void *data;
	int64_t timeout_ms;
	uint16_t port;
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener; /* owned by http; enabled only to accept one connection */
	int fd;				 /* of the listener, which owns it */
	struct loop_fd *watch;
	struct loop_timer *deadline; /* of the oldest connection */
	struct loop_timer *pause;
	bool paused;
	bool accepted; /* in this round */
	struct connection connections[HTTP_SERVER_CONNECTIONS_MAX];
};

static int64_t now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size);
	return cookie;
}

static struct connection *find_connection(struct http_server *server, int fd)
{
	size_t i;

	for (i = 0; i < HTTP_SERVER_CONNECTIONS_MAX; i++)
		if (server->connections[i].fd == fd)
			return &server->connections[i];
	return NULL;
}

static void run_round(struct http_server *server);

static void on_connection(int fd, unsigned int events, void *data)
{
	run_round(data);
}

static void add_connection(struct http_server *server, int fd, unsigned int events)
{
	struct connection *connection = find_connection(server, -1);

	if (!connection || loop_add_fd(server->loop, fd, events, on_connection, server,
				       &connection->watch, NULL) < 0) {
		/* Nothing would ever read it. The next round frees it. */
		shutdown(fd, SHUT_RDWR);
		return;
	}
	connection->fd = fd;
	connection->cookie = cookie_of(fd);
	connection->since = now_ms();
	connection->events = events;
	connection->seen = true;
}

/* Called with each event that the base waits for; there may be two of one descriptor. */
static int take_event(const struct event_base *base, const struct event *event, void *data)
{
	struct http_server *server = data;
	int fd = event_get_fd(event);
	short what = event_get_events(event);
	unsigned int events = (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0);
	struct connection *connection;

	if (fd < 0 || fd == server->fd || what & EV_SIGNAL || !events)
		return 0;
	connection = find_connection(server, fd);
	if (!connection) {
		add_connection(server, fd, events);
		return 0;
	}
	if (!connection->seen) {
		connection->seen = true;
		connection->events = 0;
		if (connection->cookie != cookie_of(fd)) {
			connection->cookie = cookie_of(fd);
			connection->since = now_ms();
		}
	}
	connection->events |= events;
	return 0;
}

/* Adapts the loop to what the base waits for. Returns the oldest connection, or NULL. */
static struct connection *update_connections(struct http_server *server, size_t *ret_count)
{
	struct connection *connection, *oldest = NULL;
	size_t i;

	*ret_count = 0;
	for (i = 0; i < HTTP_SERVER_CONNECTIONS_MAX; i++)
		server->connections[i].seen = false;
	event_base_foreach_event(server->base, take_event, server);
	for (i = 0; i < HTTP_SERVER_CONNECTIONS_MAX; i++) {
		connection = &server->connections[i];
		if (connection->fd < 0)
			continue;
		if (!connection->seen) {
			loop_remove_fd(connection->watch);
			connection->fd = -1;
			continue;
		}
		loop_set_events(connection->watch, connection->events);
		++*ret_count;
		if (!oldest || connection->since < oldest->since)
			oldest = connection;
	}
	return oldest;
}

static void update(struct http_server *server)
{
	size_t count;
	struct connection *oldest = update_connections(server, &count);
	bool full = count == HTTP_SERVER_CONNECTIONS_MAX;

	loop_set_events(server->watch, full || server->paused ? 0 : LOOP_READ);
	if (full)
		shutdown(oldest->fd, SHUT_RDWR);
	if (oldest)
		loop_start_timer(server->deadline, oldest->since + server->timeout_ms - now_ms());
	else
		loop_stop_timer(server->deadline);
}

/*
 * Lets libevent handle what is ready. It writes with writev(2), which raises SIGPIPE if a client is
 * gone; the program's handling of this signal is not this file's to change.
 */
static void run_round(struct http_server *server)
{
	const struct timespec at_once = {};
	sigset_t pipe, before, pending;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	event_base_loop(server->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	if (!sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &at_once) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	update(server);
}

static void on_listener(int fd, unsigned int events, void *data)
{
	struct http_server *server = data;

	server->accepted = false;
	evconnlistener_enable(server->listener);
	run_round(server);
	evconnlistener_disable(server->listener);
	if (!server->accepted && loop_is_ready(fd, LOOP_READ)) {
		server->paused = true;
		loop_start_timer(server->pause, PAUSE_MS);
		update(server);
	}
}

/* Makes the buffers of a new connection. The listener would accept all that wait. */
static struct bufferevent *make_buffers(struct event_base *base, void *data)
{
	struct http_server *server = data;
	struct bufferevent *buffers = bufferevent_socket_new(base, -1, 0);

	server->accepted = true;
	evconnlistener_disable(server->listener);
	if (buffers)
		bufferevent_setwatermark(buffers, EV_READ, 0, INPUT_MAX);
	return buffers;
}

static void on_pause_end(void *data)
{
	struct http_server *server = data;

	server->paused = false;
	update(server);
}

/* Ends the connections whose time is over. Each becomes ready, and the next round frees it. */
static void on_deadline(void *data)
{
	struct http_server *server = data;
	int64_t now = now_ms();
	size_t i;

	for (i = 0; i < HTTP_SERVER_CONNECTIONS_MAX; i++)
		if (server->connections[i].fd >= 0 &&
		    server->connections[i].since + server->timeout_ms <= now)
			shutdown(server->connections[i].fd, SHUT_RDWR);
}

/*
 * libevent sends a body even as the answer to HEAD, unless it gets none. One request each: a client
 * that comes back finds its place anyway.
 */
static int send_answer(struct evhttp_request *request, const struct http_answer *answer,
		       const char *text)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *body = evbuffer_new();
	size_t size = strlen(text);
	char length[24];

	snprintf(length, sizeof(length), "%zu", size);
	if (!body || evhttp_add_header(headers, "Content-Type", answer->content_type) < 0 ||
	    evhttp_add_header(headers, "Content-Length", length) < 0 ||
	    evhttp_add_header(headers, "Connection", "close") < 0 ||
	    (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD &&
	     evbuffer_add(body, text, size) < 0)) {
		if (body)
			evbuffer_free(body);
		return -ENOMEM;
	}
	evhttp_send_reply(request, answer->status, NULL, body);
	evbuffer_free(body);
	return 0;
}

static void on_request(struct evhttp_request *request, void *data)
{
	struct http_server *server = data;
	struct http_answer answer = { .status = HTTP_OK,
				      .content_type = "text/plain; charset=utf-8" };
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *text = NULL;
	FILE *out = text_stream_open(&stream);

	if (out)
		server->handler(path ? path : "", out, &answer, server->data);
	text = text_stream_close(&stream);
	if (!text || send_answer(request, &answer, text) < 0)
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
}

/* libevent would print its warnings to standard error. They are about clients. */
static void drop_message(int severity, const char *message)
{
}

static int bind_socket(const struct transport_address *address, int fd)
{
	int yes = 1, no = 0;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (address->socket.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (bind(fd, (const struct sockaddr *)&address->socket, address->size) < 0 ||
	    listen(fd, SOMAXCONN) < 0)
		return -errno;
	return 0;
}

/* A machine without IPv6 has only 0.0.0.0. */
static bool use_ipv4(const char *text, struct transport_address *address)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->socket;
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = v6->sin6_port };

	if (text[0] != ':')
		return false;
	memcpy(&address->socket, &v4, sizeof(v4));
	address->size = sizeof(v4);
	return true;
}

static int open_socket(const char *text, int *ret_fd, struct error *err)
{
	const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	struct transport_address address;
	_cleanup_close_ int fd = -1;
	int r = transport_parse_listener(text, &address, err);

	if (r < 0)
		return r;
	fd = socket(address.socket.ss_family, type, 0);
	if (fd < 0 && errno == EAFNOSUPPORT && use_ipv4(text, &address))
		fd = socket(AF_INET, type, 0);
	if (fd < 0)
		return error_set_errno(err, errno, "make a socket");
	r = bind_socket(&address, fd);
	if (r < 0)
		return error_set_errno(err, -r, "use the address");
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int read_port(struct http_server *server, struct error *err)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (getsockname(server->fd, (struct sockaddr *)&address, &size) < 0)
		return error_set_errno(err, errno, "read the port");
	/* At the same place for IPv4 and IPv6. */
	server->port = ntohs(((const struct sockaddr_in *)&address)->sin_port);
	return 0;
}

static struct event_base *make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config && event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0 &&
	    event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV) == 0)
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return base;
}

static int open_http(struct http_server *server, struct error *err)
{
	const unsigned int flags = LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_DISABLED;

	event_set_log_callback(drop_message);
	server->base = make_base();
	server->http = server->base ? evhttp_new(server->base) : NULL;
	if (!server->http)
		return error_nomem(err);
	evhttp_set_allowed_methods(server->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(server->http, HTTP_SERVER_HEADERS_MAX);
	evhttp_set_max_body_size(server->http, 0);
	evhttp_set_bevcb(server->http, make_buffers, server);
	evhttp_set_gencb(server->http, on_request, server);
	server->listener = evconnlistener_new(server->base, NULL, NULL, flags, 0, server->fd);
	if (!server->listener)
		return error_nomem(err);
	if (evhttp_bind_listener(server->http, server->listener))
		return 0;
	evconnlistener_free(steal_pointer(&server->listener));
	server->fd = -1;
	return error_nomem(err);
}

static int open_server(struct http_server *server, const char *address, struct error *err)
{
	int r = open_socket(address, &server->fd, err);

	if (r == 0)
		r = read_port(server, err);
	if (r == 0)
		r = open_http(server, err);
	if (r == 0)
		r = loop_add_timer(server->loop, on_deadline, server, &server->deadline, err);
	if (r == 0)
		r = loop_add_timer(server->loop, on_pause_end, server, &server->pause, err);
	if (r == 0)
		r = loop_add_fd(server->loop, server->fd, LOOP_READ, on_listener, server,
				&server->watch, err);
	return r < 0 ? error_prefix(err, "listen on '%s'", address) : 0;
}

int http_server_create(struct loop *loop, const struct http_server_options *options,
		       struct http_server **ret_server, struct error *err)
{
	_cleanup_(cleanup_http_server_destroy) struct http_server *server =
		calloc(1, sizeof(*server));
	size_t i;
	int r;

	if (!server)
		return error_nomem(err);
	server->loop = loop;
	server->handler = options->handler;
	server->data = options->data;
	server->timeout_ms = options->timeout_ms ? options->timeout_ms : HTTP_SERVER_TIMEOUT_MS;
	server->fd = -1;
	for (i = 0; i < HTTP_SERVER_CONNECTIONS_MAX; i++)
		server->connections[i].fd = -1;
	r = open_server(server, options->address, err);
	if (r < 0)
		return r;
	*ret_server = steal_pointer(&server);
	return 0;
}

void http_server_destroy(struct http_server *server)
{
	size_t i;

	if (!server)
		return;
	for (i = 0; i < HTTP_SERVER_CONNECTIONS_MAX; i++)
		if (server->connections[i].fd >= 0)
			loop_remove_fd(server->connections[i].watch);
	if (server->watch)
		loop_remove_fd(server->watch);
	loop_remove_timer(server->deadline);
	loop_remove_timer(server->pause);
	if (!server->listener && server->fd >= 0)
		close(server->fd);
	if (server->http)
		evhttp_free(server->http);
	if (server->base)
		event_base_free(server->base);
	free(server);
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}
