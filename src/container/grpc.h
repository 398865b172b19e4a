/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_GRPC_H
#define CONTAINER_GRPC_H

/*
 * Unary gRPC calls over a Unix socket: an HTTP/2 POST with prior knowledge, whose body is a
 * length-prefixed protobuf message, and whose outcome stands in the trailers.
 */
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct grpc;

/* What a runtime may answer at most: the kubelet's own limit. */
#define GRPC_MESSAGE_MAX (16 << 20)

/* socket is a path. The caller destroys ret_grpc. */
int grpc_create(const char *socket, long timeout_ms, struct grpc **ret_grpc, struct error *err);

void grpc_destroy(struct grpc *grpc);
DEFINE_CLEANUP(struct grpc *, grpc_destroy);
#define _cleanup_grpc_ _cleanup_(cleanup_grpc_destroy)

/*
 * Calls method ("runtime.v1.RuntimeService/Version") and waits for the answer, which is of
 * the type that descriptor names; the caller frees it with protobuf_c_message_free_unpacked().
 * -ECONNREFUSED, -ETIMEDOUT, -EPROTO for an answer that is no such message, -ENOSYS when the
 * server has no such method, -ENOENT when it does not know the object, -EIO for its other
 * failures, with its own words.
 */
int grpc_call(struct grpc *grpc, const char *method, const ProtobufCMessage *request,
	      const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_response,
	      struct error *err);

/* The framing, apart for tests: one byte of flags, four of length, the message. */
int grpc_frame(const ProtobufCMessage *message, uint8_t **ret_data, size_t *ret_size,
	       struct error *err);
int grpc_unframe(const uint8_t *data, size_t size, const ProtobufCMessageDescriptor *descriptor,
		 ProtobufCMessage **ret_message, struct error *err);

/* Undoes the percent-encoding of a grpc-message header, in place. */
void grpc_decode_text(char *text);

#endif
