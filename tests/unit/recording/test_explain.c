// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

#include "recording/explain.h"
#include "util/array.h"

struct question {
	const char *recording;
	const char *syscall;
	bool found;
};

static const struct question questions[] = {
	{ "pod", "execve", true },	   /* observed */
	{ "pod", "capset", true },	   /* runtime */
	{ "pod", "rt_sigreturn", true },   /* implied */
	{ "pod", "unshare", true },	   /* denied */
	{ "pod", "statx", false },	   /* a fallback family */
	{ "pod", "ptrace", false },	   /* complete */
	{ "compat", "102", true },	   /* compat by number */
	{ "incomplete", "999", true },	   /* without a name */
	{ "incomplete", "ptrace", false }, /* incomplete */
	{ "machines", "openat", true },	   /* another number on each ABI */
	{ "empty", "ptrace", false },
};

static void the_evidence_is_told(void **state)
{
	_cleanup_free_ char *all = NULL;
	size_t size, i;
	FILE *out = open_memstream(&all, &size);

	for (i = 0; i < array_size(questions); i++) {
		_cleanup_free_ char *file = NULL, *text = NULL;
		_cleanup_recording_ struct recording recording = {};
		_cleanup_error_ struct error err = ERROR_INIT;
		bool found;

		assert_true(asprintf(&file, "%s.recording.json", questions[i].recording) > 0);
		recording = read_golden_recording(file);
		assert_success(recording_explain(&recording, questions[i].syscall, &text, &found,
						 &err),
			       &err);
		assert_int_equal(found, questions[i].found);
		fprintf(out, "$ recorder explain %s %s\n%s\n", file, questions[i].syscall, text);
	}
	fclose(out);
	assert_golden("explain.txt", all);
}

static void the_evidence_is_written_as_json(void **state)
{
	_cleanup_recording_ struct recording recording =
		read_golden_recording("incomplete.recording.json");
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = NULL;
	bool found;

	assert_success(recording_explain_json(&recording, "syscall_999", &text, &found, &err),
		       &err);
	assert_true(found);
	assert_golden("explain.json", text);
}

static void hostile_names_stay_on_their_line(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct observation observation = { .container_name = strdup("a\n\x1b[2J") };
	_cleanup_free_ char *text = NULL;
	bool found;

	add_call(&observation.calls, ABI_NATIVE, 59, ORIGIN_OBSERVED, 0, "\x1b\xff");
	assert_int_equal(recording_add(&recording, &observation, NULL), 0);
	assert_int_equal(recording_explain(&recording, "execve", &text, &found, NULL), 0);
	assert_string_equal(text, "a\\x0a\\x1b[2J:\n"
				  "  execve, number 59 of SCMP_ARCH_X86_64 (native): observed: the "
				  "workload made it, first by \\x1b\\xff\n");
}

static void a_name_of_no_system_call_is_refused(void **state)
{
	static const char *const wrong[] = { "opneat", "", "-1", "4294967296", "syscall_", "1e3" };
	_cleanup_recording_ struct recording recording = {};
	size_t i;

	for (i = 0; i < array_size(wrong); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		_cleanup_free_ char *expected = NULL;
		char *text;
		bool found;

		assert_int_equal(recording_explain(&recording, wrong[i], &text, &found, &err),
				 -EINVAL);
		assert_true(asprintf(&expected,
				     "\"%s\" is neither the name nor the number of a system call",
				     wrong[i]) > 0);
		assert_memory_equal(error_message(&err), expected, strlen(expected));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_evidence_is_told),
		cmocka_unit_test(the_evidence_is_written_as_json),
		cmocka_unit_test(hostile_names_stay_on_their_line),
		cmocka_unit_test(a_name_of_no_system_call_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
