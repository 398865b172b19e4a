// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

#include <seccomp.h>
#include <sys/mman.h>

#include "profile/format/profile_write.h"
#include "profile/model/model.h"
#include "profile/model/profile.h"
#include "recording/derive.h"
#include "syscalls/fallbacks.h"
#include "recording/runtime_calls.h"
#include "util/array.h"

static struct profile *derive(const struct recording *recording, struct call_set *unnamed)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct profile *profile;

	assert_success(recording_derive_profile(recording, &profile, unnamed, &err), &err);
	return profile;
}

static void profiles_are_derived_byte_for_byte(void **state)
{
	static const char *const cases[] = {
		"pod", "compat", "x32", "incomplete", "machines", "empty",
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		_cleanup_free_ char *in = NULL, *oci_file = NULL, *cr_file = NULL;
		_cleanup_free_ char *oci = NULL, *cr = NULL;
		_cleanup_recording_ struct recording recording = {};
		_cleanup_profile_ struct profile *profile = NULL;

		assert_true(asprintf(&in, "%s.recording.json", cases[i]) > 0);
		assert_true(asprintf(&oci_file, "%s.seccomp.json", cases[i]) > 0);
		assert_true(asprintf(&cr_file, "%s.cr.yaml", cases[i]) > 0);
		recording = read_golden_recording(in);
		profile = derive(&recording, NULL);
		assert_int_equal(profile_write_oci(profile, &oci, NULL), 0);
		assert_int_equal(profile_write_cr(profile, recording.name, &cr, NULL), 0);
		assert_golden(oci_file, oci);
		assert_golden(cr_file, cr);
	}
}

/* The container runtimes pass a profile to libseccomp, and so does this test. */
static void libseccomp_compiles_derived_profiles(void **state)
{
	static const char *const files[] = { "pod.recording.json", "compat.recording.json",
					     "x32.recording.json" };
	size_t i, j, k;

	for (i = 0; i < array_size(files); i++) {
		_cleanup_recording_ struct recording recording = read_golden_recording(files[i]);
		_cleanup_profile_ struct profile *profile = derive(&recording, NULL);
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
		_cleanup_close_ int bpf = memfd_create("bpf", MFD_CLOEXEC);

		for (j = 0; j < profile->architecture_count; j++) {
			/* "SCMP_ARCH_X86_64" is "x86_64" for libseccomp. */
			char name[16];
			size_t at;
			int r;

			snprintf(name, sizeof(name), "%s", profile->architectures[j] + 10);
			for (at = 0; name[at]; at++)
				name[at] |= 0x20 * (name[at] >= 'A' && name[at] <= 'Z');
			r = seccomp_arch_add(filter, seccomp_arch_resolve_name(name));
			assert_true(r == 0 || r == -EEXIST);
		}
		for (j = 0; j < profile->rule_count; j++) {
			const struct rule *rule = &profile->rules[j];
			uint32_t action = rule->action == ACTION_ALLOW ?
						  SCMP_ACT_ALLOW :
						  SCMP_ACT_ERRNO(rule->errno_ret.value);

			for (k = 0; k < rule->name_count; k++) {
				int nr = seccomp_syscall_resolve_name(rule->names[k]);

				/* Skip a name that this version of libseccomp does not know. */
				if (nr != __NR_SCMP_ERROR)
					assert_int_equal(seccomp_rule_add(filter, action, nr, 0),
							 0);
			}
		}
		assert_int_equal(seccomp_export_bpf(filter, bpf), 0);
		seccomp_release(filter);
	}
}

static void numbers_without_a_name_are_reported(void **state)
{
	_cleanup_recording_ struct recording recording =
		read_golden_recording("incomplete.recording.json");
	_cleanup_(call_set_finish) struct call_set unnamed = {};
	_cleanup_profile_ struct profile *profile = derive(&recording, &unnamed);

	assert_int_equal(unnamed.length, 1);
	assert_int_equal(unnamed.items[0].nr, 999);
}

static void add_runtime(struct observation *observation, const char *name, const char *version,
			enum tristate no_new_privs)
{
	const struct runtime_choice choice = { name, version, no_new_privs };
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_success(observation_add_runtime_calls(observation, &choice, &err), &err);
}

static bool has(const struct observation *observation, const char *name)
{
	int nr = syscall_number(observation->machine, ABI_NATIVE, name);

	return nr >= 0 && call_set_find(&observation->calls, ABI_NATIVE, nr);
}

static void a_measured_version_gets_its_own_calls(void **state)
{
	_cleanup_observation_ struct observation old = {}, new = {}, confined = {};

	add_runtime(&old, "runc", "1.1.5+ds1", TRISTATE_NO);
	assert_true(has(&old, "capset") && has(&old, "faccessat2") && has(&old, "sched_yield"));
	assert_false(has(&old, "openat2") || has(&old, "fsopen"));
	assert_int_equal(old.calls.items[0].origin, ORIGIN_RUNTIME);

	add_runtime(&new, "runc", "v1.3.6", TRISTATE_NO);
	assert_true(has(&new, "openat2") && has(&new, "fsopen"));

	add_runtime(&confined, "crun", "1.8.1", TRISTATE_YES);
	assert_int_equal(confined.calls.length, 4);
	assert_true(has(&confined, "execve") && has(&confined, "umask"));
}

/* The calls launch programs, which a start without a hook does not do. */
static void hooks_add_their_calls_where_one_ran(void **state)
{
	static const char *const names[] = { "runc", "crun" };
	size_t i;

	for (i = 0; i < array_size(names); i++) {
		_cleanup_observation_ struct observation plain = {}, hooked = {};

		add_runtime(&plain, names[i], NULL, TRISTATE_UNKNOWN);
		assert_false(has(&plain, "pipe2") || has(&plain, "clone") || has(&plain, "wait4"));
		hooked.start_hook = true;
		add_runtime(&hooked, names[i], NULL, TRISTATE_UNKNOWN);
		assert_true(has(&hooked, "pipe2") && has(&hooked, "clone") &&
			    has(&hooked, "wait4"));
		assert_true(hooked.calls.length > plain.calls.length);
	}
}

/* A version that was not measured with hooks gets the calls of its neighbours. */
static void hooks_of_each_version_add_calls(void **state)
{
	size_t i;

	for (i = 0; i < runtime_calls_count; i++) {
		_cleanup_observation_ struct observation hooked = { .start_hook = true };

		if (!runtime_calls[i].version)
			continue;
		add_runtime(&hooked, runtime_calls[i].runtime, runtime_calls[i].version,
			    runtime_calls[i].no_new_privs);
		assert_true(has(&hooked, "pipe2") && has(&hooked, "clone"));
	}
}

/* The sum of two observations needs the calls that either needs. */
static void a_hook_of_one_lifetime_counts_for_the_sum(void **state)
{
	int i;

	for (i = 0; i < 2; i++) {
		_cleanup_recording_ struct recording recording = {};
		_cleanup_observation_ struct observation hooked = { .start_hook = i == 0 };
		_cleanup_observation_ struct observation other = { .start_hook = i == 1,
								   .start = 1 };

		assert_int_equal(recording_fold(&recording, &hooked, NULL), 0);
		assert_int_equal(recording_fold(&recording, &other, NULL), 0);
		assert_int_equal(recording.observation_count, 1);
		assert_true(recording.observations[0].start_hook);
	}
}

static void other_versions_take_their_neighbours(void **state)
{
	_cleanup_observation_ struct observation between = {}, newest = {}, oldest = {};
	_cleanup_observation_ struct observation any = {}, both = {};

	/* 1.2.9 calls openat2, 1.1.15 calls epoll_ctl: 1.2.0 may need either. */
	add_runtime(&between, "runc", "1.2.0-rc.1", TRISTATE_YES);
	assert_true(has(&between, "openat2") && has(&between, "epoll_ctl"));
	add_runtime(&newest, "runc", "9.0", TRISTATE_YES);
	assert_true(has(&newest, "openat2"));
	assert_false(has(&newest, "epoll_ctl"));
	add_runtime(&oldest, "runc", "0.1", TRISTATE_YES);
	assert_true(has(&oldest, "epoll_ctl"));
	assert_false(has(&oldest, "openat2"));
	add_runtime(&any, "runc", NULL, TRISTATE_YES);
	assert_true(has(&any, "openat2") && has(&any, "epoll_ctl"));
	assert_false(has(&any, "capset"));
	add_runtime(&both, "runc", NULL, TRISTATE_UNKNOWN);
	assert_true(has(&both, "capset"));
}

static void an_unknown_runtime_is_said_so(void **state)
{
	_cleanup_observation_ struct observation observation = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct runtime_choice choice = { "youki", "0.3", TRISTATE_UNKNOWN };

	assert_int_equal(observation_add_runtime_calls(&observation, &choice, &err), -ENOENT);
	assert_string_equal(error_message(&err),
			    "the system calls of the runtime youki are not known");
	choice.name = NULL;
	assert_int_equal(observation_add_runtime_calls(&observation, &choice, NULL), 0);
	assert_int_equal(observation.calls.length, 0);
}

static void a_later_series_than_the_measured_ones_is_reported(void **state)
{
	const char *newest = runtime_calls_outdated("runc", "99.0");

	assert_non_null(newest);
	assert_null(runtime_calls_outdated("runc", newest));
	assert_null(runtime_calls_outdated("runc", "1.1.999"));
	assert_null(runtime_calls_outdated("runc", "not a version"));
	assert_null(runtime_calls_outdated("youki", "99.0"));
}

/*
 * Each measured version has four rows: start and exec, with and without no_new_privs. It has
 * six if it was measured with hooks.
 */
static void the_runtime_table_is_whole(void **state)
{
	size_t i, j;

	for (i = 0; i < runtime_calls_count; i++) {
		const struct runtime_calls *row = &runtime_calls[i];
		int rows = 0, bits = 1 << RUNTIME_ANY | 1 << (RUNTIME_OPERATIONS + RUNTIME_ANY);

		for (j = 0; row->version && j < runtime_calls_count; j++) {
			const struct runtime_calls *other = &runtime_calls[j];

			if (!other->version || strcmp(other->version, row->version) != 0 ||
			    strcmp(other->runtime, row->runtime) != 0)
				continue;
			rows++;
			bits |= 1 << (other->no_new_privs * RUNTIME_OPERATIONS + other->operation);
		}
		assert_true(!row->version || (rows == 4 && bits == 0x77) ||
			    (rows == 6 && bits == 0xff));
		for (j = 1; row->names[j]; j++)
			assert_true(strcmp(row->names[j - 1], row->names[j]) < 0);
	}
}

/* crun calls dup2() to give a hook its standard input. arm64 has only dup3. */
static void another_call_stands_for_one_that_a_machine_lacks(void **state)
{
	_cleanup_observation_ struct observation arm64 = { .machine = MACHINE_AARCH64,
							   .start_hook = true };
	_cleanup_observation_ struct observation x86_64 = { .machine = MACHINE_X86_64,
							    .start_hook = true };

	add_runtime(&arm64, "crun", "1.8.1", TRISTATE_YES);
	assert_true(has(&arm64, "dup3") && has(&arm64, "pipe2"));
	add_runtime(&x86_64, "crun", "1.8.1", TRISTATE_YES);
	assert_true(has(&x86_64, "dup2") && !has(&x86_64, "dup3"));
}

/* Names that arm64 lacks are skipped. So far, dup2 is the only one among the measured calls. */
static void the_runtime_table_names_calls_of_both_machines(void **state)
{
	const char *const *name;
	size_t i;
	int machine;

	assert_true(runtime_calls_count > 30);
	for (i = 0; i < runtime_calls_count; i++)
		for (name = runtime_calls[i].names; *name; name++)
			for (machine = 0; machine < MACHINE_COUNT; machine++)
				if (syscall_number(machine, ABI_NATIVE, *name) < 0 &&
				    strcmp(*name, "dup2") != 0)
					fail_msg("%s is no system call of %s", *name,
						 machine_name(machine));
}

static void implied_calls_follow_the_abis_that_were_seen(void **state)
{
	_cleanup_observation_ struct observation observation = { .machine = MACHINE_X86_64 };

	assert_int_equal(observation_add_implied_calls(&observation, NULL), 0);
	assert_int_equal(observation.calls.length, 0);

	add_call(&observation.calls, ABI_COMPAT, 1, ORIGIN_OBSERVED, 1, "a");
	assert_int_equal(observation_add_implied_calls(&observation, NULL), 0);
	assert_false(has(&observation, "exit_group"));
	/* i386: exit was observed and stays so; sigreturn is 119. */
	assert_int_equal(call_set_find(&observation.calls, ABI_COMPAT, 1)->origin, ORIGIN_OBSERVED);
	assert_int_equal(call_set_find(&observation.calls, ABI_COMPAT, 119)->origin,
			 ORIGIN_IMPLIED);

	add_call(&observation.calls, ABI_NATIVE, 0, ORIGIN_OBSERVED, 1, "a");
	assert_int_equal(observation_add_implied_calls(&observation, NULL), 0);
	assert_true(has(&observation, "rt_sigreturn") && has(&observation, "restart_syscall") &&
		    has(&observation, "exit_group") && has(&observation, "clock_gettime"));
	assert_null(call_set_find(&observation.calls, ABI_X32, 60));
}

/*
 * Programs make up numbers. The kernel answers them with ENOSYS. On x86-64, a filter that lists
 * x32 refuses them; one that does not would kill for some of them.
 */
static void a_number_of_no_call_is_refused_and_not_killed_for(void **state)
{
	static const struct {
		enum machine machine;
		enum abi abi;
		uint32_t nr;
		bool x32;
	} cases[] = {
		{ MACHINE_X86_64, ABI_NATIVE, 600, false },
		{ MACHINE_X86_64, ABI_NATIVE, 0x3fffffff, false },
		{ MACHINE_X86_64, ABI_NATIVE, UINT32_MAX, false }, /* -1 */
		{ MACHINE_X86_64, ABI_NATIVE, 0x80000000, true },
		{ MACHINE_X86_64, ABI_X32, 1000, true },
		{ MACHINE_X86_64, ABI_X32, 0xbffffffe, true }, /* -2 */
		{ MACHINE_X86_64, ABI_COMPAT, 0x80000000, false },
		{ MACHINE_AARCH64, ABI_NATIVE, 0x80000000, false },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		_cleanup_recording_ struct recording recording = {};
		struct observation observation = { .machine = cases[i].machine };
		_cleanup_(call_set_finish) struct call_set unnamed = {};
		_cleanup_profile_ struct profile *profile = NULL;

		add_call(&observation.calls, ABI_NATIVE, 0, ORIGIN_OBSERVED, 1, "a");
		add_call(&observation.calls, cases[i].abi, cases[i].nr, ORIGIN_OBSERVED, 1, "a");
		assert_int_equal(observation_add_implied_calls(&observation, NULL), 0);
		assert_null(call_set_find(&observation.calls, ABI_X32, 60));
		assert_int_equal(recording_add(&recording, &observation, NULL), 0);
		assert_int_equal(recording_derive_profile(&recording, &profile, &unnamed, NULL), 0);
		assert_int_equal(unnamed.length, 1);
		assert_int_equal(profile_lists(profile, "SCMP_ARCH_X32"), cases[i].x32);
		assert_int_equal(*recording_x32_reason(profile, &unnamed.items[0]) != '\0',
				 cases[i].x32);
	}
}

static void fallbacks_are_sorted_and_exist(void **state)
{
	size_t i;
	int machine, abi;

	for (i = 0; i < fallback_count; i++) {
		bool known = false;

		if (i)
			assert_true(strcmp(fallbacks[i - 1].name, fallbacks[i].name) < 0);
		assert_ptr_equal(fallback_find(fallbacks[i].name), &fallbacks[i]);
		for (machine = 0; machine < MACHINE_COUNT; machine++)
			for (abi = 0; abi < ABI_COUNT; abi++)
				known |= syscall_number(machine, abi, fallbacks[i].name) >= 0;
		assert_true(known);
	}
	assert_null(fallback_find("execve"));
}

static void a_custom_resource_refuses_what_it_cannot_hold(void **state)
{
	_cleanup_profile_ struct profile *profile = profile_create(ACTION_ERRNO);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = NULL;

	assert_int_equal(profile_write_cr(profile, "../etc", &text, &err), -EINVAL);
	assert_string_equal(
		error_message(&err),
		"\"../etc\" cannot name a SeccompProfile: it must be DNS labels joined by dots, "
		"of a-z, 0-9 and '-', at most 253 characters");
	profile->default_errno_ret = (struct optional_errno){ true, ENOSYS };
	assert_int_equal(profile_write_cr(profile, "web", &text, &err), -ENOTSUP);
	assert_null(text);
	/* A name that YAML would read as a boolean or a number is quoted. */
	profile->default_errno_ret.known = false;
	assert_int_equal(profile_write_cr(profile, "123", &text, NULL), 0);
	assert_non_null(strstr(text, "name: \"123\"\n"));
}

static void conditions_are_written_or_refused(void **state)
{
	_cleanup_profile_ struct profile *profile = profile_create(ACTION_ALLOW);
	struct condition conditions[] = {
		{ 0, COMPARE_MASKED_EQ, 0x7e020000, 0 },
		{ 1, COMPARE_EQ, 40, 0 },
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *oci = NULL, *cr = NULL;
	struct rule *rule;

	assert_int_equal(profile_add_rule(profile, ACTION_ERRNO, &rule, NULL), 0);
	assert_int_equal(rule_add_name(rule, "clone", NULL), 0);
	rule->conditions = malloc(sizeof(conditions));
	memcpy(rule->conditions, conditions, sizeof(conditions));
	rule->condition_count = 2;
	assert_int_equal(profile_write_oci(profile, &oci, NULL), 0);
	assert_int_equal(profile_write_cr(profile, "conditions", &cr, NULL), 0);
	assert_golden("conditions.seccomp.json", oci);
	assert_golden("conditions.cr.yaml", cr);

	rule->conditions[1].value = UINT64_MAX;
	free(steal_pointer(&oci));
	assert_int_equal(profile_write_oci(profile, &oci, NULL), 0);
	assert_non_null(strstr(oci, "\"value\": 18446744073709551615,\n"));
	assert_int_equal(profile_write_cr(profile, "conditions", &cr, &err), -ENOTSUP);
	assert_string_equal(error_message(&err),
			    "a condition on argument 1 of clone has a value above "
			    "9223372036854775807, and a SeccompProfile cannot hold that");
}

static void actions_and_comparisons_have_names(void **state)
{
	int i;

	for (i = 0; i < ACTION_COUNT; i++)
		assert_int_equal(action_from_name(action_name(i)), i);
	for (i = 0; i < COMPARE_COUNT; i++)
		assert_int_equal(comparison_from_name(comparison_name(i)), i);
	assert_int_equal(action_from_name("SCMP_ACT_KILL"), ACTION_KILL_THREAD);
	assert_true(action_from_name("ALLOW") < 0);
	assert_true(comparison_from_name("") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_are_derived_byte_for_byte),
		cmocka_unit_test(libseccomp_compiles_derived_profiles),
		cmocka_unit_test(numbers_without_a_name_are_reported),
		cmocka_unit_test(a_measured_version_gets_its_own_calls),
		cmocka_unit_test(hooks_add_their_calls_where_one_ran),
		cmocka_unit_test(hooks_of_each_version_add_calls),
		cmocka_unit_test(a_hook_of_one_lifetime_counts_for_the_sum),
		cmocka_unit_test(other_versions_take_their_neighbours),
		cmocka_unit_test(an_unknown_runtime_is_said_so),
		cmocka_unit_test(a_later_series_than_the_measured_ones_is_reported),
		cmocka_unit_test(the_runtime_table_is_whole),
		cmocka_unit_test(another_call_stands_for_one_that_a_machine_lacks),
		cmocka_unit_test(the_runtime_table_names_calls_of_both_machines),
		cmocka_unit_test(implied_calls_follow_the_abis_that_were_seen),
		cmocka_unit_test(a_number_of_no_call_is_refused_and_not_killed_for),
		cmocka_unit_test(fallbacks_are_sorted_and_exist),
		cmocka_unit_test(a_custom_resource_refuses_what_it_cannot_hold),
		cmocka_unit_test(conditions_are_written_or_refused),
		cmocka_unit_test(actions_and_comparisons_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
