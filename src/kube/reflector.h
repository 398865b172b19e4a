/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_REFLECTOR_H
#define KUBE_REFLECTOR_H

/*
 * Follows all objects of a kind, or those that a selector picks. It lists them in pages, then watches
 * for changes, and lists again when the server no longer knows where it was. It keeps no objects,
 * and only one is in memory at a time, however many there are.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "kube/path.h"
#include "util/cleanup.h"

struct error;
struct kube_client;
struct kube_reflector;

/* Called from the loop only. Objects are borrowed. Each may destroy the reflector, and the client. */
struct kube_reflector_handlers {
	/* A list begins: whatever is not reported before listed no longer exists. */
	void (*begin)(void *data);
	/* This object exists. It may be new, changed, or known already. */
	void (*object)(const json_t *object, void *data);
	/* This object, in its last state, no longer exists. */
	void (*deleted)(const json_t *object, void *data);
	/* The list is complete. */
	void (*listed)(void *data);
	/*
	 * Something failed, and will be tried again: a list, a watch, or an object that cannot be
	 * read (-EINVAL), which counts as if it did not exist.
	 */
	void (*trouble)(int result, const struct error *err, void *data);
};

struct kube_reflector_options {
	const struct kube_resource *resource;
	const char *namespace;	    /* NULL for all */
	const char *field_selector; /* "spec.nodeName=node-1"; NULL for all */
	const char *label_selector; /* NULL for all */
	/* For the members below, 0 means the default in brackets. */
	unsigned int page_size; /* [500] */
	int64_t watch_timeout_ms; /* of one watch, which then begins again; half of it is random [600000] */
	int64_t backoff_min_ms; /* between failures [800] */
	int64_t backoff_max_ms; /* [30000] */
};

/*
 * Starts to follow. options is copied, except for its resource. That and handlers must outlive the reflector. The caller destroys
 * ret_reflector before the client.
 */
int kube_reflector_create(struct kube_client *client, const struct kube_reflector_options *options,
			  const struct kube_reflector_handlers *handlers, void *data,
			  struct kube_reflector **ret_reflector, struct error *err);
void kube_reflector_destroy(struct kube_reflector *reflector);
DEFINE_CLEANUP(struct kube_reflector *, kube_reflector_destroy);
#define _cleanup_kube_reflector_ _cleanup_(cleanup_kube_reflector_destroy)

/* True while the reflector watches: what it reported is all there is, but for what is on its way. */
bool kube_reflector_is_watching(const struct kube_reflector *reflector);

#endif
