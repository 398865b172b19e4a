/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_PROFILE_PROFILES_H
#define TESTS_UNIT_PROFILE_PROFILES_H

/* Helpers that build profiles by hand. */
#include "fixtures.h"

#include "profile/semantics/semantics.h"
#include "profile/model/model.h"

#define ARCH "SCMP_ARCH_X86_64"

static inline struct profile *make_profile(enum action default_action)
{
	struct profile *profile = profile_create(default_action);

	assert_non_null(profile);
	return profile;
}

/* Adds a rule for the names, which are separated by spaces. */
static inline struct rule *add_names(struct profile *profile, enum action action, const char *names)
{
	_cleanup_free_ char *copy = strdup(names);
	char *name, *rest = copy;
	struct rule *rule;

	assert_int_equal(profile_add_rule(profile, action, &rule, NULL), 0);
	while ((name = strsep(&rest, " ")))
		assert_int_equal(rule_add_name(rule, name, NULL), 0);
	return rule;
}

static inline struct rule *set_errno(struct rule *rule, uint32_t value)
{
	rule->errno_ret = (struct optional_errno){ true, value };
	return rule;
}

static inline struct rule *add_condition(struct rule *rule, uint32_t index,
					 enum comparison comparison, uint64_t value,
					 uint64_t value_two)
{
	rule->conditions =
		realloc(rule->conditions, (rule->condition_count + 1) * sizeof(*rule->conditions));
	assert_non_null(rule->conditions);
	rule->conditions[rule->condition_count++] =
		(struct condition){ index, comparison, value, value_two };
	return rule;
}

static inline struct semantics *semantics_of(const struct profile *profile, const char *scmp_arch)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct semantics *semantics;

	assert_success(semantics_create(profile, scmp_arch, &semantics, &err), &err);
	return semantics;
}

#endif
