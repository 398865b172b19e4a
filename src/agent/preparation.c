// SPDX-License-Identifier: Apache-2.0
#include "agent/preparation.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/node_facts.h"
#include "agent/operator_check.h"
#include "record/recorder.h"
#include "util/error.h"
#include "util/host_root.h"
#include "util/log.h"
#include "util/worker.h"

struct preparation {
	struct agent_options options;
	preparation_done *done;
	void *data;
	struct node_facts facts;
	bool detached;		   /* what an earlier recorder left pinned */
	struct error detach_error; /* why it could not be */
	struct error err;
	int result;
};

static int enter_host(const char *host_root, struct error *err)
{
	/* For the life of the thread, so nothing leaves it. */
	struct host_root host = HOST_ROOT_INIT;
	const char *path = host_root ?: host_root_find();

	if (!path || strcmp(path, "/") == 0)
		return 0;
	if (unshare(CLONE_FS) < 0)
		return error_set_errno(err, errno, "give a thread a root directory of its own");
	return host_root_enter(path, &host, err) < 0 ?
		       error_prefix(err, "the host's files at %s", path) :
		       0;
}

static void prepare(void *data)
{
	struct preparation *preparation = data;
	const struct agent_options *options = &preparation->options;
	int r = enter_host(options->host_root, &preparation->err);

	if (r == 0)
		r = operator_check_node(options->seccomp_root, &preparation->err);
	if (r == 0)
		r = node_facts_read(options->node_name, options->runtime_endpoint,
				    &preparation->facts, &preparation->err);
	/* Files can be kept whatever keeps the programs from being removed. */
	if (r == 0)
		recorder_detach(options->pin_dir, &preparation->detached,
				&preparation->detach_error);
	preparation->result = r;
}

static void preparation_destroy(void *data)
{
	struct preparation *preparation = data;

	node_facts_finish(&preparation->facts);
	error_finish(&preparation->err);
	error_finish(&preparation->detach_error);
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

static void log_leftovers(const struct preparation *preparation)
{
	if (preparation->detach_error.code)
		log_warning("BPF programs of an earlier recorder: %s",
			    error_message(&preparation->detach_error));
	else if (preparation->detached)
		log_info("removed what an earlier recorder left pinned: %s",
			 preparation->options.pin_dir);
}

static void on_prepared(void *data)
{
	struct preparation *preparation = data;

	if (preparation->result == 0) {
		log_facts(&preparation->facts);
		log_leftovers(preparation);
	}
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
