// SPDX-License-Identifier: Apache-2.0
#include "container/grpc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "container/curl.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

#define FRAME_HEADER 5
#define STATUS_UNSET (-1)

struct grpc {
	const struct curl_library *curl;
	CURL *easy;
	struct curl_slist *headers;
	char *socket;
};

/* What arrives of one answer. */
struct answer {
	uint8_t *data;
	size_t size;
	long status; /* of gRPC, STATUS_UNSET until its header came */
	char message[512];
};

int grpc_frame(const ProtobufCMessage *message, uint8_t **ret_data, size_t *ret_size,
	       struct error *err)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint32_t length = htonl(size);
	uint8_t *data;

	if (size > GRPC_MESSAGE_MAX)
		return error_set(err, EMSGSIZE, "a request of %zu bytes is too large", size);
	data = malloc(FRAME_HEADER + size);
	if (!data)
		return error_nomem(err);
	data[0] = 0; /* not compressed */
	memcpy(data + 1, &length, sizeof(length));
	protobuf_c_message_pack(message, data + FRAME_HEADER);
	*ret_data = data;
	*ret_size = FRAME_HEADER + size;
	return 0;
}

int grpc_unframe(const uint8_t *data, size_t size, const ProtobufCMessageDescriptor *descriptor,
		 ProtobufCMessage **ret_message, struct error *err)
{
	ProtobufCMessage *message;
	uint32_t length;

	if (size < FRAME_HEADER)
		return error_set(err, EPROTO, "the answer has %zu bytes and no message", size);
	if (data[0] != 0)
		return error_set(err, EPROTO, "the answer is compressed, which was not asked for");
	memcpy(&length, data + 1, sizeof(length));
	length = ntohl(length);
	if (length != size - FRAME_HEADER)
		return error_set(err, EPROTO, "the answer announces %u bytes and has %zu", length,
				 size - FRAME_HEADER);
	message = protobuf_c_message_unpack(descriptor, NULL, length, data + FRAME_HEADER);
	if (!message)
		return error_set(err, EPROTO, "the answer is no valid %s", descriptor->short_name);
	*ret_message = message;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void grpc_decode_text(char *text)
{
	char *out = text;

	while (*text) {
		if (*text == '%' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0) {
			*out++ = hex_digit(text[1]) << 4 | hex_digit(text[2]);
			text += 3;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
	struct answer *answer = user;
	uint8_t *grown;

	/* Any other result than the number of bytes ends the transfer with CURLE_WRITE_ERROR. */
	if (count > GRPC_MESSAGE_MAX + FRAME_HEADER - answer->size)
		return 0;
	grown = realloc(answer->data, answer->size + count);
	if (!grown)
		return 0;
	memcpy(grown + answer->size, data, count);
	answer->data = grown;
	answer->size += count;
	return count;
}

/* The value of a header line, of which length is what is left, or NULL for another header. */
static const char *header_value(const char *line, const char *name, size_t *length)
{
	size_t skip = strlen(name);

	if (*length <= skip || strncasecmp(line, name, skip) != 0 || line[skip] != ':')
		return NULL;
	skip++;
	while (skip < *length && line[skip] == ' ')
		skip++;
	while (*length > skip && (line[*length - 1] == '\n' || line[*length - 1] == '\r'))
		(*length)--;
	*length -= skip;
	return line + skip;
}

/* libcurl hands trailers to the same function as headers. */
static size_t on_header(char *line, size_t size, size_t count, void *user)
{
	struct answer *answer = user;
	size_t length = count;
	const char *value = header_value(line, "grpc-status", &length);
	char number[16];

	if (value) {
		snprintf(number, sizeof(number), "%.*s", (int)length, value);
		if (str_parse_long(number, 0, 1000, &answer->status, NULL) < 0)
			answer->status = 2; /* UNKNOWN */
		return count;
	}
	length = count;
	value = header_value(line, "grpc-message", &length);
	if (value) {
		snprintf(answer->message, sizeof(answer->message), "%.*s", (int)length, value);
		grpc_decode_text(answer->message);
	}
	return count;
}

/* gRPC's status codes, from doc/statuscodes.md of grpc/grpc. */
static const struct {
	long status;
	int code;
	const char *name;
} statuses[] = {
	{ 2, EIO, "unknown error" },	       { 3, EINVAL, "invalid argument" },
	{ 4, ETIMEDOUT, "deadline exceeded" }, { 5, ENOENT, "not found" },
	{ 7, EACCES, "permission denied" },    { 12, ENOSYS, "not implemented" },
	{ 14, ECONNREFUSED, "unavailable" },
};

static int check_status(const struct answer *answer, struct error *err)
{
	const char *name = "failed";
	int code = EIO;
	size_t i;

	if (answer->status == 0)
		return 0;
	if (answer->status == STATUS_UNSET)
		return error_set(err, EPROTO, "the answer is not gRPC");
	for (i = 0; i < array_size(statuses); i++) {
		if (statuses[i].status != answer->status)
			continue;
		code = statuses[i].code;
		name = statuses[i].name;
	}
	return error_set(err, code, "%s", *answer->message ? answer->message : name);
}

static int check_transfer(const struct grpc *grpc, CURLcode code, struct error *err)
{
	long os_error = 0;

	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_OPERATION_TIMEDOUT:
		return error_set(err, ETIMEDOUT, "no answer in time");
	case CURLE_COULDNT_CONNECT:
		grpc->curl->easy_getinfo(grpc->easy, CURLINFO_OS_ERRNO, &os_error);
		return error_set(err, os_error ? os_error : ECONNREFUSED, "cannot connect: %s",
				 strerror(os_error ? os_error : ECONNREFUSED));
	case CURLE_WRITE_ERROR:
		return error_set(err, EMSGSIZE, "the answer is larger than %d bytes",
				 GRPC_MESSAGE_MAX);
	default:
		return error_set(err, EPROTO, "%s", grpc->curl->easy_strerror(code));
	}
}

static void set_request(struct grpc *grpc, const char *url, const uint8_t *data, size_t size,
			struct answer *answer)
{
	const struct curl_library *curl = grpc->curl;

	curl->easy_setopt(grpc->easy, CURLOPT_URL, url);
	curl->easy_setopt(grpc->easy, CURLOPT_POSTFIELDS, data);
	curl->easy_setopt(grpc->easy, CURLOPT_POSTFIELDSIZE, (long)size);
	curl->easy_setopt(grpc->easy, CURLOPT_WRITEDATA, answer);
	curl->easy_setopt(grpc->easy, CURLOPT_HEADERDATA, answer);
}

int grpc_call(struct grpc *grpc, const char *method, const ProtobufCMessage *request,
	      const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_response,
	      struct error *err)
{
	struct answer answer = { .status = STATUS_UNSET };
	_cleanup_free_ uint8_t *frame = NULL;
	_cleanup_free_ char *url = NULL;
	size_t size;
	int r = grpc_frame(request, &frame, &size, err);

	if (r < 0)
		return r;
	if (asprintf(&url, "http://localhost/%s", method) < 0) {
		url = NULL;
		return error_nomem(err);
	}
	set_request(grpc, url, frame, size, &answer);
	r = check_transfer(grpc, grpc->curl->easy_perform(grpc->easy), err);
	if (r == 0)
		r = check_status(&answer, err);
	if (r == 0)
		r = grpc_unframe(answer.data, answer.size, descriptor, ret_response, err);
	free(answer.data);
	if (r < 0)
		error_prefix(err, "ask %s for %s", grpc->socket, method);
	return r;
}

static int add_header(struct grpc *grpc, const char *header)
{
	struct curl_slist *grown = grpc->curl->slist_append(grpc->headers, header);

	if (!grown)
		return -ENOMEM;
	grpc->headers = grown;
	return 0;
}

int grpc_create(const char *socket, long timeout_ms, struct grpc **ret_grpc, struct error *err)
{
	_cleanup_grpc_ struct grpc *grpc = calloc(1, sizeof(*grpc));
	const struct curl_library *curl;
	int r;

	if (!grpc)
		return error_nomem(err);
	r = curl_library_load(&grpc->curl, err);
	if (r < 0)
		return r;
	curl = grpc->curl;
	grpc->easy = curl->easy_init();
	grpc->socket = strdup(socket);
	if (!grpc->easy || !grpc->socket || add_header(grpc, "content-type: application/grpc") ||
	    add_header(grpc, "te: trailers"))
		return error_nomem(err);
	if (curl->easy_setopt(grpc->easy, CURLOPT_UNIX_SOCKET_PATH, socket) != CURLE_OK ||
	    curl->easy_setopt(grpc->easy, CURLOPT_HTTP_VERSION,
			      (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE) != CURLE_OK)
		return error_set(err, ENOSYS, "this libcurl was built without HTTP/2");
	curl->easy_setopt(grpc->easy, CURLOPT_HTTPHEADER, grpc->headers);
	/*
	 * A connection for each call: libcurl 7.88 fails with a framing error on the second call
	 * of one that is kept, and a runtime that was restarted would fail any.
	 */
	curl->easy_setopt(grpc->easy, CURLOPT_FORBID_REUSE, 1L);
	curl->easy_setopt(grpc->easy, CURLOPT_NOPROXY, "*");
	curl->easy_setopt(grpc->easy, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(grpc->easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl->easy_setopt(grpc->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl->easy_setopt(grpc->easy, CURLOPT_HEADERFUNCTION, on_header);
	*ret_grpc = steal_pointer(&grpc);
	return 0;
}

void grpc_destroy(struct grpc *grpc)
{
	if (!grpc)
		return;
	if (grpc->easy)
		grpc->curl->easy_cleanup(grpc->easy);
	if (grpc->headers)
		grpc->curl->slist_free_all(grpc->headers);
	free(grpc->socket);
	free(grpc);
}
