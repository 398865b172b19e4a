#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A call that the workload's own supervisor or tracer answers must reach it. So the profile must
# allow the call, or the program fails under its own profile.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
ANSWER=$PROGRAMS/answer_static
PROFILE=$TEST_TMP/profile.json
tap_plan $((6 * 5 + 3 + 3 + 4 + 4))

works_under_its_profile() { # ARGUMENT...
	"$RECORDER" convert "$RECORDING" --to seccomp -o "$PROFILE" &&
		"$RECORDER" run --profile "$PROFILE" -- "$ANSWER" "$@"
}

answered_case() { # HOW TEXT
	check "$2: the program works" record -- "$ANSWER" "$1" "${NR[acct]}"
	check "$2: the call is the workload's" contains_all observed_calls native:acct
	check "$2: nothing is denied" equals denied_calls
	check "$2: complete" is_complete
	check "$2: it works under its profile" works_under_its_profile "$1" "${NR[acct]}"
}

answered_case notify 'a supervisor answers'
answered_case refuse 'a supervisor refuses'
answered_case continue 'a supervisor lets the kernel run it'
answered_case skip 'a tracer answers'
answered_case change 'a tracer makes another call of it'
answered_case stacked 'a supervisor answers behind nine filters'

check "a tracer takes all calls over: the program works" \
	record -- "$ANSWER" emulate "${NR[acct]}"
check "a tracer takes all calls over: the call is nobody's" \
	contains_none 'observed_calls; denied_calls' native:acct
check "a tracer takes all calls over: complete" is_complete

check "syscall user dispatch: the program works" record -- "$ANSWER" dispatch "${NR[acct]}"
check "syscall user dispatch: the call is nobody's" \
	contains_none 'observed_calls; denied_calls' native:acct
check "syscall user dispatch: complete" is_complete

for how in both trap; do
	check "$how: the program works" record -- "$ANSWER" "$how" "${NR[acct]}"
	check "$how: the filter refused the call" equals denied_calls native:acct
	check "$how: which did not get through" contains_none observed_calls native:acct
	check "$how: complete" is_complete
done
tap_done
