// SPDX-License-Identifier: Apache-2.0
#include "agent/preparation.h"

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/host_entry.h"
#include "agent/node_facts.h"
#include "agent/operator_check.h"
#include "util/error.h"
#include "util/log.h"
#include "util/worker.h"

struct preparation {
	struct agent_options options;
	preparation_done *done;
	void *data;
	struct node_facts facts;
	struct error err;
	int result;
};

static void prepare(void *data)
{
	struct preparation *preparation = data;
	const struct agent_options *options = &preparation->options;
	int r = host_entry_make(options->recorder.host_root, &preparation->err);

	if (r == 0)
		r = operator_check_node(options->seccomp_root, &preparation->err);
	if (r == 0)
		r = node_facts_read(options->node_name, options->recorder.runtime_endpoint,
				    &preparation->facts, &preparation->err);
	preparation->result = r;
}

static void preparation_destroy(void *data)
{
	struct preparation *preparation = data;

	node_facts_finish(&preparation->facts);
	error_finish(&preparation->err);
	free(preparation);
}

static void log_facts(const struct node_facts *facts)
{
	size_t i;

	log_info("node %s, %s", facts->node_name, facts->architecture);
	for (i = 0; i < facts->runtime_count; i++)
		log_info("runtime %s %s", facts->runtimes[i].name,
			 facts->runtimes[i].version ?: "of unknown version");
	if (!facts->runtime_count)
		log_warning("no runc or crun is found: recorded profiles are installed without the "
			    "calls that the runtime of this node makes");
}

static void on_prepared(void *data)
{
	struct preparation *preparation = data;

	if (preparation->result == 0)
		log_facts(&preparation->facts);
	preparation->done(preparation->result, &preparation->err, &preparation->facts,
			  preparation->data);
	preparation_destroy(preparation);
}

int preparation_start(struct worker *worker, const struct agent_options *options,
		      preparation_done *done, void *data, struct error *err)
{
	struct preparation *preparation = calloc(1, sizeof(*preparation));
	struct worker_job job = { prepare, on_prepared, preparation_destroy, preparation };
	int r;

	if (!preparation)
		return error_nomem(err);
	preparation->options = *options;
	preparation->done = done;
	preparation->data = data;
	r = worker_submit(worker, &job, err);
	if (r < 0)
		preparation_destroy(preparation);
	return r;
}
