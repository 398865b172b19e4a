/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CALL_H
#define KUBE_CALL_H

/* Gets, makes, changes and deletes one object of the API. */
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "kube/path.h"

struct error;
struct kube_call;
struct kube_client;

enum kube_verb {
	KUBE_GET,
	KUBE_CREATE,	  /* of the body, which names the object; name is not used */
	KUBE_MERGE_PATCH, /* RFC 7386; with metadata.resourceVersion, only if nobody changed it since */
	KUBE_APPLY,	  /* server-side apply: makes the object, or sets what the body has of it */
	KUBE_DELETE,	  /* the body may be DeleteOptions, with preconditions */
};

/* Called from the loop only, once. */
struct kube_call_handlers {
	/*
	 * The end of the call. result is 0, with the object as the server has it now, borrowed
	 * (NULL if the answer has none); or negative with err set, as in kube/request.h. The
	 * call is freed after the handler returns. The handler may destroy the client.
	 */
	void (*done)(struct kube_call *call, int result, const struct error *err,
		     const json_t *object, void *data);
};

struct kube_call_options {
	enum kube_verb verb;
	const struct kube_resource *resource;
	const char *namespace; /* NULL for objects of the whole cluster */
	const char *name;
	const char *subresource; /* "status"; NULL for the object itself */
	const json_t *body;	 /* borrowed during the start; NULL without one */
	bool force;		 /* KUBE_APPLY: take fields over from others who set them */
	const char *manager;	 /* owner of the fields that are set [KUBE_FIELD_MANAGER] */
	int64_t timeout_ms;	 /* of each attempt [KUBE_CALL_TIMEOUT_MS] */
};

#define KUBE_CALL_TIMEOUT_MS 30000

/* The usual owner of the fields that recorder sets, in an object's managedFields. */
#define KUBE_FIELD_MANAGER "recorder"

/*
 * Starts a call. options is copied, handlers must outlive the call. ret_call is valid until done was
 * called or the call was cancelled. Errors are those of kube_path() and kube_request_start().
 */
int kube_call_start(struct kube_client *client, const struct kube_call_options *options,
		    const struct kube_call_handlers *handlers, void *data,
		    struct kube_call **ret_call, struct error *err);

/* Ends the call; done is not called. The server may have acted on it. NULL is allowed. */
void kube_call_cancel(struct kube_call *call);

#endif
