/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_CALLBACKS_H
#define NET_HTTP2_CALLBACKS_H

/* Translates nghttp2's frames to events of requests, and requests to frames. */
#include <stdint.h>

struct http2_request;
struct http2_session;
struct nghttp2_session;

/* Creates the client's side of HTTP/2 for a session. -ENOMEM. */
int http2_callbacks_open(struct http2_session *session, struct nghttp2_session **ret_ng);

/* Submits a request. Returns the stream's number, or a negative error of nghttp2. */
int32_t http2_callbacks_submit(struct http2_session *session, struct http2_request *request);

#endif
