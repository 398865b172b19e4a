// SPDX-License-Identifier: Apache-2.0
#include "kube/reflector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json/cursor.h"
#include "kube/client_state.h"
#include "kube/cutter.h"
#include "kube/request.h"
#include "kube/status.h"
#include "util/backoff.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define NSEC_PER_MSEC 1000000LL

/* Of one page: longer than the API server's own limit of a minute. */
#define LIST_TIMEOUT_MS 90000

/* How much longer than it said the server may take to end a watch. */
#define WATCH_GRACE_MS 10000

/* A watch that ends sooner, without an event, is a failure: the server would be asked at once. */
#define SHORT_WATCH_MS 1000

enum phase {
	LISTING,
	WATCHING,
};

struct kube_reflector {
	struct kube_client *client;
	const struct kube_reflector_handlers *handlers;
	void *data;
	char *path;  /* of all objects */
	char *query; /* the selectors, each with a "&" before it */
	struct kube_reflector_options options;
	enum phase phase;
	struct kube_request *request; /* NULL while it waits for the next attempt */
	struct loop_timer *again;
	struct cutter *cutter;
	char *next;    /* the continue token of the next page; NULL for the first */
	char *version; /* resourceVersion of the last thing that was heard */
	bool unpaged;  /* a list took so long that its pages expired: ask for all at once */
	bool gone;     /* the watch said that version is too old */
	bool heard;    /* the watch had an event */
	int64_t began; /* the watch, ns of CLOCK_MONOTONIC */
	unsigned int failures;
	unsigned int turns; /* running handlers; the reflector is not freed during one */
	bool released;	    /* free it after the last turn */
};

static void reflector_free(struct kube_reflector *reflector)
{
	loop_remove_timer(reflector->again);
	cutter_destroy(reflector->cutter);
	free(reflector->path);
	free(reflector->query);
	free(reflector->next);
	free(reflector->version);
	free(reflector);
}

static void end_turn(struct kube_reflector *reflector)
{
	if (--reflector->turns == 0 && reflector->released)
		reflector_free(reflector);
}

void kube_reflector_destroy(struct kube_reflector *reflector)
{
	if (!reflector || reflector->released)
		return;
	reflector->turns++;
	reflector->released = true;
	kube_request_cancel(reflector->request);
	reflector->request = NULL;
	end_turn(reflector);
}

bool kube_reflector_is_watching(const struct kube_reflector *reflector)
{
	return reflector->phase == WATCHING && reflector->request;
}

static void report(struct kube_reflector *reflector, int result, const struct error *err)
{
	if (!reflector->released)
		reflector->handlers->trouble(result, err, reflector->data);
}

/* Waits before the next attempt, longer after each failure. */
static void try_later(struct kube_reflector *reflector)
{
	if (reflector->released)
		return;
	loop_start_timer(reflector->again,
			 backoff_ms(reflector->options.backoff_min_ms,
				    reflector->options.backoff_max_ms, reflector->failures++));
}

static void fail(struct kube_reflector *reflector, int result, const struct error *err)
{
	report(reflector, result, err);
	try_later(reflector);
}

static void begin_list(struct kube_reflector *reflector)
{
	reflector->phase = LISTING;
	free(reflector->next);
	reflector->next = NULL;
}

static int replace_string(char **string, const json_t *value, struct error *err)
{
	const char *text = json_string_value(value);
	char *copy = text ? strdup(text) : NULL;

	if (!text)
		return error_set(err, EPROTO, "the answer has no resourceVersion");
	if (!copy)
		return error_nomem(err);
	free(*string);
	*string = copy;
	return 0;
}

static int take_version(struct kube_reflector *reflector, const json_t *object, struct error *err)
{
	const json_t *metadata = json_object_get(object, "metadata");

	return replace_string(&reflector->version, json_object_get(metadata, "resourceVersion"),
			      err);
}

/*
 * Handles an event of the watch: {"type": "ADDED", "object": …}. That of a BOOKMARK has nothing but
 * a version.
 */
static void take_event(struct kube_reflector *reflector, const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	const json_t *object = json_object_get(event, "object");
	_cleanup_error_ struct error err = ERROR_INIT;

	reflector->heard = true;
	type = type ? type : "";
	if (!strcmp(type, "ERROR")) {
		int r = status_object_to_error(object, &err);

		reflector->gone = r == -ESTALE;
		if (!reflector->gone)
			report(reflector, r, &err);
		return;
	}
	if (take_version(reflector, object, &err) < 0) {
		report(reflector, -EPROTO, &err);
		return;
	}
	reflector->failures = 0;
	if (!strcmp(type, "DELETED"))
		reflector->handlers->deleted(object, reflector->data);
	else if (!strcmp(type, "ADDED") || !strcmp(type, "MODIFIED"))
		reflector->handlers->object(object, reflector->data);
}

/* Handles what was cut out: an object of the list, or an event of the watch. */
static void take_text(struct kube_reflector *reflector, const char *text, size_t size)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *root = NULL;

	if (tree_parse(reflector->options.resource->plural, text, size, &root, &err) < 0)
		report(reflector, -EINVAL, &err);
	else if (reflector->phase == WATCHING)
		take_event(reflector, root);
	else
		reflector->handlers->object(root, reflector->data);
}

static void on_body(struct kube_request *request, const char *bytes, size_t size, void *data)
{
	struct kube_reflector *reflector = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *text;
	size_t length;
	int r = 0;

	reflector->turns++;
	while (!reflector->released &&
	       (r = cutter_next(reflector->cutter, &bytes, &size, &text, &length, &err)) > 0)
		take_text(reflector, text, length);
	if (r < 0 && !reflector->released) {
		kube_request_cancel(reflector->request);
		reflector->request = NULL;
		fail(reflector, r, &err);
	}
	end_turn(reflector);
}

static void start_request(struct kube_reflector *reflector);

/* Ends a page. Its rest says where the next one begins, if there is one. */
static int end_page(struct kube_reflector *reflector, struct error *err)
{
	_cleanup_json_ json_t *rest = NULL;
	const json_t *next;
	const char *text;
	size_t size;
	int r = cutter_end(reflector->cutter, &text, &size, err);

	if (r == 0)
		r = tree_parse(reflector->path, text, size, &rest, err);
	if (r == 0)
		r = take_version(reflector, rest, err);
	if (r < 0)
		return r;
	reflector->failures = 0;
	next = json_object_get(json_object_get(rest, "metadata"), "continue");
	if (json_string_length(next))
		return replace_string(&reflector->next, next, err);
	reflector->phase = WATCHING;
	reflector->unpaged = false;
	reflector->handlers->listed(reflector->data);
	return 0;
}

static void end_list(struct kube_reflector *reflector, int result, const struct error *err)
{
	_cleanup_error_ struct error problem = ERROR_INIT;

	if (result == 0) {
		result = end_page(reflector, &problem);
		err = &problem;
	} else if (result == -ESTALE && reflector->next) {
		/* The next page has expired. Nothing that takes one answer can. */
		reflector->unpaged = true;
		begin_list(reflector);
		result = 0;
	}
	if (result < 0)
		fail(reflector, result, err);
	else
		start_request(reflector);
}

static void end_watch(struct kube_reflector *reflector, int result, const struct error *err)
{
	int64_t lasted = (clock_ns(CLOCK_MONOTONIC) - reflector->began) / NSEC_PER_MSEC;

	if (result == -ESTALE || reflector->gone) {
		begin_list(reflector);
		start_request(reflector);
	} else if (result < 0) {
		fail(reflector, result, err);
	} else if (!reflector->heard && lasted < SHORT_WATCH_MS) {
		try_later(reflector);
	} else {
		start_request(reflector);
	}
}

static void on_done(struct kube_request *request, int result, const struct error *err, void *data)
{
	struct kube_reflector *reflector = data;

	reflector->turns++;
	reflector->request = NULL;
	if (reflector->phase == LISTING)
		end_list(reflector, result, err);
	else
		end_watch(reflector, result, err);
	end_turn(reflector);
}

static const struct kube_request_handlers request_handlers = { .body = on_body, .done = on_done };

static int make_list_path(struct kube_reflector *reflector, char **ret_path)
{
	_cleanup_free_ char *next = kube_path_escape(reflector->next ? reflector->next : "");

	if (!next)
		return -1;
	if (reflector->unpaged)
		return asprintf(ret_path, "%s?limit=0%s", reflector->path, reflector->query);
	return asprintf(ret_path, "%s?limit=%u%s%s%s", reflector->path,
			reflector->options.page_size, reflector->next ? "&continue=" : "", next,
			reflector->query);
}

static int make_watch_path(struct kube_reflector *reflector, char **ret_path, int64_t *ret_timeout)
{
	int64_t timeout = reflector->options.watch_timeout_ms / 2;
	_cleanup_free_ char *version = kube_path_escape(reflector->version);

	timeout += backoff_random(timeout);
	*ret_timeout = timeout + WATCH_GRACE_MS;
	if (!version)
		return -1;
	return asprintf(
		ret_path,
		"%s?watch=1&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%lld%s",
		reflector->path, version, (long long)(timeout / 1000 + 1), reflector->query);
}

/* Makes the next request: a page of the list, or the watch. */
static int request_next(struct kube_reflector *reflector, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	struct kube_request_options options = {
		.method = "GET",
		.timeout_ms = LIST_TIMEOUT_MS,
		.handlers = &request_handlers,
		.data = reflector,
	};
	bool list = reflector->phase == LISTING;
	int r;

	r = list ? make_list_path(reflector, &path) :
		   make_watch_path(reflector, &path, &options.timeout_ms);
	if (r < 0) {
		path = NULL;
		return error_nomem(err);
	}
	cutter_destroy(reflector->cutter);
	reflector->cutter = NULL;
	r = cutter_create(list ? CUTTER_ITEMS : CUTTER_EVENTS, KUBE_OBJECT_MAX, &reflector->cutter,
			  err);
	if (r < 0)
		return r;
	reflector->gone = false;
	reflector->heard = false;
	reflector->began = clock_ns(CLOCK_MONOTONIC);
	options.path = path;
	return kube_request_start(reflector->client, &options, &reflector->request, err);
}

static void start_request(struct kube_reflector *reflector)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int r;

	if (reflector->released)
		return;
	if (reflector->phase == LISTING && !reflector->next)
		reflector->handlers->begin(reflector->data);
	if (reflector->released)
		return;
	r = request_next(reflector, &err);
	if (r < 0)
		fail(reflector, r, &err);
}

static void on_again(void *data)
{
	struct kube_reflector *reflector = data;

	reflector->turns++;
	start_request(reflector);
	end_turn(reflector);
}

static int add_selector(char **query, const char *key, const char *selector, struct error *err)
{
	_cleanup_free_ char *escaped = NULL;
	char *longer;

	if (!selector)
		return 0;
	escaped = kube_path_escape(selector);
	if (!escaped || asprintf(&longer, "%s&%s=%s", *query, key, escaped) < 0)
		return error_nomem(err);
	free(*query);
	*query = longer;
	return 0;
}

static int copy_options(struct kube_reflector *reflector,
			const struct kube_reflector_options *options, struct error *err)
{
	struct kube_reflector_options *own = &reflector->options;
	int r;

	*own = *options;
	own->page_size = own->page_size ? own->page_size : 500;
	own->watch_timeout_ms = own->watch_timeout_ms ? own->watch_timeout_ms : 600000;
	own->backoff_min_ms = own->backoff_min_ms ? own->backoff_min_ms : 800;
	own->backoff_max_ms = own->backoff_max_ms ? own->backoff_max_ms : 30000;
	reflector->query = strdup("");
	if (!reflector->query)
		return error_nomem(err);
	r = kube_path(options->resource, options->namespace, NULL, NULL, &reflector->path, err);
	if (r == 0)
		r = add_selector(&reflector->query, "fieldSelector", options->field_selector, err);
	if (r == 0)
		r = add_selector(&reflector->query, "labelSelector", options->label_selector, err);
	/* They are in path and query now, and the caller's may go. */
	own->namespace = own->field_selector = own->label_selector = NULL;
	return r;
}

int kube_reflector_create(struct kube_client *client, const struct kube_reflector_options *options,
			  const struct kube_reflector_handlers *handlers, void *data,
			  struct kube_reflector **ret_reflector, struct error *err)
{
	_cleanup_kube_reflector_ struct kube_reflector *reflector = calloc(1, sizeof(*reflector));
	int r;

	if (!reflector)
		return error_nomem(err);
	reflector->client = client;
	reflector->handlers = handlers;
	reflector->data = data;
	r = copy_options(reflector, options, err);
	if (r == 0)
		r = loop_add_timer(client->loop, on_again, reflector, &reflector->again, err);
	if (r < 0)
		return r;
	/* From the loop, because handlers are called from nowhere else. */
	loop_start_timer(reflector->again, 0);
	*ret_reflector = steal_pointer(&reflector);
	return 0;
}
