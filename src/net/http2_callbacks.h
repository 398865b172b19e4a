/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_CALLBACKS_H
#define NET_HTTP2_CALLBACKS_H

/* How frames of nghttp2 become what happens to requests, and the reverse. */
#include <stdint.h>

struct http2_request;
struct http2_session;
struct nghttp2_session;

/* Makes the client's side of HTTP/2 for a session. -ENOMEM. */
int http2_callbacks_open(struct http2_session *session, struct nghttp2_session **ret_ng);

/* The stream's number, or a negative error of nghttp2. */
int32_t http2_callbacks_submit(struct http2_session *session, struct http2_request *request);

#endif
