// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "container/cri_model.h"
#include "net/grpc_message.h"
#include "util/array.h"
#include "util/error.h"

/*
 * A wire message, written by hand from the field numbers of k8s.io/cri-api, so that it does not
 * depend on the .proto under test: tag = number << 3 | type, length, content.
 */
static const uint8_t sandboxes_bytes[] = {
	0x0a, 62,						      /* items = 1 */
	0x0a, 2,    's',  '1',					      /* id = 1 */
	0x12, 16,   0x0a, 3,   'w', 'e', 'b', 0x12, 3, 'u', 'i', 'd', /* metadata = 2 */
	0x1a, 4,    's',  'h', 'o', 'p',			      /* namespace = 3 */
	0x18, 1,						      /* state = 3 */
	0x20, 0x80, 0x01,					      /* created_at = 4 */
	0x2a, 10,   0x0a, 3,   'a', 'p', 'p', 0x12, 3, 'w', 'e', 'b', /* labels = 5 */
	0x2a, 3,    0x0a, 1,   'x',				      /* a label without value */
	0x32, 4,    0x0a, 2,   'n', 'o',			      /* annotations = 6, unread */
	0x3a, 4,    'c',  'r', 'u', 'n',			      /* runtime_handler = 7 */
	0x98, 0x06, 1,						      /* field 99, unknown */
	0x7a, 1,    'z',					      /* field 15, unknown */
};

static void sandboxes_are_read_from_the_wire(void **state)
{
	ProtobufCMessage *message =
		protobuf_c_message_unpack(&cri__list_pod_sandbox_response__descriptor, NULL,
					  sizeof(sandboxes_bytes), sandboxes_bytes);
	struct cri_sandbox *sandboxes = NULL;
	size_t count = 0;

	assert_non_null(message);
	assert_int_equal(cri_sandboxes_from_message((Cri__ListPodSandboxResponse *)message,
						    &sandboxes, &count, NULL),
			 0);
	assert_int_equal(count, 1);
	assert_string_equal(sandboxes[0].id, "s1");
	assert_string_equal(sandboxes[0].name, "web");
	assert_string_equal(sandboxes[0].uid, "uid");
	assert_string_equal(sandboxes[0].namespace, "shop");
	assert_string_equal(sandboxes[0].runtime_handler, "crun");
	assert_int_equal(sandboxes[0].state, CRI_SANDBOX_NOT_READY);
	assert_int_equal(sandboxes[0].created_at, 128);
	assert_int_equal(sandboxes[0].label_count, 2);
	assert_string_equal(sandboxes[0].labels[0].key, "app");
	assert_string_equal(sandboxes[0].labels[0].value, "web");
	assert_string_equal(sandboxes[0].labels[1].value, "");
	cri_sandboxes_free(sandboxes, count);
	protobuf_c_message_free_unpacked(message, NULL);
}

static void read_broken(const uint8_t *bytes, size_t size)
{
	ProtobufCMessage *message = protobuf_c_message_unpack(
		&cri__list_pod_sandbox_response__descriptor, NULL, size, bytes);
	struct cri_sandbox *sandboxes = NULL;
	size_t count = 0;

	if (!message)
		return;
	assert_int_equal(cri_sandboxes_from_message((Cri__ListPodSandboxResponse *)message,
						    &sandboxes, &count, NULL),
			 0);
	cri_sandboxes_free(sandboxes, count);
	protobuf_c_message_free_unpacked(message, NULL);
}

/*
 * However an answer is truncated or changed, it is refused or read, and no buffer is overrun.
 */
static void broken_answers_are_refused_or_read(void **state)
{
	uint8_t bytes[sizeof(sandboxes_bytes)];
	size_t size, i;

	for (size = 0; size < sizeof(bytes); size++) {
		_cleanup_free_ uint8_t *cut = malloc(size + !size);

		memcpy(cut, sandboxes_bytes, size);
		read_broken(cut, size);
	}
	for (i = 0; i < sizeof(bytes) * 256; i++) {
		memcpy(bytes, sandboxes_bytes, sizeof(bytes));
		bytes[i / 256] = i % 256;
		read_broken(bytes, sizeof(bytes));
	}
}

static void requests_are_framed(void **state)
{
	static const uint8_t expected[] = { 0, 0, 0, 0, 6, 0x0a, 2, 'c', '1', 0x10, 1 };
	Cri__ContainerStatusRequest request = CRI__CONTAINER_STATUS_REQUEST__INIT;
	_cleanup_free_ uint8_t *data = NULL;
	size_t size = 0;

	request.container_id = (char *)"c1";
	request.verbose = true;
	assert_int_equal(grpc_message_frame(&request.base, &data, &size, NULL), 0);
	assert_int_equal(size, sizeof(expected));
	assert_memory_equal(data, expected, size);
}

static void containers_have_the_image_that_was_asked_for(void **state)
{
	Cri__ContainerMetadata metadata = CRI__CONTAINER_METADATA__INIT;
	Cri__ImageSpec image = CRI__IMAGE_SPEC__INIT;
	Cri__ContainerSummary first = CRI__CONTAINER_SUMMARY__INIT;
	Cri__ContainerSummary second = CRI__CONTAINER_SUMMARY__INIT;
	Cri__ContainerSummary *all[] = { &first, &second };
	Cri__ListContainersResponse response = CRI__LIST_CONTAINERS_RESPONSE__INIT;
	struct cri_container *containers = NULL;
	size_t count = 0;

	metadata.name = (char *)"main";
	image.image = (char *)"sha256:abc";
	image.user_specified_image = (char *)"web:1";
	first.metadata = &metadata;
	first.image = &image;
	first.state = 1;
	second.state = 77;
	response.containers = all;
	response.n_containers = array_size(all);
	assert_int_equal(cri_containers_from_message(&response, &containers, &count, NULL), 0);
	assert_int_equal(count, 2);
	assert_string_equal(containers[0].name, "main");
	assert_string_equal(containers[0].image, "web:1");
	assert_int_equal(containers[0].state, CRI_CONTAINER_RUNNING);
	assert_string_equal(containers[1].name, "");
	assert_string_equal(containers[1].image, "");
	assert_int_equal(containers[1].state, CRI_CONTAINER_UNKNOWN);
	cri_containers_free(containers, count);
}

static const struct {
	const char *info;
	pid_t pid;
	const char *sandbox_id;
	const char *type;
	const char *binary;
	const char *bundle;
} infos[] = {
	{ "{\"sandboxID\":\"s1\",\"pid\":42,\"runtimeType\":\"io.containerd.runc.v2\","
	  "\"runtimeOptions\":{\"binary_name\":\"/usr/bin/crun\"},\"runtimeSpec\":{\"a\":1}}",
	  42, "s1", "io.containerd.runc.v2", "/usr/bin/crun", "{\"a\":1}" },
	{ "{\"runtimeSpec\":{\"value\":18446744073709551614}}", 0, "", "", "",
	  "{\"value\":18446744073709551614}" },
	{ "{\"pid\":42,\"runtimeOptions\":null}", 42, "", "", "", "" },
	{ "{\"pid\":-1,\"sandboxID\":7,\"runtimeSpec\":[]}", 0, "", "", "", "" },
	{ "{\"pid\":99999999999}", 0, "", "", "", "" },
	{ "no JSON", 0, "", "", "", "" },
	{ "[]", 0, "", "", "", "" },
};

static void verbose_information_is_optional(void **state)
{
	Cri__ContainerStatus status = CRI__CONTAINER_STATUS__INIT;
	Cri__KeyValue entry = CRI__KEY_VALUE__INIT;
	Cri__KeyValue *entries[] = { &entry };
	Cri__ContainerStatusResponse response = CRI__CONTAINER_STATUS_RESPONSE__INIT;
	size_t i;

	entry.key = (char *)"info";
	response.status = &status;
	response.info = entries;
	response.n_info = 1;
	for (i = 0; i < array_size(infos); i++) {
		_cleanup_cri_container_status_ struct cri_container_status result = {};

		entry.value = (char *)infos[i].info;
		assert_int_equal(cri_status_from_message(&response, &result, NULL), 0);
		assert_int_equal(result.pid, infos[i].pid);
		assert_string_equal(result.container.sandbox_id, infos[i].sandbox_id);
		assert_string_equal(result.runtime_type, infos[i].type);
		assert_string_equal(result.runtime_binary, infos[i].binary);
		assert_string_equal(result.bundle, infos[i].bundle);
		assert_string_equal(result.localhost_profile, "");
	}
}

static void containerd_tells_the_profile_that_was_asked_for(void **state)
{
	_cleanup_cri_container_status_ struct cri_container_status result = {};
	Cri__ContainerStatus status = CRI__CONTAINER_STATUS__INIT;
	Cri__KeyValue entry = CRI__KEY_VALUE__INIT;
	Cri__KeyValue *entries[] = { &entry };
	Cri__ContainerStatusResponse response = CRI__CONTAINER_STATUS_RESPONSE__INIT;

	entry.key = (char *)"info";
	entry.value = (char *)"{\"config\":{\"linux\":{\"security_context\":{\"seccomp\":{"
			      "\"profile_type\":2,\"localhost_ref\":\"/seccomp/a/b.json\"}}}}}";
	response.status = &status;
	response.info = entries;
	response.n_info = 1;
	assert_int_equal(cri_status_from_message(&response, &result, NULL), 0);
	assert_string_equal(result.localhost_profile, "/seccomp/a/b.json");
}

static void an_answer_without_status_is_refused(void **state)
{
	Cri__ContainerStatusResponse response = CRI__CONTAINER_STATUS_RESPONSE__INIT;
	struct cri_container_status result;

	assert_int_equal(cri_status_from_message(&response, &result, NULL), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandboxes_are_read_from_the_wire),
		cmocka_unit_test(broken_answers_are_refused_or_read),
		cmocka_unit_test(requests_are_framed),
		cmocka_unit_test(containers_have_the_image_that_was_asked_for),
		cmocka_unit_test(verbose_information_is_optional),
		cmocka_unit_test(containerd_tells_the_profile_that_was_asked_for),
		cmocka_unit_test(an_answer_without_status_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
