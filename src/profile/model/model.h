/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MODEL_MODEL_H
#define PROFILE_MODEL_MODEL_H

/*
 * The inside of struct profile, for the files of this folder: linux.seccomp of the OCI
 * runtime-spec, field by field. Strings and arrays are owned by what they stand in.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/model/profile.h"

/* In the kernel's order of precedence: of several filters, the first of these wins. */
enum action {
	ACTION_KILL_PROCESS,
	ACTION_KILL_THREAD, /* SCMP_ACT_KILL is the same */
	ACTION_TRAP,
	ACTION_ERRNO,
	ACTION_NOTIFY,
	ACTION_TRACE,
	ACTION_LOG,
	ACTION_ALLOW,
	ACTION_COUNT,
};

enum comparison {
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_EQ,
	COMPARE_GE,
	COMPARE_GT,
	COMPARE_MASKED_EQ, /* (argument & value) == value_two */
	COMPARE_COUNT,
};

/* "SCMP_ACT_…" and "SCMP_CMP_…" of the runtime-spec; negative when unknown. */
const char *action_name(enum action action);
int action_from_name(const char *name);
const char *comparison_name(enum comparison comparison);
int comparison_from_name(const char *name);

struct condition {
	uint32_t index; /* of the argument, 0 to 5 */
	enum comparison comparison;
	uint64_t value;
	uint64_t value_two;
};

struct optional_errno {
	bool known; /* false: the runtime's default, EPERM */
	uint32_t value;
};

struct rule {
	char **names; /* sorted, each once */
	size_t name_count;
	enum action action;
	struct optional_errno errno_ret;
	struct condition *conditions; /* all have to hold */
	size_t condition_count;
	struct json_t *unknown; /* comments, for the same format; or NULL */
};

struct profile {
	enum action default_action;
	struct optional_errno default_errno_ret;
	char **architectures; /* "SCMP_ARCH_…", sorted, each once */
	size_t architecture_count;
	char **flags; /* "SECCOMP_FILTER_FLAG_…", sorted, each once */
	size_t flag_count;
	char *listener_path;
	char *listener_metadata;
	struct rule *rules;
	size_t rule_count;
	struct json_t *unknown; /* as in a rule */
};

/* A profile without rules; NULL when memory ran out. */
struct profile *profile_create(enum action default_action);

int profile_add_architecture(struct profile *profile, const char *scmp_arch, struct error *err);

/* Whether the architecture is in the profile's list. */
bool profile_lists(const struct profile *profile, const char *scmp_arch);

/*
 * Adds to a string set the architectures that runc and crun make a filter for: those that the
 * profile lists, and the native one of their machines. Without a list that is native, this
 * machine's.
 */
int profile_collect_architectures(const struct profile *profile, const char *native, char ***names,
				  size_t *count, struct error *err);

/*
 * An empty rule of the profile to be filled in, at the end; borrowed, valid until the next one
 * is added.
 */
int profile_add_rule(struct profile *profile, enum action action, struct rule **ret_rule,
		     struct error *err);
int rule_add_name(struct rule *rule, const char *name, struct error *err);

/* True if name is among the calls of the rule, with arguments or without. */
bool rule_has_name(const struct rule *rule, const char *name);

/*
 * All names of the rules, sorted, each once: the array is owned by the caller, the names are
 * not.
 */
int profile_collect_names(const struct profile *profile, const char ***ret_names, size_t *ret_count,
			  struct error *err);

/* A copy without the rules, and one of a rule, at the end of a profile. */
int profile_copy_head(const struct profile *profile, struct profile **ret_copy, struct error *err);
int profile_copy_rule(struct profile *profile, const struct rule *rule, struct error *err);

/* Removes the rules without names, which say nothing and which some runtimes refuse. */
void profile_drop_empty_rules(struct profile *profile);

#endif
