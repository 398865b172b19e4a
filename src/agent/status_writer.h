/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_STATUS_WRITER_H
#define AGENT_STATUS_WRITER_H

/*
 * Keeps parts of the status of ProfileRecordings: the conditions, and other members, that a field
 * manager owns. Other managers own other conditions of the same object.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "util/cleanup.h"

struct error;
struct kube_client;
struct loop;
struct status_writer;

struct status_condition {
	const char *type; /* "Ready" */
	bool holds;
	const char *reason; /* one word */
	const char *message;
};

struct recording_status {
	const char *namespace, *name;
	const char *manager;
	/*
	 * Any agent may say it under this manager, and one is enough: it is written after a pause, unless
	 * another agent has said it until then.
	 */
	bool shared;
	int64_t generation;
	const struct status_condition *conditions;
	size_t condition_count;
	char *const *workloads; /* status.activeWorkloads; NULL: not this manager's */
	size_t workload_count;
};

/* trouble must be callable as long as ret_writer exists, which the caller destroys before the client. */
int status_writer_create(struct loop *loop, struct kube_client *client,
			 void (*trouble)(int result, const struct error *err, void *data),
			 void *data, struct status_writer **ret_writer, struct error *err);
void status_writer_destroy(struct status_writer *writer);
DEFINE_CLEANUP(struct status_writer *, status_writer_destroy);

/*
 * Has a status written, unless that is what was written last, or observed is the status of the object
 * and says the same. The time of a condition is kept if observed has it. Everything is copied.
 */
int status_writer_set(struct status_writer *writer, const struct recording_status *wanted,
		      const json_t *observed, struct error *err);

/* The object has this status now: other agents may have said what waits to be written. */
void status_writer_observe(struct status_writer *writer, const char *namespace, const char *name,
			   const json_t *observed);

/* The object is gone. */
void status_writer_forget(struct status_writer *writer, const char *namespace, const char *name);

#endif
