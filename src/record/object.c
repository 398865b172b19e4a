// SPDX-License-Identifier: Apache-2.0
#include "record/object.h"

#include <stddef.h>

#include <bpf/bpf.h>

#include "util/error.h"
#include "util/log.h"

int object_load(const struct object_options *options, struct object *ret_object, struct error *err)
{
	_cleanup_error_ struct error refusal = ERROR_INIT;
	struct object_options no_probe = *options;

	if (object_load_light(options, ret_object, &refusal) == 0)
		return 0;
	log_debug("%s; libbpf loads the programs", error_message(&refusal));
	if (object_load_full(options, ret_object, NULL) == 0)
		return 0;
	/*
	 * Lockdown "confidentiality" forbids a helper that the programs need only to read
	 * paths. Every generated loader program needs it as well, so only the full way is left.
	 */
	no_probe.no_probe = true;
	return object_load_full(&no_probe, ret_object, err);
}

void object_finish(struct object *object)
{
	if (object->skeleton)
		object->destroy_skeleton(object->skeleton);
	*object = (struct object){};
}

static __u64 recursion_misses(int program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return 0;
	return info.recursion_misses;
}

__u64 object_recursion(const struct object *object)
{
	__u64 sum = 0;
	size_t i;

	for (i = 0; i < PROGRAM_COUNT; i++)
		sum += recursion_misses(object->programs[i]);
	return sum;
}
