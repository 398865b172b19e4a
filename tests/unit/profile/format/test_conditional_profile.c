// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"

#include "profile/document/document.h"
#include "profile/format/conditional_profile.h"
#include "profile/model/architecture.h"
#include "util/array.h"

/* Docker's form with each kind of condition, and both ways to name calls and errnos. */
static const char text[] =
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"ENOSYS\",\"defaultErrnoRet\":38,"
	"\"archMap\":["
	"{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\","
	"\"SCMP_ARCH_X32\"]},"
	"{\"architecture\":\"SCMP_ARCH_AARCH64\",\"subArchitectures\":[\"SCMP_ARCH_ARM\"]},"
	"{\"architecture\":\"SCMP_ARCH_RISCV64\",\"subArchitectures\":null}],"
	"\"syscalls\":["
	"{\"name\":\"read\",\"names\":[],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[],"
	"\"comment\":\"\",\"includes\":{},\"excludes\":{}},"
	"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ALLOW\","
	"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_SYS_CHROOT\"]}},"
	"{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\","
	"\"args\":[{\"index\":0,\"value\":2114060288,\"valueTwo\":0,"
	"\"op\":\"SCMP_CMP_MASKED_EQ\"}],"
	"\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"],\"arches\":[\"s390\",\"s390x\"]}},"
	"{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errno\":\"ENOSYS\","
	"\"excludes\":{\"minKernel\":\"5.3\"}},"
	"{\"names\":[\"ptrace\"],\"action\":\"SCMP_ACT_ALLOW\","
	"\"includes\":{\"minKernel\":\"4.8\"}},"
	"{\"names\":[\"arch_prctl\"],\"action\":\"SCMP_ACT_ALLOW\","
	"\"includes\":{\"arches\":[\"amd64\",\"x32\"]}}]}";

static struct conditional_profile *read_conditional(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct conditional_profile *conditional;

	assert_success(conditional_profile_read("docker.json", text, strlen(text), &conditional,
						&err),
		       &err);
	return conditional;
}

/* Returns a container's profile on one line: architectures, and the first name of each rule. */
static char *resolve(const char *architecture, const char *const *capabilities, size_t count,
		     const char *kernel)
{
	struct container_context context = { architecture, capabilities, count, { 0 } };
	_cleanup_conditional_profile_ struct conditional_profile *conditional = read_conditional();
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_profile_ struct profile *profile = NULL;
	char *line = NULL;
	size_t i, size;
	FILE *out;

	if (kernel)
		assert_success(kernel_version_parse(kernel, &context.kernel, &err), &err);
	assert_success(conditional_profile_resolve(conditional, &context, &profile, &err), &err);
	assert_int_equal(profile->default_errno_ret.value, ENOSYS);
	out = open_memstream(&line, &size);
	for (i = 0; i < profile->architecture_count; i++)
		fprintf(out, "%s ", profile->architectures[i] + strlen("SCMP_ARCH_"));
	fputc(':', out);
	for (i = 0; i < profile->rule_count; i++)
		fprintf(out, " %s", profile->rules[i].names[0]);
	fclose(out);
	return line;
}

static void rules_hold_in_their_context(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const admin[] = { "CAP_SYS_CHROOT", "CAP_SYS_ADMIN" };
	static const char *const bpf[] = { "CAP_BPF" };
	static const struct {
		const char *architecture;
		const char *const *capabilities;
		size_t count;
		const char *kernel;
		const char *expected;
	} cases[] = {
		{ "amd64", none, 0, NULL, "X32 X86 X86_64 : read clone ptrace arch_prctl" },
		/*
		 * A rule applies with all capabilities of its includes and none of its
		 * excludes.
		 */
		{ "amd64", admin, 2, NULL, "X32 X86 X86_64 : read mount ptrace arch_prctl" },
		{ "amd64", admin + 1, 1, NULL, "X32 X86 X86_64 : read ptrace arch_prctl" },
		{ "amd64", bpf, 1, NULL, "X32 X86 X86_64 : read ptrace arch_prctl" },
		/* The third number of a kernel version and everything after it are ignored. */
		{ "arm64", none, 0, "4.7.99", "AARCH64 ARM : read clone clone3" },
		{ "aarch64", none, 0, "4.8-rc1", "AARCH64 ARM : read clone clone3 ptrace" },
		{ "SCMP_ARCH_AARCH64", none, 0, "5.3", "AARCH64 ARM : read clone ptrace" },
		{ "arm64", none, 0, "10.1", "AARCH64 ARM : read clone ptrace" },
		{ "riscv64", none, 0, NULL, "RISCV64 : read clone ptrace" },
		/* Without an entry in archMap, the profile is for the native architecture. */
		{ "s390x", none, 0, NULL, ": read ptrace" },
		{ "ppc64le", none, 0, NULL, ": read clone ptrace" },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		_cleanup_free_ char *line = resolve(cases[i].architecture, cases[i].capabilities,
						    cases[i].count, cases[i].kernel);

		assert_string_equal(line, cases[i].expected);
	}
}

static void it_knows_what_it_asks(void **state)
{
	_cleanup_conditional_profile_ struct conditional_profile *conditional = read_conditional();
	_cleanup_error_ struct error err = ERROR_INIT;
	struct container_context nowhere = { .architecture = "vax" };
	const char *const *capabilities;
	struct profile *profile = NULL;
	size_t count;

	assert_true(conditional_profile_has_conditions(conditional));
	assert_true(conditional_profile_is_docker(conditional));
	capabilities = conditional_profile_capabilities(conditional, &count);
	assert_int_equal(count, 3);
	assert_string_equal(capabilities[0], "CAP_BPF");
	assert_string_equal(capabilities[2], "CAP_SYS_CHROOT");
	assert_int_equal(conditional_profile_resolve(conditional, &nowhere, &profile, &err),
			 -EINVAL);
	assert_null(profile);
}

static void a_document_is_resolved_and_can_be_again(void **state)
{
	static const char *const capabilities[] = { "CAP_SYS_ADMIN", "CAP_SYS_CHROOT" };
	const struct container_context context = { "amd64", capabilities, 2, { 4, 0 } };
	const struct document_options options = { .context = &context };
	_cleanup_documents_ struct documents documents = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_int_equal(documents_read("d", text, strlen(text), NULL, &documents, &err), -EINVAL);
	assert_string_equal(error_message(&err), "d: the rules depend on the container's "
						 "architecture, and none was given");
	error_finish(&err);
	assert_success(documents_read("d", text, strlen(text), &options, &documents, &err), &err);
	assert_int_equal(documents.items[0].format, DOCUMENT_DOCKER);
	assert_int_equal(documents.items[0].profile->rule_count, 4);
	assert_non_null(documents.items[0].conditional);
}

/* An unconditional profile in Docker's form needs no context. */
static void the_older_form_is_read(void **state)
{
	static const char older[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
		"\"syscalls\":[{\"name\":\"accept\",\"action\":\"SCMP_ACT_ALLOW\",\"args\":[]},"
		"{\"name\":\"\",\"names\":[\"accept4\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
	_cleanup_documents_ struct documents documents = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_success(documents_read("d", older, strlen(older), NULL, &documents, &err), &err);
	assert_int_equal(documents.items[0].format, DOCUMENT_DOCKER);
	assert_int_equal(documents.items[0].profile->rule_count, 2);
	assert_string_equal(documents.items[0].profile->rules[0].names[0], "accept");
	assert_string_equal(documents.items[0].profile->rules[1].names[0], "accept4");
}

static void architectures_have_one_row_each(void **state)
{
	size_t i;

	for (i = 0; i < architecture_count; i++) {
		const struct architecture *row = &architectures[i];

		assert_ptr_equal(architecture_find(row->scmp), row);
		assert_ptr_equal(architecture_find(row->name), row);
		if (row->machine)
			assert_ptr_equal(architecture_find(row->machine), row);
	}
	assert_null(architecture_find("vax"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_hold_in_their_context),
		cmocka_unit_test(it_knows_what_it_asks),
		cmocka_unit_test(a_document_is_resolved_and_can_be_again),
		cmocka_unit_test(the_older_form_is_read),
		cmocka_unit_test(architectures_have_one_row_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
