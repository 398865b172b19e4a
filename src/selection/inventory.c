// SPDX-License-Identifier: Apache-2.0
#include "selection/inventory.h"

#include <string.h>

#include "util/error.h"

void inventory_finish(struct inventory *inventory)
{
	cri_sandboxes_free(inventory->sandboxes, inventory->sandbox_count);
	cri_containers_free(inventory->containers, inventory->container_count);
	*inventory = (struct inventory){};
}

int inventory_take(struct cri *cri, struct inventory *ret_inventory, struct error *err)
{
	_cleanup_inventory_ struct inventory inventory = {};
	int r = cri_list_sandboxes(cri, &inventory.sandboxes, &inventory.sandbox_count, err);

	if (r < 0)
		return r;
	r = cri_list_containers(cri, NULL, &inventory.containers, &inventory.container_count, err);
	if (r < 0)
		return r;
	*ret_inventory = inventory;
	inventory = (struct inventory){};
	return 0;
}

const struct cri_sandbox *inventory_sandbox(const struct inventory *inventory, const char *id)
{
	size_t i;

	for (i = 0; i < inventory->sandbox_count; i++)
		if (strcmp(inventory->sandboxes[i].id, id) == 0)
			return &inventory->sandboxes[i];
	return NULL;
}

const struct cri_sandbox *inventory_sandbox_of_pod(const struct inventory *inventory,
						   const char *uid)
{
	size_t i;

	for (i = 0; i < inventory->sandbox_count; i++)
		if (strcmp(inventory->sandboxes[i].uid, uid) == 0)
			return &inventory->sandboxes[i];
	return NULL;
}

const struct cri_container *inventory_container(const struct inventory *inventory, const char *id)
{
	size_t i;

	for (i = 0; i < inventory->container_count; i++)
		if (strcmp(inventory->containers[i].id, id) == 0)
			return &inventory->containers[i];
	return NULL;
}
