/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_SESSION_STATE_H
#define NET_HTTP2_SESSION_STATE_H

/* What a session is inside: shared by its socket's side and its frames' side. */
#include <nghttp2/nghttp2.h>

#include "net/http2_session.h"
#include "util/error.h"

struct loop_fd;
struct loop_timer;

/* The largest frame that is sent, with header and length of padding (RFC 9113, 4.1, 4.2, 6.2). */
#define HTTP2_FRAME_MAX (16384 + 9 + 1)

struct http2_session {
	struct loop *loop;
	const struct transport_address *address;
	const struct http2_options *options;
	const struct http2_session_handlers *handlers;
	void *data;
	nghttp2_session *ng;
	struct transport *transport; /* NULL until it begins */
	struct loop_fd *watch;
	struct loop_timer *timer;
	unsigned int busy;    /* turns under way, in which it cannot be freed */
	bool destroyed;	      /* free it after them */
	bool ready;	      /* the server speaks HTTP/2 */
	bool answered;	      /* it answers requests */
	bool leaving;	      /* it takes no more of them */
	bool pinged;	      /* and has not been heard since */
	bool wants_write;     /* nghttp2 may have frames */
	size_t requests;      /* on this session */
	int64_t last_read;    /* ns of CLOCK_MONOTONIC */
	struct error reason;  /* what frames say of the end, the first of them */
	struct error failure; /* why it ended */
	size_t out_at;
	size_t out_size;
	uint8_t out[4 * HTTP2_FRAME_MAX];
};

/* The server's first frame is there. */
void http2_session_speaks(struct http2_session *session);

#endif
