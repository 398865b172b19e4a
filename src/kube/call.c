// SPDX-License-Identifier: Apache-2.0
#include "kube/call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json/cursor.h"
#include "kube/request.h"
#include "util/cleanup.h"
#include "util/error.h"

struct kube_call {
	const struct kube_call_handlers *handlers;
	void *data;
	struct kube_request *request;
};

/* How each verb is asked of the server. Apply takes JSON, because it is YAML too. */
static const struct {
	const char *method;
	const char *content_type;
	bool manages_fields;
} verbs[] = {
	[KUBE_GET] = { "GET", NULL, false },
	[KUBE_CREATE] = { "POST", "application/json", true },
	[KUBE_MERGE_PATCH] = { "PATCH", "application/merge-patch+json", true },
	[KUBE_APPLY] = { "PATCH", "application/apply-patch+yaml", true },
	[KUBE_DELETE] = { "DELETE", "application/json", false },
};

static void on_done(struct kube_request *request, int result, const struct error *err, void *data)
{
	struct kube_call *call = data;
	_cleanup_error_ struct error problem = ERROR_INIT;
	_cleanup_json_ json_t *object = NULL;
	const char *body;
	size_t size;

	call->request = NULL;
	body = kube_request_body(request, &size);
	if (result == 0 && size) {
		result = tree_parse("the answer", body, size, &object, &problem);
		err = result < 0 ? &problem : NULL;
	}
	call->handlers->done(call, result, err, object, call->data);
	free(call);
}

static const struct kube_request_handlers request_handlers = { .done = on_done };

/* kube_request_cancel() frees the request, so nothing is called after it. */
void kube_call_cancel(struct kube_call *call)
{
	if (!call || !call->request)
		return;
	kube_request_cancel(call->request);
	free(call);
}

static int make_path(const struct kube_call_options *options, char **ret_path, struct error *err)
{
	_cleanup_free_ char *path = NULL, *manager = NULL;
	bool create = options->verb == KUBE_CREATE;
	int r = kube_path(options->resource, options->namespace, create ? NULL : options->name,
			  options->subresource, &path, err);

	if (r < 0)
		return r;
	if (!create && !options->name)
		return error_set(err, EINVAL, "the name of an object of %s is not said",
				 options->resource->plural);
	if (!verbs[options->verb].manages_fields) {
		*ret_path = steal_pointer(&path);
		return 0;
	}
	manager = kube_path_escape(options->manager ?: KUBE_FIELD_MANAGER);
	if (!manager)
		return error_nomem(err);
	if (asprintf(ret_path, "%s?fieldManager=%s%s", path, manager,
		     options->verb == KUBE_APPLY && options->force ? "&force=true" : "") < 0) {
		*ret_path = NULL;
		return error_nomem(err);
	}
	return 0;
}

int kube_call_start(struct kube_client *client, const struct kube_call_options *options,
		    const struct kube_call_handlers *handlers, void *data,
		    struct kube_call **ret_call, struct error *err)
{
	_cleanup_free_ struct kube_call *call = calloc(1, sizeof(*call));
	_cleanup_free_ char *path = NULL, *body = NULL;
	struct kube_request_options request = {
		.method = verbs[options->verb].method,
		.timeout_ms = options->timeout_ms ? options->timeout_ms : KUBE_CALL_TIMEOUT_MS,
		.handlers = &request_handlers,
		.data = call,
	};
	int r;

	if (!call)
		return error_nomem(err);
	r = make_path(options, &path, err);
	if (r < 0)
		return r;
	request.path = path;
	if (options->body) {
		body = json_dumps(options->body, JSON_COMPACT);
		if (!body)
			return error_nomem(err);
		request.content_type = verbs[options->verb].content_type;
		request.body = body;
		request.body_size = strlen(body);
	}
	call->handlers = handlers;
	call->data = data;
	r = kube_request_start(client, &request, &call->request, err);
	if (r < 0)
		return r;
	*ret_call = steal_pointer(&call);
	return 0;
}
