// SPDX-License-Identifier: Apache-2.0
#include "agent/node_facts.h"

#include <stdlib.h>
#include <string.h>

#include "container/cri.h"
#include "container/runtime.h"
#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/string_set.h"

/* The runtimes whose calls under the filter are measured. */
static const char *const measured[] = { "crun", "runc" };

/* The names of the runtimes that the engine is configured for; none if it does not say. */
static void ask_engine(const char *endpoint, char ***ret_names, size_t *ret_count)
{
	struct cri *cri = NULL;

	if (cri_connect(endpoint, &cri, NULL) < 0)
		return;
	cri_list_runtimes(cri, ret_names, ret_count, NULL);
	cri_destroy(cri);
}

int node_facts_read(const char *node_name, const char *endpoint, struct node_facts *ret_facts,
		    struct error *err)
{
	struct node_facts facts = { .node_name = strdup(node_name) };
	char **configured = NULL;
	size_t i, count = 0;

	facts.architecture = strdup(abi_scmp_arch(machine_native(), ABI_NATIVE));
	if (!facts.node_name || !facts.architecture) {
		node_facts_finish(&facts);
		return error_nomem(err);
	}
	ask_engine(endpoint, &configured, &count);
	for (i = 0; i < array_size(measured); i++) {
		struct node_runtime *runtime = &facts.runtimes[facts.runtime_count];
		int r;

		if (count && !string_set_has(configured, count, measured[i]))
			continue;
		r = runtime_version(measured[i], NULL, &runtime->version, NULL);
		/* Installed in an unusual directory, or of a version that cannot be read. */
		if (r < 0 && count == 0)
			continue;
		runtime->name = measured[i];
		facts.runtime_count++;
	}
	string_set_free(configured, count);
	*ret_facts = facts;
	return 0;
}

void node_facts_finish(struct node_facts *facts)
{
	size_t i;

	free(facts->node_name);
	free(facts->architecture);
	for (i = 0; i < facts->runtime_count; i++)
		free(facts->runtimes[i].version);
	*facts = (struct node_facts){};
}
