// SPDX-License-Identifier: Apache-2.0
#include "../recordings.h"

#include <linux/sched.h>
#include <sys/socket.h>

#include "profile/baseline/baseline.h"
#include "profile/derive/derive_profile.h"
#include "profile/derive/seen.h"
#include "profile/derive/within.h"
#include "profile/format/conditional_profile.h"
#include "profile/model/model.h"
#include "profile/semantics/semantics.h"
#include "util/array.h"

#define NATIVE "SCMP_ARCH_X86_64"
#define AUDIT 9 /* NETLINK_AUDIT */

static void see_socket(struct recording *recording, uint32_t family, uint32_t protocol)
{
	see(recording, "socket", 0, family);
	see(recording, "socket", 1, SOCK_STREAM);
	see(recording, "socket", 2, protocol);
}

/* A baseline of a release, and whether a container has an additional capability. */
struct choice {
	struct conditional_profile *conditional;
	struct default_choice choice;
	struct container_context context;
	struct derive_options options;
	const char *capabilities[64];
};

static void choice_init(struct choice *choice, const struct baseline *baseline,
			const char *capability, enum arguments_mode mode)
{
	*choice = (struct choice){};
	assert_int_equal(baseline_conditional_profile(baseline, &choice->conditional, NULL), 0);
	memcpy(choice->capabilities, default_capabilities,
	       default_capability_count * sizeof(*default_capabilities));
	choice->choice.title = "it";
	choice->choice.conditional = choice->conditional;
	choice->context.capabilities = choice->capabilities;
	choice->context.capability_count = default_capability_count;
	if (capability)
		choice->capabilities[choice->context.capability_count++] = capability;
	choice->options.mode = mode;
	choice->options.defaults.choice = &choice->choice;
	choice->options.defaults.context = &choice->context;
}

static void choose(struct choice *choice, const char *runtime, const char *version,
		   enum arguments_mode mode)
{
	const struct baseline *baseline;

	assert_int_equal(baseline_find(runtime, version, &baseline, NULL, NULL), 0);
	choice_init(choice, baseline, NULL, mode);
}

static struct profile *derive(const struct recording *recording,
			      const struct derive_options *options, struct derive_notes *notes)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct profile *profile;

	assert_success(derive_profile(recording, options, &profile, NULL, notes, &err), &err);
	return profile;
}

/* The verdict of a profile on a call of up to three arguments. */
static bool allows(const struct profile *profile, const char *name, uint64_t a, uint64_t b,
		   uint64_t c)
{
	const uint64_t arguments[ARGUMENT_COUNT] = { a, b, c };
	_cleanup_semantics_ struct semantics *semantics = NULL;
	int position;

	assert_int_equal(semantics_create(profile, NATIVE, &semantics, NULL), 0);
	position = semantics_find(semantics, name);
	assert_true(position >= 0);
	return semantics_evaluate(semantics, position, arguments).action == ACTION_ALLOW;
}

static size_t count_rules(const struct profile *profile, const char *name)
{
	size_t i, count = 0;

	for (i = 0; i < profile->rule_count; i++)
		count += rule_has_name(&profile->rules[i], name);
	return count;
}

static bool has_note(const struct notes *notes, const char *part)
{
	size_t i;

	for (i = 0; i < notes->count; i++)
		if (strstr(notes->items[i], part))
			return true;
	return false;
}

/* Programs that do what default profiles refuse, and what they allow. */
static struct recording record_much(enum machine machine)
{
	struct recording recording = record_on(machine);

	see_flag(&recording, "clone", 0, CLONE_NEWUSER);
	see_flag(&recording, "clone", 0, CLONE_VM);
	see_socket(&recording, AF_INET, 0);
	see_socket(&recording, 40, 0); /* vsock */
	see_socket(&recording, AF_NETLINK, 0);
	see(&recording, "personality", 0, 0x40000);
	see(&recording, "personality", 0, 0xffffffff);
	see_flag(&recording, "unshare", 0, CLONE_NEWNET);
	see_flag(&recording, "mount", 3, 0x1000);
	see(&recording, "keyctl", 0, 1);
	see(&recording, "ioctl", 1, 0x5401);
	see(&recording, "ioctl", 1, 0x80086601);
	see(&recording, "bpf", 0, 5);
	see(&recording, "ptrace", 0, 16);
	see(&recording, "setns", 1, CLONE_NEWNET);
	see_flag(&recording, "mmap", 2, 1);
	see_flag(&recording, "mmap", 3, 2);
	see_at(&recording, ABI_COMPAT, "clone", 0, 0, true, CLONE_NEWPID);
	see_at(&recording, ABI_COMPAT, "socket", 0, 0, false, AF_INET6);
	see_at(&recording, ABI_COMPAT, "ioctl", 1, 0, false, 7);
	see_clone3(&recording, CLONE_VM | CLONE_NEWUTS, 1, 0);
	return recording;
}

/* Writes each default profile's name if the profile is not within it and what was seen. */
static bool is_within(const struct recording *recording, const struct profile *profile,
		      enum machine machine, const struct derive_options *options)
{
	_cleanup_default_profile_ struct default_profile resolved = {};
	_cleanup_seen_ struct seen seen = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	bool all = true;
	int abi;

	assert_success(seen_create(recording, profile, true, &seen, &err), &err);
	assert_success(default_profile_init(&resolved, recording, machine, &options->defaults,
					    &err),
		       &err);
	for (abi = 0; abi < ABI_COUNT; abi++) {
		const char *scmp_arch = abi_scmp_arch(machine, abi), *name;
		_cleanup_semantics_ struct semantics *semantics = NULL;
		struct difference difference;
		bool within;

		if (!scmp_arch || !profile_lists(profile, scmp_arch))
			continue;
		assert_success(semantics_create(profile, scmp_arch, &semantics, &err), &err);
		assert_success(profile_within(semantics, resolved.semantics[abi], &seen, &within,
					      &name, &difference, &err),
			       &err);
		all &= within;
	}
	return all;
}

static void profiles_stay_within_every_baseline(void **state)
{
	static const char *const capabilities[] = { NULL, "CAP_SYS_ADMIN", "CAP_AUDIT_WRITE",
						    "CAP_BPF" };
	size_t i, k;
	int machine, mode;

	for (machine = 0; machine < MACHINE_COUNT; machine++) {
		_cleanup_recording_ struct recording recording = record_much(machine);

		for (i = 0; i < baseline_count * array_size(capabilities); i++) {
			const char *capability = capabilities[i % array_size(capabilities)];
			const struct baseline *baseline = &baselines[i / array_size(capabilities)];

			for (mode = 0; mode < ARGUMENTS_COUNT; mode++) {
				_cleanup_profile_ struct profile *profile = NULL;
				struct choice choice;
				bool within;

				choice_init(&choice, baseline, capability, mode);
				/* Without CAP_AUDIT_WRITE, CRI-O refuses a part of netlink. */
				if (!capability)
					for (k = 0; k < choice.context.capability_count; k++)
						if (strcmp(choice.capabilities[k],
							   "CAP_AUDIT_WRITE") == 0)
							choice.capabilities[k] = "CAP_CHOWN";
				profile = derive(&recording, &choice.options, NULL);
				within = is_within(&recording, profile, machine, &choice.options);
				if (within != (mode != ARGUMENTS_NONE))
					fail_msg("%s %s, %s, %s: within %d", baseline->runtime,
						 baseline->first, machine_name(machine),
						 arguments_mode_names[mode], within);
				conditional_profile_destroy(choice.conditional);
			}
		}
	}
}

static void everything_seen_is_allowed(void **state)
{
	_cleanup_recording_ struct recording recording = record_much(MACHINE_X86_64);
	int mode;

	for (mode = 0; mode < ARGUMENTS_COUNT; mode++) {
		_cleanup_profile_ struct profile *profile = NULL;
		struct choice choice;

		choose(&choice, "containerd", NULL, mode);
		profile = derive(&recording, &choice.options, NULL);
		assert_true(allows(profile, "clone", CLONE_NEWUSER | CLONE_VM, 0, 0));
		assert_true(allows(profile, "clone", CLONE_NEWUTS | CLONE_VM | 17, 0, 0));
		assert_true(allows(profile, "socket", 40, SOCK_STREAM, 0));
		assert_true(allows(profile, "socket", AF_NETLINK, SOCK_STREAM, 0));
		assert_true(allows(profile, "personality", 0xffffffff, 0, 0));
		assert_true(allows(profile, "personality", 0x40000, 0, 0));
		assert_true(allows(profile, "ioctl", 0, 0x80086601, 0));
		assert_true(allows(profile, "ioctl", 0, 0xffffffff80086601, 0));
		assert_true(allows(profile, "unshare", CLONE_NEWNET, 0, 0));
		assert_true(allows(profile, "mmap", 0, 0, 1));
		conditional_profile_destroy(choice.conditional);
	}
}

static void what_default_refuses(void **state)
{
	_cleanup_recording_ struct recording recording = record_much(MACHINE_X86_64);
	_cleanup_profile_ struct profile *profile = NULL;
	struct choice choice;

	choose(&choice, "containerd", NULL, ARGUMENTS_DEFAULT);
	profile = derive(&recording, &choice.options, NULL);
	assert_true(allows(profile, "clone", CLONE_NEWUSER | CLONE_FILES, 0, 0));
	assert_false(allows(profile, "clone", CLONE_NEWCGROUP, 0, 0));
	assert_false(allows(profile, "clone", UINT64_C(1) << 32 | CLONE_NEWCGROUP, 0, 0));
	assert_false(allows(profile, "socket", 38, SOCK_STREAM, 0)); /* AF_ALG */
	assert_false(allows(profile, "socket", 4, SOCK_STREAM, 0));  /* IPX: allowed, not usual */
	assert_true(allows(profile, "socket", AF_UNIX, SOCK_STREAM, 0));
	assert_true(allows(profile, "personality", 0x20008, 0, 0));
	assert_false(allows(profile, "personality", 0x10000, 0, 0));
	assert_false(allows(profile, "unshare", CLONE_NEWUSER, 0, 0));
	assert_false(allows(profile, "bpf", 6, 0, 0));
	assert_true(allows(profile, "ioctl", 0, 0x9999, 0)); /* the default allows all */
	assert_false(allows(profile, "clone3", 0, 0, 0));
	assert_int_equal(count_rules(profile, "ioctl"), 1);
	conditional_profile_destroy(choice.conditional);
}

static void what_exact_refuses(void **state)
{
	_cleanup_recording_ struct recording recording = record_much(MACHINE_X86_64);
	_cleanup_profile_ struct profile *profile = NULL;
	struct choice choice;

	choose(&choice, "containerd", NULL, ARGUMENTS_EXACT);
	profile = derive(&recording, &choice.options, NULL);
	assert_false(allows(profile, "ioctl", 0, 0x9999, 0));
	assert_false(allows(profile, "ioctl", 0, UINT64_C(1) << 32 | 0x5401, 0));
	assert_false(allows(profile, "socket", AF_UNIX, SOCK_STREAM, 0));
	assert_false(allows(profile, "personality", 0, 0, 0));
	assert_false(allows(profile, "clone", CLONE_FILES, 0, 0));
	assert_true(allows(profile, "clone", CLONE_VM | 17, 0, 0));
	/* i386's mmap has no such argument, so the condition would be about something else. */
	assert_true(allows(profile, "mmap", 0, 0, 4));
	conditional_profile_destroy(choice.conditional);
}

static void flags_of_one_architecture_are_compared(void **state)
{
	_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
	_cleanup_profile_ struct profile *profile = NULL;
	struct choice choice;

	see_flag(&recording, "mmap", 2, 1);
	see_flag(&recording, "mmap", 2, 2);
	choose(&choice, "containerd", NULL, ARGUMENTS_EXACT);
	profile = derive(&recording, &choice.options, NULL);
	assert_true(allows(profile, "mmap", 0, 0, 3));
	assert_true(allows(profile, "mmap", 0, 0, 0));
	assert_false(allows(profile, "mmap", 0, 0, 7));
	conditional_profile_destroy(choice.conditional);
}

/* The container has no CAP_AUDIT_WRITE, so CRI-O allows netlink but for its protocol 9. */
static void cri_o_lets_a_part_of_netlink_through(void **state)
{
	static const char *const versions[] = { "1.30.0", "1.31.0", "1.36.3" };
	size_t i;
	int seen;

	for (i = 0; i < 2 * array_size(versions); i++) {
		_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
		_cleanup_profile_ struct profile *profile = NULL;
		struct choice choice;
		uint64_t protocol;

		seen = i % 2;
		choose(&choice, "cri-o", versions[i / 2], ARGUMENTS_DEFAULT);
		choice.context.capability_count = 0;
		see_socket(&recording, AF_INET, 0);
		if (seen)
			see_socket(&recording, AF_NETLINK, AUDIT);
		profile = derive(&recording, &choice.options, NULL);
		for (protocol = 0; protocol < 32; protocol++)
			assert_int_equal(allows(profile, "socket", AF_NETLINK, 3, protocol),
					 protocol != AUDIT || seen);
		assert_int_equal(
			allows(profile, "socket", AF_NETLINK, 3, UINT64_C(1) << 32 | AUDIT), seen);
		assert_true(allows(profile, "socket", AF_UNIX, 1, AUDIT));
		assert_true(is_within(&recording, profile, MACHINE_X86_64, &choice.options));
		conditional_profile_destroy(choice.conditional);
	}
}

static void clone3_stays_if_clone_cannot_do_its_work(void **state)
{
	static const struct {
		uint32_t low, high, tids;
		const char *note;
	} needs[] = {
		{ CLONE_VM, 1, 0, NULL },
		{ CLONE_VM, 2, 0, "another cgroup" },
		{ CLONE_VM, 4, 0, "flags that clone does not have" },
		{ CLONE_NEWTIME, 0, 0, "flags that clone does not have" },
		{ CLONE_VM, 0, 1, "chosen process ids" },
	};
	size_t i;
	int mode;

	for (i = 0; i < array_size(needs); i++)
		for (mode = ARGUMENTS_DEFAULT; mode < ARGUMENTS_COUNT; mode++) {
			_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
			_cleanup_derive_notes_ struct derive_notes notes = {};
			_cleanup_profile_ struct profile *profile = NULL;
			struct choice choice;

			choose(&choice, "containerd", NULL, mode);
			see_clone3(&recording, needs[i].low, needs[i].high, needs[i].tids);
			profile = derive(&recording, &choice.options, &notes);
			assert_int_equal(allows(profile, "clone3", 0, 0, 0), needs[i].note != NULL);
			assert_int_equal(allows(profile, "clone", CLONE_VM | 17, 0, 0),
					 needs[i].note == NULL);
			assert_int_equal(notes.gaps.count, needs[i].note != NULL);
			if (needs[i].note)
				assert_true(has_note(&notes.gaps, needs[i].note));
			assert_true(
				is_within(&recording, profile, MACHINE_X86_64, &choice.options));
			conditional_profile_destroy(choice.conditional);
		}
}

static void what_was_not_recorded_is_not_refused(void **state)
{
	enum gap {
		LOST,
		MANY,
		LATE,
		OLD,
		COUNT
	} gap;
	int mode;

	for (gap = LOST; gap < COUNT; gap++)
		for (mode = ARGUMENTS_DEFAULT; mode < ARGUMENTS_COUNT; mode++) {
			_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
			_cleanup_derive_notes_ struct derive_notes notes = {};
			_cleanup_profile_ struct profile *profile = NULL;
			struct observation *observation = first(&recording);
			struct choice choice;
			uint32_t value;

			choose(&choice, "containerd", NULL, mode);
			for (value = 0; value < (gap == MANY ? 65 : 1); value++)
				see(&recording, "socket", 0, value);
			if (gap == LOST)
				observation->arguments.items[0].unrecorded = 1;
			if (gap == LATE)
				observation->losses[LOSS_LATE] = 1;
			if (gap == OLD)
				argument_set_finish(&observation->arguments);
			profile = derive(&recording, &choice.options, &notes);
			assert_true(allows(profile, "socket", 40, 1, 0));
			assert_int_equal(notes.gaps.count, 1);
			assert_true(has_note(&notes.gaps, gap == MANY ?
								  "socket: more values" :
								  "socket: the recording lacks"));
			conditional_profile_destroy(choice.conditional);
		}
}

/* runc calls prctl and futex too; hooks make processes. Under its own default, it may. */
static void the_runtime_may_do_what_the_default_allows(void **state)
{
	_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
	struct observation *observation = first(&recording);
	int mode;
	size_t i;

	see(&recording, "prctl", 0, 15);
	see_flag(&recording, "clone", 0, CLONE_NEWUSER);
	for (i = 0; i < observation->arguments.length; i++)
		observation->arguments.items[i].runtime = true;
	for (mode = ARGUMENTS_DEFAULT; mode < ARGUMENTS_COUNT; mode++) {
		_cleanup_derive_notes_ struct derive_notes notes = {};
		_cleanup_profile_ struct profile *profile = NULL;
		struct choice choice;

		choose(&choice, "containerd", NULL, mode);
		profile = derive(&recording, &choice.options, &notes);
		assert_true(allows(profile, "prctl", 22, 0, 0));
		assert_true(allows(profile, "clone", CLONE_FILES, 0, 0));
		assert_false(allows(profile, "clone", CLONE_NEWPID, 0, 0));
		assert_int_equal(has_note(&notes.gaps, "clone, prctl: the runtime's own"),
				 mode == ARGUMENTS_EXACT);
		conditional_profile_destroy(choice.conditional);
	}
}

/* As many values as are kept, which are too many to compare at all combinations. */
static void the_most_values_are_compared(void **state)
{
	_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
	uint32_t i;
	int mode;

	for (i = 0; i < ARGUMENT_VALUES_MAX; i++)
		see(&recording, "keyctl", 0, i % 2 ? i : i | 1u << 31);
	for (mode = ARGUMENTS_DEFAULT; mode < ARGUMENTS_COUNT; mode++) {
		_cleanup_profile_ struct profile *profile = NULL;
		struct choice choice;

		choose(&choice, "containerd", NULL, mode);
		profile = derive(&recording, &choice.options, NULL);
		assert_int_equal(count_rules(profile, "keyctl"), ARGUMENT_VALUES_MAX);
		assert_true(is_within(&recording, profile, MACHINE_X86_64, &choice.options));
		conditional_profile_destroy(choice.conditional);
	}
}

/* An int whose upper half is not 0 would never equal a value of 64 bits. */
static void wide_values_are_compared_in_32_bits(void **state)
{
	_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
	_cleanup_profile_ struct profile *profile = NULL;
	struct choice choice;

	see(&recording, "ioctl", 1, 0x5401);
	first(&recording)->arguments.items[0].wide = true;
	choose(&choice, "containerd", NULL, ARGUMENTS_EXACT);
	profile = derive(&recording, &choice.options, NULL);
	assert_true(allows(profile, "ioctl", 0, UINT64_C(7) << 32 | 0x5401, 0));
	assert_false(allows(profile, "ioctl", 0, 0x5402, 0));
	conditional_profile_destroy(choice.conditional);
}

static void an_unknown_engine_is_said(void **state)
{
	_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
	const struct derive_options options = { .mode = ARGUMENTS_DEFAULT };
	_cleanup_derive_notes_ struct derive_notes unknown = {}, known = {};
	_cleanup_profile_ struct profile *profile = NULL;

	see(&recording, "socket", 0, AF_INET);
	profile = derive(&recording, &options, &unknown);
	assert_true(has_note(&unknown.choices, "engine is not known"));
	assert_true(has_note(&unknown.choices, "containerd 2."));
	first(&recording)->engine = strdup("docker");
	first(&recording)->engine_version = strdup("20.10.27");
	profile_destroy(profile);
	profile = derive(&recording, &options, &known);
	assert_int_equal(known.choices.count, 0);
	free(first(&recording)->engine_version);
	first(&recording)->engine_version = NULL;
	profile_destroy(profile);
	profile = derive(&recording, &options, &known);
	assert_true(has_note(&known.choices, "the version of the container engine is not known"));
}

static void allow(struct profile *profile, const char *name, enum action action,
		  const struct condition *condition)
{
	struct rule *rule;

	assert_int_equal(profile_add_rule(profile, action, &rule, NULL), 0);
	assert_int_equal(rule_add_name(rule, name, NULL), 0);
	if (!condition)
		return;
	rule->conditions = malloc(sizeof(*condition));
	rule->conditions[0] = *condition;
	rule->condition_count = 1;
}

/* A file can allow no sockets, and ranges. */
static void a_baseline_of_the_user_is_the_limit(void **state)
{
	_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
	_cleanup_profile_ struct profile *baseline = profile_create(ACTION_ERRNO), *profile = NULL;
	const struct default_choice choice = { .title = "mine", .profile = baseline };
	const struct derive_options options = { .mode = ARGUMENTS_DEFAULT,
						.defaults.choice = &choice };
	const struct condition range = { .index = 0, .comparison = COMPARE_LT, .value = 5 };

	allow(baseline, "prctl", ACTION_ALLOW, &range);
	see(&recording, "socket", 0, AF_INET);
	see(&recording, "prctl", 0, 15);
	profile = derive(&recording, &options, NULL);
	assert_true(allows(profile, "socket", AF_INET, 1, 0));
	assert_false(allows(profile, "socket", AF_UNIX, 1, 0));
	assert_true(allows(profile, "prctl", 15, 0, 0));
	assert_true(allows(profile, "prctl", 4, 0, 0));
	assert_false(allows(profile, "prctl", 5, 0, 0));
	assert_true(is_within(&recording, profile, MACHINE_X86_64, &options));
}

/* A runtime's own calls have to work, even if the baseline is one under which it could not. */
static void the_runtime_is_not_limited_by_what_was_seen(void **state)
{
	_cleanup_recording_ struct recording recording = record_on(MACHINE_X86_64);
	_cleanup_profile_ struct profile *nothing = profile_create(ACTION_ERRNO);
	_cleanup_profile_ struct profile *all_but = profile_create(ACTION_ALLOW);
	const struct condition seccomp = { .index = 0, .comparison = COMPARE_EQ, .value = 22 };
	const struct profile *baselines_of_users[] = { nothing, all_but };
	struct observation *observation = first(&recording);
	size_t i;
	int mode;

	allow(all_but, "prctl", ACTION_ERRNO, &seccomp);
	see(&recording, "prctl", 0, 15);
	see_socket(&recording, AF_INET, 0);
	for (i = 0; i < observation->arguments.length; i++)
		observation->arguments.items[i].runtime = true;
	for (i = 0; i < array_size(baselines_of_users); i++)
		for (mode = ARGUMENTS_DEFAULT; mode < ARGUMENTS_COUNT; mode++) {
			const struct default_choice choice = { .title = "mine",
							       .profile = baselines_of_users[i] };
			const struct derive_options options = { .mode = mode,
								.defaults.choice = &choice };
			_cleanup_derive_notes_ struct derive_notes notes = {};
			_cleanup_profile_ struct profile *profile =
				derive(&recording, &options, &notes);

			assert_true(allows(profile, "prctl", 4, 0, 0));
			assert_true(allows(profile, "socket", AF_UNIX, 1, 0));
			assert_true(has_note(&notes.gaps, "prctl"));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_stay_within_every_baseline),
		cmocka_unit_test(everything_seen_is_allowed),
		cmocka_unit_test(what_default_refuses),
		cmocka_unit_test(what_exact_refuses),
		cmocka_unit_test(flags_of_one_architecture_are_compared),
		cmocka_unit_test(cri_o_lets_a_part_of_netlink_through),
		cmocka_unit_test(clone3_stays_if_clone_cannot_do_its_work),
		cmocka_unit_test(what_was_not_recorded_is_not_refused),
		cmocka_unit_test(the_runtime_may_do_what_the_default_allows),
		cmocka_unit_test(the_most_values_are_compared),
		cmocka_unit_test(wide_values_are_compared_in_32_bits),
		cmocka_unit_test(an_unknown_engine_is_said),
		cmocka_unit_test(a_baseline_of_the_user_is_the_limit),
		cmocka_unit_test(the_runtime_is_not_limited_by_what_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
