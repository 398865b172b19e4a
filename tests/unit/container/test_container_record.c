// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/container.h"
#include "container/container_record.h"
#include "util/array.h"
#include "util/error.h"
#include "util/file.h"

/* A directory used as a machine's root, with the machine's files in it. */
static char root[] = "/tmp/recorder-unit.XXXXXX";

#define DOCKER "/srv/docker/containers"
#define PODMAN "/var/lib/containers/storage"

static const struct {
	const char *path;
	const char *text;
} files[] = {
	{ "/etc/docker/daemon.json",
	  "{\"data-root\":\"/srv/docker\",\"runtimes\":{\"gv\":{\"path\":\"/usr/bin/runsc\"},"
	  "\"shim\":{\"runtimeType\":\"io.containerd.kata.v2\"}}}" },
	{ DOCKER "/d1/config.v2.json",
	  "{\"Name\":\"/web1\",\"Image\":\"sha256:11\",\"Config\":{\"Image\":\"nginx:1\"},"
	  "\"State\":{\"Running\":true}}" },
	{ DOCKER "/d1/hostconfig.json",
	  "{\"Runtime\":\"runc\",\"RestartPolicy\":{\"Name\":\"always\"}}" },
	{ DOCKER "/d2/config.v2.json", "{\"Name\":\"/sandbox\",\"State\":{}}" },
	{ DOCKER "/d2/hostconfig.json",
	  "{\"Runtime\":\"gv\",\"RestartPolicy\":{\"Name\":\"no\"}}" },
	{ DOCKER "/d3/config.v2.json", "{\"Name\":7,\"Image\":[],\"Config\":\"x\",\"State\":1}" },
	{ DOCKER "/d3/hostconfig.json", "{\"Runtime\":\"shim\"}" },
	{ "/var/lib/docker/containers/d4/config.v2.json", "{\"Name\":\"/elsewhere\"}" },
	{ PODMAN "/overlay-containers/containers.json",
	  "[{\"id\":\"p1\",\"names\":[\"db\"],\"image\":\"22\","
	  "\"metadata\":\"{\\\"image-name\\\":\\\"postgres:15\\\",\\\"name\\\":\\\"db\\\"}\"},"
	  "{\"id\":\"../x\",\"names\":[\"evil\"]},5,{\"names\":[\"nameless\"]}]" },
	{ PODMAN "/overlay-containers/volatile-containers.json",
	  "[{\"id\":\"p2\",\"names\":[\"k8s_main_web\"],\"image\":\"33\","
	  "\"metadata\":\"{\\\"pod-id\\\":\\\"9\\\",\\\"image-name\\\":\\\"busybox\\\"}\"}]" },
	{ "/etc/containers/storage.conf",
	  "[storage]\n# graphroot = \"/no\"\ndriver = \"vfs\"\n  graphroot = \"/srv/storage\" # here\n" },
	{ "/srv/storage/vfs-containers/containers.json", "[{\"id\":\"s1\",\"names\":[\"conf\"]}]" },
	{ PODMAN "/overlay-images/images.json",
	  "[{\"id\":\"22\",\"digest\":\"sha256:abc\"},{\"id\":\"33\"}]" },
};

static const struct {
	const char *id;
	enum container_engine engine;
	const char *name, *image, *digest, *runtime;
	bool restarts, active;
} expected[] = {
	{ "d1", ENGINE_DOCKER, "web1", "nginx:1", "sha256:11", "runc", true, true },
	{ "d2", ENGINE_DOCKER, "sandbox", NULL, NULL, "runsc", false, false },
	{ "d3", ENGINE_DOCKER, NULL, NULL, NULL, "kata", false, false },
	{ "d4", ENGINE_DOCKER, "elsewhere", NULL, NULL, NULL, false, false },
	{ "p1", ENGINE_PODMAN, "db", "postgres:15", "sha256:abc", NULL, false, false },
	{ "p2", ENGINE_CRIO, "k8s_main_web", "busybox", NULL, NULL, false, false },
	{ "s1", ENGINE_PODMAN, "conf", NULL, NULL, NULL, false, false },
};

static int make_root(void **state)
{
	size_t i;

	if (!mkdtemp(root))
		return -1;
	for (i = 0; i < array_size(files); i++) {
		_cleanup_free_ char *path = NULL;
		char *slash;

		if (asprintf(&path, "%s%s", root, files[i].path) < 0)
			return -1;
		for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			mkdir(path, 0755);
			*slash = '/';
		}
		if (file_write_atomic(AT_FDCWD, path, files[i].text, strlen(files[i].text), 0644,
				      NULL) < 0)
			return -1;
	}
	return 0;
}

static int remove_root(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void assert_text(const char *id, const char *text, const char *wanted)
{
	if (wanted ? !text || strcmp(text, wanted) != 0 : !!text)
		fail_msg("%s: %s instead of %s", id, text, wanted);
}

static void what_engines_write_down_is_read(void **state)
{
	_cleanup_container_records_ struct container_records records = {};
	size_t i;

	assert_int_equal(container_records_find(root, "", &records, NULL), 0);
	assert_int_equal(records.length, array_size(expected));
	for (i = 0; i < array_size(expected); i++) {
		const struct container_record *record =
			container_records_choose(&records, expected[i].id, getuid());

		if (!record)
			fail_msg("%s is not there", expected[i].id);
		assert_text(record->id, record->name, expected[i].name);
		assert_text(record->id, record->image, expected[i].image);
		assert_text(record->id, record->image_digest, expected[i].digest);
		assert_text(record->id, record->runtime, expected[i].runtime);
		assert_int_equal(record->engine, expected[i].engine);
		assert_int_equal(record->restarts, expected[i].restarts);
		assert_int_equal(record->active, expected[i].active);
	}
}

static void names_are_whole_and_ids_may_be_cut(void **state)
{
	static const struct {
		const char *reference;
		size_t count;
	} cases[] = { { "web1", 1 }, { "web", 0 }, { "p", 2 }, { "db", 1 }, { "d", 4 }, { "x", 0 } };
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		_cleanup_container_records_ struct container_records records = {};

		assert_int_equal(container_records_find(root, cases[i].reference, &records, NULL),
				 0);
		if (records.length != cases[i].count)
			fail_msg("%s: %zu", cases[i].reference, records.length);
	}
}

static void what_a_user_writes_is_the_users(void **state)
{
	_cleanup_container_records_ struct container_records records = {};
	_cleanup_free_ char *path = NULL;

	if (geteuid() != 0)
		skip();
	assert_true(asprintf(&path, "%s" DOCKER "/d1", root) > 0);
	assert_int_equal(chown(path, 1000, 1000), 0);
	assert_int_equal(container_records_find(root, "web1", &records, NULL), 0);
	assert_int_equal(records.length, 1);
	assert_null(container_records_choose(&records, "d1", 0));
	assert_null(container_records_choose(&records, "d1", 1001));
	assert_non_null(container_records_choose(&records, "d1", 1000));
	assert_int_equal(chown(path, 0, 0), 0);
}

static void references_may_name_the_engine(void **state)
{
	static const struct {
		const char *text;
		enum container_engine engine;
		const char *rest; /* NULL: refused */
	} cases[] = {
		{ "4f2a", ENGINE_UNKNOWN, "4f2a" },
		{ "web_1.x-y", ENGINE_UNKNOWN, "web_1.x-y" },
		{ "containerd://4f2a", ENGINE_CONTAINERD, "4f2a" },
		{ "docker://web1", ENGINE_DOCKER, "web1" },
		{ "cri-o://4f2a", ENGINE_CRIO, "4f2a" },
		{ "podman://4f2a", ENGINE_PODMAN, "4f2a" },
		{ "rkt://4f2a", ENGINE_UNKNOWN, NULL },
		{ "runc://4f2a", ENGINE_UNKNOWN, NULL },
		{ "container://4f2a", ENGINE_UNKNOWN, NULL },
		{ "containerd://", ENGINE_UNKNOWN, NULL },
		{ "://4f2a", ENGINE_UNKNOWN, NULL },
		{ "containerd://docker://4f2a", ENGINE_UNKNOWN, NULL },
		{ "", ENGINE_UNKNOWN, NULL },
		{ "a/b", ENGINE_UNKNOWN, NULL },
		{ "docker://*", ENGINE_UNKNOWN, NULL },
		{ "..", ENGINE_UNKNOWN, NULL },
	};
	struct container_reference reference;
	char name[300];
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		int r = container_reference_parse(cases[i].text, &reference, NULL);

		if (r != (cases[i].rest ? 0 : -EINVAL))
			fail_msg("%s: %d", cases[i].text, r);
		if (r == 0) {
			assert_int_equal(reference.engine, cases[i].engine);
			assert_string_equal(reference.text, cases[i].rest);
		}
	}
	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	assert_int_equal(container_reference_parse(name, &reference, NULL), 0);
	name[255] = 'a';
	name[256] = '\0';
	assert_int_equal(container_reference_parse(name, &reference, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_engines_write_down_is_read),
		cmocka_unit_test(names_are_whole_and_ids_may_be_cut),
		cmocka_unit_test(what_a_user_writes_is_the_users),
		cmocka_unit_test(references_may_name_the_engine),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
