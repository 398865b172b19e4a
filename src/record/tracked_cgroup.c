// SPDX-License-Identifier: Apache-2.0
#include "record/tracked_cgroup.h"

#include <stdlib.h>
#include <string.h>

#include "util/error.h"

_Static_assert((int)RECORDER_ABIS == (int)ABI_COUNT, "both sides know the same ABIs");

void tracked_cgroup_destroy(struct tracked_cgroup *tracked)
{
	size_t kind;

	if (!tracked)
		return;
	for (kind = 0; kind < RECORDER_KINDS; kind++) {
		call_set_finish(&tracked->calls[kind]);
		argument_set_finish(&tracked->arguments[kind]);
	}
	free(tracked->path);
	free(tracked);
}

static int copy_calls(const struct tracked_cgroup *tracked, struct tracked_cgroup *copy,
		      struct error *err)
{
	size_t kind;
	int r = 0;

	for (kind = 0; kind < RECORDER_KINDS && r == 0; kind++) {
		r = call_set_merge(&copy->calls[kind], &tracked->calls[kind], err);
		if (r == 0)
			r = argument_set_merge(&copy->arguments[kind], &tracked->arguments[kind],
					       err);
	}
	return r;
}

int tracked_cgroup_copy(const struct tracked_cgroup *tracked, struct tracked_cgroup **ret_copy,
			struct error *err)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *copy = malloc(sizeof(*copy));
	int r;

	if (!copy)
		return error_nomem(err);
	*copy = *tracked;
	copy->path = NULL;
	memset(copy->calls, 0, sizeof(copy->calls));
	memset(copy->arguments, 0, sizeof(copy->arguments));
	if (tracked->path) {
		copy->path = strdup(tracked->path);
		if (!copy->path)
			return error_nomem(err);
	}
	r = copy_calls(tracked, copy, err);
	if (r == 0)
		*ret_copy = steal_pointer(&copy);
	return r;
}

static int add_word(struct call_set *set, enum abi abi, uint32_t first, uint64_t word,
		    struct error *err)
{
	int r;

	while (word) {
		struct call call = { .nr = first + __builtin_ctzll(word), .abi = abi };

		r = call_set_add(set, &call, err);
		if (r < 0)
			return r;
		word &= word - 1;
	}
	return 0;
}

int tracked_cgroup_add_bitmaps(struct tracked_cgroup *tracked, const struct recorder_slot *slot,
			       struct error *err)
{
	size_t kind, abi, word;
	int r;

	for (kind = 0; kind < RECORDER_BITMAPS; kind++)
		for (abi = 0; abi < RECORDER_ABIS; abi++)
			for (word = 0; word < RECORDER_WORDS; word++) {
				r = add_word(&tracked->calls[kind], abi, word * 64,
					     slot->bitmaps[kind].words[abi][word], err);
				if (r < 0)
					return r;
			}
	return 0;
}
