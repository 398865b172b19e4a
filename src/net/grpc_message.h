/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_GRPC_MESSAGE_H
#define NET_GRPC_MESSAGE_H

/* The parts of gRPC that are bytes: frames, statuses, texts. */
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* One byte of flags, four of length. */
#define GRPC_FRAME_HEADER 5

/* A message in its frame, owned by the caller. -EMSGSIZE from 16 MiB on. */
int grpc_message_frame(const ProtobufCMessage *message, uint8_t **ret_data, size_t *ret_size,
		       struct error *err);

/*
 * The size of the first frame of data without its header, or -EAGAIN, without err, while that is
 * not there. -EPROTO for a compressed one, -EMSGSIZE for more than max.
 */
int64_t grpc_message_size(const uint8_t *data, size_t size, size_t max, struct error *err);

/* "1500m" for 1500 ms; units as needed for at most eight digits. */
#define GRPC_TIMEOUT_SIZE 12
void grpc_message_timeout(int64_t timeout_ms, char out[GRPC_TIMEOUT_SIZE]);

/*
 * What a status says: 0, or a negative errno with err set. status and text are those of the headers
 * "grpc-status" and "grpc-message"; text may be NULL. What is no number is UNKNOWN.
 */
int grpc_message_status(const char *status, const char *text, struct error *err);

/* What an HTTP status says where there is no gRPC status: always negative. */
int grpc_message_http_status(int status, struct error *err);

#endif
