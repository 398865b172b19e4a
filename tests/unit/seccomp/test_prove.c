// SPDX-License-Identifier: Apache-2.0
#include "fixtures.h"

#include <stdio.h>

#include "seccomp/prove.h"

#define PROFILE(architectures, syscalls)                                             \
	"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [" architectures \
	"], \"syscalls\": [" syscalls "]}"
#define X86 "\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\""
#define ARM "\"SCMP_ARCH_AARCH64\", \"SCMP_ARCH_ARM\""
#define RULE(names, action, args) \
	"{\"names\": [" names "], \"action\": \"SCMP_ACT_" action "\", \"args\": [" args "]}"
#define ARG(index, op, value) \
	"{\"index\": " #index ", \"op\": \"SCMP_CMP_" op "\", \"value\": " #value "}"
#define MASKED(index, mask, value)                                                  \
	"{\"index\": " #index ", \"op\": \"SCMP_CMP_MASKED_EQ\", \"value\": " #mask \
	", \"valueTwo\": " #value "}"

static const char *const proven[] = {
	PROFILE(X86, RULE("\"read\", \"write\", \"exit_group\"", "ALLOW", "")),
	PROFILE("\"SCMP_ARCH_X86_64\"", RULE("\"read\"", "ALLOW", "")),
	PROFILE("\"SCMP_ARCH_X86\"", RULE("\"read\"", "ALLOW", "")),
	PROFILE("\"SCMP_ARCH_X32\"", RULE("\"read\"", "ALLOW", "")),
	PROFILE("", RULE("\"read\"", "ALLOW", "")),
	PROFILE(ARM, RULE("\"read\", \"openat\", \"socket\"", "ALLOW", "")),
	PROFILE("\"SCMP_ARCH_S390X\", \"SCMP_ARCH_S390\"",
		RULE("\"personality\"", "ALLOW", ARG(0, "EQ", 8)) "," RULE("\"read\"", "ALLOW",
									   "")),
	/* Calls with a number of their own that socketcall(2) or ipc(2) can make too. */
	PROFILE("\"SCMP_ARCH_S390X\"",
		RULE("\"shmget\"", "ALLOW", "") "," RULE("\"socket\"", "LOG", ARG(0, "EQ", 1))),
	PROFILE("\"SCMP_ARCH_MIPS64\", \"SCMP_ARCH_MIPS\"",
		RULE("\"clone\"", "ALLOW", MASKED(0, 2114060288, 0)) "," RULE("\"read\"", "ALLOW",
									      "")),
	PROFILE(X86, RULE("\"socket\"", "ALLOW", ARG(0, "NE", 40))),
	PROFILE(X86, RULE("\"socket\"", "ALLOW", ARG(0, "EQ", 1) "," ARG(1, "LT", 9))),
	PROFILE(X86, RULE("\"socket\"", "ALLOW", ARG(0, "EQ", 1) "," ARG(0, "EQ", 2))),
	PROFILE(X86, RULE("\"clone\"", "ALLOW", MASKED(0, 2114060288, 0))),
	PROFILE(X86, RULE("\"getpid\"", "ALLOW", ARG(0, "GT", 4294967296))),
	PROFILE(X86, RULE("\"getpid\"", "ALLOW", ARG(5, "GE", 18446744073709551615))),
	PROFILE(X86, RULE("\"getpid\"", "ALLOW", ARG(0, "LE", 4294967295))),
	PROFILE(X86, RULE("\"getpid\"", "ERRNO", ARG(0, "LE", 4294967295)) "," RULE("\"getpid\"",
										    "LOG", "")),
	PROFILE(X86, RULE("\"getpid\"", "LOG", "") "," RULE("\"getpid\"", "ALLOW", "")),
	/* The order ignores masks: of equal values, the first in the profile decides. */
	PROFILE(X86, RULE("\"clone\"", "ALLOW", MASKED(0, 1, 0)) "," RULE("\"clone\"", "TRAP",
									  ARG(0, "EQ", 0))),
	PROFILE(X86, RULE("\"clone\"", "ALLOW", ARG(0, "EQ", 0)) "," RULE("\"clone\"", "TRAP",
									  MASKED(0, 1, 0))),
	/* A rule that another one covers does not keep its place in the order. */
	PROFILE(X86, RULE("\"socket\", \"socketcall\"", "LOG", ARG(1, "EQ", 0)) "," RULE(
			     "\"socketcall\"", "ALLOW",
			     MASKED(0, 1, 1)) "," RULE("\"socket\"", "LOG", ARG(5, "EQ", 0))),
	PROFILE("\"SCMP_ARCH_S390X\"",
		RULE("\"socketcall\"", "ALLOW", ARG(0, "EQ", 0)) "," RULE("\"socket\"", "LOG", "")),
};

static void compiled_filters_do_what_profiles_say(void **state)
{
	size_t i;
	int layout;

	for (i = 0; i < array_size(proven); i++) {
		_cleanup_profile_ struct profile *profile = read_profile(proven[i]);

		for (layout = 0; layout < LAYOUT_COUNT; layout++) {
			_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
			_cleanup_compilation_ struct compilation compilation = {};
			_cleanup_error_ struct error err = ERROR_INIT;
			_cleanup_proof_ struct proof proof = {};

			compile(profile, layout, &set, &compilation);
			assert_success(filter_prove(&compilation.filter, profile, &set, &proof,
						    &err),
				       &err);
			if (proof.disagreed) {
				const struct disagreement *d = &proof.disagreements[0];
				char a[EFFECT_TEXT_SIZE], b[EFFECT_TEXT_SIZE];

				fail_msg("%s: %s %x(%lx, %lx): %s, not %s", proven[i],
					 d->architecture->name, d->data.nr, (long)d->data.args[0],
					 (long)d->data.args[1], effect_text(d->actual, a),
					 effect_text(d->expected, b));
			}
			assert_true(proof.calls > 1000);
		}
	}
}

/*
 * Profiles that libseccomp 2.5.4 compiles wrongly, each confirmed on the running kernel. Proofs
 * exist to find them. tests/fuzz/fuzz_compile.c tolerates them.
 */
static const struct {
	const char *profile;
	const char *architecture;
	int nr;
} wrong[] = {
	/* Two inequalities of 64 bits share the comparison of the upper half. */
	{ PROFILE("\"SCMP_ARCH_X86_64\"",
		  RULE("\"ioprio_get\"", "ALLOW", ARG(0, "LT", 4294967297)) "," RULE(
			  "\"ioprio_get\"", "ALLOW", ARG(0, "LT", 2147483648))),
	  "SCMP_ARCH_X86_64", 252 },
	/* The same, with too many combinations of other arguments to try all. */
	{ PROFILE("\"SCMP_ARCH_X86_64\"",
		  RULE("\"clone3\"", "ALLOW", ARG(0, "LT", 2147483647)) "," RULE(
			  "\"clone3\"", "LOG",
			  ARG(0, "LT",
			      9223372036854775808)) "," RULE("\"clone3\"", "KILL_PROCESS",
							     MASKED(1, 2147483647,
								    2147483647) "," ARG(2, "LE",
											2))),
	  "SCMP_ARCH_X86_64", 435 },
	/* After another argument was compared, the first one is not loaded again. */
	{ PROFILE("\"SCMP_ARCH_X86_64\"",
		  RULE("\"io_destroy\"", "ALLOW", ARG(0, "EQ", 0)) "," RULE(
			  "\"io_destroy\"", "ALLOW", ARG(0, "NE", 1) "," ARG(2, "EQ", 0))),
	  "SCMP_ARCH_X86_64", 207 },
	/* The number is not loaded: its load is with a call that the architecture lacks. */
	{ PROFILE("\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X32\"",
		  RULE("\"socketcall\"", "ALLOW", "") "," RULE("\"getpid\"", "ALLOW",
							       ARG(0, "EQ", 0))),
	  "SCMP_ARCH_X86_64", 39 },
};

static bool is_refuted(const struct proof *proof, const char *architecture, int nr)
{
	size_t i;

	for (i = 0; i < proof->disagreement_count; i++)
		if (strcmp(proof->disagreements[i].architecture->name, architecture) == 0 &&
		    proof->disagreements[i].data.nr == nr)
			return true;
	return false;
}

static void wrong_filters_are_refuted(void **state)
{
	char version[LIBSECCOMP_VERSION_SIZE];
	size_t i;

	if (strcmp(libseccomp_version(version), "2.5.4") != 0)
		skip();
	for (i = 0; i < array_size(wrong); i++) {
		_cleanup_profile_ struct profile *profile = read_profile(wrong[i].profile);
		_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
		_cleanup_compilation_ struct compilation compilation = {};
		_cleanup_proof_ struct proof proof = {};

		compile(profile, LAYOUT_LIST, &set, &compilation);
		assert_int_equal(filter_prove(&compilation.filter, profile, &set, &proof, NULL), 0);
		assert_true(is_refuted(&proof, wrong[i].architecture, wrong[i].nr));
	}
}

/* Changes each answer of a filter in turn. The proof notices, so its runs reach all answers. */
static void whatever_is_changed_in_a_filter_is_found(void **state)
{
	_cleanup_profile_ struct profile *profile = read_profile(
		PROFILE(X86, RULE("\"read\", \"write\"", "ALLOW", "") "," RULE(
				     "\"socket\"", "LOG",
				     ARG(0, "GT", 4294967300) "," ARG(
					     1, "LE", 9)) "," RULE("\"clone\"", "TRAP",
								   MASKED(0, 2114060288, 0))));
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	_cleanup_compilation_ struct compilation compilation = {};
	size_t i, changed = 0;

	compile(profile, LAYOUT_LIST, &set, &compilation);
	for (i = 0; i < compilation.filter.length; i++) {
		struct sock_filter *instruction = &compilation.filter.instructions[i];
		_cleanup_proof_ struct proof proof = {};
		uint32_t answer = instruction->k;

		if (instruction->code != (BPF_RET | BPF_K))
			continue;
		instruction->k = SECCOMP_RET_ERRNO | 99;
		assert_int_equal(filter_prove(&compilation.filter, profile, &set, &proof, NULL), 0);
		assert_true(proof.disagreed > 0 && proof.disagreement_count > 0);
		assert_int_equal(proof.disagreements[0].actual.data, 99);
		instruction->k = answer;
		changed++;
	}
	assert_true(changed >= 5);
}

static const struct {
	const char *architectures, *filtered;
} lists[] = {
	{ "", "SCMP_ARCH_X86_64 " },
	{ "\"SCMP_ARCH_X86\"", "SCMP_ARCH_X86_64 SCMP_ARCH_X86 " },
	{ "\"SCMP_ARCH_X32\", \"SCMP_ARCH_X86\"", "SCMP_ARCH_X86_64 SCMP_ARCH_X32 SCMP_ARCH_X86 " },
	{ "\"SCMP_ARCH_ARM\"", "SCMP_ARCH_AARCH64 SCMP_ARCH_ARM " },
	{ "\"SCMP_ARCH_S390\"", "SCMP_ARCH_S390X SCMP_ARCH_S390 " },
};

static void the_native_architecture_is_filtered_too(void **state)
{
	size_t i, k;

	for (i = 0; i < array_size(lists); i++) {
		char text[256], filtered[256] = "";
		_cleanup_profile_ struct profile *profile = NULL;
		_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};

		snprintf(text, sizeof(text),
			 "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [%s]}",
			 lists[i].architectures);
		profile = read_profile(text);
		assert_int_equal(scmp_arch_set_of(profile, scmp_arch_find("SCMP_ARCH_X86_64"), &set,
						  NULL),
				 0);
		for (k = 0; k < set.length; k++)
			strcat(strcat(filtered, set.items[k]->name), " ");
		assert_string_equal(filtered, lists[i].filtered);
	}
}

static void what_libseccomp_does_not_know_is_said(void **state)
{
	_cleanup_profile_ struct profile *profile = read_profile(
		PROFILE("\"SCMP_ARCH_X86_64\"", RULE("\"read\", \"no_such_call\"", "ALLOW", "")));
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	_cleanup_compilation_ struct compilation compilation = {};

	compile(profile, LAYOUT_LIST, &set, &compilation);
	assert_int_equal(compilation.unresolved_count, 1);
	assert_string_equal(compilation.unresolved[0], "no_such_call");
}

static const struct {
	const char *profile;
	const char *message;
} refused[] = {
	{ PROFILE("", RULE("\"socket\"", "ALLOW", ARG(0, "EQ", 1)) "," RULE("\"socket\"", "KILL",
									    ARG(0, "EQ", 1))),
	  "syscalls[1], socket: another rule has the same conditions and another action" },
	{ PROFILE("\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_S390X\"", ""),
	  "SCMP_ARCH_S390X and SCMP_ARCH_X86_64 have different byte orders, and libseccomp makes no "
	  "filter for both" },
};

/* For many names, runc asks libseccomp for a tree. */
static void each_layout_is_what_it_is_by_itself(void **state)
{
	_cleanup_profile_ struct profile *profile = read_profile(PROFILE(
		X86, RULE("\"accept\", \"bind\", \"brk\", \"chdir\", \"chmod\", \"close\", "
			  "\"connect\", \"dup\", \"dup2\", \"execve\", \"exit\", \"fchmod\", "
			  "\"fchown\", \"fcntl\", \"fork\", \"fstat\", \"fsync\", \"futex\", "
			  "\"getcwd\", \"getpid\", \"ioctl\", \"kill\", \"link\", \"listen\", "
			  "\"lseek\", \"mkdir\", \"mmap\", \"open\", \"pipe\", \"poll\", "
			  "\"read\", \"stat\", \"write\", \"no_such_call\"",
			  "ALLOW", "")));
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	struct compilation all[LAYOUT_COUNT];
	_cleanup_error_ struct error err = ERROR_INIT;
	int layout;

	assert_success(scmp_arch_set_of(profile, scmp_arch_find("SCMP_ARCH_X86_64"), &set, &err),
		       &err);
	assert_success(profile_compile_layouts(profile, &set, all, &err), &err);
	assert_int_equal(all[0].unresolved_count, 1);
	assert_true(filter_longest_path(&all[LAYOUT_TREE].filter) <
		    filter_longest_path(&all[LAYOUT_LIST].filter));
	for (layout = 0; layout < LAYOUT_COUNT; layout++) {
		_cleanup_compilation_ struct compilation one = {};

		assert_success(profile_compile(profile, &set, layout, &one, &err), &err);
		assert_int_equal(all[layout].filter.length, one.filter.length);
		assert_memory_equal(all[layout].filter.instructions, one.filter.instructions,
				    one.filter.length * sizeof(*one.filter.instructions));
		compilation_finish(&all[layout]);
	}
}

static void what_libseccomp_refuses_is_refused(void **state)
{
	size_t i;

	for (i = 0; i < array_size(refused); i++) {
		_cleanup_profile_ struct profile *profile = read_profile(refused[i].profile);
		_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
		_cleanup_compilation_ struct compilation compilation = {};
		_cleanup_error_ struct error err = ERROR_INIT;

		assert_int_equal(scmp_arch_set_of(profile, scmp_arch_find("SCMP_ARCH_X86_64"), &set,
						  NULL),
				 0);
		assert_int_equal(profile_compile(profile, &set, LAYOUT_LIST, &compilation, &err),
				 -EINVAL);
		assert_string_equal(error_message(&err), refused[i].message);
	}
}

static void what_no_filter_can_hold_is_refused_at_once(void **state)
{
	_cleanup_profile_ struct profile *profile = profile_create(ACTION_ERRNO);
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	_cleanup_compilation_ struct compilation compilation = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct rule *rule;
	uint64_t value;

	for (value = 0; value <= 4096; value++) {
		assert_success(profile_add_rule(profile, ACTION_ALLOW, &rule, &err), &err);
		assert_success(rule_add_name(rule, "socket", &err), &err);
		rule->conditions = calloc(1, sizeof(*rule->conditions));
		assert_non_null(rule->conditions);
		rule->conditions[0] =
			(struct condition){ .comparison = COMPARE_EQ, .value = value };
		rule->condition_count = 1;
	}
	assert_success(scmp_arch_set_of(profile, scmp_arch_find("SCMP_ARCH_X86_64"), &set, &err),
		       &err);
	assert_int_equal(profile_compile(profile, &set, LAYOUT_LIST, &compilation, &err), -EINVAL);
	assert_string_equal(error_message(&err),
			    "the rules make 4097 comparisons of arguments, and no filter has more "
			    "than 4096 instructions");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiled_filters_do_what_profiles_say),
		cmocka_unit_test(wrong_filters_are_refuted),
		cmocka_unit_test(whatever_is_changed_in_a_filter_is_found),
		cmocka_unit_test(the_native_architecture_is_filtered_too),
		cmocka_unit_test(what_libseccomp_does_not_know_is_said),
		cmocka_unit_test(each_layout_is_what_it_is_by_itself),
		cmocka_unit_test(what_libseccomp_refuses_is_refused),
		cmocka_unit_test(what_no_filter_can_hold_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
