// SPDX-License-Identifier: Apache-2.0
#include "agent/permitted_namespaces.h"

#include <stdlib.h>

#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"
#include "util/string_set.h"

static const struct kube_resource resource = { "", "v1", "namespaces", false };

struct names {
	char **items;
	size_t count;
};

struct permitted_namespaces {
	struct kube_reflector *reflector;
	void (*changed)(void *data);
	void (*trouble)(int result, const struct error *err, void *data);
	void *data;
	struct names names, listing; /* listing: by the list that is under way */
	bool is_listing;
	bool known;
};

bool permitted_namespaces_has(const struct permitted_namespaces *namespaces, const char *name)
{
	return string_set_has(namespaces->names.items, namespaces->names.count, name);
}

bool permitted_namespaces_are_known(const struct permitted_namespaces *namespaces)
{
	return namespaces->known;
}

static void names_finish(struct names *names)
{
	string_set_free(names->items, names->count);
	*names = (struct names){};
}

static void on_begin(void *data)
{
	struct permitted_namespaces *namespaces = data;

	names_finish(&namespaces->listing);
	namespaces->is_listing = true;
}

static void on_object(const json_t *object, void *data)
{
	struct permitted_namespaces *namespaces = data;
	struct names *names = namespaces->is_listing ? &namespaces->listing : &namespaces->names;
	const char *name = kube_object_name(object);
	_cleanup_error_ struct error err = ERROR_INIT;
	int r;

	if (string_set_has(names->items, names->count, name))
		return;
	r = string_set_add(&names->items, &names->count, name, &err);
	if (r < 0)
		namespaces->trouble(r, &err, namespaces->data);
	else if (!namespaces->is_listing)
		namespaces->changed(namespaces->data);
}

/* Deleted, or no longer with the labels. */
static void on_deleted(const json_t *object, void *data)
{
	struct permitted_namespaces *namespaces = data;

	string_set_remove(namespaces->names.items, &namespaces->names.count,
			  kube_object_name(object));
	namespaces->changed(namespaces->data);
}

static void on_listed(void *data)
{
	struct permitted_namespaces *namespaces = data;

	names_finish(&namespaces->names);
	namespaces->names = namespaces->listing;
	namespaces->listing = (struct names){};
	namespaces->is_listing = false;
	namespaces->known = true;
	namespaces->changed(namespaces->data);
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct permitted_namespaces *namespaces = data;

	namespaces->trouble(result, err, namespaces->data);
}

static const struct kube_reflector_handlers handlers = {
	.begin = on_begin,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_listed,
	.trouble = on_trouble,
};

int permitted_namespaces_create(struct kube_client *client, const char *selector,
				void (*changed)(void *data),
				void (*trouble)(int result, const struct error *err, void *data),
				void *data, struct permitted_namespaces **ret_namespaces,
				struct error *err)
{
	const struct kube_reflector_options options = { .resource = &resource,
							.label_selector = selector };
	_cleanup_(cleanup_permitted_namespaces_destroy) struct permitted_namespaces *namespaces =
		calloc(1, sizeof(*namespaces));
	int r;

	if (!namespaces)
		return error_nomem(err);
	namespaces->changed = changed;
	namespaces->trouble = trouble;
	namespaces->data = data;
	r = kube_reflector_create(client, &options, &handlers, namespaces, &namespaces->reflector,
				  err);
	if (r < 0)
		return r;
	*ret_namespaces = steal_pointer(&namespaces);
	return 0;
}

void permitted_namespaces_destroy(struct permitted_namespaces *namespaces)
{
	if (!namespaces)
		return;
	kube_reflector_destroy(namespaces->reflector);
	names_finish(&namespaces->names);
	names_finish(&namespaces->listing);
	free(namespaces);
}
