/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_SESSION_STATE_H
#define NET_HTTP2_SESSION_STATE_H

/* The inside of a session, shared by the code for its socket and the code for its frames. */
#include <nghttp2/nghttp2.h>

#include "net/http2_session.h"
#include "util/error.h"

struct loop_fd;
struct loop_timer;

/* The largest frame that is sent, with header and padding length (RFC 9113, 4.1, 4.2, 6.2). */
#define HTTP2_FRAME_MAX (16384 + 9 + 1)

struct http2_session {
	struct loop *loop;
	const struct transport_address *address;
	const struct http2_options *options;
	const struct http2_session_handlers *handlers;
	void *data;
	nghttp2_session *ng;
	struct transport *transport; /* NULL until connecting begins */
	struct loop_fd *watch;
	struct loop_timer *timer;
	unsigned int busy;    /* running turns; not freed during one */
	bool destroyed;	      /* free it after the last turn */
	bool ready;	      /* the server speaks HTTP/2 */
	bool answered;	      /* it has answered a request */
	bool leaving;	      /* it takes no new requests */
	bool pinged;	      /* a ping is unanswered */
	bool wants_write;     /* nghttp2 may have frames to send */
	size_t requests;      /* on this session */
	int64_t last_read;    /* ns of CLOCK_MONOTONIC */
	struct error reason;  /* first reason that frames gave for the end */
	struct error failure; /* why it ended */
	size_t out_at;
	size_t out_size;
	uint8_t out[4 * HTTP2_FRAME_MAX];
};

/* Notes that the server's first frame has arrived. */
void http2_session_speaks(struct http2_session *session);

#endif
