// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"

#include "profile/baseline/baseline.h"
#include "profile/baseline/resolved_baseline.h"
#include "profile/compare/compare.h"
#include "profile/compare/compare_report.h"
#include "profile/format/conditional_profile.h"
#include "recording/derive.h"
#include "syscalls/purpose.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_builder_breaks_under_the_default),
		cmocka_unit_test(a_finding_says_who_and_what_would_help),
		cmocka_unit_test(what_is_counted_adds_up),
		cmocka_unit_test(a_profile_is_compared_argument_by_argument),
		cmocka_unit_test(the_profile_of_a_32_bit_workload_is_counted_by_its_own_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
