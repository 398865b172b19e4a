// SPDX-License-Identifier: Apache-2.0
#include "net/grpc.h"

#include <errno.h>
#include <string.h>

#include "net/grpc_message.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/str.h"

struct grpc_call {
	const struct grpc_method *method;
	const struct grpc_handlers *handlers;
	void *data;
	char *what;		       /* what the call does, for error messages */
	struct http2_request *request; /* NULL once the request is over */
	struct loop_timer *later;      /* continues after a pause */
	uint8_t *received;	       /* part of the body that is not handled yet */
	size_t received_size;
	size_t unconsumed; /* received bytes not yet given back to the server's window */
	size_t answers;
	bool paused;
	bool retriable;
	struct error failure;
	unsigned int turns; /* running turns; the call cannot be freed during one */
	bool released;	    /* free the call after the last turn */
};

static void call_free(struct grpc_call *call)
{
	loop_remove_timer(call->later);
	free(call->what);
	free(call->received);
	error_finish(&call->failure);
	free(call);
}

DEFINE_CLEANUP(struct grpc_call *, call_free);

static void end_turn(struct grpc_call *call)
{
	if (--call->turns == 0 && call->released)
		call_free(call);
}

void grpc_cancel(struct grpc_call *call)
{
	if (!call || call->released)
		return;
	call->turns++;
	call->released = true;
	http2_request_cancel(call->request);
	call->request = NULL;
	end_turn(call);
}

bool grpc_is_retriable(const struct grpc_call *call)
{
	return call->retriable;
}

void grpc_pause(struct grpc_call *call)
{
	call->paused = true;
	loop_stop_timer(call->later);
}

void grpc_resume(struct grpc_call *call)
{
	call->paused = false;
	loop_start_timer(call->later, 0);
}

/* Ends the call with the result in failure. */
static void finish(struct grpc_call *call)
{
	int r = -call->failure.code;

	if (r == 0 && call->received_size)
		r = error_set(&call->failure, EPROTO, "the answer ends within a message");
	else if (r == 0 && !call->method->streams && call->answers != 1)
		r = error_set(&call->failure, EPROTO, "the answer has no message");
	if (r < 0)
		error_prefix(&call->failure, "%s", call->what);
	http2_request_cancel(call->request);
	call->request = NULL;
	call->handlers->done(call, r, r < 0 ? &call->failure : NULL, call->data);
	call->released = true;
}

/* Hands over the message at the beginning of data. */
static int hand_over(struct grpc_call *call, const uint8_t *data, size_t size)
{
	const ProtobufCMessageDescriptor *descriptor = call->method->answer;
	ProtobufCMessage *message;

	if (!call->method->streams && call->answers)
		return error_set(&call->failure, EPROTO, "the answer has more than one message");
	message = protobuf_c_message_unpack(descriptor, NULL, size, data);
	if (!message)
		return error_set(&call->failure, EPROTO, "the answer is not a valid %s",
				 descriptor->short_name);
	call->answers++;
	call->handlers->answer(call, message, call->data);
	return 0;
}

/* Hands over the complete messages that were received, and reopens the server's window. */
static int take_messages(struct grpc_call *call)
{
	size_t max = call->method->message_max ? call->method->message_max : GRPC_MESSAGE_MAX;
	size_t at = 0;
	int64_t size = 0;

	while (!call->paused && !call->released) {
		size = grpc_message_size(call->received + at, call->received_size - at, max,
					 &call->failure);
		if (size < 0 || (size_t)size > call->received_size - at - GRPC_FRAME_HEADER)
			break;
		at += GRPC_FRAME_HEADER + size;
		size = hand_over(call, call->received + at - size, size);
		if (size < 0)
			break;
	}
	if (call->released || (size < 0 && size != -EAGAIN))
		return call->released ? 0 : size;
	if (at) {
		call->received_size -= at;
		memmove(call->received, call->received + at, call->received_size);
	}
	if (!call->paused && call->request) {
		http2_request_consume(call->request, call->unconsumed);
		call->unconsumed = 0;
	}
	return 0;
}

/*
 * Handles what was received. Ends the call if it failed, or if the request is over and the call
 * is not paused.
 */
static void take_turn(struct grpc_call *call)
{
	call->turns++;
	if (!call->failure.code && take_messages(call) == 0 && (call->request || call->paused)) {
		end_turn(call);
		return;
	}
	if (!call->released)
		finish(call);
	end_turn(call);
}

static void on_later(void *data)
{
	take_turn(data);
}

/* True for "application/grpc", also with "+proto" or parameters after it. */
static bool is_grpc(const char *type)
{
	static const char expected[] = "application/grpc";

	if (!type || !str_has_prefix(type, expected))
		return false;
	type += strlen(expected);
	if (str_has_prefix(type, "+proto"))
		type += strlen("+proto");
	return *type == '\0' || *type == ';' || *type == ' ';
}

/* An answer without messages has its status in the headers. */
static const char *header_or_trailer(const struct http2_request *request, const char *name)
{
	const char *value = http2_request_trailer(request, name);

	return value ? value : http2_request_header(request, name);
}

/* Checks that the answer comes from a gRPC server. */
static int check_headers(const struct http2_request *request, struct error *err)
{
	int status = http2_request_status(request);
	const char *type = http2_request_header(request, "content-type");
	_cleanup_free_ char *readable = NULL;

	if (status != 200)
		return http2_request_header(request, "grpc-status") ?
			       0 :
			       grpc_message_http_status(status, err);
	if (is_grpc(type))
		return 0;
	readable = type ? str_escape(type) : NULL;
	return error_set(err, EPROTO, "the answer is not gRPC but has %s%.100s",
			 type ? "the type " : "no type", readable ? readable : "");
}

static void on_headers(struct http2_request *request, void *data)
{
	struct grpc_call *call = data;

	if (check_headers(request, &call->failure) < 0)
		take_turn(call);
}

static void on_body(struct http2_request *request, const uint8_t *bytes, size_t size, void *data)
{
	struct grpc_call *call = data;
	uint8_t *grown = realloc(call->received, call->received_size + size);

	if (!grown) {
		error_nomem(&call->failure);
	} else {
		memcpy(grown + call->received_size, bytes, size);
		call->received = grown;
		call->received_size += size;
		call->unconsumed += size;
	}
	take_turn(call);
}

static void on_done(struct http2_request *request, int result, const struct error *err, void *data)
{
	struct grpc_call *call = data;
	const char *status = header_or_trailer(request, "grpc-status");

	call->request = NULL;
	call->retriable = http2_request_is_retriable(request);
	if (result < 0)
		error_set(&call->failure, -result, "%s", error_message(err));
	else if (status)
		grpc_message_status(status, header_or_trailer(request, "grpc-message"),
				    &call->failure);
	else
		error_set(&call->failure, EPROTO, "the answer has no status");
	take_turn(call);
}

static const struct http2_handlers http2_handlers = {
	.headers = on_headers,
	.body = on_body,
	.done = on_done,
};

static int start_request(struct grpc_call *call, struct http2_client *client,
			 const ProtobufCMessage *message, int64_t timeout_ms, struct error *err)
{
	char timeout[GRPC_TIMEOUT_SIZE];
	struct http2_header headers[] = {
		{ "te", "trailers" },
		{ "content-type", "application/grpc" },
		{ "grpc-timeout", timeout },
	};
	struct http2_request_options options = {
		.method = "POST",
		.path = call->method->path,
		.headers = headers,
		.header_count = timeout_ms ? 3 : 2,
		.timeout_ms = timeout_ms,
		.handlers = &http2_handlers,
		.data = call,
	};
	uint8_t *frame;
	int r = grpc_message_frame(message, &frame, &options.body_size, err);

	if (r < 0)
		return r;
	grpc_message_timeout(timeout_ms, timeout);
	options.body = frame;
	r = http2_request_start(client, &options, &call->request, err);
	free(frame);
	return r;
}

int grpc_start(struct http2_client *client, const struct grpc_method *method,
	       const ProtobufCMessage *request, int64_t timeout_ms,
	       const struct grpc_handlers *handlers, void *data, struct grpc_call **ret_call,
	       struct error *err)
{
	_cleanup_(cleanup_call_free) struct grpc_call *call = calloc(1, sizeof(*call));
	int r;

	if (!call)
		return error_nomem(err);
	call->method = method;
	call->handlers = handlers;
	call->data = data;
	if (asprintf(&call->what, "ask %s for %s", http2_client_endpoint(client),
		     method->path + 1) < 0) {
		call->what = NULL;
		return error_nomem(err);
	}
	r = loop_add_timer(http2_client_loop(client), on_later, call, &call->later, err);
	if (r == 0)
		r = start_request(call, client, request, timeout_ms, err);
	if (r < 0)
		return r;
	*ret_call = steal_pointer(&call);
	return 0;
}

/* The state of grpc_wait(). */
struct wait {
	bool over;
	int result;
	ProtobufCMessage *answer;
	struct error *err; /* the caller's; may be NULL */
};

static void on_wait_answer(struct grpc_call *call, ProtobufCMessage *message, void *data)
{
	((struct wait *)data)->answer = message;
}

static void on_wait_done(struct grpc_call *call, int result, const struct error *err, void *data)
{
	struct wait *wait = data;

	wait->over = true;
	wait->result = result;
	if (result < 0)
		error_set(wait->err, -result, "%s", error_message(err));
}

int grpc_wait(struct loop *loop, struct http2_client *client, const struct grpc_method *method,
	      const ProtobufCMessage *request, int64_t timeout_ms, ProtobufCMessage **ret_answer,
	      struct error *err)
{
	static const struct grpc_handlers handlers = { on_wait_answer, on_wait_done };
	struct wait wait = { .err = err };
	struct grpc_call *call = NULL;
	/* If the connection was lost while the loop did not run, notice that before using it. */
	int r = loop_iterate(loop, 0, err);

	if (r == 0)
		r = grpc_start(client, method, request, timeout_ms, &handlers, &wait, &call, err);
	while (r == 0 && !wait.over)
		r = loop_iterate(loop, -1, err);
	if (!wait.over)
		grpc_cancel(call);
	else
		r = wait.result;
	if (r == 0)
		*ret_answer = wait.answer;
	else if (wait.answer)
		protobuf_c_message_free_unpacked(wait.answer, NULL);
	return r;
}
