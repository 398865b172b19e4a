// SPDX-License-Identifier: Apache-2.0
#include "net/http2_callbacks.h"

#include <errno.h>
#include <string.h>

#include "net/http2_request.h"
#include "net/http2_session_state.h"
#include "util/error.h"

/*
 * The return value of callbacks: tells nghttp2 to continue, or to stop if a handler destroyed
 * the session.
 */
static int go_on(const struct http2_session *session)
{
	return session->destroyed ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

static struct http2_request *request_of(nghttp2_session *ng, int32_t stream)
{
	return nghttp2_session_get_stream_user_data(ng, stream);
}

static void fail(struct http2_request *request, struct error *err)
{
	http2_request_finish(request, err);
	error_finish(err);
}

static int on_header(nghttp2_session *ng, const nghttp2_frame *frame, const uint8_t *name,
		     size_t name_size, const uint8_t *value, size_t value_size, uint8_t flags,
		     void *data)
{
	struct http2_session *session = data;
	struct http2_request *request = request_of(ng, frame->hd.stream_id);
	struct error err = ERROR_INIT;

	if (!request)
		return 0;
	if (http2_request_take_header(request, name, name_size, value, value_size,
				      session->options->max_header_bytes, &err) < 0)
		fail(request, &err);
	return go_on(session);
}

static int on_data(nghttp2_session *ng, uint8_t flags, int32_t stream, const uint8_t *bytes,
		   size_t size, void *data)
{
	struct http2_session *session = data;
	struct http2_request *request = request_of(ng, stream);
	struct error err = ERROR_INIT;

	/* A slow consumer holds up only its own stream. */
	nghttp2_session_consume_connection(ng, size);
	if (!request)
		return 0;
	if (request->handlers->body) {
		http2_request_call_body(request, bytes, size);
		return go_on(session);
	}
	nghttp2_session_consume_stream(ng, stream, size);
	if (http2_request_take_body(request, bytes, size, &err) < 0)
		fail(request, &err);
	return go_on(session);
}

/* All headers or all trailers of an answer have arrived. */
static void on_headers(struct http2_session *session, struct http2_request *request)
{
	if (request->answered)
		return;
	if (request->status < 200) {
		http2_request_drop_headers(request);
		return;
	}
	if (!session->answered) {
		session->answered = true;
		session->handlers->answered(session->data);
	}
	http2_request_call_headers(request);
}

static int on_goaway(struct http2_session *session, uint32_t code)
{
	if (code != NGHTTP2_NO_ERROR && !session->reason.code)
		error_set(&session->reason, ECONNRESET, "the server ended the connection (%s)",
			  nghttp2_http2_strerror(code));
	if (!session->leaving) {
		session->leaving = true;
		session->handlers->leaving(session, session->data);
	}
	return go_on(session);
}

static int on_frame(nghttp2_session *ng, const nghttp2_frame *frame, void *data)
{
	struct http2_session *session = data;
	struct http2_request *request;

	http2_session_speaks(session);
	switch (frame->hd.type) {
	case NGHTTP2_GOAWAY:
		return on_goaway(session, frame->goaway.error_code);
	case NGHTTP2_HEADERS:
		request = request_of(ng, frame->hd.stream_id);
		if (request)
			on_headers(session, request);
		break;
	case NGHTTP2_DATA:
		break;
	case NGHTTP2_RST_STREAM:
		request = request_of(ng, frame->hd.stream_id);
		if (request)
			request->reset = true;
		return 0;
	default:
		return 0;
	}
	if (session->destroyed || !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		return go_on(session);
	/* A handler may have cancelled the request. */
	request = request_of(ng, frame->hd.stream_id);
	if (!request)
		return 0;
	/* If the request was sent completely too, nghttp2 closes the stream itself. */
	request->stream_over = nghttp2_session_get_stream_local_close(ng, frame->hd.stream_id) == 1;
	http2_request_finish(request, NULL);
	return go_on(session);
}

/*
 * A stream ended before its answer did. REFUSED_STREAM means that the server has not acted on
 * the request (RFC 9113, section 8.7). nghttp2 also reports it for streams that a GOAWAY
 * excludes, and for streams that were not open when the connection failed.
 */
static int on_stream_close(nghttp2_session *ng, int32_t stream, uint32_t code, void *data)
{
	struct http2_session *session = data;
	struct http2_request *request = request_of(ng, stream);
	struct error err = ERROR_INIT;

	if (!request)
		return 0;
	request->stream_over = true;
	if (code == NGHTTP2_REFUSED_STREAM) {
		request->retriable = true;
		if (session->reason.code)
			error_set(&err, session->reason.code, "%s",
				  error_message(&session->reason));
		else
			error_set(&err, ECONNABORTED, "the server did not take the request");
	} else if (request->reset) {
		error_set(&err, ECONNABORTED, "the server cancelled the request (%s)",
			  nghttp2_http2_strerror(code));
	} else {
		error_set(&err, EPROTO, "the answer is not valid HTTP/2 (%s)",
			  nghttp2_http2_strerror(code));
	}
	fail(request, &err);
	return go_on(session);
}

static int on_sent(nghttp2_session *ng, const nghttp2_frame *frame, void *data)
{
	struct http2_session *session = data;
	struct http2_request *request;

	if (frame->hd.type == NGHTTP2_HEADERS) {
		request = request_of(ng, frame->hd.stream_id);
		if (request)
			request->sent = true;
	} else if (frame->hd.type == NGHTTP2_GOAWAY &&
		   frame->goaway.error_code != NGHTTP2_NO_ERROR && !session->reason.code) {
		error_set(&session->reason, EPROTO, "not valid HTTP/2 (%s)",
			  nghttp2_http2_strerror(frame->goaway.error_code));
	}
	return 0;
}

/* Keeps nghttp2's own description of a protocol error. */
static int on_error(nghttp2_session *ng, int code, const char *message, size_t size, void *data)
{
	struct http2_session *session = data;

	/* An invalid header is only skipped, or ends only its stream. */
	if (code == NGHTTP2_ERR_HTTP_HEADER || session->reason.code)
		return 0;
	error_set(&session->reason, EPROTO, "not valid HTTP/2: %.*s", (int)size, message);
	return 0;
}

/* Gives nghttp2 the next part of a request's body. */
static ssize_t on_read_body(nghttp2_session *ng, int32_t stream, uint8_t *bytes, size_t size,
			    uint32_t *flags, nghttp2_data_source *source, void *data)
{
	struct http2_request *request = request_of(ng, stream);
	size_t taken;

	if (request && request->write_failed &&
	    request->unsent_size - request->unsent_at <= HTTP2_UNSENT_MAX / 2) {
		http2_request_call_writable(request);
		request = request_of(ng, stream);
	}
	if (!request)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	taken = http2_request_take_unsent(request, bytes, size);
	if (request->unsent_at < request->unsent_size)
		return taken;
	if (request->unsent_ends)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	else if (!taken)
		return NGHTTP2_ERR_DEFERRED;
	return taken;
}

int http2_callbacks_open(struct http2_session *session, struct nghttp2_session **ret_ng)
{
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
	int r;

	if (nghttp2_session_callbacks_new(&callbacks) != 0)
		return -ENOMEM;
	if (nghttp2_option_new(&option) != 0) {
		nghttp2_session_callbacks_del(callbacks);
		return -ENOMEM;
	}
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
	nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_sent);
	nghttp2_session_callbacks_set_error_callback2(callbacks, on_error);
	nghttp2_option_set_no_auto_window_update(option, 1);
	nghttp2_option_set_no_closed_streams(option, 1);
	r = nghttp2_session_client_new2(ret_ng, callbacks, session, option);
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	return r == 0 ? 0 : -ENOMEM;
}

static nghttp2_nv pair(const char *name, const char *value)
{
	return (nghttp2_nv){ (uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value),
			     NGHTTP2_NV_FLAG_NONE };
}

int32_t http2_callbacks_submit(struct http2_session *session, struct http2_request *request)
{
	const struct http2_options *options = session->options;
	const nghttp2_data_provider provider = { .read_callback = on_read_body };
	bool has_body = request->unsent_size || !request->unsent_ends;
	size_t i, count = 0;
	nghttp2_nv *fields = calloc(4 + request->asked.count, sizeof(*fields));
	int32_t stream;

	if (!fields)
		return NGHTTP2_ERR_NOMEM;
	fields[count++] = pair(":method", request->method);
	fields[count++] = pair(":scheme", options->tls ? "https" : "http");
	fields[count++] = pair(":authority", options->authority);
	fields[count++] = pair(":path", request->path);
	for (i = 0; i < request->asked.count; i++)
		fields[count++] = pair(request->asked.list[i].name, request->asked.list[i].value);
	stream = nghttp2_submit_request(session->ng, NULL, fields, count,
					has_body ? &provider : NULL, request);
	free(fields);
	return stream;
}
