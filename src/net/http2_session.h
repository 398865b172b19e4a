/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_SESSION_H
#define NET_HTTP2_SESSION_H

/* One connection to a server and the requests on it. */
#include "net/http2.h"
#include "net/transport.h"

struct http2_session;

/* Called from the loop only. Each may destroy the session. */
struct http2_session_handlers {
	/* The server has answered its first request: the connection works. */
	void (*answered)(void *data);
	/* The server takes no more requests on this connection. The ones that it took continue. */
	void (*leaving)(struct http2_session *session, void *data);
	/* The connection is lost, with the requests that are still on it. */
	void (*lost)(struct http2_session *session, const struct error *err, void *data);
};

/*
 * Creates a session, which connects in the loop's next iteration. address, options and handlers
 * are borrowed. options must have no defaults left to fill in. The caller destroys ret_session.
 */
int http2_session_create(struct loop *loop, const struct transport_address *address,
			 const struct http2_options *options,
			 const struct http2_session_handlers *handlers, void *data,
			 struct http2_session **ret_session, struct error *err);

/* Destroys a session without calling its handlers. The caller must end the requests on it. */
void http2_session_destroy(struct http2_session *session);
DEFINE_CLEANUP(struct http2_session *, http2_session_destroy);
#define _cleanup_http2_session_ _cleanup_(cleanup_http2_session_destroy)

/* True if the server has answered a request. */
bool http2_session_has_answered(const struct http2_session *session);

/* Returns what the session waits for, such as "the connection", for messages. Never NULL. */
const char *http2_session_phase(const struct http2_session *session);

/*
 * Sends the request as soon as possible, and sets its session and stream. -EBUSY if too much waits
 * to be sent; -ESTALE if the connection has no stream left and the caller needs a new one.
 */
int http2_session_submit(struct http2_session *session, struct http2_request *request,
			 struct error *err);

/* Stops taking requests. The session ends after the last one on it. */
void http2_session_leave(struct http2_session *session);

/* Removes the request from its session. Resets the stream if it is still open. */
void http2_session_detach(struct http2_request *request);

/* Continues to send the request's body, after it has grown or ended. */
void http2_session_resume(struct http2_request *request);

/* Lets the server send size more bytes of the answer's body. */
void http2_session_consume(struct http2_request *request, size_t size);

#endif
