/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_OBSERVATION_H
#define RECORDING_OBSERVATION_H

/*
 * An observation: what one container lifetime, command or process did. Times are nanoseconds
 * since the epoch, 0 if unknown. Each structure owns its strings, which are NULL if unknown.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/argument_set.h"
#include "recording/call_set.h"
#include "recording/loss.h"
#include "syscalls/syscalls.h"
#include "util/cleanup.h"
#include "util/label.h"
#include "util/tristate.h"

struct applied_profile;
struct error;

enum seccomp_mode {
	SECCOMP_MODE_UNKNOWN,
	SECCOMP_MODE_UNCONFINED,
	SECCOMP_MODE_FILTERED,
};

struct observation {
	/*
	 * The workload. For a plain command, container_name is its name, and the rest is NULL.
	 */
	char *container_name;
	char *container_id;
	char *image;
	char *image_digest;
	char *pod_name;
	char *pod_namespace;
	char *pod_uid;
	struct label *labels; /* sorted by key */
	size_t label_count;

	/* The place: node, machine, runtime and engine. */
	char *node;
	char *kernel; /* uname -r */
	enum machine machine;
	char *runtime; /* "runc", "crun"; NULL for a plain command */
	char *runtime_version;
	char *engine; /* a baseline's name: "containerd", "cri-o", "docker", "podman"; NULL */
	char *engine_version;

	/* The restrictions. */
	enum seccomp_mode seccomp;
	enum tristate no_new_privs;
	/*
	 * The runtime ran a startContainer hook, which runs under the filter too. Not in the
	 * file: it is only needed to add the runtime's calls, which are in the file.
	 */
	bool start_hook;
	char **capabilities; /* bounding set, "CAP_…", sorted */
	size_t capability_count;
	bool capabilities_known;
	struct applied_profile *applied_profile; /* from its OCI bundle; NULL */

	/* The time, and why the workload belongs to the target. */
	int64_t start;
	int64_t end;
	/*
	 * The number of other lifetimes summed up in this observation, which has the names of
	 * one of them. This keeps a recording of a million short jobs small.
	 */
	uint64_t folded;
	char *attribution; /* such as "cgroup /kubepods/… matched pod label app=x" */

	/* The system calls. */
	struct call_set calls;
	struct call_set denied;	       /* attempted, stopped by a filter; origin is observed */
	struct argument_set arguments; /* of "calls" */
	struct argument_set denied_arguments;

	/* The completeness. */
	uint64_t losses[LOSS_COUNT];
	char **reasons; /* sentences: why the observation is incomplete */
	size_t reason_count;
};

/* The memory is the caller's. A zeroed structure is empty and valid. */
void observation_finish(struct observation *observation);
#define _cleanup_observation_ _cleanup_(observation_finish)

/* The caller finishes ret_copy, on failure too. */
int observation_copy(const struct observation *observation, struct observation *ret_copy,
		     struct error *err);

/* err may be NULL. Texts are copied. */
int observation_add_reason(struct observation *observation, struct error *err, const char *format,
			   ...) __attribute__((format(printf, 3, 4)));
int observation_add_label(struct observation *observation, const char *key, const char *value,
			  struct error *err);
int observation_add_capability(struct observation *observation, const char *name,
			       struct error *err);

/*
 * True if a container's capabilities are known. Those of a plain command or process are the
 * host's, and do not predict those of the container in which it will run.
 */
bool observation_knows_container_capabilities(const struct observation *observation);

/* True if there is no reason, and no loss that hides calls. */
bool observation_complete(const struct observation *observation);

#endif
