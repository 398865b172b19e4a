// SPDX-License-Identifier: Apache-2.0
//
// Where the file of a recorded profile is, below its namespace. The objects come from a cluster in
// which anybody may have written anything.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/names.h"
#include "agent/profile_path.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

#define LABEL(namespace) "\"labels\":{\"" LABEL_RECORDING_NAMESPACE "\":\"" namespace "\"}"
#define MANAGED_BY(manager)                                                                                 \
	"\"managedFields\":[{\"manager\":\"someone\",\"fieldsV1\":{\"f:spec\":{}}},{\"manager\":\"" manager \
	"\",\"operation\":\"Apply\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":"                            \
	"{\".\":{},\"f:" LABEL_RECORDING_NAMESPACE "\":{}}}}}]"
#define RECORDED LABEL("shop") "," MANAGED_BY(KUBE_FIELD_MANAGER)

static json_t *parse(const char *text)
{
	json_error_t problem;
	json_t *object = json_loads(text, 0, &problem);

	if (!object)
		fail_msg("%s in %s", problem.text, text);
	return object;
}

static const struct {
	const char *metadata;
	const char *namespace;
} owners[] = {
	{ RECORDED, "shop" },
	{ LABEL("shop"), NULL },
	{ MANAGED_BY(KUBE_FIELD_MANAGER), NULL },
	/* A person set the label. */
	{ LABEL("shop") "," MANAGED_BY("kubectl"), NULL },
	{ LABEL("shop") "," MANAGED_BY("Recorder"), NULL },
	{ LABEL("shop") "," MANAGED_BY("recorder2"), NULL },
	/* The agent set something else. */
	{ LABEL("shop") ",\"managedFields\":[{\"manager\":\"recorder\",\"fieldsV1\":"
			"{\"f:metadata\":{\"f:labels\":{\"f:app\":{}}}}}]",
	  NULL },
	{ LABEL("shop") ",\"managedFields\":[{\"manager\":\"recorder\",\"fieldsV1\":"
			"{\"f:metadata\":{\"f:annotations\":{\"f:" LABEL_RECORDING_NAMESPACE
			"\":{}}}}}]",
	  NULL },
	{ LABEL("shop") ",\"managedFields\":[{\"manager\":\"recorder\"},"
			"{\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{\"f:" LABEL_RECORDING_NAMESPACE
			"\":{}}}}}]",
	  NULL },
	/* Of wrong types. */
	{ LABEL("shop") ",\"managedFields\":{\"manager\":\"recorder\"}", NULL },
	{ LABEL("shop") ",\"managedFields\":[7,null,[],{\"manager\":7}]", NULL },
	{ LABEL("shop") ",\"managedFields\":[{\"manager\":\"recorder\",\"fieldsV1\":[]}]", NULL },
	{ LABEL("shop") ",\"managedFields\":[{\"manager\":\"recorder\",\"fieldsV1\":"
			"{\"f:metadata\":{\"f:labels\":7}}}]",
	  NULL },
	{ "\"labels\":{\"" LABEL_RECORDING_NAMESPACE "\":7}," MANAGED_BY("recorder"), NULL },
	{ "\"labels\":[]," MANAGED_BY("recorder"), NULL },
};

static void only_an_agent_names_a_namespace(void **state)
{
	size_t i;

	for (i = 0; i < array_size(owners); i++) {
		_cleanup_free_ char *text = NULL;
		_cleanup_json_ json_t *object = NULL;
		const char *namespace;

		assert_true(asprintf(&text, "{\"metadata\":{%s}}", owners[i].metadata) > 0);
		object = parse(text);
		namespace = profile_object_namespace(object);
		if (!owners[i].namespace != !namespace ||
		    (namespace && strcmp(namespace, owners[i].namespace) != 0))
			fail_msg("%s: %s", owners[i].metadata, namespace);
	}
}

/* The labels of a profile of the namespace shop, which agents have set; more of them may follow. */
#define SHOP(name, more)                                                                    \
	"\"name\":\"" name "\",\"labels\":{\"" LABEL_RECORDING_NAMESPACE "\":\"shop\"" more \
	"}," MANAGED_BY(KUBE_FIELD_MANAGER)
#define RECORDING(name) ",\"" LABEL_RECORDING_ID "\":\"" name "\""
#define CONTAINER(name) ",\"" LABEL_CONTAINER_ID "\":\"" name "\""
#define SUFFIX(text) ",\"" LABEL_POD_SUFFIX "\":\"" text "\""
#define HASHED_PATH(value) ",\"annotations\":{\"" ANNOTATION_HASHED_PATH "\":\"" value "\"}"

static const struct {
	const char *metadata;
	const char *path, *own; /* below "operator/"; NULL: none */
} paths[] = {
	{ "\"name\":\"web\"", NULL, NULL },
	{ "\"name\":\"web\"," LABEL("shop"), NULL, NULL },
	{ SHOP("web", RECORDING("web")), "shop/web.json", "shop/web.json" },
	{ SHOP("web-app", RECORDING("web") CONTAINER("app")), "shop/web-app.json",
	  "shop/web-app.json" },
	/* Hashes of shop/web//, shop/web/app/ and shop/web/app/x7. */
	{ SHOP("web.d77d18e5", RECORDING("web")), "shop/web.json", "shop/web.d77d18e5.json" },
	{ SHOP("web-app.46457b96", RECORDING("web") CONTAINER("app")), "shop/web-app.json",
	  "shop/web-app.46457b96.json" },
	{ SHOP("web-app-x7.b205145f", RECORDING("web") CONTAINER("app") SUFFIX("x7")),
	  "shop/web-app-x7.json", "shop/web-app-x7.b205145f.json" },
	/* The agent that made it has decided. */
	{ SHOP("web.d77d18e5", RECORDING("web")) HASHED_PATH("true"), "shop/web.d77d18e5.json",
	  "shop/web.d77d18e5.json" },
	{ SHOP("web.d77d18e5", RECORDING("web")) HASHED_PATH("false"), "shop/web.json",
	  "shop/web.d77d18e5.json" },
	{ SHOP("web", RECORDING("web")) HASHED_PATH("true"), "shop/web.json", "shop/web.json" },
	/* Whoever changes a label, or makes a name up, gets no other path. */
	{ SHOP("web.d77d18e5", ""), "shop/web.d77d18e5.json", "shop/web.d77d18e5.json" },
	{ SHOP("web.d77d18e5", RECORDING("db")), "shop/web.d77d18e5.json",
	  "shop/web.d77d18e5.json" },
	{ SHOP("web-app.46457b96", RECORDING("web-app")), "shop/web-app.46457b96.json",
	  "shop/web-app.46457b96.json" },
	{ SHOP("web-app.46457b96", RECORDING("web") CONTAINER("app") SUFFIX("")),
	  "shop/web-app.46457b96.json", "shop/web-app.46457b96.json" },
	{ SHOP("web.00000000", RECORDING("web")), "shop/web.00000000.json",
	  "shop/web.00000000.json" },
	{ SHOP("anything", RECORDING("web")), "shop/anything.json", "shop/anything.json" },
	{ SHOP("web.d77d18e5", RECORDING("../../etc")), "shop/web.d77d18e5.json",
	  "shop/web.d77d18e5.json" },
};

static void expect_path(const json_t *object, bool own_name, const char *expected)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *path = (char *)0x1;

	if (profile_namespaced_path(object, own_name, &path, &err) < 0)
		fail_msg("%s", error_message(&err));
	if (!expected)
		assert_null(path);
	else
		assert_string_equal(path + strlen("operator/"), expected);
}

static void a_path_has_no_hash_that_the_labels_explain(void **state)
{
	size_t i;

	for (i = 0; i < array_size(paths); i++) {
		_cleanup_free_ char *text = NULL;
		_cleanup_json_ json_t *object = NULL;

		assert_true(asprintf(&text, "{\"metadata\":{%s}}", paths[i].metadata) > 0);
		object = parse(text);
		expect_path(object, false, paths[i].path);
		expect_path(object, true, paths[i].own);
	}
}

static void what_cannot_be_a_path_is_refused(void **state)
{
	static const char *const objects[] = {
		"{\"metadata\":{" SHOP("../web", "") "}}",
		"{\"metadata\":{" SHOP("", "") "}}",
		"{\"metadata\":{\"name\":\"web\"," LABEL("../shop") "," MANAGED_BY(
			KUBE_FIELD_MANAGER) "}}",
	};
	size_t i;

	for (i = 0; i < array_size(objects); i++) {
		_cleanup_json_ json_t *object = parse(objects[i]);
		char *const untouched = (char *)0x1, *path = untouched;

		assert_int_equal(profile_namespaced_path(object, false, &path, NULL), -EINVAL);
		assert_ptr_equal(path, untouched);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_an_agent_names_a_namespace),
		cmocka_unit_test(a_path_has_no_hash_that_the_labels_explain),
		cmocka_unit_test(what_cannot_be_a_path_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
