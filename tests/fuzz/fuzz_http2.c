// SPDX-License-Identifier: Apache-2.0
//
// A server's bytes on a connection. An input's first byte selects the requests and what the
// handlers do (enum mode). The second byte is the number of bytes that come at a time, divided
// by four. The rest are the server's bytes, as they go over a socket pair.
#include "input.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/grpc.h"
#include "net/http2.h"
#include "container/cri.pb-c.h"
#include "util/cleanup.h"
#include "util/loop.h"

enum mode {
	REQUESTS = 0x03, /* number of requests, minus one */
	GRPC = 0x04,
	WITHOUT_SETTINGS = 0x08, /* without it, settings come before the input */
	NEVER_CONSUMES = 0x10,
	CANCELS = 0x20,	 /* a request, at its headers or a message */
	DESTROYS = 0x40, /* the client, at the end of the first request */
	UPLOADS = 0x80,
};

static struct {
	struct loop *loop;
	struct http2_client *client;
	uint8_t mode;
	int server; /* the other end of the connection, -1 before there is one */
	int open;   /* requests that have not ended */
	struct grpc_call *calls[REQUESTS + 1]; /* NULL once they ended */
} world;

/* Makes the client's socket one end of a pair. */
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
	int ends[2];

	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
	assert(dup2(ends[0], fd) == fd);
	close(ends[0]);
	assert(world.server < 0);
	world.server = ends[1];
	return 0;
}

static void check_end(int result, const struct error *err)
{
	const char *at;

	assert(world.open > 0);
	world.open--;
	assert(result <= 0 && (result < 0) == (err != NULL));
	if (!err)
		return;
	assert(err->code == -result && err->message && *err->message);
	for (at = err->message; *at; at++)
		assert((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void maybe_destroy(void)
{
	struct http2_client *client = world.client;

	if (!(world.mode & DESTROYS))
		return;
	world.client = NULL;
	http2_client_destroy(client);
}

static void on_headers(struct http2_request *request, void *data)
{
	assert(http2_request_status(request) >= 200);
	http2_request_header(request, "content-type");
	if (!(world.mode & CANCELS))
		return;
	world.open--;
	http2_request_cancel(request);
}

static void on_body(struct http2_request *request, const uint8_t *bytes, size_t size, void *data)
{
	if (!(world.mode & NEVER_CONSUMES))
		http2_request_consume(request, size);
}

static void on_done(struct http2_request *request, int result, const struct error *err, void *data)
{
	check_end(result, err);
	http2_request_trailer(request, "x");
	maybe_destroy();
}

static void on_answer(struct grpc_call *call, ProtobufCMessage *message, void *data)
{
	protobuf_c_message_free_unpacked(message, NULL);
	if (world.mode & NEVER_CONSUMES)
		grpc_pause(call);
	if (!(world.mode & CANCELS))
		return;
	world.open--;
	*(struct grpc_call **)data = NULL;
	grpc_cancel(call);
}

static void on_call_done(struct grpc_call *call, int result, const struct error *err, void *data)
{
	check_end(result, err);
	*(struct grpc_call **)data = NULL;
	maybe_destroy();
}

static void start_call(struct grpc_call **call)
{
	static const struct grpc_method methods[] = {
		{ "/a.B/Unary", &cri__version_response__descriptor },
		{ "/a.B/Stream", &cri__version_response__descriptor, true },
	};
	static const struct grpc_handlers handlers = { on_answer, on_call_done };
	Cri__VersionRequest request = CRI__VERSION_REQUEST__INIT;
	struct error err = ERROR_INIT;

	assert(!failed(grpc_start(world.client, &methods[!!(world.mode & UPLOADS)], &request.base,
				  0, &handlers, call, call, &err),
		       &err));
	world.open++;
}

static void start_request(int i)
{
	static const struct http2_handlers handlers[] = {
		{ .headers = on_headers, .body = on_body, .done = on_done },
		{ .headers = on_headers, .done = on_done },
	};
	const struct http2_request_options options = {
		.method = "POST",
		.path = "/",
		.body = "body",
		.body_size = 4,
		.body_follows = world.mode & UPLOADS,
		.body_max = 1000,
		.handlers = &handlers[i % 2],
	};
	struct http2_request *request = NULL;
	struct error err = ERROR_INIT;

	assert(!failed(http2_request_start(world.client, &options, &request, &err), &err));
	world.open++;
}

static void iterate(void)
{
	char discarded[4096];
	struct error err = ERROR_INIT;

	assert(!failed(loop_iterate(world.loop, 0, &err), &err));
	while (world.server >= 0 && read(world.server, discarded, sizeof(discarded)) > 0)
		;
}

static void feed(const uint8_t *bytes, size_t size)
{
	ssize_t sent = send(world.server, bytes, size, MSG_NOSIGNAL);

	assert(sent == (ssize_t)size || errno == EPIPE || errno == ECONNRESET || errno == EAGAIN);
}

static void run(struct input input)
{
	static const uint8_t settings[9] = { 0, 0, 0, 4 };
	size_t step = take_byte(&input) * 4;
	int i;

	for (i = 0; i < 3; i++)
		iterate();
	assert(world.server >= 0);
	if (!(world.mode & WITHOUT_SETTINGS))
		feed(settings, sizeof(settings));
	while (input.left) {
		size_t size = step && step < input.left ? step : input.left;

		feed(input.at, size);
		input.at += size;
		input.left -= size;
		iterate();
	}
	for (i = 0; i < 3; i++)
		iterate();
	close(world.server);
	world.server = -1;
	for (i = 0; i < 6 && world.open; i++)
		iterate();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct http2_options options = { .endpoint = "unix:///server" };
	struct input input = { data, size };
	struct error err = ERROR_INIT;
	int i, count;

	world.mode = take_byte(&input);
	world.server = -1;
	world.open = 0;
	count = (world.mode & REQUESTS) + 1;
	assert(!failed(loop_create(&world.loop, &err), &err));
	assert(!failed(http2_client_create(world.loop, &options, &world.client, &err), &err));
	for (i = 0; i < count; i++) {
		if (world.mode & GRPC)
			start_call(&world.calls[i]);
		else
			start_request(i);
	}
	run(input);
	/* Paused calls keep a complete answer. Everything else ended with the connection. */
	for (i = 0; i < count; i++) {
		if (!world.calls[i])
			continue;
		assert(world.mode & NEVER_CONSUMES);
		world.open--;
		grpc_cancel(steal_pointer(&world.calls[i]));
	}
	assert(world.open == 0);
	http2_client_destroy(world.client);
	loop_destroy(world.loop);
	return 0;
}
