#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A tracer or supervisor appears while a running process or a cgroup is recorded. The calls that
# it answers are recorded, or the recording states that they may be missing.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
ANSWER=$PROGRAMS/answer_static
gate=$TEST_TMP/gate
mkfifo "$gate"
tap_plan $((2 * 3 * 3 + 2 * 2))

# Passes if the answered call is observed, or if a reason mentions the tracer or filter.
observed_or_said() {
	contains_none denied_calls native:acct || return
	contains_all observed_calls native:acct && return
	jq -e '[.observations[] | .reasons // [] | .[] | select(test("tracer|filter"))] | length > 0' \
		"$RECORDING" >/dev/null || { jq -c '.observations[].reasons' "$RECORDING" && return 1; }
}

late_case() { # HOW TARGET
	local pid status

	if [ "$2" = pid ]; then
		"$ANSWER" late "$1" "${NR[acct]}" "$gate" &
	else
		"$ENTER_CGROUP" "$cgroup" "$ANSWER" late "$1" "${NR[acct]}" "$gate" &
	fi
	pid=$!
	cleanup_add cleanup_process "$pid"
	wait_until 10 waits_for_gate "$pid"
	case $2 in
	pid) start_recording --pid "$pid" ;;
	cgroup) start_recording --cgroup "$cgroup" ;;
	esac
	open_gate "$gate"
	wait "$pid"
	status=$?
	check "$1, --$2: the program works" [ "$status" = 0 ]
	wait_until 5 has_ended "$recorder" || stop_recording
	check "$1, --$2: recorded" [ -s "$RECORDING" ]
	check "$1, --$2: the answered call is observed, or the recording is not complete" observed_or_said
}

waits_for_gate() { # PID
	[ "$(</proc/"$1"/comm)" = answer_static ]
}

for how in skip change notify; do
	new_cgroup cgroup
	late_case "$how" pid
	late_case "$how" cgroup
done

# The tracer has already stopped the call when the recorder sees its first filter, which is
# another process's.
for how in skip change; do
	new_cgroup cgroup
	start_recording --cgroup "$cgroup"
	"$ENTER_CGROUP" "$cgroup" "$ANSWER" hold "$how" "${NR[acct]}" "$gate" &
	pid=$!
	cleanup_add cleanup_process "$pid"
	wait_until 10 waits_for_gate "$pid"
	"$ENTER_CGROUP" "$cgroup" "$PROGRAMS/denied" exec "$PROGRAMS/call" "${NR[swapoff]}"
	open_gate "$gate"
	wait "$pid"
	check "$how, held by its tracer: the program works" [ "$?" = 0 ]
	stop_recording
	check "$how, held by its tracer: the answered call is observed, or the recording is not complete" \
		observed_or_said
done
tap_done
