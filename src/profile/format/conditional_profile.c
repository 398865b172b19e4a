// SPDX-License-Identifier: Apache-2.0
#include "profile/format/conditional_profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/format/conditional_profile_model.h"
#include "profile/model/architecture.h"
#include "profile/model/model.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

/* moby/moby daemon/pkg/oci/caps/defaults.go; containerd pkg/oci defaultUnixCaps(). */
const char *const default_capabilities[] = {
	"CAP_AUDIT_WRITE", "CAP_CHOWN",	  "CAP_DAC_OVERRIDE",	  "CAP_FOWNER",	    "CAP_FSETID",
	"CAP_KILL",	   "CAP_MKNOD",	  "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",    "CAP_SETFCAP",
	"CAP_SETGID",	   "CAP_SETPCAP", "CAP_SETUID",		  "CAP_SYS_CHROOT",
};

const size_t default_capability_count = array_size(default_capabilities);

static void filter_finish(struct filter *filter)
{
	string_set_free(filter->capabilities, filter->capability_count);
	string_set_free(filter->architectures, filter->architecture_count);
}

void conditional_profile_destroy(struct conditional_profile *conditional)
{
	size_t i;

	if (!conditional)
		return;
	for (i = 0; i < conditional->filter_count; i++) {
		filter_finish(&conditional->filters[i].includes);
		filter_finish(&conditional->filters[i].excludes);
	}
	for (i = 0; i < conditional->entry_count; i++)
		free(conditional->entries[i].others);
	profile_destroy(conditional->profile);
	string_set_free(conditional->capabilities, conditional->capability_count);
	free(conditional->filters);
	free(conditional->entries);
	free(conditional);
}

int kernel_version_parse(const char *text, struct kernel_version *ret_version, struct error *err)
{
	struct kernel_version version;

	if (sscanf(text, "%4u.%4u", &version.major, &version.minor) != 2 || text[0] < '0' ||
	    text[0] > '9')
		return error_set(err, EINVAL, "\"%s\" is not a kernel version, such as 4.8", text);
	*ret_version = version;
	return 0;
}

bool conditional_profile_has_conditions(const struct conditional_profile *conditional)
{
	return conditional->conditional;
}

bool conditional_profile_is_docker(const struct conditional_profile *conditional)
{
	return conditional->docker;
}

const char *const *conditional_profile_capabilities(const struct conditional_profile *conditional,
						    size_t *ret_count)
{
	*ret_count = conditional->capability_count;
	return (const char *const *)conditional->capabilities;
}

/* The input of filters: a context, and the name of its architecture. */
struct question {
	const char *architecture; /* "amd64" */
	const struct container_context *context;
};

static bool holds_capability(const struct question *question, const char *name)
{
	const struct container_context *context = question->context;
	size_t i;

	for (i = 0; i < context->capability_count; i++)
		if (strcmp(context->capabilities[i], name) == 0)
			return true;
	return false;
}

static bool lists_architecture(const struct filter *filter, const char *architecture)
{
	size_t i;

	for (i = 0; i < filter->architecture_count; i++)
		if (strcmp(filter->architectures[i], architecture) == 0)
			return true;
	return false;
}

static bool kernel_reached(const struct question *question, const struct filter *filter)
{
	struct kernel_version kernel = question->context->kernel;

	if (kernel.major == 0 && kernel.minor == 0)
		return true;
	return kernel.major > filter->kernel.major ||
	       (kernel.major == filter->kernel.major && kernel.minor >= filter->kernel.minor);
}

/* True if anything listed matches. */
static bool is_excluded(const struct question *question, const struct filter *excludes)
{
	size_t i;

	if (lists_architecture(excludes, question->architecture))
		return true;
	for (i = 0; i < excludes->capability_count; i++)
		if (holds_capability(question, excludes->capabilities[i]))
			return true;
	return excludes->kernel_known && kernel_reached(question, excludes);
}

/* True if everything listed matches; of the architectures, one is enough. */
static bool is_included(const struct question *question, const struct filter *includes)
{
	size_t i;

	if (includes->architecture_count && !lists_architecture(includes, question->architecture))
		return false;
	for (i = 0; i < includes->capability_count; i++)
		if (!holds_capability(question, includes->capabilities[i]))
			return false;
	return !includes->kernel_known || kernel_reached(question, includes);
}

static int add_architectures(const struct conditional_profile *conditional, const char *native,
			     struct profile *profile, struct error *err)
{
	size_t i, k;
	int r;

	for (i = 0; i < conditional->entry_count; i++) {
		const struct architecture_entry *entry = &conditional->entries[i];

		if (strcmp(entry->native, native) != 0)
			continue;
		r = profile_add_architecture(profile, native, err);
		for (k = 0; k < entry->other_count && r == 0; k++)
			r = profile_add_architecture(profile, entry->others[k], err);
		return r; /* the first entry decides, as with Docker */
	}
	return 0;
}

int conditional_profile_resolve(const struct conditional_profile *conditional,
				const struct container_context *context,
				struct profile **ret_profile, struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	const struct architecture *architecture = NULL;
	struct question question = { .context = context };
	size_t i;
	int r = profile_copy_head(conditional->profile, &profile, err);

	if (r < 0)
		return r;
	if (conditional->conditional) {
		architecture = context && context->architecture ?
				       architecture_find(context->architecture) :
				       NULL;
		if (!architecture)
			return error_set(err, EINVAL,
					 "the rules depend on the container's architecture, and "
					 "%s",
					 context && context->architecture ?
						 "there is none of that name" :
						 "none was given");
		question.architecture = architecture->name;
		r = add_architectures(conditional, architecture->scmp, profile, err);
	}
	for (i = 0; i < conditional->filter_count && r == 0; i++) {
		const struct rule_filters *filters = &conditional->filters[i];

		if (architecture && (is_excluded(&question, &filters->excludes) ||
				     !is_included(&question, &filters->includes)))
			continue;
		r = profile_copy_rule(profile, &conditional->profile->rules[i], err);
	}
	if (r < 0)
		return r;
	*ret_profile = steal_pointer(&profile);
	return 0;
}

struct profile *conditional_profile_take_profile(struct conditional_profile *conditional)
{
	return steal_pointer(&conditional->profile);
}
