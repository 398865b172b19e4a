// SPDX-License-Identifier: Apache-2.0
#include "../fixtures.h"

#include "profile/baseline/baseline.h"
#include "profile/baseline/capability_effects.h"
#include "profile/format/conditional_profile.h"
#include "profile/semantics/coverage.h"
#include "profile/semantics/semantics.h"
#include "syscalls/capability_names.h"
#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/version.h"

#define CAPABILITY_COUNT 41 /* of Linux 5.9 and newer */

static const char *const none[] = { NULL };
static const char *const admin[] = { "CAP_SYS_ADMIN" };
static const char *all[CAPABILITY_COUNT];

static void use_capabilities(struct container_context *context, const char *set)
{
	unsigned int i;

	context->capabilities = none;
	context->capability_count = 0;
	if (strcmp(set, "default") == 0) {
		context->capabilities = default_capabilities;
		context->capability_count = default_capability_count;
	} else if (strcmp(set, "admin") == 0) {
		context->capabilities = admin;
		context->capability_count = array_size(admin);
	} else if (strcmp(set, "all") == 0) {
		for (i = 0; i < CAPABILITY_COUNT; i++)
			all[i] = capability_name(i);
		context->capabilities = all;
		context->capability_count = array_size(all);
	} else {
		assert_string_equal(set, "none");
	}
}

static const struct baseline *find(const char *runtime, const char *version)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	const struct baseline *baseline;

	assert_success(baseline_find(runtime, version, &baseline, NULL, &err), &err);
	return baseline;
}

static struct semantics *resolve(const struct baseline *baseline, const char *machine,
				 const char *capabilities, struct profile **ret_profile)
{
	struct container_context context = { .architecture = machine };
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *scmp_arch = abi_scmp_arch(machine_from_name(machine), ABI_NATIVE);
	struct semantics *semantics;

	use_capabilities(&context, capabilities);
	assert_success(baseline_resolve(baseline, &context, ret_profile, &err), &err);
	assert_success(semantics_create(*ret_profile, scmp_arch, &semantics, &err), &err);
	return semantics;
}

static void every_table_allows_as_many_calls_as_its_source(void **state)
{
	_cleanup_free_ char *expected = read_golden("baseline-counts.txt");
	char *line, *rest = expected;
	size_t rows = 0;

	while ((line = strsep(&rest, "\n"))) {
		_cleanup_profile_ struct profile *profile = NULL;
		_cleanup_semantics_ struct semantics *semantics = NULL;
		char runtime[16], version[16], machine[16], capabilities[16];
		struct coverage_counts counts, wanted;

		if (sscanf(line, "%15s %15s %15s %15s %zu %zu %zu", runtime, version, machine,
			   capabilities, &wanted.all, &wanted.some, &wanted.none) != 7)
			continue;
		semantics = resolve(find(runtime, version), machine, capabilities, &profile);
		semantics_count_coverage(semantics, &counts);
		if (memcmp(&counts, &wanted, sizeof(counts)) != 0)
			fail_msg("%s: got %zu %zu %zu", line, counts.all, counts.some, counts.none);
		rows++;
	}
	assert_int_equal(rows, baseline_count * 8);
}

static void the_index_is_sorted_and_its_ranges_do_not_overlap(void **state)
{
	size_t i;

	for (i = 0; i < baseline_count; i++) {
		struct version first = version_parse(baselines[i].first);
		struct version last = version_parse(baselines[i].last), before;

		assert_true(version_compare(&first, &last) <= 0);
		if (i == 0 || strcmp(baselines[i - 1].runtime, baselines[i].runtime) != 0)
			continue;
		before = version_parse(baselines[i - 1].last);
		assert_true(version_compare(&before, &first) < 0);
	}
	for (i = 1; i < baseline_count; i++)
		assert_true(strcmp(baselines[i - 1].runtime, baselines[i].runtime) <= 0);
}

static void a_version_finds_its_own_table_or_the_nearest_below(void **state)
{
	static const struct {
		const char *runtime, *version, *first;
		bool exact;
	} cases[] = {
		{ "containerd", "1.6.20~ds1", "1.6.16", true },
		{ "containerd", "v1.7.0-rc.1", "1.7.0", true },
		{ "containerd", "2.3.0", "2.3.0", true },
		{ "containerd", "1.6.100", "1.6.28", false },
		{ "containerd", "3.0", "2.3.1", false },
		{ "containerd", "1.4.3", "1.6.0", false },
		{ "containerd", NULL, "2.3.1", true },
		{ "docker", "26.1.4", "25.0.5", true },
		{ "docker", "24.0.7", "23.0.18", false },
		{ "cri-o", "1.36.1", "1.35.6", true },
		{ "podman", "4.3.1+ds1", "4.3.0", true },
		{ "podman", NULL, "5.8.0", true },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		const struct baseline *baseline;
		bool exact;

		assert_int_equal(baseline_find(cases[i].runtime, cases[i].version, &baseline,
					       &exact, NULL),
				 0);
		assert_string_equal(baseline->runtime, cases[i].runtime);
		assert_string_equal(baseline->first, cases[i].first);
		assert_int_equal(exact, cases[i].exact);
	}
}

static void what_has_no_table_is_refused(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	const struct baseline *baseline;

	assert_false(baseline_has_runtime("rkt"));
	assert_true(baseline_has_runtime("cri-o"));
	assert_int_equal(baseline_find("rkt", NULL, &baseline, NULL, &err), -ENOENT);
	assert_string_equal(error_message(&err), "there is no table of what rkt allows by default");
	error_finish(&err);
	assert_int_equal(baseline_find("docker", "latest", &baseline, NULL, &err), -EINVAL);
	assert_non_null(strstr(error_message(&err), "'latest' is not a version of docker"));
}

static enum coverage coverage(const struct baseline *baseline, const char *capabilities,
			      const char *name)
{
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_semantics_ struct semantics *semantics = NULL;

	semantics = resolve(baseline, "x86_64", capabilities, &profile);
	return semantics_coverage(semantics, name);
}

static void what_is_known_of_the_tables_holds(void **state)
{
	const struct baseline *old = find("containerd", "1.6.20"), *new = find("containerd", NULL);

	assert_int_equal(coverage(old, "default", "unshare"), COVERAGE_NONE);
	assert_int_equal(coverage(old, "admin", "unshare"), COVERAGE_ALL);
	assert_int_equal(coverage(old, "default", "clone"), COVERAGE_SOME);
	assert_int_equal(coverage(old, "default", "chroot"), COVERAGE_ALL);
	assert_int_equal(coverage(old, "none", "chroot"), COVERAGE_NONE);
	/* io_uring left containerd's list in 2.0, AF_VSOCK and AF_ALG sockets later. */
	assert_int_equal(coverage(old, "default", "io_uring_setup"), COVERAGE_ALL);
	assert_int_equal(coverage(new, "default", "io_uring_setup"), COVERAGE_NONE);
	assert_int_equal(coverage(old, "default", "socket"), COVERAGE_ALL);
	assert_int_equal(coverage(new, "default", "socket"), COVERAGE_SOME);
	assert_int_equal(coverage(find("podman", "4.3.1"), "default", "mount"), COVERAGE_ALL);
}

static void conditions_are_told_in_words(void **state)
{
	static const struct {
		const char *runtime, *name, *text;
	} cases[] = {
		{ "containerd", "clone", "argument 0 & 0x7e020000 is 0" },
		{ "containerd", "socket",
		  "argument 0 is 39, or argument 0 < 38, or argument 0 > 40" },
		{ "containerd", "read", "" },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		_cleanup_profile_ struct profile *profile = NULL;
		_cleanup_semantics_ struct semantics *semantics = NULL;
		_cleanup_free_ char *text = NULL;

		semantics = resolve(find(cases[i].runtime, NULL), "x86_64", "default", &profile);
		assert_int_equal(semantics_condition_text(semantics, cases[i].name, &text, NULL),
				 0);
		assert_string_equal(text, cases[i].text);
	}
}

static void the_capabilities_that_open_a_call_are_found(void **state)
{
	static const struct {
		const char *name, *capabilities;
	} cases[] = {
		{ "mount", " CAP_SYS_ADMIN" }, { "bpf", " CAP_BPF CAP_SYS_ADMIN" },
		{ "clone", " CAP_SYS_ADMIN" }, { "read", "" },
		{ "kexec_load", "" },
	};
	_cleanup_capability_effects_ struct capability_effects *effects = NULL;
	struct container_context context = { .architecture = "x86_64" };
	_cleanup_conditional_profile_ struct conditional_profile *conditional = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t i;

	assert_success(baseline_conditional_profile(find("containerd", NULL), &conditional, &err),
		       &err);
	assert_success(capability_effects_create(conditional, &context, "SCMP_ARCH_X86_64",
						 &effects, &err),
		       &err);
	for (i = 0; i < array_size(cases); i++) {
		char found[64] = "";
		const char *capability;
		size_t position = 0;

		while ((capability = capability_effects_next(effects, cases[i].name, &position))) {
			strcat(found, " ");
			strcat(found, capability);
		}
		assert_string_equal(found, cases[i].capabilities);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_allows_as_many_calls_as_its_source),
		cmocka_unit_test(the_index_is_sorted_and_its_ranges_do_not_overlap),
		cmocka_unit_test(a_version_finds_its_own_table_or_the_nearest_below),
		cmocka_unit_test(what_has_no_table_is_refused),
		cmocka_unit_test(what_is_known_of_the_tables_holds),
		cmocka_unit_test(conditions_are_told_in_words),
		cmocka_unit_test(the_capabilities_that_open_a_call_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
