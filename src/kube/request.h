/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_REQUEST_H
#define KUBE_REQUEST_H

/*
 * One request to the API server. It is repeated if that can do no harm: if the server has not
 * acted on it, if it asks for patience (429, or any failure with Retry-After), or if it refuses
 * a token that has been replaced.
 */
#include <stddef.h>
#include <stdint.h>

struct error;
struct kube_client;
struct kube_request;

/* Called from the loop only. Each may cancel the request and destroy the client. */
struct kube_request_handlers {
	/*
	 * A part of the body of a successful answer has arrived. If NULL, the body is collected.
	 */
	void (*body)(struct kube_request *request, const char *bytes, size_t size, void *data);
	/*
	 * The end, once. result is 0 for an answer of 2xx, or negative with err set: those of
	 * net/http2.h and kube/status.h. The request is freed after the handler returns.
	 */
	void (*done)(struct kube_request *request, int result, const struct error *err, void *data);
};

struct kube_request_options {
	const char *method;
	const char *path;	  /* with its query, "/api/v1/pods?limit=5" */
	const char *content_type; /* of the body; NULL without one */
	const char *body;
	size_t body_size;
	int64_t timeout_ms;			      /* of each attempt; 0 for no limit */
	const struct kube_request_handlers *handlers; /* must outlive the request */
	void *data;
};

/* The largest answer that is collected, and the largest object. */
#define KUBE_OBJECT_MAX (8 << 20)

/*
 * Starts a request; the options are copied, except handlers. ret_request is valid until done was
 * called or the request was cancelled. Errors are those of http2_request_start() and token.h.
 */
int kube_request_start(struct kube_client *client, const struct kube_request_options *options,
		       struct kube_request **ret_request, struct error *err);

/* Ends the request. No handler is called after that. NULL is allowed. */
void kube_request_cancel(struct kube_request *request);

/* Ends all requests of a client, with this error. Handlers of done are called. */
void kube_request_end_all(struct kube_client *client, const struct error *err);

/* Returns the collected body, borrowed from request. */
const char *kube_request_body(const struct kube_request *request, size_t *ret_size);

#endif
