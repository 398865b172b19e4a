// SPDX-License-Identifier: Apache-2.0
#include "net/grpc_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/grpc.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

/* A server's text is shown on one line of a terminal, so it is limited. */
#define TEXT_MAX 1024

int grpc_message_frame(const ProtobufCMessage *message, uint8_t **ret_data, size_t *ret_size,
		       struct error *err)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint32_t length = htonl(size);
	uint8_t *data;

	if (size > GRPC_MESSAGE_MAX)
		return error_set(err, EMSGSIZE, "a request of %zu bytes is too large", size);
	data = malloc(GRPC_FRAME_HEADER + size);
	if (!data)
		return error_nomem(err);
	data[0] = 0; /* not compressed */
	memcpy(data + 1, &length, sizeof(length));
	protobuf_c_message_pack(message, data + GRPC_FRAME_HEADER);
	*ret_data = data;
	*ret_size = GRPC_FRAME_HEADER + size;
	return 0;
}

int64_t grpc_message_size(const uint8_t *data, size_t size, size_t max, struct error *err)
{
	uint32_t length;

	if (size && data[0] != 0)
		return error_set(err, EPROTO, "the answer is compressed, which was not asked for");
	if (size < GRPC_FRAME_HEADER)
		return -EAGAIN;
	memcpy(&length, data + 1, sizeof(length));
	length = ntohl(length);
	if (length > max)
		return error_set(err, EMSGSIZE, "an answer of %" PRIu32 " bytes is too large",
				 length);
	return length;
}

void grpc_message_timeout(int64_t timeout_ms, char out[GRPC_TIMEOUT_SIZE])
{
	static const struct {
		char name;
		int64_t ms;
	} units[] = { { 'm', 1 }, { 'S', 1000 }, { 'M', 60000 }, { 'H', 3600000 } };
	int64_t value = timeout_ms;
	size_t i = 0;

	while (value > 99999999 && i + 1 < array_size(units))
		value = timeout_ms / units[++i].ms;
	if (value > 99999999)
		value = 99999999;
	snprintf(out, GRPC_TIMEOUT_SIZE, "%u%c", (unsigned int)value, units[i].name);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes percent-encoded text and escapes characters that do not belong on a terminal. */
static char *readable(const char *text)
{
	char decoded[TEXT_MAX + 1];
	size_t size = 0;

	while (*text && size < TEXT_MAX) {
		int high = text[0] == '%' ? hex_digit(text[1]) : -1;
		int low = high >= 0 ? hex_digit(text[2]) : -1;
		char c = low >= 0 ? (char)(high << 4 | low) : *text;

		text += low >= 0 ? 3 : 1;
		decoded[size++] = c ? c : ' ';
	}
	decoded[size] = '\0';
	return str_escape(decoded);
}

/* The status codes of gRPC by number, from doc/statuscodes.md of grpc/grpc. */
static const struct {
	int code;
	const char *name;
} statuses[] = {
	{ 0, "ok" },
	{ ECANCELED, "cancelled" },
	{ EIO, "unknown error" },
	{ EINVAL, "invalid argument" },
	{ ETIMEDOUT, "deadline exceeded" },
	{ ENOENT, "not found" },
	{ EEXIST, "already exists" },
	{ EACCES, "permission denied" },
	{ ENOSPC, "resource exhausted" },
	{ EIO, "failed precondition" },
	{ EIO, "aborted" },
	{ ERANGE, "out of range" },
	{ ENOSYS, "not implemented" },
	{ EIO, "internal error" },
	{ ECONNREFUSED, "unavailable" },
	{ EIO, "data loss" },
	{ EACCES, "not authenticated" },
};

int grpc_message_status(const char *status, const char *text, struct error *err)
{
	_cleanup_free_ char *words = NULL;
	long number;

	if (str_parse_long(status, 0, array_size(statuses) - 1, &number, NULL) < 0)
		number = 2; /* UNKNOWN */
	if (number == 0)
		return 0;
	if (text && *text) {
		words = readable(text);
		if (!words)
			return error_nomem(err);
	}
	return error_set(err, statuses[number].code, "%s", words ? words : statuses[number].name);
}

/* From doc/http-grpc-status-mapping.md of grpc/grpc. */
int grpc_message_http_status(int status, struct error *err)
{
	static const struct {
		int status;
		int code;
	} table[] = {
		{ 401, EACCES },       { 403, EACCES },	      { 404, ENOSYS },
		{ 429, ECONNREFUSED }, { 502, ECONNREFUSED }, { 503, ECONNREFUSED },
		{ 504, ECONNREFUSED },
	};
	size_t i;

	for (i = 0; i < array_size(table); i++)
		if (table[i].status == status)
			return error_set(err, table[i].code, "HTTP status %d", status);
	return error_set(err, EPROTO, "HTTP status %d", status);
}
