// SPDX-License-Identifier: Apache-2.0
#include "fixtures.h"

#include "profile/document.h"
#include "profile/model.h"
#include "profile/profile.h"
#include "util/array.h"

/* Everything that an OCI profile can say. */
static const char oci[] =
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
	"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_LOONGARCH64\"],"
	"\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"
	"\"listenerPath\":\"/run/agent.sock\",\"listenerMetadata\":\"who\","
	"\"syscalls\":["
	"{\"names\":[\"write\",\"read\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	"{\"names\":[\"ptrace\"],\"action\":\"SCMP_ACT_KILL\",\"args\":null},"
	"{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_TRACE\",\"errnoRet\":65535,\"args\":["
	"{\"index\":0,\"value\":18446744073709551615,\"op\":\"SCMP_CMP_NE\"},"
	"{\"index\":5,\"value\":9223372036854775808,\"valueTwo\":9223372036854775807,"
	"\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}";

static struct documents read_text(const char *name, const char *text,
				  const struct document_options *options)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct documents documents;

	assert_success(documents_read(name, text, strlen(text), options, &documents, &err), &err);
	return documents;
}

static void an_oci_profile_is_read_whole(void **state)
{
	_cleanup_documents_ struct documents documents = read_text("oci.json", oci, NULL);
	const struct profile *profile = documents.items[0].profile;
	const struct rule *rules = profile->rules;

	assert_int_equal(documents.length, 1);
	assert_int_equal(documents.items[0].format, DOCUMENT_OCI);
	assert_int_equal(profile->default_action, ACTION_ERRNO);
	assert_true(profile->default_errno_ret.known);
	assert_int_equal(profile->default_errno_ret.value, ENOSYS);
	assert_int_equal(profile->architecture_count, 2);
	assert_string_equal(profile->architectures[0], "SCMP_ARCH_LOONGARCH64");
	assert_int_equal(profile->flag_count, 1);
	assert_string_equal(profile->listener_path, "/run/agent.sock");
	assert_string_equal(profile->listener_metadata, "who");
	assert_int_equal(profile->rule_count, 3);
	assert_int_equal(rules[0].name_count, 2);
	assert_string_equal(rules[0].names[0], "read");
	assert_int_equal(rules[1].action, ACTION_KILL_THREAD);
	assert_false(rules[1].errno_ret.known);
	assert_int_equal(rules[2].errno_ret.value, 65535);
	assert_int_equal(rules[2].condition_count, 2);
	assert_true(rules[2].conditions[0].value == UINT64_MAX);
	assert_int_equal(rules[2].conditions[1].index, 5);
	assert_int_equal(rules[2].conditions[1].comparison, COMPARE_MASKED_EQ);
	assert_true(rules[2].conditions[1].value == (uint64_t)INT64_MAX + 1);
	assert_true(rules[2].conditions[1].value_two == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_oci_profile_is_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
