/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_BUNDLE_H
#define CONTAINER_BUNDLE_H

/*
 * A container's OCI bundle: the resolved configuration with which it was started. Strings are
 * owned by the structure, NULL when the bundle does not have them.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"
#include "util/label.h"
#include "util/tristate.h"

struct error;
struct state_directory;

/* The contents of config.json. */
struct bundle {
	enum tristate no_new_privs;
	char **capabilities; /* bounding set, "CAP_…", sorted */
	size_t capability_count;
	bool capabilities_known;
	bool has_seccomp;     /* the runtime loads a filter */
	char *seccomp;	      /* linux.seccomp as JSON, NULL without one */
	bool mount_namespace; /* the container gets one of its own */
	char *root_path;      /* of the root file system, as written in the bundle */
	char *cgroups_path;   /* as written: a path, or "slice:prefix:name" */
	/* From the annotations of containerd and CRI-O; NULL when not there. */
	char *container_type; /* "sandbox" or "container" */
	char *container_name;
	char *image;
	char *sandbox_id;
	char *pod_name;
	char *pod_namespace;
	char *pod_uid;
	struct label *annotations; /* all of them, sorted by key */
	size_t annotation_count;
};

void bundle_finish(struct bundle *bundle);
#define _cleanup_bundle_ _cleanup_(bundle_finish)

/* Reads config.json of an open directory. */
int bundle_read(const struct state_directory *directory, struct bundle *ret_bundle,
		struct error *err);

/* The same from the text of config.json. -EINVAL if a field is wrong, with the field's path. */
int bundle_parse(const char *text, size_t size, struct bundle *ret_bundle, struct error *err);

#endif
