// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "container/bundle.h"
#include "container/state_file.h"
#include "util/array.h"
#include "util/error.h"

static const char containerd_config[] =
	"{\"ociVersion\":\"1.0.2\",\"process\":{\"noNewPrivileges\":true,\"capabilities\":{"
	"\"bounding\":[\"CAP_NET_RAW\",\"CAP_CHOWN\"],\"effective\":[\"CAP_KILL\"]}},"
	"\"root\":{\"path\":\"rootfs\"},\"annotations\":{"
	"\"io.kubernetes.cri.sandbox-name\":\"web-0\",\"io.kubernetes.cri.sandbox-id\":\"s1\","
	"\"io.kubernetes.cri.container-name\":\"main\",\"io.kubernetes.cri.container-type\":"
	"\"container\",\"io.kubernetes.cri.image-name\":\"img:1\","
	"\"io.kubernetes.cri.sandbox-namespace\":\"shop\",\"io.kubernetes.cri.sandbox-uid\":\"u1\"},"
	"\"linux\":{\"cgroupsPath\":\"/kubepods/x\",\"namespaces\":[{\"type\":\"pid\"},"
	"{\"type\":\"mount\"}],\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"}}}";

static const char crio_config[] =
	"{\"process\":{},\"annotations\":{\"io.kubernetes.cri-o.ContainerType\":\"sandbox\","
	"\"io.kubernetes.container.name\":\"POD\",\"io.kubernetes.cri-o.ImageName\":\"img:2\","
	"\"io.kubernetes.cri-o.SandboxID\":\"s2\",\"io.kubernetes.pod.name\":\"db-0\","
	"\"io.kubernetes.pod.namespace\":\"data\",\"io.kubernetes.pod.uid\":\"u2\"},"
	"\"linux\":{\"namespaces\":[{\"type\":\"mount\",\"path\":\"/x\"}],\"seccomp\":null}}";

static void a_bundle_of_containerd(void **state)
{
	_cleanup_bundle_ struct bundle bundle = {};

	assert_int_equal(bundle_parse(containerd_config, strlen(containerd_config), &bundle, NULL),
			 0);
	assert_int_equal(bundle.no_new_privs, TRISTATE_YES);
	assert_true(bundle.capabilities_known);
	assert_int_equal(bundle.capability_count, 2);
	assert_string_equal(bundle.capabilities[0], "CAP_CHOWN");
	assert_string_equal(bundle.capabilities[1], "CAP_NET_RAW");
	assert_true(bundle.has_seccomp);
	assert_string_equal(bundle.seccomp, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}");
	assert_true(bundle.mount_namespace);
	assert_string_equal(bundle.root_path, "rootfs");
	assert_string_equal(bundle.cgroups_path, "/kubepods/x");
	assert_string_equal(bundle.container_type, "container");
	assert_string_equal(bundle.container_name, "main");
	assert_string_equal(bundle.image, "img:1");
	assert_string_equal(bundle.sandbox_id, "s1");
	assert_string_equal(bundle.pod_name, "web-0");
	assert_string_equal(bundle.pod_namespace, "shop");
	assert_string_equal(bundle.pod_uid, "u1");
	assert_int_equal(bundle.annotation_count, 7);
	assert_string_equal(bundle.annotations[0].key, "io.kubernetes.cri.container-name");
}

static void a_bundle_of_crio(void **state)
{
	_cleanup_bundle_ struct bundle bundle = {};

	assert_int_equal(bundle_parse(crio_config, strlen(crio_config), &bundle, NULL), 0);
	assert_int_equal(bundle.no_new_privs, TRISTATE_NO);
	assert_true(bundle.capabilities_known);
	assert_int_equal(bundle.capability_count, 0);
	assert_false(bundle.has_seccomp);
	assert_null(bundle.seccomp);
	assert_string_equal(bundle.container_type, "sandbox");
	assert_string_equal(bundle.container_name, "POD");
	assert_string_equal(bundle.image, "img:2");
	assert_string_equal(bundle.pod_name, "db-0");
	assert_string_equal(bundle.pod_namespace, "data");
	assert_string_equal(bundle.pod_uid, "u2");
	assert_string_equal(bundle.sandbox_id, "s2");
}

/* A mask of all 64 bits is more than jansson can hold. */
static void a_profile_keeps_its_64_bits(void **state)
{
	static const char config[] =
		"{\"linux\":{\"seccomp\":{\"syscalls\":[{\"args\":[{\"value\":18446744073709551615}]}]}}}";
	_cleanup_bundle_ struct bundle bundle = {};

	assert_int_equal(bundle_parse(config, strlen(config), &bundle, NULL), 0);
	assert_string_equal(bundle.seccomp,
			    "{\"syscalls\":[{\"args\":[{\"value\":18446744073709551615}]}]}");
}

static void what_is_not_said_is_unknown(void **state)
{
	_cleanup_bundle_ struct bundle bundle = {};

	assert_int_equal(bundle_parse("{}", 2, &bundle, NULL), 0);
	assert_int_equal(bundle.no_new_privs, TRISTATE_UNKNOWN);
	assert_false(bundle.capabilities_known);
	assert_false(bundle.mount_namespace);
	assert_null(bundle.pod_name);
}

static const struct {
	const char *text;
	const char *message; /* a part of the error message */
} invalid[] = {
	{ "", "line 1" },
	{ "[]", "not a JSON object" },
	{ "{\"process\":1}", "process has the wrong type" },
	{ "{\"process\":{\"noNewPrivileges\":\"yes\"}}",
	  "process.noNewPrivileges has the wrong type" },
	{ "{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",7]}}}",
	  "process.capabilities.bounding[1] is not a string" },
	{ "{\"linux\":{\"seccomp\":[]}}", "linux.seccomp has the wrong type" },
	{ "{\"linux\":{\"cgroupsPath\":{}}}", "linux.cgroupsPath has the wrong type" },
	{ "{\"annotations\":{\"a\":1}}", "annotation a is not a string" },
	{ "{\"root\":{\"path\":\"a\\u0000b\"}}", "line 1" },
};

static void mistakes_are_named_with_their_field(void **state)
{
	size_t i;

	for (i = 0; i < array_size(invalid); i++) {
		struct bundle bundle = { .annotation_count = 12345 };
		_cleanup_error_ struct error err = ERROR_INIT;

		assert_int_equal(bundle_parse(invalid[i].text, strlen(invalid[i].text), &bundle,
					      &err),
				 -EINVAL);
		assert_int_equal(bundle.annotation_count, 12345);
		if (!strstr(error_message(&err), invalid[i].message))
			fail_msg("'%s': '%s' lacks '%s'", invalid[i].text, error_message(&err),
				 invalid[i].message);
	}
}

/* A reader must not block on a FIFO, nor follow a link out of the bundle. */
static void only_regular_files_are_read(void **state)
{
	char directory[] = "/tmp/recorder-unit.XXXXXX", path[64];
	_cleanup_state_directory_ struct state_directory opened = STATE_DIRECTORY_CLOSED;
	struct bundle bundle;

	assert_non_null(mkdtemp(directory));
	assert_int_equal(state_directory_open(directory, &opened, NULL), 0);
	assert_int_equal(bundle_read(&opened, &bundle, NULL), -ENOENT);
	snprintf(path, sizeof(path), "%s/config.json", directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(bundle_read(&opened, &bundle, NULL), -EINVAL);
	unlink(path);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_int_equal(bundle_read(&opened, &bundle, NULL), -ELOOP);
	unlink(path);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_of_containerd),
		cmocka_unit_test(a_bundle_of_crio),
		cmocka_unit_test(a_profile_keeps_its_64_bits),
		cmocka_unit_test(what_is_not_said_is_unknown),
		cmocka_unit_test(mistakes_are_named_with_their_field),
		cmocka_unit_test(only_regular_files_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
