// SPDX-License-Identifier: Apache-2.0
#include "../fixtures.h"

#include "profile/document/document.h"
#include "profile/format/profile_write.h"
#include "profile/model/model.h"
#include "profile/model/profile.h"
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

static const char resources[] = "apiVersion: security-profiles-operator.x-k8s.io/v1alpha1\n"
				"kind: SeccompProfile\n"
				"metadata:\n"
				"  name: web-1.2\n"
				"  namespace: shop\n"
				"  labels: {app: web}\n"
				"spec:\n"
				"  baseProfileName: base\n"
				"  defaultAction: SCMP_ACT_ERRNO\n"
				"  architectures: [SCMP_ARCH_X86_64]\n"
				"  syscalls:\n"
				"  - action: SCMP_ACT_ERRNO\n"
				"    errnoRet: '38'\n"
				"    names:\n"
				"    - clone3\n"
				"  - action: SCMP_ACT_ALLOW\n"
				"    errnoRet: 0\n"
				"    names: [personality]\n"
				"    args:\n"
				"    - {index: 0, op: SCMP_CMP_EQ}\n"
				"    - {index: 1, value: 0xffffffff, op: SCMP_CMP_NE}\n"
				"---\n"
				"# nothing but a comment\n"
				"---\n"
				"apiVersion: security-profiles-operator.x-k8s.io/v1\n"
				"kind: SeccompProfile\n"
				"metadata: {name: log-all}\n"
				"spec: {defaultAction: SCMP_ACT_LOG, state: Disabled}\n"
				"status: {status: Installed, path: /var/lib}\n";

static void all_resources_of_a_stream_are_read(void **state)
{
	_cleanup_documents_ struct documents documents = read_text("cr.yaml", resources, NULL);
	const struct document *web = &documents.items[0], *disabled = &documents.items[1];
	const struct rule *rules = web->profile->rules;

	assert_int_equal(documents.length, 2);
	assert_int_equal(web->format, DOCUMENT_CR);
	assert_string_equal(web->name, "web-1.2");
	assert_string_equal(web->name_space, "shop");
	assert_string_equal(web->base_profile, "base");
	assert_false(web->disabled);
	assert_int_equal(rules[0].errno_ret.value, ENOSYS);
	/* The operator treats an errno of 0 as a field that is not set. */
	assert_false(rules[1].errno_ret.known);
	assert_int_equal(rules[1].conditions[0].value, 0);
	assert_true(rules[1].conditions[1].value == UINT32_MAX);
	assert_string_equal(disabled->name, "log-all");
	assert_true(disabled->disabled);
	assert_int_equal(disabled->profile->default_action, ACTION_LOG);
}

static void lists_are_read_as_their_items(void **state)
{
	_cleanup_documents_ struct documents documents =
		read_text("list.json",
			  "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":["
			  "{\"apiVersion\":\"security-profiles-operator.x-k8s.io/v1beta1\","
			  "\"kind\":\"SeccompProfile\",\"metadata\":{\"name\":\"a\"},"
			  "\"spec\":{\"defaultAction\":\"SCMP_ACT_TRAP\",\"disabled\":true}},"
			  "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}]}",
			  NULL);

	assert_int_equal(documents.length, 2);
	assert_string_equal(documents.items[0].name, "a");
	assert_true(documents.items[0].disabled);
	assert_int_equal(documents.items[1].format, DOCUMENT_OCI);
}

static void a_bundle_gives_its_profile_and_capabilities(void **state)
{
	_cleanup_documents_ struct documents documents = read_text(
		"config.json",
		"{\"ociVersion\":\"1.1.0\",\"process\":{\"oomScoreAdj\":-998,\"rlimits\":"
		"[{\"hard\":18446744073709551615}],\"capabilities\":{\"bounding\":"
		"[\"CAP_KILL\",\"CAP_CHOWN\"]}},\"linux\":{\"seccomp\":{\"defaultAction\":"
		"\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_ARM\"]}}}",
		NULL);
	const struct document *bundle = &documents.items[0];

	assert_int_equal(bundle->format, DOCUMENT_BUNDLE);
	assert_int_equal(bundle->capability_count, 2);
	assert_string_equal(bundle->capabilities[0], "CAP_CHOWN");
	assert_string_equal(bundle->profile->architectures[0], "SCMP_ARCH_ARM");
}

static void a_profile_is_derived_from_a_recording(void **state)
{
	_cleanup_free_ char *text = read_golden("incomplete.recording.json"), *derived = NULL;
	_cleanup_documents_ struct documents documents = read_text("r.json", text, NULL);

	assert_int_equal(documents.items[0].format, DOCUMENT_RECORDING);
	assert_int_equal(documents.items[0].recording->observation_count, 1);
	assert_string_equal(documents.items[0].name, documents.items[0].recording->name);
	assert_int_equal(profile_write_oci(documents.items[0].profile, &derived, NULL), 0);
	assert_golden("incomplete.seccomp.json", derived);
	assert_int_equal(documents.notes.count, 1);
	assert_non_null(strstr(documents.notes.items[0], "system call 999"));
}

static void comments_are_kept(void **state)
{
	static const char text[] = "{\n  \"defaultAction\": \"SCMP_ACT_LOG\",\n"
				   "  \"comment\": [\n    1\n  ],\n  \"syscalls\": [\n    {\n"
				   "      \"names\": [\n        \"read\"\n      ],\n"
				   "      \"action\": \"SCMP_ACT_ALLOW\",\n"
				   "      \"why\": \"because\"\n    }\n  ]\n}\n";
	_cleanup_documents_ struct documents documents = read_text("x", text, NULL);
	struct profile *profile = documents.items[0].profile;
	_cleanup_free_ char *kept = NULL, *dropped = NULL;

	assert_int_equal(documents.notes.count, 0);
	assert_int_equal(documents.ignored.count, 2);
	assert_string_equal(documents.ignored.names[0], "comment");
	assert_string_equal(documents.ignored.names[1], "why");
	assert_false(documents.ignored.left_out);
	assert_int_equal(profile_write_oci(profile, &kept, NULL), 0);
	assert_string_equal(kept, text);
	assert_true(profile_drop_unknown(profile));
	assert_int_equal(profile_write_oci(profile, &dropped, NULL), 0);
	assert_null(strstr(dropped, "why"));
	assert_null(strstr(dropped, "comment"));
	assert_false(profile_drop_unknown(profile));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_oci_profile_is_read_whole),
		cmocka_unit_test(all_resources_of_a_stream_are_read),
		cmocka_unit_test(lists_are_read_as_their_items),
		cmocka_unit_test(a_bundle_gives_its_profile_and_capabilities),
		cmocka_unit_test(a_profile_is_derived_from_a_recording),
		cmocka_unit_test(comments_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
