// SPDX-License-Identifier: Apache-2.0
/*
 * Loads both variants of the BPF object in both ways on the running kernel. recorder prefers
 * the light way, so no other test would use the full one.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>

#include "record/object.h"
#include "util/error.h"

#define SLOTS 8

typedef int (*load_function)(const struct object_options *options, struct object *ret_object,
			     struct error *err);

static uint32_t map_size(int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	assert_return_code(bpf_obj_get_info_by_fd(fd, &info, &size), errno);
	return info.max_entries;
}

static void check_object(const struct object *object)
{
	size_t i;

	for (i = 0; i < PROGRAM_COUNT; i++)
		assert_true(object->programs[i] > 0);
	assert_int_equal(map_size(object->slots), SLOTS);
	assert_int_equal(map_size(object->paths), SLOTS);
	assert_int_equal(map_size(object->free_slots), SLOTS);
	assert_int_equal(map_size(object->slot_by_cgroup), SLOTS);
	assert_int_equal(map_size(object->arrivals), SLOTS);
	assert_int_equal(map_size(object->free_arrivals), SLOTS);
	assert_int_equal(map_size(object->events), 4096);
	assert_int_equal(object->life->watch_denied, 0);
	assert_int_equal(object->life->losses.slots, 0);
}

static void check_load(load_function load, bool tracepoints)
{
	static const enum recorder_mode modes[] = { RECORDER_CGROUPS, RECORDER_COMMAND,
						    RECORDER_TASKS };
	size_t i;

	if (geteuid() != 0)
		skip();
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct object_options options = {
			.mode = modes[i],
			.tracepoints = tracepoints,
			.no_probe = i == 0, /* as under lockdown */
			.slots = SLOTS,
			.arrivals = SLOTS,
			.event_bytes = 4096,
		};
		_cleanup_error_ struct error err = ERROR_INIT;
		struct object object = {};
		int r = load(&options, &object, &err);

		if (r < 0)
			fail_msg("mode %d: %s", modes[i], error_message(&err));
		check_object(&object);
		object_finish(&object);
	}
}

static void test_light(void **state)
{
	check_load(object_load_light, false);
	check_load(object_load_light, true);
}

static void test_full(void **state)
{
	check_load(object_load_full, false);
	check_load(object_load_full, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_light),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
