/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_H
#define RECORDING_RECORDING_H

/*
 * A recording is the evidence: a set of observations, each what one container lifetime did.
 * It is what is stored, merged, and explained; profiles are derived from it and can be
 * derived again. Times are nanoseconds since the epoch, 0 when unknown. Strings are owned
 * by the structure they stand in, NULL when unknown.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls/syscalls.h"
#include "util/cleanup.h"

struct applied_profile;
struct error;

enum origin {
	ORIGIN_OBSERVED, /* the workload made it */
	ORIGIN_RUNTIME,	 /* the runtime makes it between loading the filter and execve */
	ORIGIN_IMPLIED,	 /* the kernel or the vDSO can make it happen (rt_sigreturn, …) */
	ORIGIN_COUNT,
};

const char *origin_name(enum origin origin);
int origin_from_name(const char *name); /* negative when unknown */

#define CALL_PROCESS_SIZE 16 /* TASK_COMM_LEN */

/* One system call of an observation. */
struct call {
	uint32_t nr; /* without x32's bit 30 */
	enum abi abi;
	enum origin origin;
	int64_t first_seen;
	char process[CALL_PROCESS_SIZE]; /* comm of the first that made it, "" when unknown */
};

/* Calls sorted by ABI and number, each at most once. */
struct call_set {
	struct call *items;
	size_t length;
};

/* The call, or NULL; owned by the set, valid until it changes. */
const struct call *call_set_find(const struct call_set *set, enum abi abi, uint32_t nr);

/*
 * Adds a call or merges it with the one that is there: the earlier first_seen wins (with
 * its process; a known time wins over an unknown one), and of two origins the one named
 * first in enum origin. This makes the union commutative, associative, idempotent.
 */
int call_set_add(struct call_set *set, const struct call *call, struct error *err);
int call_set_merge(struct call_set *set, const struct call_set *other, struct error *err);
void call_set_finish(struct call_set *set);

struct label {
	char *key;
	char *value;
};

/* How the tool can lose something; each that is not zero makes the observation incomplete. */
enum loss {
	LOSS_SLOTS,	/* no free slot for a container's bitmaps */
	LOSS_MAP,	/* a map update in the BPF program failed */
	LOSS_RECURSION, /* the kernel did not run the program for a call (recursion_misses) */
	LOSS_LATE,	/* the container ran before the recording began */
	LOSS_DENIED,	/* a filter was loaded before denied calls were watched */
	LOSS_EVENTS,	/* events for the live view; hides no call */
	LOSS_COUNT,
};

const char *loss_name(enum loss loss);	  /* "slots", "map", … as in the recording format */
const char *loss_meaning(enum loss loss); /* a clause, for people */
bool loss_hides_calls(enum loss loss);	  /* false for LOSS_EVENTS only */

enum seccomp_mode {
	SECCOMP_MODE_UNKNOWN,
	SECCOMP_MODE_UNCONFINED,
	SECCOMP_MODE_FILTERED,
};

enum tristate {
	TRISTATE_UNKNOWN = -1,
	TRISTATE_NO = 0,
	TRISTATE_YES = 1,
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

struct recording {
	char *name;
	struct observation *observations; /* sorted: pod namespace, pod, container, id, start */
	size_t observation_count;
};

/* Memory of the caller; a zeroed structure is empty and valid. */
void observation_finish(struct observation *observation);
void recording_finish(struct recording *recording);

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

/* No reason and no loss that hides calls. */
bool observation_complete(const struct observation *observation);
bool recording_complete(const struct recording *recording);

/*
 * Moves an observation into the recording; the source is empty afterwards. One of the same
 * container lifetime (container id, start, node) that is there already is merged with it.
 */
int recording_add(struct recording *recording, struct observation *observation, struct error *err);

/*
 * As recording_add(), but the observation is summed up in one of the same container name, pod
 * namespace, image and runtime where there is one.
 */
int recording_fold(struct recording *recording, struct observation *observation, struct error *err);

/*
 * Moves everything of other into the recording; other is empty afterwards. Set union: commutative,
 * associative and idempotent, whatever the files or nodes were. Of two names the one that
 * sorts first is kept; a caller with a better one sets it. It fails only for want of memory, and
 * then both are to be finished. For more than two, recording_union.h sorts less often.
 */
int recording_merge(struct recording *recording, struct recording *other, struct error *err);

#define _cleanup_observation_ _cleanup_(observation_finish)
#define _cleanup_recording_ _cleanup_(recording_finish)

#endif
