// SPDX-License-Identifier: Apache-2.0
#include "container/confined.h"

#include <errno.h>
#include <string.h>

#include "container/bundle.h"
#include "container/container_state.h"
#include "container/cri.h"
#include "cgroup/owner.h"
#include "container/state_file.h"
#include "util/array.h"
#include "util/error.h"

static void confined_finish(struct confined *confined)
{
	free(confined->id);
	free(confined->name);
	free(confined->pod_name);
	free(confined->pod_namespace);
	free(confined->localhost_profile);
	free(confined->seccomp);
}

void confined_list_finish(struct confined_list *list)
{
	for (size_t i = 0; i < list->length; i++)
		confined_finish(&list->items[i]);
	free(list->items);
	*list = (struct confined_list){};
}

static struct confined *find(struct confined_list *list, const char *id)
{
	for (size_t i = 0; i < list->length; i++)
		if (strcmp(list->items[i].id, id) == 0)
			return &list->items[i];
	return NULL;
}

/* Returns the container with this id, adding it if necessary; NULL if out of memory. */
static struct confined *find_or_add(struct confined_list *list, const char *id)
{
	struct confined *known = find(list, id), *grown;

	if (known)
		return known;
	grown = array_grow(list->items, list->length, sizeof(*grown));
	if (!grown)
		return NULL;
	list->items = grown;
	grown[list->length] = (struct confined){ .id = strdup(id) };
	return grown[list->length].id ? &grown[list->length++] : NULL;
}

/* Moves a string, unless *to is already known. */
static void take(char **to, char **from)
{
	if (!*to)
		*to = steal_pointer(from);
}

static int add_bundle(struct confined_list *list, const char *id, struct bundle *bundle,
		      struct error *err)
{
	struct confined *confined;

	if (!bundle->seccomp)
		return 0;
	confined = find_or_add(list, id);
	if (!confined)
		return error_nomem(err);
	take(&confined->seccomp, &bundle->seccomp);
	take(&confined->name, &bundle->container_name);
	take(&confined->pod_name, &bundle->pod_name);
	take(&confined->pod_namespace, &bundle->pod_namespace);
	return 0;
}

/*
 * Reads the bundle of a live container. Evidence of a user counts only for that user's
 * processes.
 */
static int read_bundle(const struct container_state *state, struct bundle *ret_bundle)
{
	_cleanup_state_directory_ struct state_directory directory = STATE_DIRECTORY_CLOSED;
	_cleanup_close_ int process = -1;
	int r = state->bundle ? container_state_open_process(state, &process, NULL) : -ENOENT;

	if (r == 0)
		r = state_directory_open(state->bundle, &directory, NULL);
	if (r == 0 && !owner_tells_about(directory.owner, state->owner))
		r = -EPERM;
	return r < 0 ? r : bundle_read(&directory, ret_bundle, NULL);
}

static int add_states(struct confined_list *list, const char *root, struct error *err)
{
	_cleanup_container_states_ struct container_states states = {};
	int r = container_states_find(root, "", &states, err);

	for (size_t i = 0; i < states.length && r == 0; i++) {
		const struct container_state *state = &states.items[i];
		_cleanup_bundle_ struct bundle bundle = {};

		/* Evidence of a user about one of root's containers is ignored. */
		if (container_states_choose(&states, state->id, state->owner) == state &&
		    read_bundle(state, &bundle) == 0)
			r = add_bundle(list, state->id, &bundle, err);
	}
	return r;
}

static int add_status(struct confined_list *list, struct cri *cri, const char *id,
		      struct error *err)
{
	_cleanup_cri_container_status_ struct cri_container_status status = {};
	_cleanup_bundle_ struct bundle bundle = {};
	struct confined *confined;
	int r = 0;

	if (cri_container_status(cri, id, &status, NULL) < 0)
		return 0;
	if (bundle_parse(status.bundle, strlen(status.bundle), &bundle, NULL) == 0)
		r = add_bundle(list, id, &bundle, err);
	if (r < 0 || !*status.localhost_profile)
		return r;
	confined = find_or_add(list, id);
	if (!confined)
		return error_nomem(err);
	take(&confined->localhost_profile, &status.localhost_profile);
	take(&confined->name, &status.container.name);
	return 0;
}

static int add_cri(struct confined_list *list, struct cri *cri, struct error *err)
{
	struct cri_container *containers = NULL;
	size_t count = 0;
	int r = 0;

	if (cri_list_containers(cri, NULL, &containers, &count, NULL) < 0)
		return 0;
	for (size_t i = 0; i < count && r == 0; i++)
		if (containers[i].state != CRI_CONTAINER_EXITED)
			r = add_status(list, cri, containers[i].id, err);
	cri_containers_free(containers, count);
	return r;
}

static int compare_ids(const void *a, const void *b)
{
	const struct confined *left = a, *right = b;

	return strcmp(left->id, right->id);
}

int confined_find(const char *root, struct cri *cri, struct confined_list *ret_list,
		  struct error *err)
{
	_cleanup_confined_list_ struct confined_list list = {};
	int r = add_states(&list, root, err);

	if (r == 0 && cri)
		r = add_cri(&list, cri, err);
	if (r < 0)
		return r;
	if (list.length)
		qsort(list.items, list.length, sizeof(*list.items), compare_ids);
	*ret_list = list;
	list = (struct confined_list){};
	return 0;
}
