// SPDX-License-Identifier: Apache-2.0
#include "agent/profile_fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/profiles.h"
#include "kube/call.h"
#include "kube/object.h"
#include "util/error.h"
#include "util/str.h"

struct profile_fetch {
	struct kube_client *client;
	struct kube_call *call;
	profile_fetch_done *done;
	void *data;
	struct profile_chain chain;
};

static void destroy(struct profile_fetch *fetch)
{
	size_t i;

	for (i = 0; i < fetch->chain.count; i++)
		json_decref(fetch->chain.objects[i]);
	free(fetch->chain.missing);
	free(fetch);
}

static void finish(struct profile_fetch *fetch, int result, const struct error *err)
{
	fetch->done(result, err, &fetch->chain, fetch->data);
	destroy(fetch);
}

static int get(struct profile_fetch *fetch, const char *name, struct error *err);

/* Goes on with the base of the last object, or ends. */
static int follow(struct profile_fetch *fetch, bool *ret_more, struct error *err)
{
	struct profile_chain *chain = &fetch->chain;
	const char *base = profile_object_base(chain->objects[chain->count - 1]);

	*ret_more = false;
	if (!base)
		return 0;
	chain->missing = strdup(base);
	if (!chain->missing)
		return error_nomem(err);
	/* The plan says what is wrong with the name. */
	*ret_more = chain->count < PROFILE_CHAIN_MAX && str_is_dns_subdomain(base);
	return *ret_more ? get(fetch, base, err) : 0;
}

static void on_got(struct kube_call *call, int result, const struct error *err,
		   const json_t *object, void *data)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct profile_fetch *fetch = data;
	bool more = false;

	if (result == -ENOENT) {
		finish(fetch, 0, NULL);
		return;
	}
	if (result == 0 && !object)
		result = error_set(&problem, EPROTO, "an answer without an object");
	else if (result < 0)
		error_copy(&problem, err);
	if (result == 0) {
		free(steal_pointer(&fetch->chain.missing));
		fetch->chain.objects[fetch->chain.count++] = json_incref((json_t *)object);
		result = follow(fetch, &more, &problem);
	}
	if (result < 0 || !more)
		finish(fetch, result, &problem);
}

static const struct kube_call_handlers handlers = { .done = on_got };

static int get(struct profile_fetch *fetch, const char *name, struct error *err)
{
	const struct kube_call_options options = {
		.verb = KUBE_GET,
		.resource = &profiles_resource,
		.name = name,
	};

	return kube_call_start(fetch->client, &options, &handlers, fetch, &fetch->call, err);
}

int profile_fetch_start(struct kube_client *client, const char *name, profile_fetch_done *done,
			void *data, struct profile_fetch **ret_fetch, struct error *err)
{
	struct profile_fetch *fetch = calloc(1, sizeof(*fetch));
	int r;

	if (!fetch)
		return error_nomem(err);
	fetch->client = client;
	fetch->done = done;
	fetch->data = data;
	r = get(fetch, name, err);
	if (r < 0) {
		destroy(fetch);
		return r;
	}
	*ret_fetch = fetch;
	return 0;
}

bool profile_fetch_has(const struct profile_fetch *fetch, const char *name)
{
	const struct profile_chain *chain = &fetch->chain;
	size_t i;

	for (i = 0; i < chain->count; i++)
		if (strcmp(kube_object_name(chain->objects[i]), name) == 0)
			return true;
	return chain->missing && strcmp(chain->missing, name) == 0;
}

void profile_fetch_cancel(struct profile_fetch *fetch)
{
	kube_call_cancel(fetch->call);
	destroy(fetch);
}
