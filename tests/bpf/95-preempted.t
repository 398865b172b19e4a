#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
#
# On all CPUs, real-time threads preempt others in the middle of a system call. The kernel then
# skips BPF programs. The calls are still recorded, or counted as lost, and never silently missing.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
[ -n "${RECORD_HOOK:-}" ] || exec "$(dirname "$0")/with-tracefs" "$0"
unset RECORD_HOOK
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

# Numbers that no kernel knows but for which the recorder's bitmaps have a bit.
FIRST=500 LAST=575
ROUNDS=5

needs_root
chrt -f 50 true 2>/dev/null || tap_skip_all "this machine gives no real-time priority"
tap_plan 4

missing() {
	comm -23 <(seq -f 'native:syscall_%g' "$FIRST" "$LAST" | sort) <(observed_calls | sort)
}

# Records the storm a few times. $TEST_TMP/missing gets the missing calls, $TEST_TMP/complete a line
# for each recording that claims to be complete, and $TEST_TMP/silent the calls missing in those.
record_rounds() {
	: >"$TEST_TMP/missing"
	: >"$TEST_TMP/complete"
	: >"$TEST_TMP/silent"
	for _ in $(seq "$ROUNDS"); do
		record "$@" -- "$PROGRAMS/preempt" "$FIRST" "$LAST" || rm -f "$RECORDING"
		missing >"$TEST_TMP/round"
		cat "$TEST_TMP/round" >>"$TEST_TMP/missing"
		is_complete >"$TEST_TMP/losses" || continue
		echo complete >>"$TEST_TMP/complete"
		cat "$TEST_TMP/round" >>"$TEST_TMP/silent"
	done
}

hook=$("$RECORDER" doctor | grep ' hook ')
tap_note "doctor: $hook"
if [[ $hook == ok* ]]; then
	record_rounds
	check "no call is lost with the hook that this kernel needs" test ! -s "$TEST_TMP/missing"
	check "and every recording is complete" test "$(wc -l <"$TEST_TMP/complete")" = "$ROUNDS"
else
	tap_skip "no call is lost with the hook that this kernel needs" "$hook"
	tap_skip "and every recording is complete" "$hook"
fi

record_rounds --hook btf
check "a call that tp_btf loses makes the recording incomplete" test ! -s "$TEST_TMP/silent" -a -e "$RECORDING"
tap_note "tp_btf lost $(wc -l <"$TEST_TMP/missing") of $((ROUNDS * (LAST - FIRST + 1))) calls here"

if "$RECORDER" record --hook tracepoint -- true >"$TEST_TMP/profile.json" 2>"$LOG"; then
	record_rounds --hook tracepoint
	check "classic tracepoints lose none on any kernel" test ! -s "$TEST_TMP/missing"
else
	tap_skip "classic tracepoints lose none on any kernel" "$(tail -n 1 "$LOG")"
fi

tap_done
