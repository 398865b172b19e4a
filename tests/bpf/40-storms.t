#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
# timeout: 180
#
# Many tasks at once, each making one call once: every call is seen. An emulated processor gets
# a tenth of the tasks (TESTS_PATIENCE is set there).
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 15

mapfile -t numbers < <("$PROGRAMS/storm" list)
children=10000 cgroups=("${numbers[@]}")
if [ "${TESTS_PATIENCE:-1}" -gt 1 ]; then
	children=1000 cgroups=("${numbers[@]:0:30}")
fi

observed_numbers() {
	jq -r '.observations[].systemCalls[] | select(.origin == "observed" and .abi == "native") | .nr' \
		"$RECORDING"
}

# storm TEXT ARG...: runs a storm and checks that the recording has every number.
storm() {
	check "$1: the storm passes" record -- "$PROGRAMS/storm" "${@:2}"
	check "$1: each of ${#numbers[@]} calls is seen" contains_all observed_numbers "${numbers[@]}"
	check "$1: nothing was lost" is_complete
}

storm "threads" threads "${numbers[@]}"
storm "processes" forks "${numbers[@]}"
storm "processes that live for one call" execs "$PROGRAMS/call" "${numbers[@]}"

check "$children children: the storm passes" record -- "$PROGRAMS/storm" forking $children
check "$children children: nothing was lost" is_complete

# A storm of cgroups, each of which lives only for one call.
new_cgroup cgroup
start_recording --cgroup "$cgroup"
for number in "${cgroups[@]}"; do
	mkdir "$cgroup/$number"
	"$ENTER_CGROUP" "$cgroup/$number" "$PROGRAMS/call" "$number"
	rmdir "$cgroup/$number"
done
stop_recording
check "a cgroup for each call: each of ${#cgroups[@]} calls is seen" \
	contains_all observed_numbers "${cgroups[@]}"
check "a cgroup for each call: nothing was lost" is_complete

# Two recorders do not see each other.
start_recording --cgroup "$cgroup"
first=$recorder first_recording=$TEST_TMP/first.json
"$RECORDER" record --format recording -o "$TEST_TMP/second.json" -- \
	"$PROGRAMS/call" "${NR[acct]}" 2>/dev/null
"$ENTER_CGROUP" "$cgroup" "$PROGRAMS/call" "${NR[swapoff]}"
recorder=$first stop_recording
mv "$RECORDING" "$first_recording"
RECORDING=$first_recording
check "the first of two recorders sees only its own calls" equals observed_calls \
	native:execve native:swapoff native:exit_group
RECORDING=$TEST_TMP/second.json
check "so does the second" equals observed_calls native:execve native:acct native:exit_group

tap_done
