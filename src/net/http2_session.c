// SPDX-License-Identifier: Apache-2.0
#include "net/http2_session.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "net/http2_callbacks.h"
#include "net/http2_request.h"
#include "net/http2_session_state.h"
#include "net/tls.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define NSEC_PER_MSEC 1000000LL

/* Limits of one call of the socket's handler, so that other handlers get their turn. */
#define READS_PER_CALL 8
#define WRITES_PER_CALL 8

/* Limit of frames that wait to be sent. If more wait, the server is not reading. */
#define QUEUE_MAX 1000

/*
 * Receive window for the bodies of all streams. Unread data is limited by each stream's own window.
 */
#define CONNECTION_WINDOW (1 << 20)

static void on_socket(int fd, unsigned int events, void *data);

static void session_free(struct http2_session *session)
{
	loop_remove_fd(session->watch);
	loop_remove_timer(session->timer);
	nghttp2_session_del(session->ng);
	transport_destroy(session->transport);
	error_finish(&session->reason);
	error_finish(&session->failure);
	free(session);
}

void http2_session_destroy(struct http2_session *session)
{
	if (!session)
		return;
	session->destroyed = true;
	if (!session->busy)
		session_free(session);
}

bool http2_session_has_answered(const struct http2_session *session)
{
	return session->answered;
}

const char *http2_session_phase(const struct http2_session *session)
{
	const char *phase = session->transport ? transport_phase(session->transport) :
						 "the connection";

	if (phase)
		return phase;
	return session->ready ? "the answer" : "the server to speak HTTP/2";
}

/* Sets the events that the session waits for next. */
static void update_events(struct http2_session *session)
{
	bool writes = session->wants_write || session->out_at < session->out_size;

	if (session->watch)
		loop_set_events(session->watch,
				transport_events(session->transport,
						 LOOP_READ | (writes ? LOOP_WRITE : 0)));
}

static void wake(struct http2_session *session)
{
	session->wants_write = true;
	update_events(session);
}

/*
 * Ends a turn in which handlers may have been called. Frees the session if one of them
 * destroyed it. Tells the owner if the connection is lost.
 */
static void end_turn(struct http2_session *session, int result)
{
	session->busy--;
	if (session->destroyed) {
		if (!session->busy)
			session_free(session);
		return;
	}
	if (result < 0) {
		session->busy++;
		loop_stop_timer(session->timer);
		loop_remove_fd(session->watch);
		session->watch = NULL;
		session->handlers->lost(session, &session->failure, session->data);
		end_turn(session, 0);
		return;
	}
	update_events(session);
}

static int begin(struct http2_session *session)
{
	int r = transport_open(session->address, session->options->tls, &session->transport,
			       &session->failure);

	if (r == 0)
		r = loop_add_fd(session->loop, transport_fd(session->transport), LOOP_WRITE,
				on_socket, session, &session->watch, &session->failure);
	if (r == 0)
		loop_start_timer(session->timer, session->options->connect_timeout_ms);
	return r;
}

/* Sends a ping after a silence. Gives up the connection if the server stays silent. */
static int check_silence(struct http2_session *session)
{
	const struct http2_options *options = session->options;
	int64_t silence = (clock_ns(CLOCK_MONOTONIC) - session->last_read) / NSEC_PER_MSEC;

	if (session->pinged)
		return error_set(&session->failure, ETIMEDOUT, "the server was silent for %lld ms",
				 (long long)silence);
	if (silence < options->ping_after_ms) {
		loop_start_timer(session->timer, options->ping_after_ms - silence);
		return 0;
	}
	if (nghttp2_submit_ping(session->ng, NGHTTP2_FLAG_NONE, NULL) != 0)
		return error_nomem(&session->failure);
	session->pinged = true;
	session->wants_write = true;
	loop_start_timer(session->timer, options->ping_timeout_ms);
	return 0;
}

/*
 * The one timer of a session: first it starts the connection, then it limits the time for that,
 * then it watches for silence.
 */
static void on_timer(void *data)
{
	struct http2_session *session = data;
	int r;

	session->busy++;
	if (!session->transport)
		r = begin(session);
	else if (session->ready)
		r = check_silence(session);
	else
		r = error_set(&session->failure, ETIMEDOUT,
			      "no answer within %lld ms (waiting for %s)",
			      (long long)session->options->connect_timeout_ms,
			      http2_session_phase(session));
	end_turn(session, r);
}

void http2_session_speaks(struct http2_session *session)
{
	if (session->ready)
		return;
	session->ready = true;
	loop_stop_timer(session->timer);
	if (session->options->ping_after_ms)
		loop_start_timer(session->timer, session->options->ping_after_ms);
}

/* Prefers the description that nghttp2 gave through a callback: it says more than the code. */
static int bad_frames(struct http2_session *session, long code)
{
	if (session->reason.code)
		return error_set(&session->failure, session->reason.code, "%s",
				 error_message(&session->reason));
	return error_set(&session->failure, code == NGHTTP2_ERR_NOMEM ? ENOMEM : EPROTO,
			 "not valid HTTP/2: %s", nghttp2_strerror(code));
}

/*
 * Treats ECONNRESET like an ordinary close: it only means that the server had not read
 * everything, which says nothing about the reason.
 */
static int closed_by_server(struct http2_session *session)
{
	if (session->reason.code)
		return error_set(&session->failure, session->reason.code, "%s",
				 error_message(&session->reason));
	return error_set(&session->failure, ECONNRESET, "the server closed the connection%s",
			 session->ready ? "" : " before it spoke HTTP/2");
}

static void hear_from_server(struct http2_session *session)
{
	session->last_read = clock_ns(CLOCK_MONOTONIC);
	if (!session->pinged)
		return;
	session->pinged = false;
	loop_start_timer(session->timer, session->options->ping_after_ms);
}

static int read_some(struct http2_session *session)
{
	uint8_t bytes[TLS_RECORD_MAX];
	int i;

	for (i = 0; i < READS_PER_CALL && !session->destroyed; i++) {
		ssize_t used, got = transport_read(session->transport, bytes, sizeof(bytes),
						   &session->failure);

		if (got == -EAGAIN)
			return 0;
		if (got == 0 || got == -ECONNRESET)
			return closed_by_server(session);
		if (got < 0)
			return got;
		hear_from_server(session);
		used = nghttp2_session_mem_recv(session->ng, bytes, got);
		if (session->destroyed)
			return 0;
		session->wants_write = true;
		if (used < 0)
			return bad_frames(session, used);
	}
	return 0;
}

/* Collects frames, because each write costs a system call, and each TLS record even more. */
static int fill_out(struct http2_session *session)
{
	const uint8_t *frame;
	ssize_t size = 0;

	session->out_at = session->out_size = 0;
	while (sizeof(session->out) - session->out_size >= HTTP2_FRAME_MAX) {
		size = nghttp2_session_mem_send(session->ng, &frame);
		if (size <= 0 || session->destroyed)
			break;
		if ((size_t)size > sizeof(session->out) - session->out_size)
			return bad_frames(session, NGHTTP2_ERR_FRAME_SIZE_ERROR);
		memcpy(session->out + session->out_size, frame, size);
		session->out_size += size;
	}
	if (size < 0 && !session->destroyed)
		return bad_frames(session, size);
	session->wants_write = size > 0;
	return 0;
}

static int write_some(struct http2_session *session)
{
	int i, r;

	for (i = 0; i < WRITES_PER_CALL; i++) {
		ssize_t sent;

		if (session->out_at == session->out_size) {
			r = session->wants_write ? fill_out(session) : 0;
			if (r < 0 || session->destroyed || !session->out_size)
				return r;
		}
		if (session->out_at == session->out_size)
			return 0;
		sent = transport_write(session->transport, session->out + session->out_at,
				       session->out_size - session->out_at, &session->failure);
		if (sent == -EAGAIN)
			return 0;
		if (sent < 0)
			return sent;
		session->out_at += sent;
	}
	return 0;
}

/*
 * A server may send the reason before it closes the connection, as TLS does for a refused
 * certificate. If writing fails, the reason can still be read.
 */
static int write_or_hear_why(struct http2_session *session)
{
	int r = write_some(session);

	if (r != -EPIPE && r != -ECONNRESET)
		return r;
	r = read_some(session);
	return r == 0 && !session->destroyed ? closed_by_server(session) : r;
}

/* True if the connection has nothing more to send or receive. */
static bool is_over(const struct http2_session *session)
{
	if (session->out_at < session->out_size)
		return false;
	if (session->leaving && !session->requests)
		return true;
	return !session->wants_write && !nghttp2_session_want_read(session->ng) &&
	       !nghttp2_session_want_write(session->ng);
}

static int take_turn(struct http2_session *session, unsigned int events)
{
	int r = 0;

	if (transport_phase(session->transport)) {
		r = transport_advance(session->transport, &session->failure);
		return r == -EAGAIN ? 0 : r;
	}
	/* A TLS write may have to wait for a read, and a read for a write. */
	r = read_some(session);
	if (r == 0 && !session->destroyed)
		r = write_or_hear_why(session);
	if (r < 0 || session->destroyed || !is_over(session))
		return r;
	return closed_by_server(session);
}

static void on_socket(int fd, unsigned int events, void *data)
{
	struct http2_session *session = data;

	session->busy++;
	end_turn(session, take_turn(session, events));
}

static int start_nghttp2(struct http2_session *session, struct error *err)
{
	const struct http2_options *options = session->options;
	const nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_ENABLE_PUSH, 0 },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options->window },
		{ NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options->max_header_bytes },
	};

	if (http2_callbacks_open(session, &session->ng) < 0 ||
	    nghttp2_submit_settings(session->ng, NGHTTP2_FLAG_NONE, settings,
				    sizeof(settings) / sizeof(settings[0])) != 0 ||
	    nghttp2_session_set_local_window_size(session->ng, NGHTTP2_FLAG_NONE, 0,
						  CONNECTION_WINDOW) != 0)
		return error_nomem(err);
	session->wants_write = true;
	return 0;
}

int http2_session_create(struct loop *loop, const struct transport_address *address,
			 const struct http2_options *options,
			 const struct http2_session_handlers *handlers, void *data,
			 struct http2_session **ret_session, struct error *err)
{
	_cleanup_http2_session_ struct http2_session *session = calloc(1, sizeof(*session));
	int r;

	if (!session)
		return error_nomem(err);
	session->loop = loop;
	session->address = address;
	session->options = options;
	session->handlers = handlers;
	session->data = data;
	r = loop_add_timer(loop, on_timer, session, &session->timer, err);
	if (r == 0)
		r = start_nghttp2(session, err);
	if (r < 0)
		return r;
	loop_start_timer(session->timer, 0);
	*ret_session = steal_pointer(&session);
	return 0;
}

int http2_session_submit(struct http2_session *session, struct http2_request *request,
			 struct error *err)
{
	int32_t stream;

	if (nghttp2_session_get_outbound_queue_size(session->ng) > QUEUE_MAX)
		return error_set(err, EBUSY, "the server reads too slowly");
	stream = http2_callbacks_submit(session, request);
	if (stream == NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE)
		return error_set(err, ESTALE, "the connection has no stream left");
	if (stream < 0)
		return error_set(err, stream == NGHTTP2_ERR_NOMEM ? ENOMEM : EINVAL,
				 "make a request: %s", nghttp2_strerror(stream));
	request->stream = stream;
	request->session = session;
	session->requests++;
	wake(session);
	return 0;
}

void http2_session_leave(struct http2_session *session)
{
	session->leaving = true;
	wake(session);
}

void http2_session_detach(struct http2_request *request)
{
	struct http2_session *session = request->session;

	if (!session)
		return;
	request->session = NULL;
	session->requests--;
	nghttp2_session_set_stream_user_data(session->ng, request->stream, NULL);
	if (!request->stream_over)
		nghttp2_submit_rst_stream(session->ng, NGHTTP2_FLAG_NONE, request->stream,
					  NGHTTP2_CANCEL);
	wake(session);
}

void http2_session_resume(struct http2_request *request)
{
	if (!request->session)
		return;
	nghttp2_session_resume_data(request->session->ng, request->stream);
	wake(request->session);
}

void http2_session_consume(struct http2_request *request, size_t size)
{
	if (!request->session)
		return;
	nghttp2_session_consume_stream(request->session->ng, request->stream, size);
	wake(request->session);
}
