// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/tracked_cgroup.h"
#include "util/array.h"

#define LAST (RECORDER_NUMBERS - 1)

static struct tracked_cgroup *tracked_create(void)
{
	struct tracked_cgroup *tracked = calloc(1, sizeof(*tracked));

	assert_non_null(tracked);
	return tracked;
}

static void set_bit(struct recorder_slot *slot, enum recorder_kind kind, enum abi abi, uint32_t nr)
{
	slot->bitmaps[kind].words[abi][nr / 64] |= 1ULL << (nr % 64);
}

static void an_empty_bitmap_has_no_calls(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = tracked_create();
	struct recorder_slot slot = {};
	size_t kind;

	assert_int_equal(tracked_cgroup_add_bitmaps(tracked, &slot, NULL), 0);
	for (kind = 0; kind < RECORDER_BITMAPS; kind++)
		assert_int_equal(tracked->calls[kind].length, 0);
}

/* Sets one bit at a time, so that a misplaced bit cannot hide behind another. */
static void each_kind_and_abi_has_its_own_bits(void **state)
{
	static const uint32_t numbers[] = { 0, 1, 63, 64, 127, 128, 511, 512, LAST };
	size_t kind, abi, i, other;

	for (kind = 0; kind < RECORDER_BITMAPS; kind++)
		for (abi = 0; abi < RECORDER_ABIS; abi++)
			for (i = 0; i < array_size(numbers); i++) {
				_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked =
					tracked_create();
				struct recorder_slot slot = {};

				set_bit(&slot, kind, abi, numbers[i]);
				assert_int_equal(tracked_cgroup_add_bitmaps(tracked, &slot, NULL),
						 0);
				for (other = 0; other < RECORDER_KINDS; other++)
					assert_int_equal(tracked->calls[other].length,
							 other == kind);
				assert_int_equal(tracked->calls[kind].items[0].nr, numbers[i]);
				assert_int_equal(tracked->calls[kind].items[0].abi, abi);
			}
}

static void a_full_bitmap_has_every_call(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = tracked_create();
	struct recorder_slot slot = {};
	struct call_set *set;
	size_t kind, i;

	memset(slot.bitmaps, 0xff, sizeof(slot.bitmaps));
	assert_int_equal(tracked_cgroup_add_bitmaps(tracked, &slot, NULL), 0);
	for (kind = 0; kind < RECORDER_BITMAPS; kind++) {
		set = &tracked->calls[kind];
		assert_int_equal(set->length, RECORDER_ABIS * RECORDER_NUMBERS);
		for (i = 0; i < set->length; i++) {
			assert_int_equal(set->items[i].abi, i / RECORDER_NUMBERS);
			assert_int_equal(set->items[i].nr, i % RECORDER_NUMBERS);
		}
	}
}

/* The bitmap has no process and no time, and must not erase those of an event. */
static void what_events_told_is_kept(void **state)
{
	const struct call told = { .nr = 3, .first_seen = 99, .process = "sh" };
	const struct call stray = { .nr = 100000, .first_seen = 98, .process = "sh" };
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = tracked_create();
	struct recorder_slot slot = {};
	const struct call *call;

	call_set_add(&tracked->calls[RECORDER_OBSERVED], &told, NULL);
	call_set_add(&tracked->calls[RECORDER_OBSERVED], &stray, NULL);
	set_bit(&slot, RECORDER_OBSERVED, ABI_NATIVE, 3);
	set_bit(&slot, RECORDER_OBSERVED, ABI_NATIVE, 4);
	assert_int_equal(tracked_cgroup_add_bitmaps(tracked, &slot, NULL), 0);
	assert_int_equal(tracked->calls[RECORDER_OBSERVED].length, 3);
	call = call_set_find(&tracked->calls[RECORDER_OBSERVED], ABI_NATIVE, 3);
	assert_int_equal(call->first_seen, 99);
	assert_string_equal(call->process, "sh");
	call = call_set_find(&tracked->calls[RECORDER_OBSERVED], ABI_NATIVE, 4);
	assert_int_equal(call->first_seen, 0);
	assert_string_equal(call->process, "");
	assert_non_null(call_set_find(&tracked->calls[RECORDER_OBSERVED], ABI_NATIVE, 100000));
}

static void nothing_can_be_destroyed_too(void **state)
{
	tracked_cgroup_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_bitmap_has_no_calls),
		cmocka_unit_test(each_kind_and_abi_has_its_own_bits),
		cmocka_unit_test(a_full_bitmap_has_every_call),
		cmocka_unit_test(what_events_told_is_kept),
		cmocka_unit_test(nothing_can_be_destroyed_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
