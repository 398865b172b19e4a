// SPDX-License-Identifier: Apache-2.0
#include "profiles.h"

#include "profile/baseline.h"
#include "profile/capability_effects.h"
#include "profile/compare.h"
#include "profile/compare_report.h"
#include "profile/derive.h"
#include "profile/template.h"
#include "syscalls/purpose.h"

/* containerd's default of one release, for the container of the golden recording. */
struct reference {
	struct template *template;
	struct profile *profile;
	struct capability_effects *effects;
};

static struct reference make_reference(const struct observation *observation)
{
	struct circumstances circumstances = {
		.architecture = machine_name(observation->machine),
		.capabilities = (const char *const *)observation->capabilities,
		.capability_count = observation->capability_count,
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	const struct baseline *baseline;
	_cleanup_free_ char *text = NULL;
	struct reference reference;

	assert_success(baseline_find("containerd", "2.3.4", &baseline, NULL, &err), &err);
	assert_success(baseline_text(baseline, &text, &err), &err);
	assert_success(template_read("t", text, baseline->size, &reference.template, &err), &err);
	assert_success(template_resolve(reference.template, &circumstances, &reference.profile,
					&err),
		       &err);
	assert_success(capability_effects_create(reference.template, &circumstances, ARCH,
						 &reference.effects, &err),
		       &err);
	return reference;
}

static void reference_finish(struct reference *reference)
{
	capability_effects_destroy(reference->effects);
	profile_destroy(reference->profile);
	template_destroy(reference->template);
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

static struct compare_report compare(const struct recording *recording, const struct profile *own,
				     const struct reference *reference)
{
	struct compare_input input = {
		.recording = recording,
		.machine = MACHINE_X86_64,
		.own = own,
		.baseline = reference->profile,
		.effects = reference->effects,
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct compare_report report;

	assert_success(compare_with_baseline(&input, &report, &err), &err);
	return report;
}

static struct profile *derive(const struct recording *recording)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct profile *own;

	assert_success(recording_derive_profile(recording, &own, NULL, &err), &err);
	return own;
}

static void a_builder_breaks_under_the_default(void **state)
{
	_cleanup_recording_ struct recording recording =
		read_golden_recording("buildkit.recording.json");
	_cleanup_(reference_finish) struct reference reference =
		make_reference(&recording.observations[1]);
	_cleanup_profile_ struct profile *own = derive(&recording);
	_cleanup_compare_report_ struct compare_report report =
		compare(&recording, own, &reference);
	const struct finding *finding;

	assert_false(report.fits);
	find(&report, FINDING_BREAKS, "mount");
	find(&report, FINDING_BREAKS, "unshare");
	find(&report, FINDING_BREAKS, "syscall_999");
	find(&report, FINDING_FALLBACK, "clone3");
	find(&report, FINDING_CONDITIONAL, "clone");
	find(&report, FINDING_CONDITIONAL, "chroot");
	find(&report, FINDING_DENIED, "ptrace");
	find(&report, FINDING_DENIED, "kexec_load");
	find(&report, FINDING_UNUSED, "writev");
	/* Allowed and used; not allowed, and the runtime's own; neither allowed nor used. */
	assert_nothing_said(&report, "read");
	assert_nothing_said(&report, "fsopen");
	assert_nothing_said(&report, "bpf");
	/* 32-bit calls are held to the 32-bit part of the baseline, and not counted. */
	finding = find(&report, FINDING_BREAKS, "pivot_root");
	assert_string_equal(finding->scmp_arch, "SCMP_ARCH_X86");
	assert_false(finding->counted);
	assert_int_equal(report.counts[FINDING_BREAKS], 4);
}

static void a_finding_says_who_and_what_would_help(void **state)
{
	_cleanup_recording_ struct recording recording =
		read_golden_recording("buildkit.recording.json");
	_cleanup_(reference_finish) struct reference reference =
		make_reference(&recording.observations[1]);
	_cleanup_profile_ struct profile *own = derive(&recording);
	_cleanup_compare_report_ struct compare_report report =
		compare(&recording, own, &reference);
	const struct finding *mount = find(&report, FINDING_BREAKS, "mount");
	const struct finding *clone = find(&report, FINDING_CONDITIONAL, "clone");

	assert_string_equal(mount->call->process, "runc:[1:CHILD]");
	assert_string_equal(mount->observation->pod_name, "ci-0");
	assert_string_equal(mount->capabilities[0], "CAP_SYS_ADMIN");
	assert_null(mount->capabilities[1]);
	assert_int_equal(mount->purpose->risk, RISK_HIGH);
	assert_string_equal(clone->condition, "argument 0 & 0x7e020000 is 0");
	assert_string_equal(find(&report, FINDING_CONDITIONAL, "chroot")->capabilities[0],
			    "CAP_SYS_CHROOT");
	assert_string_equal(find(&report, FINDING_FALLBACK, "clone3")->instead, "clone");
	assert_true(find(&report, FINDING_DENIED, "ptrace")->allowed);
	assert_false(find(&report, FINDING_DENIED, "kexec_load")->allowed);
}

static void what_is_counted_adds_up(void **state)
{
	_cleanup_recording_ struct recording recording =
		read_golden_recording("buildkit.recording.json");
	_cleanup_(reference_finish) struct reference reference =
		make_reference(&recording.observations[1]);
	_cleanup_profile_ struct profile *own = derive(&recording);
	_cleanup_compare_report_ struct compare_report report =
		compare(&recording, own, &reference);
	size_t counts[FINDING_KIND_COUNT] = { 0 }, i;

	for (i = 0; i < report.length; i++)
		counts[report.findings[i].kind]++;
	assert_memory_equal(counts, report.counts, sizeof(counts));
	/*
	 * What containerd allows with these capabilities, less chroot, clone, execve and read, and
	 * getpid and write: own has their names from the other ABI and the other machine.
	 */
	assert_int_equal(report.allowed, 309 + 3);
	assert_int_equal(report.counts[FINDING_UNUSED], 309 + 3 - 6);
}

/* A profile is taken for a workload that makes each call with each of the arguments that it allows. */
static void a_profile_is_compared_argument_by_argument(void **state)
{
	_cleanup_recording_ struct recording recording =
		read_golden_recording("buildkit.recording.json");
	_cleanup_(reference_finish) struct reference reference =
		make_reference(&recording.observations[1]);
	_cleanup_profile_ struct profile *own = make_profile(ACTION_ERRNO);
	_cleanup_compare_report_ struct compare_report report = { 0 };

	add_condition(add_names(own, ACTION_ALLOW, "clone"), 0, COMPARE_EQ, 17, 0);
	add_condition(add_names(own, ACTION_ALLOW, "socket"), 0, COMPARE_LE, 38, 0);
	add_names(own, ACTION_ALLOW, "read mount");
	report = compare(NULL, own, &reference);
	assert_nothing_said(&report, "clone");
	find(&report, FINDING_CONDITIONAL, "socket");
	find(&report, FINDING_BREAKS, "mount");
	find(&report, FINDING_UNUSED, "write");
	assert_null(find(&report, FINDING_BREAKS, "mount")->call);
	assert_int_equal(report.counts[FINDING_UNUSED], report.allowed - 3);
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
