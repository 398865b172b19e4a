/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NODE_FACTS_H
#define AGENT_NODE_FACTS_H

/* What a node can enforce: its runtimes, which a profile's file is made for. */
#include <stddef.h>

struct error;

struct node_runtime {
	const char *name; /* "runc", "crun" */
	char *version;	  /* "1.1.5"; NULL if it is not known */
};

#define NODE_RUNTIMES_MAX 4

struct node_facts {
	char *node_name;
	char *architecture; /* "SCMP_ARCH_X86_64" */
	struct node_runtime runtimes[NODE_RUNTIMES_MAX];
	size_t runtime_count;
};

/*
 * Looks for the runtimes that the node's container engine is configured for, at the CRI socket
 * endpoint or, if it is NULL, at the usual ones. If the engine does not say, all that are
 * installed count. May block for some seconds. The caller finishes ret_facts.
 */
int node_facts_read(const char *node_name, const char *endpoint, struct node_facts *ret_facts,
		    struct error *err);

void node_facts_finish(struct node_facts *facts);

#endif
