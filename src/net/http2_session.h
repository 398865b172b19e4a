/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_SESSION_H
#define NET_HTTP2_SESSION_H

/* One connection to a server and the requests on it. */
#include "net/http2.h"
#include "net/transport.h"

struct http2_session;

/* Called by the loop only. Each may destroy the session. */
struct http2_session_handlers {
	/* The server answers a request, so the connection is of use. */
	void (*answered)(void *data);
	/* The server takes no more requests here; those that it took go on. */
	void (*leaving)(struct http2_session *session, void *data);
	/* The connection is lost, and so are the requests that are still on it. */
	void (*lost)(struct http2_session *session, const struct error *err, void *data);
};

/*
 * Connects with the next iteration of the loop. address, options and handlers are borrowed, and
 * options has no defaults left. The caller destroys ret_session.
 */
int http2_session_create(struct loop *loop, const struct transport_address *address,
			 const struct http2_options *options,
			 const struct http2_session_handlers *handlers, void *data,
			 struct http2_session **ret_session, struct error *err);

/* Without a call of its handlers; the requests on it are the caller's to deal with. */
void http2_session_destroy(struct http2_session *session);
DEFINE_CLEANUP(struct http2_session *, http2_session_destroy);
#define _cleanup_http2_session_ _cleanup_(cleanup_http2_session_destroy)

/* True if the server answered a request. */
bool http2_session_has_answered(const struct http2_session *session);

/* What the session waits for, for messages: "the connection". Never NULL. */
const char *http2_session_phase(const struct http2_session *session);

/*
 * Sends the request as soon as possible; sets its session and stream. -EBUSY when too much waits to
 * be sent, -ESTALE when the connection has no stream left: take another.
 */
int http2_session_submit(struct http2_session *session, struct http2_request *request,
			 struct error *err);

/* Takes no more requests: the session ends with the last of those on it. */
void http2_session_leave(struct http2_session *session);

/* Takes the request off its session, and tells the server if the stream is still open. */
void http2_session_detach(struct http2_request *request);

/* The request's body has grown or ended. */
void http2_session_resume(struct http2_request *request);

/* So many bytes of the answer's body may come again. */
void http2_session_consume(struct http2_request *request, size_t size);

#endif
