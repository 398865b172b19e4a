// SPDX-License-Identifier: Apache-2.0
//
// What a node decides about a SeccompProfile. The objects come from a cluster in which anybody may
// have written anything.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/names.h"
#include "agent/node_facts.h"
#include "agent/profile_path.h"
#include "agent/profile_plan.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/object.h"
#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

#define TYPE "\"apiVersion\":\"" AGENT_GROUP "/v1\",\"kind\":\"SeccompProfile\""
#define ALLOW(names) "\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[" names "]}]"
#define DENY "\"defaultAction\":\"SCMP_ACT_ERRNO\","
#define LABEL(namespace) "\"labels\":{\"" LABEL_RECORDING_NAMESPACE "\":\"" namespace "\"}"
#define MANAGED_BY(manager)                                                                                 \
	"\"managedFields\":[{\"manager\":\"someone\",\"fieldsV1\":{\"f:spec\":{}}},{\"manager\":\"" manager \
	"\",\"operation\":\"Apply\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":"                            \
	"{\".\":{},\"f:" LABEL_RECORDING_NAMESPACE "\":{}}}}}]"
#define RECORDED LABEL("shop") "," MANAGED_BY(KUBE_FIELD_MANAGER)
#define CONSENT "\"annotations\":{\"" ANNOTATION_UNENFORCEABLE "\":\"true\"}"

/* A call that no libseccomp knows. */
#define UNKNOWN "\"read\",\"no_such_call\""

static struct node_facts facts_of(const char *runtime, const char *version)
{
	return (struct node_facts){
		.node_name = (char *)"node-1",
		.architecture = (char *)abi_scmp_arch(machine_native(), ABI_NATIVE),
		.runtimes = { { runtime, (char *)version } },
		.runtime_count = runtime ? 1 : 0,
	};
}

static json_t *parse(const char *text)
{
	json_error_t problem;
	json_t *object = json_loads(text, JSON_DECODE_ANY, &problem);

	if (!object)
		fail_msg("%s in %s", problem.text, text);
	return object;
}

/* metadata and spec are members; metadata begins with a comma, if there is any. */
static json_t *object_of(const char *name, const char *metadata, const char *spec)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "{" TYPE ",\"metadata\":{\"name\":\"%s\"%s},\"spec\":{%s}}", name,
		     metadata, spec) < 0)
		text = NULL;
	assert_non_null(text);
	return parse(text);
}

static void plan_with(json_t *const *objects, size_t count, const char *missing,
		      const struct node_facts *facts, struct profile_plan *ret_plan)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (profile_plan_make(objects, count, missing, NULL, facts, ret_plan, &err) < 0)
		fail_msg("%s", error_message(&err));
	assert_non_null(ret_plan->message);
	assert_non_null(ret_plan->reason);
}

/* Plans for one object, which it takes over, on a node with runc. */
static void plan_one(json_t *made, struct profile_plan *ret_plan)
{
	const struct node_facts facts = facts_of("runc", "1.1.5");
	_cleanup_json_ json_t *object = made;
	_cleanup_json_ json_t *copy = json_deep_copy(object);

	plan_with(&object, 1, NULL, &facts, ret_plan);
	assert_true(json_equal(object, copy));
}

/* message is a part of it. */
static void expect(const struct profile_plan *plan, enum profile_state state, const char *reason,
		   const char *message)
{
	if (plan->state != state || strcmp(plan->reason, reason) != 0 ||
	    !strstr(plan->message, message))
		fail_msg("%s, %s: '%s' instead of %s, %s: '%s'", profile_state_name(plan->state),
			 plan->reason, plan->message, profile_state_name(state), reason, message);
	assert_true(!plan->content || state == PROFILE_INSTALLED);
	assert_int_equal(plan->remove, state == PROFILE_DISABLED);
}

static void expect_paths(const struct profile_plan *plan, const char *first, const char *second)
{
	assert_string_equal(plan->paths[0], first);
	if (second)
		assert_string_equal(plan->paths[1], second);
	else
		assert_null(plan->paths[1]);
}

/* True if a rule of the file allows the call. */
static bool allows(const struct profile_plan *plan, const char *name)
{
	_cleanup_json_ json_t *profile = parse(plan->content);
	const json_t *rule, *listed;
	size_t i, k;

	json_array_foreach(json_object_get(profile, "syscalls"), i, rule)
		json_array_foreach(json_object_get(rule, "names"), k, listed)
			if (strcmp(json_string_value(listed), name) == 0)
				return true;
	return false;
}

/* ---- states */

static void states_have_names(void **state)
{
	int i;

	for (i = 0; i < PROFILE_STATE_COUNT; i++)
		assert_int_equal(profile_state_from_name(profile_state_name(i)), i);
	assert_true(profile_state_from_name("installed") < 0);
	assert_true(profile_state_from_name("") < 0);
	assert_true(profile_state_from_name(NULL) < 0);
}

static void a_profile_becomes_a_file(void **state)
{
	_cleanup_profile_plan_ struct profile_plan plan = {};
	_cleanup_json_ json_t *content = NULL;

	plan_one(object_of("web.v2", "", DENY "\"defaultErrnoRet\":38," ALLOW("\"read\"")), &plan);
	expect(&plan, PROFILE_INSTALLED, "Available", "installed");
	expect_paths(&plan, "operator/web.v2.json", NULL);
	content = parse(plan.content);
	assert_string_equal(json_string_value(json_object_get(content, "defaultAction")),
			    "SCMP_ACT_ERRNO");
	assert_int_equal(json_integer_value(json_object_get(content, "defaultErrnoRet")), 38);
	assert_true(allows(&plan, "read"));
	assert_false(allows(&plan, "execve"));
}

static const struct {
	const char *spec;
	bool disabled;
} switches[] = {
	{ "", false },
	{ "\"state\":\"Enabled\",", false },
	{ "\"state\":\"Disabled\",", true },
	{ "\"disabled\":true,", true },
	{ "\"disabled\":false,", false },
	/* The newer spelling wins. */
	{ "\"disabled\":true,\"state\":\"Enabled\",", false },
	{ "\"state\":\"Disabled\",\"disabled\":false,", true },
};

static void a_disabled_profile_has_no_file(void **state)
{
	size_t i;

	for (i = 0; i < array_size(switches); i++) {
		_cleanup_profile_plan_ struct profile_plan plan = {};
		_cleanup_free_ char *spec = NULL;

		assert_true(asprintf(&spec, "%s" DENY ALLOW("\"read\""), switches[i].spec) > 0);
		plan_one(object_of("web", "," RECORDED, spec), &plan);
		expect_paths(&plan, "operator/web.json", "operator/shop/web.json");
		if (switches[i].disabled)
			expect(&plan, PROFILE_DISABLED, "Disabled", "do not start");
		else
			expect(&plan, PROFILE_INSTALLED, "Available", "installed");
		assert_int_equal(plan.content == NULL, switches[i].disabled);
	}
}

static void a_disabled_profile_needs_no_base(void **state)
{
	const struct node_facts facts = facts_of("runc", "1.1.5");
	_cleanup_json_ json_t *object =
		object_of("web", "", DENY "\"state\":\"Disabled\",\"baseProfileName\":\"gone\"");
	_cleanup_profile_plan_ struct profile_plan plan = {};

	plan_with(&object, 1, "gone", &facts, &plan);
	expect(&plan, PROFILE_DISABLED, "Disabled", "disabled");
}

/* ---- bases */

/* Plans for a chain of profiles "p0", "p1", …, each of which allows a call of its own. */
static void plan_chain(const char *const *specs, size_t count, const char *missing,
		       struct profile_plan *ret_plan)
{
	const struct node_facts facts = facts_of("runc", "1.1.5");
	json_t *objects[PROFILE_CHAIN_MAX];
	char name[16];
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "p%zu", i);
		objects[i] = object_of(name, "", specs[i]);
	}
	plan_with(objects, count, missing, &facts, ret_plan);
	for (i = 0; i < count; i++)
		json_decref(objects[i]);
}

static void bases_are_united(void **state)
{
	const char *const specs[PROFILE_CHAIN_MAX] = {
		DENY ALLOW("\"read\"") ",\"baseProfileName\":\"p1\"",
		DENY ALLOW("\"write\"") ",\"baseProfileName\":\"p2\"",
		DENY ALLOW("\"openat\""),
		DENY ALLOW("\"close\""),
		/* A base may itself have no file. */
		DENY "\"state\":\"Disabled\"," ALLOW("\"mmap\""),
		DENY ALLOW("\"munmap\""),
		DENY ALLOW("\"brk\""),
		DENY ALLOW("\"futex\""),
	};
	static const char *const names[PROFILE_CHAIN_MAX] = { "read", "write",	"openat", "close",
							      "mmap", "munmap", "brk",	  "futex" };
	_cleanup_profile_plan_ struct profile_plan plan = {};
	size_t i;

	plan_chain(specs, PROFILE_CHAIN_MAX, NULL, &plan);
	expect(&plan, PROFILE_INSTALLED, "Available", "installed");
	expect_paths(&plan, "operator/p0.json", NULL);
	for (i = 0; i < PROFILE_CHAIN_MAX; i++)
		assert_true(allows(&plan, names[i]));
}

static void a_base_that_is_missing_is_waited_for(void **state)
{
	const char *const specs[PROFILE_CHAIN_MAX] = { DENY ALLOW("\"read\""),
						       DENY ALLOW("\"write\"") };
	_cleanup_profile_plan_ struct profile_plan plan = {}, other = {};

	plan_chain(specs, 1, "gone", &plan);
	expect(&plan, PROFILE_PENDING, "BaseProfile", "there is no SeccompProfile gone");
	expect_paths(&plan, "operator/p0.json", NULL);
	plan_chain(specs, 2, "gone", &other);
	expect(&other, PROFILE_PENDING, "BaseProfile", "there is no SeccompProfile gone");
}

/* Waiting for a name that no object can have has no end. */
static void a_base_that_cannot_be_is_refused(void **state)
{
	static const char *const names[] = {
		"oci://ghcr.io/web:v1", "", "..", "a/b", "Web", "a b\n"
	};
	const char *const specs[] = { DENY ALLOW("\"read\"") };
	size_t i;

	for (i = 0; i < array_size(names); i++) {
		_cleanup_profile_plan_ struct profile_plan plan = {};

		plan_chain(specs, 1, names[i], &plan);
		expect(&plan, PROFILE_ERROR, "BaseProfile", "is no name of a SeccompProfile");
		assert_null(strchr(plan.message, '\n'));
	}
}

static void a_circle_or_a_long_chain_is_refused(void **state)
{
	const char *specs[PROFILE_CHAIN_MAX];
	_cleanup_profile_plan_ struct profile_plan plan = {};
	size_t i;

	for (i = 0; i < PROFILE_CHAIN_MAX; i++)
		specs[i] = DENY ALLOW("\"read\"");
	plan_chain(specs, PROFILE_CHAIN_MAX, "p0", &plan);
	expect(&plan, PROFILE_ERROR, "BaseProfile", "through 8 profiles and further");
}

static void bases_that_contradict_are_refused(void **state)
{
	const char *const actions[] = { DENY ALLOW("\"read\""),
					"\"defaultAction\":\"SCMP_ACT_KILL\"" };
	const char *const broken[] = { DENY ALLOW("\"read\""), "\"defaultAction\":7" };
	_cleanup_profile_plan_ struct profile_plan plan = {}, other = {};

	plan_chain(actions, 2, NULL, &plan);
	expect(&plan, PROFILE_ERROR, "BaseProfile", "p1");
	plan_chain(broken, 2, NULL, &other);
	expect(&other, PROFILE_ERROR, "BaseProfile", "SeccompProfile p1: $.spec.defaultAction");
}

/* ---- architectures */

static void the_native_architecture_is_the_nodes(void **state)
{
	const char *native = abi_scmp_arch(machine_native(), ABI_NATIVE);
	_cleanup_profile_plan_ struct profile_plan plan = {};
	_cleanup_free_ char *spec = NULL;
	_cleanup_json_ json_t *content = NULL;
	const json_t *list;

	assert_true(asprintf(&spec,
			     DENY "\"architectures\":[\"SCMP_ARCH_NATIVE\",\"%s\","
				  "\"SCMP_ARCH_NATIVE\"]," ALLOW("\"read\""),
			     native) > 0);
	plan_one(object_of("web", "", spec), &plan);
	expect(&plan, PROFILE_INSTALLED, "Available", "installed");
	content = parse(plan.content);
	list = json_object_get(content, "architectures");
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(json_string_value(json_array_get(list, 0)), native);
}

static void the_native_architecture_of_a_base_is_the_nodes(void **state)
{
	const char *const specs[] = { DENY ALLOW("\"read\""),
				      DENY "\"architectures\":[\"SCMP_ARCH_NATIVE\"]," ALLOW(
					      "\"write\"") };
	_cleanup_profile_plan_ struct profile_plan plan = {};

	plan_chain(specs, 2, NULL, &plan);
	expect(&plan, PROFILE_INSTALLED, "Available", "installed");
	assert_null(strstr(plan.content, "NATIVE"));
}

/* An architecture of no machine that runs this test. */
#define FOREIGN "\"architectures\":[\"SCMP_ARCH_S390X\"],"

static void an_architecture_that_was_not_recorded(void **state)
{
	_cleanup_profile_plan_ struct profile_plan plan = {}, own = {}, consents = {}, any = {};

	plan_one(object_of("web", "," RECORDED, DENY FOREIGN ALLOW("\"read\"")), &plan);
	expect(&plan, PROFILE_ERROR, "ArchitectureNotRecorded", "record on such a node too");
	plan_one(object_of("web", "," RECORDED "," CONSENT, DENY FOREIGN ALLOW("\"read\"")),
		 &consents);
	expect(&consents, PROFILE_INSTALLED, "ArchitectureNotRecorded", "as the annotation wants");
	assert_non_null(consents.content);
	/* A person who lists another one means it. */
	plan_one(object_of("web", "", DENY FOREIGN ALLOW("\"read\"")), &own);
	expect(&own, PROFILE_ERROR, "NotEnforceable", "it lists SCMP_ARCH_S390X");
	plan_one(object_of("web", "," RECORDED, DENY ALLOW("\"read\"")), &any);
	expect(&any, PROFILE_INSTALLED, "Available", "installed");
}

/* ---- what cannot be enforced */

static void what_cannot_be_enforced_needs_consent(void **state)
{
	static const char *const no_consents[] = {
		"",
		",\"annotations\":{\"" ANNOTATION_UNENFORCEABLE "\":\"True\"}",
		",\"annotations\":{\"" ANNOTATION_UNENFORCEABLE "\":\"\"}",
		",\"labels\":{\"" ANNOTATION_UNENFORCEABLE "\":\"true\"}",
	};
	size_t i;

	for (i = 0; i < array_size(no_consents); i++) {
		_cleanup_profile_plan_ struct profile_plan plan = {};

		plan_one(object_of("web", no_consents[i], DENY ALLOW(UNKNOWN)), &plan);
		expect(&plan, PROFILE_ERROR, "NotEnforceable", "no_such_call");
		assert_non_null(strstr(plan.message, ANNOTATION_UNENFORCEABLE));
		assert_null(plan.content);
	}
}

static void what_cannot_be_enforced_is_installed_with_consent(void **state)
{
	_cleanup_profile_plan_ struct profile_plan plan = {};

	plan_one(object_of("web", "," CONSENT, DENY ALLOW(UNKNOWN)), &plan);
	expect(&plan, PROFILE_INSTALLED, "NotEnforceable", "no_such_call");
	assert_true(allows(&plan, "no_such_call"));
}

/* The second runtime of a node counts, too; and without any, what is known of all of them. */
static void every_runtime_of_the_node_counts(void **state)
{
	struct node_facts both = facts_of("crun", "1.8.1"), none = facts_of(NULL, NULL);
	/* Only runc refuses the flag. */
	_cleanup_json_ json_t *object = object_of(
		"web", "",
		DENY "\"flags\":[\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]," ALLOW("\"read\""));
	_cleanup_profile_plan_ struct profile_plan plan = {}, one = {}, other = {};

	plan_with(&object, 1, NULL, &none, &other);
	expect(&other, PROFILE_INSTALLED, "Available", "installed");
	both.runtimes[both.runtime_count++] = (struct node_runtime){ "runc", (char *)"1.0.0" };
	plan_with(&object, 1, NULL, &both, &plan);
	expect(&plan, PROFILE_ERROR, "NotEnforceable", "runc");
}

/* ---- recorded profiles */

static void a_label_of_a_person_makes_no_file(void **state)
{
	_cleanup_profile_plan_ struct profile_plan plan = {};

	plan_one(object_of("web", "," LABEL("kube-system") "," MANAGED_BY("kubectl"),
			   DENY ALLOW("\"read\"")),
		 &plan);
	expect(&plan, PROFILE_INSTALLED, "Available", "installed");
	expect_paths(&plan, "operator/web.json", NULL);
	assert_false(allows(&plan, "execve"));
}

static void a_recorded_profile_gets_the_calls_of_the_runtimes(void **state)
{
	struct node_facts runc = facts_of("runc", "1.1.5"), crun = facts_of("crun", "1.8.1");
	struct node_facts both = runc;
	_cleanup_json_ json_t *object = object_of("web", "," RECORDED, DENY ALLOW("\"read\""));
	_cleanup_profile_plan_ struct profile_plan on_runc = {}, on_crun = {}, on_both = {};

	plan_with(&object, 1, NULL, &runc, &on_runc);
	expect(&on_runc, PROFILE_INSTALLED, "Available", "installed");
	expect_paths(&on_runc, "operator/web.json", "operator/shop/web.json");
	assert_true(allows(&on_runc, "execve") && allows(&on_runc, "futex"));
	assert_false(allows(&on_runc, "pselect6"));
	plan_with(&object, 1, NULL, &crun, &on_crun);
	assert_true(allows(&on_crun, "execve") && allows(&on_crun, "pselect6"));
	assert_false(allows(&on_crun, "futex"));
	both.runtimes[both.runtime_count++] = crun.runtimes[0];
	plan_with(&object, 1, NULL, &both, &on_both);
	assert_true(allows(&on_both, "pselect6") && allows(&on_both, "futex"));
}

static void the_calls_of_the_runtimes_are_not_added_against_a_rule(void **state)
{
	_cleanup_profile_plan_ struct profile_plan plan = {};

	plan_one(object_of("web", "," RECORDED,
			   DENY "\"syscalls\":[{\"action\":\"SCMP_ACT_KILL\",\"names\":"
				"[\"execve\"]}]"),
		 &plan);
	expect(&plan, PROFILE_ERROR, "InvalidProfile", "execve");
	assert_null(plan.content);
}

/* The hash is of shop/web/app/. */
#define HASHED "web-app.46457b96"
#define HASHED_LABELS                                                                   \
	",\"labels\":{\"" LABEL_RECORDING_NAMESPACE "\":\"shop\",\"" LABEL_RECORDING_ID \
	"\":\"web\",\"" LABEL_CONTAINER_ID "\":\"app\"}," MANAGED_BY(KUBE_FIELD_MANAGER)

static void a_hashed_name_has_a_path_without_the_hash(void **state)
{
	_cleanup_profile_plan_ struct profile_plan plan = {};

	plan_one(object_of(HASHED, HASHED_LABELS, DENY ALLOW("\"read\"")), &plan);
	expect(&plan, PROFILE_INSTALLED, "Available", "installed");
	expect_paths(&plan, "operator/" HASHED ".json", "operator/shop/web-app.json");
	assert_string_equal(plan.message, "installed");
}

static void a_path_that_another_profile_has_is_not_written(void **state)
{
	const struct node_facts facts = facts_of("runc", "1.1.5");
	_cleanup_json_ json_t *object = object_of(HASHED, HASHED_LABELS, DENY ALLOW("\"read\""));
	_cleanup_json_ json_t *disabled =
		object_of(HASHED, HASHED_LABELS, DENY "\"state\":\"Disabled\"");
	_cleanup_profile_plan_ struct profile_plan plan = {}, removal = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_int_equal(profile_plan_make(&object, 1, NULL, "web-app", &facts, &plan, &err), 0);
	expect(&plan, PROFILE_INSTALLED, "Available",
	       "installed; operator/shop/web-app.json is the file of SeccompProfile web-app, so this "
	       "one has operator/shop/" HASHED ".json");
	expect_paths(&plan, "operator/" HASHED ".json", "operator/shop/" HASHED ".json");
	assert_int_equal(profile_plan_make(&disabled, 1, NULL, "web-app", &facts, &removal, &err),
			 0);
	expect(&removal, PROFILE_DISABLED, "Disabled", "disabled");
	assert_null(strstr(removal.message, "web-app"));
	expect_paths(&removal, "operator/" HASHED ".json", "operator/shop/" HASHED ".json");
}

/* ---- hostile names */

#define TEN "aaaaaaaaaa"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THREE_HUNDRED HUNDRED HUNDRED HUNDRED

/* As JSON has them. */
static const char *const bad_names[] = {
	"",	 ".",	   "..",      "../../etc/cron.d/a",
	"a/b",	 "/a",	   "a/",      "-a",
	"a-",	 "A",	   "a b",     "a\\n",
	"%2e",	 ".a",	   "a.",      "*",
	"..%2f", "a\\\\b", "\\u00e4", THREE_HUNDRED,
};

static void a_bad_name_has_no_file(void **state)
{
	size_t i;

	for (i = 0; i < array_size(bad_names); i++) {
		_cleanup_profile_plan_ struct profile_plan plan = {}, disabled = {};

		plan_one(object_of(bad_names[i], "", DENY ALLOW("\"read\"")), &plan);
		expect(&plan, PROFILE_ERROR, "InvalidProfile", "cannot be a profile's name");
		assert_null(plan.paths[0]);
		plan_one(object_of(bad_names[i], "", DENY "\"disabled\":true"), &disabled);
		expect(&disabled, PROFILE_ERROR, "InvalidProfile", "cannot be a profile's name");
	}
}

static void a_bad_namespace_has_no_file(void **state)
{
	size_t i;

	for (i = 0; i < array_size(bad_names); i++) {
		_cleanup_profile_plan_ struct profile_plan plan = {};
		_cleanup_free_ char *metadata = NULL;

		assert_true(asprintf(&metadata, "," LABEL("%s") "," MANAGED_BY("recorder"),
				     bad_names[i]) > 0);
		plan_one(object_of("web", metadata, DENY ALLOW("\"read\"")), &plan);
		expect(&plan, PROFILE_ERROR, "InvalidProfile", "cannot be a profile's namespace");
		assert_null(plan.content);
		assert_null(plan.paths[1]);
	}
}

/* ---- garbage */

static const char *const garbage[] = {
	"null",
	"7",
	"\"text\"",
	"[]",
	"{}",
	"{" TYPE "}",
	"{" TYPE ",\"metadata\":{\"name\":\"web\"}}",
	"{" TYPE ",\"spec\":{" DENY ALLOW("\"read\"") "}}",
	"{" TYPE ",\"metadata\":null,\"spec\":{" DENY ALLOW("\"read\"") "}}",
	"{" TYPE ",\"metadata\":7,\"spec\":{" DENY ALLOW("\"read\"") "}}",
	"{" TYPE ",\"metadata\":[\"name\"],\"spec\":{}}",
	"{" TYPE ",\"metadata\":{\"name\":7},\"spec\":{" DENY ALLOW("\"read\"") "}}",
	"{" TYPE
	",\"metadata\":{\"name\":\"web\",\"labels\":7},\"spec\":{" DENY ALLOW("\"read\"") "}}",
	"{" TYPE ",\"metadata\":{\"name\":\"web\",\"annotations\":[7]},\"spec\":{" DENY ALLOW(
		"\"read\"") "}}",
	"{" TYPE ",\"metadata\":{\"name\":\"web\"},\"spec\":null}",
	"{" TYPE ",\"metadata\":{\"name\":\"web\"},\"spec\":[]}",
	"{" TYPE ",\"metadata\":{\"name\":\"web\"},\"spec\":{}}",
	"{" TYPE ",\"metadata\":{\"name\":\"web\"},\"spec\":{\"defaultAction\":null}}",
	"{" TYPE ",\"metadata\":{\"name\":\"web\"},\"spec\":{\"defaultAction\":\"ALLOW\"}}",
	"{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"web\"},\"spec\":{}}",
	"{\"kind\":7,\"apiVersion\":[],\"metadata\":{\"name\":\"web\"},\"spec\":{}}",
};

/* Members of a spec, beside defaultAction. */
static const char *const garbage_specs[] = {
	"\"architectures\":\"SCMP_ARCH_NATIVE\"",
	"\"architectures\":{\"SCMP_ARCH_NATIVE\":1}",
	"\"architectures\":[\"SCMP_ARCH_NATIVE\",7]",
	"\"architectures\":[null]",
	"\"architectures\":[\"SCMP_ARCH_NATIVE\",\"native\"]",
	"\"flags\":[7]",
	"\"flags\":\"SECCOMP_FILTER_FLAG_LOG\"",
	"\"syscalls\":{}",
	"\"syscalls\":[null]",
	"\"syscalls\":[{}]",
	"\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_ALLOW\",\"args\":7}]",
	"\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{}]}]",
	"\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\","
	"\"args\":[{\"index\":99,\"op\":\"SCMP_CMP_EQ\"}]}]",
	"\"syscalls\":[{\"names\":[\"re ad\"],\"action\":\"SCMP_ACT_ALLOW\"}]",
	"\"defaultErrnoRet\":-1",
	"\"defaultErrnoRet\":5000",
	"\"defaultErrnoRet\":[]",
	"\"state\":7",
	"\"state\":\"disabled\"",
	"\"disabled\":\"true\"",
	"\"baseProfileName\":7",
	"\"listenerPath\":{}",
	"\"nonsense\":1",
};

static void expect_garbage(json_t *object, const char *text)
{
	_cleanup_profile_plan_ struct profile_plan plan = {};

	plan_one(object, &plan);
	if (plan.state != PROFILE_ERROR || strcmp(plan.reason, "InvalidProfile") != 0 ||
	    plan.content || plan.remove || !*plan.message)
		fail_msg("%s: %s, %s", text, plan.reason, plan.message);
}

static void garbage_is_refused(void **state)
{
	size_t i;

	for (i = 0; i < array_size(garbage); i++) {
		_cleanup_json_ json_t *object = parse(garbage[i]);

		assert_non_null(kube_object_name(object));
		assert_null(profile_object_base(object));
		assert_null(profile_object_namespace(object));
		assert_false(profile_object_consents(object));
		expect_garbage(json_incref(object), garbage[i]);
	}
	for (i = 0; i < array_size(garbage_specs); i++) {
		_cleanup_free_ char *spec = NULL;

		assert_true(asprintf(&spec, DENY "%s", garbage_specs[i]) > 0);
		expect_garbage(object_of("web", "", spec), garbage_specs[i]);
	}
}

static void a_garbage_base_is_refused(void **state)
{
	const struct node_facts facts = facts_of("runc", "1.1.5");
	size_t i;

	for (i = 0; i < array_size(garbage); i++) {
		_cleanup_json_ json_t *base = parse(garbage[i]);
		_cleanup_json_ json_t *object =
			object_of("web", "", DENY ALLOW("\"read\"") ",\"baseProfileName\":\"a\"");
		json_t *objects[] = { object, base };
		_cleanup_profile_plan_ struct profile_plan plan = {};

		plan_with(objects, 2, NULL, &facts, &plan);
		/* A base is not written under its own name, so that this may be missing. */
		if (plan.state == PROFILE_INSTALLED && allows(&plan, "read"))
			continue;
		expect(&plan, PROFILE_ERROR, "BaseProfile", "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_names),
		cmocka_unit_test(a_profile_becomes_a_file),
		cmocka_unit_test(a_disabled_profile_has_no_file),
		cmocka_unit_test(a_disabled_profile_needs_no_base),
		cmocka_unit_test(bases_are_united),
		cmocka_unit_test(a_base_that_is_missing_is_waited_for),
		cmocka_unit_test(a_base_that_cannot_be_is_refused),
		cmocka_unit_test(a_circle_or_a_long_chain_is_refused),
		cmocka_unit_test(bases_that_contradict_are_refused),
		cmocka_unit_test(the_native_architecture_is_the_nodes),
		cmocka_unit_test(the_native_architecture_of_a_base_is_the_nodes),
		cmocka_unit_test(an_architecture_that_was_not_recorded),
		cmocka_unit_test(what_cannot_be_enforced_needs_consent),
		cmocka_unit_test(what_cannot_be_enforced_is_installed_with_consent),
		cmocka_unit_test(every_runtime_of_the_node_counts),
		cmocka_unit_test(a_label_of_a_person_makes_no_file),
		cmocka_unit_test(a_hashed_name_has_a_path_without_the_hash),
		cmocka_unit_test(a_path_that_another_profile_has_is_not_written),
		cmocka_unit_test(a_recorded_profile_gets_the_calls_of_the_runtimes),
		cmocka_unit_test(the_calls_of_the_runtimes_are_not_added_against_a_rule),
		cmocka_unit_test(a_bad_name_has_no_file),
		cmocka_unit_test(a_bad_namespace_has_no_file),
		cmocka_unit_test(garbage_is_refused),
		cmocka_unit_test(a_garbage_base_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
