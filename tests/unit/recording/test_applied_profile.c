// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

#include "profile/semantics/semantics.h"
#include "recording/applied_profile.h"

#define MASK                                                                                   \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"clone\"],"          \
	"\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":18446744073709551615," \
	"\"valueTwo\":18446744073709551615,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}"
#define ALLOW "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"

static struct applied_profile *apply(const char *json)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct applied_profile *applied;

	assert_success(applied_profile_create(json, &applied, &err), &err);
	return applied;
}

/* Adds a container that ran under a profile; NULL: an unknown one. */
static void add_container(struct recording *recording, const char *name, const char *json)
{
	struct observation observation = {
		.container_name = strdup(name),
		.applied_profile = json ? apply(json) : NULL,
	};

	assert_int_equal(recording_add(recording, &observation, NULL), 0);
}

static void containers_share_what_they_were_started_under(void **state)
{
	_cleanup_recording_ struct recording recording = { .name = strdup("it") }, back = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = NULL, *again = NULL;

	add_container(&recording, "a", MASK);
	add_container(&recording, "b", ALLOW);
	add_container(&recording, "c", NULL);
	add_container(&recording, "d", MASK);
	add_container(&recording, "e", MASK);
	assert_ptr_equal(recording.observations[3].applied_profile,
			 recording.observations[4].applied_profile);
	text = write_recording(&recording);
	assert_golden("applied.recording.json", text);
	assert_success(recording_read("it", text, strlen(text), &back, &err), &err);
	again = write_recording(&back);
	assert_string_equal(again, text);
	assert_ptr_equal(back.observations[0].applied_profile,
			 back.observations[4].applied_profile);
	assert_null(back.observations[2].applied_profile);
}

static void the_profile_can_be_had_again(void **state)
{
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_semantics_ struct semantics *semantics = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct applied_profile *applied = apply(MASK);
	struct verdict verdict;

	assert_success(applied_profile_parse(applied, &profile, &err), &err);
	assert_success(semantics_create(profile, "SCMP_ARCH_X86_64", &semantics, &err), &err);
	verdict = semantics_verdict(semantics, semantics_find(semantics, "clone"));
	assert_int_equal(verdict.rules[0].conditions[0].value, UINT64_MAX);
	applied_profile_unref(applied);
}

static char *merge(const char *const *order)
{
	_cleanup_recording_ struct recording all = {};
	size_t i;

	for (i = 0; i < 3; i++)
		add_container(&all, "a", order[i]);
	return write_recording(&all);
}

/* The order does not matter, and an unknown profile does not replace a known one. */
static void merging_is_commutative(void **state)
{
	static const char *const orders[][3] = {
		{ MASK, ALLOW, NULL }, { ALLOW, MASK, NULL }, { NULL, MASK, ALLOW },
		{ NULL, ALLOW, MASK }, { ALLOW, NULL, MASK },
	};
	_cleanup_free_ char *first = merge(orders[0]);
	size_t i;

	assert_non_null(strstr(first, "\"profile\": 0"));
	for (i = 1; i < sizeof(orders) / sizeof(orders[0]); i++) {
		_cleanup_free_ char *text = merge(orders[i]);

		assert_string_equal(text, first);
	}
}

#define HEAD "{\"format\":\"recorder.recording/v2\",\"complete\":true,"
#define CONTAINER                                                                    \
	"\"observations\":[{\"machine\":\"x86_64\",\"complete\":true,\"profile\":1," \
	"\"systemCalls\":[],\"denied\":[]}]}"

static void what_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ HEAD "\"profiles\":[" ALLOW "]," CONTAINER,
		  "$.observations[0].profile: \"profiles\" has no element 1" },
		{ HEAD CONTAINER, "$.observations[0].profile: \"profiles\" has no element 1" },
		{ HEAD "\"profiles\":[{}]," CONTAINER, "$.profiles[0]" },
		{ HEAD "\"profiles\":[{\"defaultAction\":\"SCMP_ACT_NONE\"}]," CONTAINER,
		  "$.profiles[0].defaultAction" },
		{ HEAD "\"profiles\":{}," CONTAINER, "$.profiles" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		struct recording recording;

		assert_int_equal(recording_read("it", cases[i].text, strlen(cases[i].text),
						&recording, &err),
				 -EINVAL);
		if (!strstr(error_message(&err), cases[i].message))
			fail_msg("%s, not %s", error_message(&err), cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containers_share_what_they_were_started_under),
		cmocka_unit_test(the_profile_can_be_had_again),
		cmocka_unit_test(merging_is_commutative),
		cmocka_unit_test(what_is_wrong_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
