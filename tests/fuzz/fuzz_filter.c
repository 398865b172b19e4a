// SPDX-License-Identifier: Apache-2.0
//
// options: -max_len=512
//
// Programs in classic BPF as an input has them: its first byte is the byte order, then come a
// call's data and the instructions. What passes the check ends, within the steps foretold.
#include "input.h"

#include "seccomp/filter.h"

/* Whatever is left, as whole instructions. */
static struct filter take_filter(struct input *input, bool big_endian)
{
	struct filter filter = { .big_endian = big_endian };

	filter.length = input->left / sizeof(*filter.instructions);
	filter.instructions = malloc(filter.length * sizeof(*filter.instructions) + 1);
	assert(filter.instructions);
	memcpy(filter.instructions, input->at, filter.length * sizeof(*filter.instructions));
	return filter;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	bool big_endian = take_byte(&input) % 2;
	struct seccomp_data call = { 0 };
	size_t i, steps, again, bytes = input.left < sizeof(call) ? input.left : sizeof(call);
	struct error err = ERROR_INIT;
	uint32_t verdict;

	memcpy(&call, input.at, bytes);
	input.at += bytes;
	input.left -= bytes;
	_cleanup_filter_ struct filter filter = take_filter(&input, big_endian);
	if (failed(filter_check(&filter, &err), &err))
		return 0;
	verdict = filter_run(&filter, &call, &steps);
	assert(steps >= 1 && steps <= filter_longest_path(&filter));
	assert(filter_longest_path(&filter) <= filter.length);
	filter_notify_denied(&filter);
	assert(!failed(filter_check(&filter, &err), &err));
	filter_run(&filter, &call, &again);
	assert(again == steps);
	for (i = 0; i < filter.length; i++)
		if (filter.instructions[i].code == (BPF_RET | BPF_A))
			return 0;
	if (verdict == SECCOMP_RET_ALLOW)
		assert(filter_run(&filter, &call, NULL) == SECCOMP_RET_ALLOW);
	return 0;
}
