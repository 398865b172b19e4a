/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_GRPC_H
#define NET_GRPC_H

/*
 * gRPC over HTTP/2: calls with one request and one answer, or a stream of answers. Follows
 * doc/PROTOCOL-HTTP2.md of grpc/grpc. Messages are not compressed.
 */
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/http2.h"

struct error;
struct grpc_call;
struct loop;

/* The default size limit of a message: the kubelet's limit for a runtime's answers. */
#define GRPC_MESSAGE_MAX (16 << 20)

struct grpc_method {
	const char *path; /* "/runtime.v1.RuntimeService/Version" */
	const ProtobufCMessageDescriptor *answer;
	bool streams;	    /* any number of answers instead of exactly one */
	size_t message_max; /* bytes of an answer [GRPC_MESSAGE_MAX] */
};

/* Called from the loop, never from grpc_start(). Each may cancel the call and start others. */
struct grpc_handlers {
	/*
	 * Receives an answer. The handler owns it and frees it with
	 * protobuf_c_message_free_unpacked().
	 */
	void (*answer)(struct grpc_call *call, ProtobufCMessage *message, void *data);
	/*
	 * The end of the call, once. result is 0 if the server reports success, or negative
	 * with err set. The call is freed after the handler returns. A failed call ends at
	 * once, even while it is paused.
	 *
	 * The results are those of http2_handlers and the meaning of the server's status, with
	 * the server's own words, escaped: -ENOSYS for a method that the server does not have,
	 * -ENOENT for an object, -EINVAL, -EACCES, -EEXIST, -ENOSPC, -ECANCELED, -ECONNREFUSED
	 * ("unavailable"), -EIO for the rest; and -EPROTO for an answer that is not gRPC.
	 */
	void (*done)(struct grpc_call *call, int result, const struct error *err, void *data);
};

/*
 * Calls a method. request is packed at once. method and handlers must outlive the call.
 * timeout_ms limits the call and is also sent to the server; 0 means no limit. ret_call is
 * valid until done has been called or the call is cancelled. Errors are those of
 * http2_request_start(), and -EMSGSIZE.
 */
int grpc_start(struct http2_client *client, const struct grpc_method *method,
	       const ProtobufCMessage *request, int64_t timeout_ms,
	       const struct grpc_handlers *handlers, void *data, struct grpc_call **ret_call,
	       struct error *err);

/* Ends the call. No handler is called after that. Any handler may cancel. NULL is allowed. */
void grpc_cancel(struct grpc_call *call);

/* True, in done, if the server certainly has not acted on the call, so that it can be repeated. */
bool grpc_is_retriable(const struct grpc_call *call);

/*
 * Pauses the answers of a stream, or resumes them. Answers that were already received wait. The
 * server sends no more than the client's window allows. Answers always come from the loop, not
 * from grpc_resume() itself.
 */
void grpc_pause(struct grpc_call *call);
void grpc_resume(struct grpc_call *call);

/*
 * Makes a call with one answer and runs the loop until the call is over. Must not be called
 * from inside that loop. The caller frees ret_answer with protobuf_c_message_free_unpacked().
 */
int grpc_wait(struct loop *loop, struct http2_client *client, const struct grpc_method *method,
	      const ProtobufCMessage *request, int64_t timeout_ms, ProtobufCMessage **ret_answer,
	      struct error *err);

#endif
