/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_INVENTORY_H
#define SELECTION_INVENTORY_H

/* A snapshot of a container runtime's pods and containers. */
#include <stddef.h>

#include "container/cri.h"
#include "util/cleanup.h"

struct error;

struct inventory {
	struct cri_sandbox *sandboxes;
	size_t sandbox_count;
	struct cri_container *containers;
	size_t container_count;
};

/* Asks the runtime; blocks for two times CRI_TIMEOUT_MS at most. */
int inventory_take(struct cri *cri, struct inventory *ret_inventory, struct error *err);

void inventory_finish(struct inventory *inventory);
#define _cleanup_inventory_ _cleanup_(inventory_finish)

/* Each returns a borrowed entry of the inventory, or NULL. */
const struct cri_sandbox *inventory_sandbox(const struct inventory *inventory, const char *id);
const struct cri_sandbox *inventory_sandbox_of_pod(const struct inventory *inventory,
						   const char *uid);
const struct cri_container *inventory_container(const struct inventory *inventory, const char *id);

#endif
