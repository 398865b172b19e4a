// SPDX-License-Identifier: Apache-2.0
//
// options: -max_len=1024
//
// Programs in classic BPF. An input's first byte is the byte order, then come a call's data and
// the instructions. A program that passes the check ends within the predicted number of steps.
#include "input.h"

#include "seccomp/filter.h"

/* Takes the rest of the input as whole instructions. */
static struct filter take_filter(struct input *input, bool big_endian)
{
	struct filter filter = { .big_endian = big_endian };

	filter.length = input->left / sizeof(*filter.instructions);
	filter.instructions = malloc(filter.length * sizeof(*filter.instructions) + 1);
	assert(filter.instructions);
	memcpy(filter.instructions, input->at, filter.length * sizeof(*filter.instructions));
	return filter;
}

/* Replacing denials by notifications changes answers and nothing else. */
static void check_notify(const struct filter *filter, const struct seccomp_data *call)
{
	_cleanup_filter_ struct filter notify = {};
	struct error err = ERROR_INIT;
	struct filter_trace trace, as_before;
	uint32_t verdict = filter_run(filter, call, &as_before);
	bool let_through = (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW ||
			   (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_LOG;

	if (failed(filter_notify_instead(filter, &notify, &err), &err))
		return;
	assert(!failed(filter_check(&notify, &err), &err));
	verdict = filter_run(&notify, call, &trace);
	assert(trace.steps == as_before.steps);
	if (let_through)
		assert(verdict == filter_run(filter, call, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	bool big_endian = take_byte(&input) % 2;
	struct seccomp_data call = {};
	struct filter_trace trace;
	size_t bytes = input.left < sizeof(call) ? input.left : sizeof(call);
	_cleanup_filter_ struct filter filter = {};
	struct error err = ERROR_INIT;

	memcpy(&call, input.at, bytes);
	input.at += bytes;
	input.left -= bytes;
	filter = take_filter(&input, big_endian);
	if (failed(filter_check(&filter, &err), &err))
		return 0;
	filter_run(&filter, &call, &trace);
	assert(trace.steps >= 1 && trace.steps <= filter_longest_path(&filter));
	assert(filter_longest_path(&filter) <= filter.length);
	check_notify(&filter, &call);
	return 0;
}
