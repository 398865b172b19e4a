/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PREPARATION_H
#define AGENT_PREPARATION_H

/*
 * The work of an agent on its host before it asks the cluster: a thread enters the host's root
 * directory, for all jobs that follow, and looks who else manages profiles and which runtimes run here.
 */
struct agent_options;
struct error;
struct node_facts;
struct worker;

/*
 * Called once from the loop. -EEXIST if the Security Profiles Operator manages the directory. The
 * caller may take over facts by zeroing them.
 */
typedef void preparation_done(int result, const struct error *err, struct node_facts *facts,
			      void *data);

/* Logs what it finds. Borrows the strings of options until the worker ends. */
int preparation_start(struct worker *worker, const struct agent_options *options,
		      preparation_done *done, void *data, struct error *err);

#endif
