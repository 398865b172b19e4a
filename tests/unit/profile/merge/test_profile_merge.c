// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"

#include "profile/format/profile_write.h"
#include "profile/merge/merge.h"
#include "recording/derive.h"
#include "util/array.h"

#define ROUNDS 1000

/* A small generator of its own, so that a failure is the same on every machine. */
static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % limit;
}

static const char *const names[] = { "read", "write", "openat", "clone3" };

/* Few different values, so that many of them collide. */
static void add_random_rule(struct profile *profile)
{
	static const uint32_t errnos[] = { EPERM, ENOSYS, EACCES, EOPNOTSUPP };
	struct rule *rule;
	uint32_t i, count;

	rule = add_names(profile, random_below(ACTION_COUNT), names[random_below(4)]);
	if (random_below(2))
		assert_int_equal(rule_add_name(rule, names[random_below(4)], NULL), 0);
	if (rule->action == ACTION_ERRNO && random_below(2))
		set_errno(rule, errnos[random_below(4)]);
	count = random_below(3);
	for (i = 0; i < count; i++)
		add_condition(rule, random_below(2), random_below(COMPARE_COUNT), random_below(3),
			      random_below(3));
}

static const char *const other_architectures[] = { NULL, NULL, "SCMP_ARCH_X86", "SCMP_ARCH_X32" };

/* also is an architecture that the profile lists besides x86-64, or NULL. */
static struct profile *random_profile(enum action default_action, const char *also)
{
	struct profile *profile = make_profile(default_action);
	uint32_t i, count = random_below(5);

	assert_int_equal(profile_add_architecture(profile, ARCH, NULL), 0);
	if (also)
		assert_int_equal(profile_add_architecture(profile, also, NULL), 0);
	for (i = 0; i < count; i++)
		add_random_rule(profile);
	return profile;
}

/* Returns the union of up to three profiles in this order; NULL if none can express it. */
static struct profile *unite(const struct profile *a, const struct profile *b,
			     const struct profile *c)
{
	_cleanup_profile_merge_ struct profile_merge *merge = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct profile *profile = NULL;

	assert_int_equal(profile_merge_create(&merge, NULL), 0);
	assert_success(profile_merge_add(merge, "a", a, &err), &err);
	if (b)
		assert_success(profile_merge_add(merge, "b", b, &err), &err);
	if (c)
		assert_success(profile_merge_add(merge, "c", c, &err), &err);
	if (profile_merge_take(merge, &profile, &err) < 0)
		assert_non_null(strstr(error_message(&err), "no profile can "));
	return profile;
}

/* Either the profiles are equal, or both are NULL. */
static void assert_same(const struct profile *a, const struct profile *b)
{
	_cleanup_free_ char *one = NULL, *two = NULL;

	assert_int_equal(!a, !b);
	if (!a)
		return;
	assert_int_equal(profile_write_oci(a, &one, NULL), 0);
	assert_int_equal(profile_write_oci(b, &two, NULL), 0);
	assert_string_equal(one, two);
}

/* Like assert_same(), but only if there are both. */
static void assert_agree(const struct profile *a, const struct profile *b)
{
	if (a && b)
		assert_same(a, b);
}

static int united_rounds; /* rounds in which all three have a union */

static void laws_hold(enum action default_action)
{
	const char *also = other_architectures[random_below(array_size(other_architectures))];
	const char *others = random_below(4) ? also : NULL;
	_cleanup_profile_ struct profile *a = random_profile(default_action, also);
	_cleanup_profile_ struct profile *b = random_profile(default_action, others);
	_cleanup_profile_ struct profile *c = random_profile(default_action, others);
	_cleanup_profile_ struct profile *alone = unite(a, NULL, NULL), *a_a = unite(a, a, NULL);
	_cleanup_profile_ struct profile *a_b = unite(a, b, NULL), *b_a = unite(b, a, NULL);
	_cleanup_profile_ struct profile *abc = unite(a, b, c), *cab = unite(c, a, b);
	_cleanup_profile_ struct profile *b_c = unite(b, c, NULL), *a_a_b = unite(a, a, b);
	_cleanup_profile_ struct profile *ab_c = a_b ? unite(a_b, c, NULL) : NULL;
	_cleanup_profile_ struct profile *a_bc = b_c ? unite(a, b_c, NULL) : NULL;
	_cleanup_profile_ struct profile *again = a_b ? unite(a_b, b, NULL) : NULL;

	assert_same(a_a, alone);
	assert_same(a_b, b_a);
	assert_same(abc, cab);
	assert_same(a_a_b, a_b);
	assert_agree(ab_c, abc);
	assert_agree(a_bc, abc);
	if (a_b)
		assert_same(again, a_b);
	united_rounds += abc != NULL;
}

static void merging_is_a_union_of_sets(void **state)
{
	int round;

	for (round = 0; round < ROUNDS; round++)
		laws_hold(random_below(ACTION_COUNT));
	assert_true(united_rounds > ROUNDS / 8);
}

/* For each call, with arguments that matter, the union permits as much as the wider profile. */
static void assert_permits_both(const struct profile *a, const struct profile *b,
				const struct profile *both)
{
	_cleanup_semantics_ struct semantics *one = semantics_of(a, ARCH),
					     *two = semantics_of(b, ARCH);
	_cleanup_semantics_ struct semantics *united = semantics_of(both, ARCH);
	uint64_t arguments[ARGUMENT_COUNT] = {};
	size_t name;

	for (name = 0; name < array_size(names); name++)
		for (arguments[0] = 0; arguments[0] < 4; arguments[0]++)
			for (arguments[1] = 0; arguments[1] < 4; arguments[1]++) {
				int at = semantics_find(one, names[name]);
				struct effect is = semantics_evaluate(united, at, arguments);
				struct effect a_is = semantics_evaluate(one, at, arguments);
				struct effect b_is = semantics_evaluate(two, at, arguments);
				enum permission most = effect_permission(a_is);

				if (effect_permission(b_is) > most)
					most = effect_permission(b_is);
				assert_int_equal(effect_permission(is), most);
			}
}

/* Makes all rules allow, or all deny, so that few unions are refused. */
static void make_one_sided(struct profile *profile)
{
	size_t i;

	for (i = 0; i < profile->rule_count; i++)
		profile->rules[i].action = profile->default_action == ACTION_ALLOW ? ACTION_ERRNO :
										     ACTION_ALLOW;
}

static void the_union_permits_what_either_does(void **state)
{
	int round, said = 0;

	for (round = 0; round < ROUNDS; round++) {
		enum action action = random_below(2) ? ACTION_ALLOW : ACTION_ERRNO;
		const char *also =
			other_architectures[random_below(array_size(other_architectures))];
		_cleanup_profile_ struct profile *a = random_profile(action, also);
		_cleanup_profile_ struct profile *b = random_profile(action, also);
		_cleanup_profile_ struct profile *both = NULL;

		make_one_sided(a);
		make_one_sided(b);
		both = unite(a, b, NULL);
		if (!both)
			continue;
		assert_permits_both(a, b, both);
		said++;
	}
	assert_true(said > ROUNDS / 2);
}

/* The profile of merged recordings equals the union of the recordings' profiles. */
static void deriving_before_or_after_is_the_same(void **state)
{
	static const uint32_t numbers[] = { 0, 1, 2, 59, 257, 435, 439, 334, 281 };
	int round;

	for (round = 0; round < 300; round++) {
		struct recording recordings[2] = { { 0 }, { 0 } };
		struct profile *profiles[2];
		_cleanup_profile_ struct profile *before = NULL, *after = NULL, *normal = NULL;
		int i, k;

		for (i = 0; i < 2; i++) {
			struct observation observation = { .start = i };

			for (k = 0; k < 4; k++)
				add_call(&observation.calls, ABI_NATIVE,
					 numbers[random_below(array_size(numbers))],
					 ORIGIN_OBSERVED, 0, "");
			assert_int_equal(recording_add(&recordings[i], &observation, NULL), 0);
			assert_int_equal(recording_derive_profile(&recordings[i], &profiles[i],
								  NULL, NULL),
					 0);
		}
		before = unite(profiles[0], profiles[1], NULL);
		assert_int_equal(recording_merge(&recordings[0], &recordings[1], NULL), 0);
		assert_int_equal(recording_derive_profile(&recordings[0], &after, NULL, NULL), 0);
		normal = unite(after, NULL, NULL);
		assert_same(before, after);
		assert_same(normal, after);
		recording_finish(&recordings[0]);
		recording_finish(&recordings[1]);
		profile_destroy(profiles[0]);
		profile_destroy(profiles[1]);
	}
}

static void assert_united(const struct profile *a, const struct profile *b, const char *expected)
{
	_cleanup_profile_ struct profile *both = unite(a, b, NULL);
	_cleanup_free_ char *text = NULL;

	assert_non_null(both);
	assert_int_equal(profile_write_oci(both, &text, NULL), 0);
	assert_golden(expected, text);
}

static void an_allow_list_and_its_conditions(void **state)
{
	_cleanup_profile_ struct profile *a = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *b = make_profile(ACTION_ERRNO);

	add_names(a, ACTION_ALLOW, "read write clone");
	set_errno(add_names(a, ACTION_ERRNO, "clone3 statx"), ENOSYS);
	add_condition(add_names(a, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 0, 0);
	add_names(a, ACTION_KILL_PROCESS, "ptrace");
	/* a allows any clone, which swallows this rule. Both rules for personality are kept. */
	add_condition(add_names(b, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 0x7e020000, 0);
	add_condition(add_names(b, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 8, 0);
	add_names(b, ACTION_ALLOW, "statx openat");
	assert_united(a, b, "merge-allow.seccomp.json");
}

static void a_deny_list_denies_what_both_deny(void **state)
{
	_cleanup_profile_ struct profile *a = make_profile(ACTION_ALLOW);
	_cleanup_profile_ struct profile *b = make_profile(ACTION_ALLOW);

	add_names(a, ACTION_ERRNO, "mount ptrace bpf");
	add_condition(add_names(a, ACTION_ERRNO, "socket"), 0, COMPARE_EQ, 40, 0);
	add_condition(add_names(a, ACTION_ERRNO, "socket"), 0, COMPARE_EQ, 38, 0);
	add_names(b, ACTION_KILL_PROCESS, "ptrace");
	add_names(b, ACTION_ERRNO, "mount");
	add_condition(add_names(b, ACTION_ERRNO, "socket"), 0, COMPARE_EQ, 40, 0);
	assert_united(a, b, "merge-deny.seccomp.json");
}

static void assert_refused(const struct profile *a, const struct profile *b, const char *message)
{
	_cleanup_profile_merge_ struct profile_merge *merge = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct profile *profile = NULL;

	assert_int_equal(profile_merge_create(&merge, NULL), 0);
	assert_int_equal(profile_merge_add(merge, "a", a, NULL), 0);
	if (profile_merge_add(merge, "b", b, &err) == 0)
		assert_int_equal(profile_merge_take(merge, &profile, &err), -EINVAL);
	assert_null(profile);
	assert_string_equal(error_message(&err), message);
}

static void what_cannot_be_united_is_refused(void **state)
{
	_cleanup_profile_ struct profile *allowing = make_profile(ACTION_ALLOW);
	_cleanup_profile_ struct profile *denying = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *absent = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *logging = make_profile(ACTION_ERRNO);

	absent->default_errno_ret = (struct optional_errno){ true, ENOSYS };
	assert_refused(allowing, denying,
		       "a has the default action SCMP_ACT_ALLOW, and b has SCMP_ACT_ERRNO: only "
		       "profiles with the same default action can be merged");
	assert_refused(denying, absent,
		       "a and b differ in their default errno (defaultErrnoRet): only profiles "
		       "with the same can be merged");
	add_names(logging, ACTION_LOG, "ptrace");
	add_condition(add_names(denying, ACTION_ALLOW, "ptrace"), 0, COMPARE_EQ, 0, 0);
	assert_refused(logging, denying,
		       "one profile treats ptrace the same for all arguments, and another is more "
		       "permissive for some: no profile can express both");
	logging->listener_path = strdup("/run/one");
	denying->listener_path = strdup("/run/two");
	assert_refused(logging, denying,
		       "a and b hand calls to different listeners (/run/one and /run/two)");
}

/* Only one lists i386. The union would allow mount there, which neither profile does. */
static void an_architecture_of_one_profile_is_not_given_to_another(void **state)
{
	_cleanup_profile_ struct profile *wide = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *both = make_profile(ACTION_ERRNO);

	assert_int_equal(profile_add_architecture(wide, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(both, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(both, "SCMP_ARCH_X86", NULL), 0);
	add_names(wide, ACTION_ALLOW, "read mount");
	add_names(both, ACTION_ALLOW, "read");
	assert_refused(wide, both,
		       "mount on SCMP_ARCH_X86 would get allow, where the most permissive of the "
		       "profiles says kill thread: no profile can express their union");
	/* i386 has no kexec_file_load, and both profiles allow the rest. */
	add_names(both, ACTION_ALLOW, "mount");
	add_names(wide, ACTION_ALLOW, "kexec_file_load");
	assert_united(wide, both, "merge-architectures.seccomp.json");
}

/* libseccomp tests b's condition first, which also holds for arguments that a allows. */
static void conditions_that_overlap_are_no_union(void **state)
{
	_cleanup_profile_ struct profile *a = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *b = make_profile(ACTION_ERRNO);
	struct rule *rule;

	assert_int_equal(profile_add_architecture(a, ARCH, NULL), 0);
	add_condition(add_names(a, ACTION_ALLOW, "personality"), 0, COMPARE_MASKED_EQ, 240, 0);
	rule = set_errno(add_names(b, ACTION_ERRNO, "personality"), ENOSYS);
	add_condition(rule, 0, COMPARE_MASKED_EQ, 3840, 256);
	assert_refused(a, b,
		       "personality on SCMP_ARCH_X86_64 with the arguments 0x100, 0x0, 0x0, 0x0, "
		       "0x0, 0x0 would get errno ENOSYS, where the most permissive of the profiles "
		       "says allow: no profile can express their union");
}

/* A default errno that is written equals the one that runtimes use without it. */
static void the_usual_default_errno_need_not_be_written(void **state)
{
	_cleanup_profile_ struct profile *written = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *silent = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *a_b = NULL, *b_a = NULL;

	written->default_errno_ret = (struct optional_errno){ true, EPERM };
	a_b = unite(written, silent, NULL);
	b_a = unite(silent, written, NULL);
	assert_non_null(a_b);
	assert_same(a_b, b_a);
	assert_true(a_b->default_errno_ret.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging_is_a_union_of_sets),
		cmocka_unit_test(the_union_permits_what_either_does),
		cmocka_unit_test(deriving_before_or_after_is_the_same),
		cmocka_unit_test(an_allow_list_and_its_conditions),
		cmocka_unit_test(a_deny_list_denies_what_both_deny),
		cmocka_unit_test(what_cannot_be_united_is_refused),
		cmocka_unit_test(an_architecture_of_one_profile_is_not_given_to_another),
		cmocka_unit_test(conditions_that_overlap_are_no_union),
		cmocka_unit_test(the_usual_default_errno_need_not_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
