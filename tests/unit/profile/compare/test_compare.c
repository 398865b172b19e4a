// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"
#include "../recordings.h"

#include "profile/baseline/baseline.h"
#include "profile/baseline/resolved_baseline.h"
#include "profile/compare/compare.h"
#include "profile/compare/compare_report.h"
#include "profile/format/conditional_profile.h"
#include "recording/derive.h"
#include "syscalls/purpose.h"
#include "util/array.h"

/* The builder of the golden recording, compared with a containerd release's default profile. */
struct builder {
	struct recording recording;
	struct profile *own;
	struct conditional_profile *conditional;
	struct resolved_baseline baseline;
	struct compare_report report;
};

static void builder_finish(struct builder *builder)
{
	compare_report_finish(&builder->report);
	resolved_baseline_finish(&builder->baseline);
	conditional_profile_destroy(builder->conditional);
	profile_destroy(builder->own);
	recording_finish(&builder->recording);
}

static void resolve_baseline(struct builder *builder)
{
	const struct observation *observation = &builder->recording.observations[1];
	struct container_context context = {
		.architecture = machine_name(observation->machine),
		.capabilities = (const char *const *)observation->capabilities,
		.capability_count = observation->capability_count,
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	const struct baseline *baseline;

	assert_success(baseline_find("containerd", "2.3.4", &baseline, NULL, &err), &err);
	assert_success(baseline_conditional_profile(baseline, &builder->conditional, &err), &err);
	assert_success(resolved_baseline_init(&builder->baseline, builder->conditional, &context,
					      ARCH, &err),
		       &err);
}

static void compare(struct builder *builder, const struct recording *recording)
{
	struct compare_input input = {
		.recording = recording,
		.machine = MACHINE_X86_64,
		.own = builder->own,
		.baseline = &builder->baseline,
	};
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_success(compare_with_baseline(&input, &builder->report, &err), &err);
}

static struct builder compare_builder(void)
{
	struct builder builder = { read_golden_recording("buildkit.recording.json") };
	_cleanup_error_ struct error err = ERROR_INIT;

	resolve_baseline(&builder);
	assert_success(recording_derive_profile(&builder.recording, &builder.own, NULL, &err),
		       &err);
	compare(&builder, &builder.recording);
	return builder;
}

static const struct finding *find(const struct compare_report *report, enum finding_kind kind,
				  const char *name)
{
	size_t i;

	for (i = 0; i < report->length; i++)
		if (report->findings[i].kind == kind && strcmp(report->findings[i].name, name) == 0)
			return &report->findings[i];
	fail_msg("%s is not of kind %d", name, kind);
	return NULL;
}

static void assert_nothing_said(const struct compare_report *report, const char *name)
{
	size_t i;

	for (i = 0; i < report->length; i++)
		assert_string_not_equal(report->findings[i].name, name);
}

static void a_builder_breaks_under_the_default(void **state)
{
	_cleanup_(builder_finish) struct builder builder = compare_builder();
	const struct compare_report *report = &builder.report;
	const struct finding *finding;

	assert_false(report->fits);
	find(report, FINDING_BREAKS, "mount");
	find(report, FINDING_BREAKS, "unshare");
	find(report, FINDING_BREAKS, "syscall_999");
	find(report, FINDING_FALLBACK, "clone3");
	find(report, FINDING_CONDITIONAL, "clone");
	find(report, FINDING_CONDITIONAL, "chroot");
	find(report, FINDING_DENIED, "ptrace");
	find(report, FINDING_DENIED, "kexec_load");
	find(report, FINDING_UNUSED, "writev");
	/* read is allowed and used, fsopen the runtime's own, bpf neither allowed nor used. */
	assert_nothing_said(report, "read");
	assert_nothing_said(report, "fsopen");
	assert_nothing_said(report, "bpf");
	/* 32-bit calls are compared with the 32-bit part of the baseline, and not counted. */
	finding = find(report, FINDING_BREAKS, "pivot_root");
	assert_string_equal(finding->scmp_arch, "SCMP_ARCH_X86");
	assert_false(finding->counted);
	assert_int_equal(report->counts[FINDING_BREAKS], 4);
}

static void a_finding_says_who_and_what_would_help(void **state)
{
	_cleanup_(builder_finish) struct builder builder = compare_builder();
	const struct compare_report *report = &builder.report;
	const struct finding *mount = find(report, FINDING_BREAKS, "mount");
	const struct finding *clone = find(report, FINDING_CONDITIONAL, "clone");

	assert_string_equal(mount->call->process, "runc:[1:CHILD]");
	assert_string_equal(mount->observation->pod_name, "ci-0");
	assert_string_equal(mount->capabilities[0], "CAP_SYS_ADMIN");
	assert_null(mount->capabilities[1]);
	assert_int_equal(mount->purpose->risk, RISK_HIGH);
	assert_string_equal(clone->condition, "argument 0 & 0x7e020000 is 0");
	assert_string_equal(find(report, FINDING_CONDITIONAL, "chroot")->capabilities[0],
			    "CAP_SYS_CHROOT");
	assert_string_equal(find(report, FINDING_FALLBACK, "clone3")->instead, "clone");
	assert_true(find(report, FINDING_DENIED, "ptrace")->allowed);
	assert_false(find(report, FINDING_DENIED, "kexec_load")->allowed);
}

static void what_is_counted_adds_up(void **state)
{
	_cleanup_(builder_finish) struct builder builder = compare_builder();
	const struct compare_report *report = &builder.report;
	size_t counts[FINDING_KIND_COUNT] = {}, i;

	for (i = 0; i < report->length; i++)
		counts[report->findings[i].kind]++;
	assert_memory_equal(counts, report->counts, sizeof(counts));
	/*
	 * containerd allows 309 + 3 calls with these capabilities. Unused are all but chroot,
	 * clone, execve and read, and getpid and write, whose names own has from the other ABI
	 * and machine.
	 */
	assert_int_equal(report->allowed, 309 + 3);
	assert_int_equal(report->counts[FINDING_UNUSED], 309 + 3 - 6);
}

/* A profile stands for a workload that makes each allowed call with each allowed argument. */
static void a_profile_is_compared_argument_by_argument(void **state)
{
	_cleanup_(builder_finish) struct builder builder = {
		read_golden_recording("buildkit.recording.json"),
		make_profile(ACTION_ERRNO),
	};
	const struct compare_report *report = &builder.report;
	struct profile *own = builder.own;

	add_condition(add_names(own, ACTION_ALLOW, "clone"), 0, COMPARE_EQ, 17, 0);
	add_condition(add_names(own, ACTION_ALLOW, "socket"), 0, COMPARE_LE, 38, 0);
	add_names(own, ACTION_ALLOW, "read mount");
	resolve_baseline(&builder);
	compare(&builder, NULL);
	assert_nothing_said(report, "clone");
	find(report, FINDING_CONDITIONAL, "socket");
	find(report, FINDING_BREAKS, "mount");
	find(report, FINDING_UNUSED, "write");
	assert_null(find(report, FINDING_BREAKS, "mount")->call);
	assert_int_equal(report->counts[FINDING_UNUSED], report->allowed - 3);
}

static void the_profile_of_a_32_bit_workload_is_counted_by_its_own_calls(void **state)
{
	_cleanup_profile_ struct profile *own = make_profile(ACTION_ERRNO);

	assert_string_equal(compare_architecture(own, MACHINE_X86_64), ARCH);
	assert_string_equal(compare_architecture(own, MACHINE_AARCH64), "SCMP_ARCH_AARCH64");
	assert_int_equal(profile_add_architecture(own, "SCMP_ARCH_X86", NULL), 0);
	assert_string_equal(compare_architecture(own, MACHINE_X86_64), "SCMP_ARCH_X86");
	assert_string_equal(compare_architecture(own, MACHINE_AARCH64), "SCMP_ARCH_AARCH64");
	assert_int_equal(profile_add_architecture(own, ARCH, NULL), 0);
	assert_string_equal(compare_architecture(own, MACHINE_X86_64), ARCH);
}

/* Compares a recording with the default profile of a release, without capabilities. */
static struct builder compare_seen(struct recording recording, const char *engine,
				   const char *version)
{
	struct builder builder = { .recording = recording };
	const struct container_context context = { .architecture = "x86_64" };
	_cleanup_error_ struct error err = ERROR_INIT;
	const struct baseline *baseline;

	assert_success(baseline_find(engine, version, &baseline, NULL, &err), &err);
	assert_success(baseline_conditional_profile(baseline, &builder.conditional, &err), &err);
	assert_success(resolved_baseline_init(&builder.baseline, builder.conditional, &context,
					      ARCH, &err),
		       &err);
	assert_success(recording_derive_profile(&builder.recording, &builder.own, NULL, &err),
		       &err);
	compare(&builder, &builder.recording);
	return builder;
}

static void arguments_that_fit_are_no_finding(void **state)
{
	struct recording recording = record_on(MACHINE_X86_64);
	_cleanup_(builder_finish) struct builder builder = {};

	see_flag(&recording, "clone", 0, 0x100);
	see_flag(&recording, "clone", 0, 0);
	see(&recording, "socket", 0, 2);
	see(&recording, "personality", 0, 0xffffffff);
	builder = compare_seen(recording, "containerd", "2.3.4");
	assert_nothing_said(&builder.report, "clone");
	assert_nothing_said(&builder.report, "socket");
	assert_nothing_said(&builder.report, "personality");
	assert_true(builder.report.fits);
}

static void an_argument_that_does_not_fit_breaks(void **state)
{
	struct recording recording = record_on(MACHINE_X86_64);
	_cleanup_(builder_finish) struct builder builder = {};
	const struct finding *finding;

	see_flag(&recording, "clone", 0, 0x100);
	see_flag(&recording, "clone", 0, 0x10000000);
	see(&recording, "socket", 0, 2);
	see(&recording, "socket", 0, 40);
	builder = compare_seen(recording, "containerd", "2.3.4");
	finding = find(&builder.report, FINDING_BREAKS, "clone");
	assert_true(finding->refused.known && finding->refused.flags);
	assert_int_equal(finding->refused.value.value, 0x10000000);
	assert_string_equal(finding->capabilities[0], "CAP_SYS_ADMIN");
	finding = find(&builder.report, FINDING_BREAKS, "socket");
	assert_int_equal(finding->refused.value.value, 40);
	assert_int_equal(finding->refused.index, 0);
	assert_false(builder.report.fits);
}

static void arguments_that_are_not_known_are_not_judged(void **state)
{
	struct recording recording = record_on(MACHINE_X86_64);
	_cleanup_(builder_finish) struct builder builder = {};

	see(&recording, "socket", 0, 2);
	see(&recording, "personality", 0, 0x40000);
	recording.observations[0].losses[LOSS_LATE] = 1;
	builder = compare_seen(recording, "containerd", "2.3.4");
	find(&builder.report, FINDING_CONDITIONAL, "socket");
	/* Seen values that it refuses break it, whatever else there was. */
	find(&builder.report, FINDING_BREAKS, "personality");
}

/* CRI-O refuses protocol 9 of netlink only. Which family had which protocol is not recorded. */
static void two_arguments_are_judged_together(void **state)
{
	static const struct {
		uint32_t family, protocol;
		bool other_family, fits;
	} cases[] = {
		{ 16, 0, false, true },
		{ 2, 9, false, true },
		{ 2, 9, true, false },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		struct recording recording = record_on(MACHINE_X86_64);
		_cleanup_(builder_finish) struct builder builder = {};

		see(&recording, "socket", 0, cases[i].family);
		see(&recording, "socket", 1, 1);
		see(&recording, "socket", 2, cases[i].protocol);
		if (cases[i].other_family)
			see(&recording, "socket", 0, 16);
		builder = compare_seen(recording, "cri-o", "1.36.3");
		if (cases[i].fits)
			assert_nothing_said(&builder.report, "socket");
		else
			find(&builder.report, FINDING_CONDITIONAL, "socket");
		assert_true(builder.report.fits);
	}
}

static void clone3_is_judged_by_what_clone_may_do(void **state)
{
	static const struct {
		uint32_t low, high, tids;
		enum finding_kind kind;
	} cases[] = {
		{ 0x100, 1, 0, FINDING_FALLBACK },
		{ 0x100, 2, 0, FINDING_BREAKS },
		{ 0x100, 0, 1, FINDING_BREAKS },
		{ 0x10000000, 1, 0, FINDING_BREAKS },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		struct recording recording = record_on(MACHINE_X86_64);
		_cleanup_(builder_finish) struct builder builder = {};

		see_clone3(&recording, cases[i].low, cases[i].high, cases[i].tids);
		builder = compare_seen(recording, "containerd", "2.3.4");
		find(&builder.report, cases[i].kind, "clone3");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_builder_breaks_under_the_default),
		cmocka_unit_test(a_finding_says_who_and_what_would_help),
		cmocka_unit_test(what_is_counted_adds_up),
		cmocka_unit_test(a_profile_is_compared_argument_by_argument),
		cmocka_unit_test(arguments_that_fit_are_no_finding),
		cmocka_unit_test(an_argument_that_does_not_fit_breaks),
		cmocka_unit_test(arguments_that_are_not_known_are_not_judged),
		cmocka_unit_test(two_arguments_are_judged_together),
		cmocka_unit_test(clone3_is_judged_by_what_clone_may_do),
		cmocka_unit_test(the_profile_of_a_32_bit_workload_is_counted_by_its_own_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
