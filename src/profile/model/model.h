/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MODEL_MODEL_H
#define PROFILE_MODEL_MODEL_H

/*
 * The members of struct profile: linux.seccomp of the OCI runtime-spec, field by field. Each
 * structure owns its strings and arrays.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/model/profile.h"

/* In the kernel's order of precedence: of several filters' actions, the first here wins. */
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

/* Convert to and from the runtime-spec's "SCMP_ACT_…" and "SCMP_CMP_…"; negative if unknown. */
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
	struct json_t *unknown; /* comments, kept for the same format; or NULL */
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

/* Creates a profile without rules. Returns NULL if memory runs out. */
struct profile *profile_create(enum action default_action);

int profile_add_architecture(struct profile *profile, const char *scmp_arch, struct error *err);

/* True if the profile lists the architecture. */
bool profile_lists(const struct profile *profile, const char *scmp_arch);

/*
 * Adds to a string set the architectures for which runc and crun make a filter: those that the
 * profile lists, and the native one of each. If the profile lists none, adds only native, this
 * machine's architecture.
 */
int profile_collect_architectures(const struct profile *profile, const char *native, char ***names,
				  size_t *count, struct error *err);

/*
 * Appends an empty rule for the caller to fill in. The result is borrowed, and valid until the
 * next rule is added.
 */
int profile_add_rule(struct profile *profile, enum action action, struct rule **ret_rule,
		     struct error *err);
int rule_add_name(struct rule *rule, const char *name, struct error *err);

/* True if the rule names the call, with or without conditions. */
bool rule_has_name(const struct rule *rule, const char *name);

/*
 * Returns the names of all rules, sorted, each once. The caller owns the array, not the names.
 */
int profile_collect_names(const struct profile *profile, const char ***ret_names, size_t *ret_count,
			  struct error *err);

/* Copy a profile without its rules, and append a copy of a rule to a profile. */
int profile_copy_head(const struct profile *profile, struct profile **ret_copy, struct error *err);
int profile_copy_rule(struct profile *profile, const struct rule *rule, struct error *err);

/* Removes rules without names: they have no effect, and some runtimes refuse them. */
void profile_drop_empty_rules(struct profile *profile);

#endif
