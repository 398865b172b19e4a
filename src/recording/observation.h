/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_OBSERVATION_H
#define RECORDING_OBSERVATION_H

/*
 * What one container lifetime, command or process did. Times are nanoseconds since the epoch, 0
 * when unknown. Strings are owned by the structure that has them, NULL when unknown.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	/* What ran. For a plain command, name is the command's and the rest is NULL. */
	char *container_name;
	char *container_id;
	char *image;
	char *image_digest;
	char *pod_name;
	char *pod_namespace;
	char *pod_uid;
	struct label *labels; /* sorted by key */
	size_t label_count;

	/* Where it ran. */
	char *node;
	char *kernel; /* uname -r */
	enum machine machine;
	char *runtime; /* "runc", "crun"; NULL for a plain command */
	char *runtime_version;
	char *engine; /* "containerd", "cri-o", "docker", "podman": as baselines are called; NULL */
	char *engine_version;

	/* Under what it ran. */
	enum seccomp_mode seccomp;
	enum tristate no_new_privs;
	/*
	 * The runtime ran a startContainer hook, which runs under the filter too. No file has it:
	 * it is needed until the runtime's calls were added, and those are in the file.
	 */
	bool start_hook;
	char **capabilities; /* bounding set, "CAP_…", sorted */
	size_t capability_count;
	bool capabilities_known;
	struct applied_profile *applied_profile; /* of its OCI bundle; NULL */

	/* When, and how it was found to belong to the target. */
	int64_t start;
	int64_t end;
	/*
	 * How many more lifetimes are summed up in this observation, which has the names of one
	 * of them: what keeps a recording of a million short jobs small.
	 */
	uint64_t folded;
	char *attribution; /* such as "cgroup /kubepods/… matched pod label app=x" */

	/* What it did. */
	struct call_set calls;
	struct call_set denied; /* attempted, stopped by a filter in force; origin is observed */

	/* Whether that is all. */
	uint64_t losses[LOSS_COUNT];
	char **reasons; /* sentences; why the observation is not complete */
	size_t reason_count;
};

/* Memory of the caller; a zeroed structure is empty and valid. */
void observation_finish(struct observation *observation);
#define _cleanup_observation_ _cleanup_(observation_finish)

/* The error is NULL-safe; text is copied. */
int observation_add_reason(struct observation *observation, struct error *err, const char *format,
			   ...) __attribute__((format(printf, 3, 4)));
int observation_add_label(struct observation *observation, const char *key, const char *value,
			  struct error *err);
int observation_add_capability(struct observation *observation, const char *name,
			       struct error *err);

/*
 * Whether a container's capabilities are known. Those of a plain command or process are the host's,
 * and say nothing of the container that it will run in.
 */
bool observation_knows_container_capabilities(const struct observation *observation);

/* True without a reason, and without a loss that hides calls. */
bool observation_complete(const struct observation *observation);

#endif
