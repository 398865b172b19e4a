/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_GRPC_H
#define NET_GRPC_H

/*
 * gRPC over HTTP/2: calls with one request, and one answer or a stream of them. As specified in
 * doc/PROTOCOL-HTTP2.md of grpc/grpc. Messages are not compressed.
 */
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/http2.h"

struct error;
struct grpc_call;
struct loop;

/* The default limit of one message: that of the kubelet for what a runtime answers. */
#define GRPC_MESSAGE_MAX (16 << 20)

struct grpc_method {
	const char *path; /* "/runtime.v1.RuntimeService/Version" */
	const ProtobufCMessageDescriptor *answer;
	bool streams;	    /* any number of answers instead of exactly one */
	size_t message_max; /* bytes of an answer [GRPC_MESSAGE_MAX] */
};

/* Called by the loop, never inside grpc_start(). Each may cancel the call and start others. */
struct grpc_handlers {
	/* An answer, which the handler owns: protobuf_c_message_free_unpacked() frees it. */
	void (*answer)(struct grpc_call *call, ProtobufCMessage *message, void *data);
	/*
	 * The end, once: result is 0 when the server said so, or negative with err set; what failed
	 * ends at once, also while it is paused. The call is freed after it. Beyond the results of
	 * http2_handlers: what the server's status means, with its own words, escaped: -ENOSYS for
	 * a method that it does not have, -ENOENT for an object, -EINVAL, -EACCES, -EEXIST,
	 * -ENOSPC, -ECANCELED, -ECONNREFUSED ("unavailable"), -EIO for the rest; and -EPROTO for an
	 * answer that is not gRPC.
	 */
	void (*done)(struct grpc_call *call, int result, const struct error *err, void *data);
};

/*
 * Calls a method. request is packed at once; method and handlers outlive the call. The server
 * is told timeout_ms, too (0 for no limit). ret_call is valid until done was called or it is
 * cancelled. Errors are those of http2_request_start(), and -EMSGSIZE.
 */
int grpc_start(struct http2_client *client, const struct grpc_method *method,
	       const ProtobufCMessage *request, int64_t timeout_ms,
	       const struct grpc_handlers *handlers, void *data, struct grpc_call **ret_call,
	       struct error *err);

/* Ends the call without another call of its handlers, of which any may do that. NULL is allowed. */
void grpc_cancel(struct grpc_call *call);

/* True in done if the server certainly has not acted on the call: it may be made again. */
bool grpc_is_retriable(const struct grpc_call *call);

/*
 * Pauses the answers of a stream, or lets them go on. What was already received waits, and the
 * server sends no more than the client's window. Answers come from the loop, not inside
 * grpc_resume().
 */
void grpc_pause(struct grpc_call *call);
void grpc_resume(struct grpc_call *call);

/*
 * Makes a call of one answer and runs the loop until it is over; only for who is not called by that
 * loop. The caller frees ret_answer with protobuf_c_message_free_unpacked().
 */
int grpc_wait(struct loop *loop, struct http2_client *client, const struct grpc_method *method,
	      const ProtobufCMessage *request, int64_t timeout_ms, ProtobufCMessage **ret_answer,
	      struct error *err);

#endif
