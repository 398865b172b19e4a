#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Numbers without a name in any table are kept and reported, never dropped.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 9

record -- "$PROGRAMS/call" 600 1000 100000 -1 "${NR[acct]}"
check "unknown numbers are recorded" contains_all observed_calls \
	native:syscall_600 native:syscall_1000 native:syscall_100000
check "-1 is not a number of a call" equals observed_calls native:execve native:exit_group native:acct \
	native:syscall_600 native:syscall_1000 native:syscall_100000
check "nothing was lost" is_complete

"$RECORDER" record -o "$TEST_TMP/profile.json" -- "$PROGRAMS/call" 600 "${NR[acct]}" 2>"$LOG"
check "a profile lists only names" jq -e \
	'[.syscalls[].names[]] | any(. == "acct") and all(test("[0-9]{3}") | not)' \
	"$TEST_TMP/profile.json"
check "calls that it cannot list are reported" grep -q 600 "$LOG"

# Numbers without a call in the kernel, up to the largest. The recording can be read again.
# Under its profile the program gets an error for these numbers.
if [ "$(uname -m)" = x86_64 ]; then
	odd=(600 2147483648 4294967294 4294967295 x32:900)
else
	odd=(600 2147483648 4294967294)
fi
record -- "$PROGRAMS/call" "${odd[@]}"
check "a number that the kernel cannot have is recorded" contains_all observed_calls \
	native:syscall_2147483648
check "the recording can be read again" eval \
	'"$RECORDER" convert "$RECORDING" >"$TEST_TMP/profile.json" 2>"$LOG"'
check "the program runs under the profile" \
	"$RECORDER" run --profile "$TEST_TMP/profile.json" -- "$PROGRAMS/call" "${odd[@]}"

if [ "$(uname -m)" = x86_64 ]; then
	record -- "$PROGRAMS/call" i386:900 x32:900
	check "in the other ABIs too" contains_all observed_calls \
		compat:syscall_900 x32:syscall_900
else
	tap_skip "in the other ABIs too" "only x86-64 runs all three ABIs here"
fi

tap_done
