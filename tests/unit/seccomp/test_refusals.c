// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile/model/architecture.h"
#include "profile/model/model.h"
#include "seccomp/refusals.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/string_set.h"

static struct runtime_range range_of(const char *name, const char *version)
{
	return (struct runtime_range){ name, version_parse(version) };
}

/* Returns the number of refusals that a runtime has for a profile. Frees the profile. */
static size_t refused(struct profile *made, const char *name, const char *version)
{
	_cleanup_profile_ struct profile *profile = made;
	const struct runtime_range range = range_of(name, version);
	_cleanup_refusals_ struct refusals refusals = {};
	size_t i, count = 0;

	assert_int_equal(refusals_find(profile, &refusals, NULL), 0);
	for (i = 0; i < refusals.length; i++)
		count += refusal_is_by(&refusals.items[i], &range);
	return count;
}

static struct profile *with_flag(const char *flag)
{
	struct profile *profile = profile_create(ACTION_ERRNO);

	assert_int_equal(string_set_add(&profile->flags, &profile->flag_count, flag, NULL), 0);
	return profile;
}

static struct profile *with_rule(enum action action, const char *name)
{
	struct profile *profile = profile_create(ACTION_ERRNO);
	struct rule *rule;

	assert_int_equal(profile_add_rule(profile, action, &rule, NULL), 0);
	assert_int_equal(rule_add_name(rule, name, NULL), 0);
	return profile;
}

/* Counts, of all architectures that a profile can list, those that a runc version lacks. */
static void architectures_come_to_runc_one_by_one(void **state)
{
	static const struct {
		const char *version;
		size_t refused;
	} cases[] = { { "1.1.7", 7 }, { "1.1.8", 6 }, { "1.4.0", 6 }, { "1.4.1", 5 }, { "", 7 } };
	size_t i, k;

	for (i = 0; i < array_size(cases); i++) {
		struct profile *profile = profile_create(ACTION_ERRNO);

		for (k = 0; k < architecture_count; k++)
			assert_int_equal(
				profile_add_architecture(profile, architectures[k].scmp, NULL), 0);
		assert_int_equal(refused(profile, "runc", cases[i].version), cases[i].refused);
	}
}

static void flags_come_to_both(void **state)
{
	static const char *const flags[] = { "LOG", "SPEC_ALLOW", "TSYNC" };
	char name[64];
	size_t i;

	for (i = 0; i < array_size(flags); i++) {
		snprintf(name, sizeof(name), "SECCOMP_FILTER_FLAG_%s", flags[i]);
		assert_int_equal(refused(with_flag(name), "runc", "1.1.15"), 1);
		assert_int_equal(refused(with_flag(name), "runc", "1.2.0"), 0);
		assert_int_equal(refused(with_flag(name), "crun", "1.0"), 0);
	}
	assert_int_equal(
		refused(with_flag("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"), "runc", "1.4.3"), 1);
	assert_int_equal(
		refused(with_flag("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"), "crun", "1.5"), 1);
	assert_int_equal(refused(with_flag("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"), "crun", ""),
			 0);
	assert_int_equal(refused(with_flag("SECCOMP_FILTER_FLAG_NEW_LISTENER"), "runc", "1.5.1"),
			 1);
	assert_int_equal(refused(with_flag("SECCOMP_FILTER_FLAG_NEW_LISTENER"), "crun", "1.29"), 1);
}

static void actions_come_to_runc(void **state)
{
	assert_int_equal(refused(with_rule(ACTION_KILL_PROCESS, "read"), "runc", "1.1.2"), 1);
	assert_int_equal(refused(with_rule(ACTION_KILL_PROCESS, "read"), "runc", "1.1.3"), 0);
	/* Without a version, those that are no longer in use on nodes do not count. */
	assert_int_equal(refused(with_rule(ACTION_KILL_PROCESS, "read"), "runc", ""), 0);
	assert_int_equal(refused(with_rule(ACTION_KILL_PROCESS, "read"), "crun", "1.0"), 0);
	/* Refused for the missing listener, for a call that runc makes, and as unknown. */
	assert_int_equal(refused(with_rule(ACTION_NOTIFY, "write"), "runc", "1.0.3"), 3);
	assert_int_equal(refused(with_rule(ACTION_NOTIFY, "write"), "runc", "1.5.1"), 2);
	assert_int_equal(refused(with_rule(ACTION_NOTIFY, "write"), "crun", ""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(architectures_come_to_runc_one_by_one),
		cmocka_unit_test(flags_come_to_both),
		cmocka_unit_test(actions_come_to_runc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
