/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_GRPC_MESSAGE_H
#define NET_GRPC_MESSAGE_H

/* Encodes and decodes the parts of gRPC: frames, timeouts, statuses and texts. */
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* One byte of flags, four of length. */
#define GRPC_FRAME_HEADER 5

/*
 * Packs a message with its frame header. The caller owns ret_data. -EMSGSIZE for more than 16 MiB.
 */
int grpc_message_frame(const ProtobufCMessage *message, uint8_t **ret_data, size_t *ret_size,
		       struct error *err);

/*
 * Returns the size of the first frame in data, without its header. -EAGAIN, without err, if the
 * header is not complete. -EPROTO for a compressed frame, -EMSGSIZE for more than max bytes.
 */
int64_t grpc_message_size(const uint8_t *data, size_t size, size_t max, struct error *err);

/* Formats a timeout: "1500m" for 1500 ms. Chooses the unit so that eight digits suffice. */
#define GRPC_TIMEOUT_SIZE 12
void grpc_message_timeout(int64_t timeout_ms, char out[GRPC_TIMEOUT_SIZE]);

/*
 * Converts a gRPC status to 0, or to a negative errno with err set. status and text are the headers
 * "grpc-status" and "grpc-message". text may be NULL. A status that is no number counts as UNKNOWN.
 */
int grpc_message_status(const char *status, const char *text, struct error *err);

/* Converts an HTTP status to an errno if there is no gRPC status. Always negative. */
int grpc_message_http_status(int status, struct error *err);

#endif
