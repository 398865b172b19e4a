#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 1200
#
# Ground truth: one run of a real program under load is traced by "strace -f" and recorded at
# the same time. Both see the same set of system calls, in both directions, and the same values of
# their arguments. The profiles with conditions on arguments permit nothing that a default profile
# refuses, unless it was seen.
#
# The tracer must not be recorded with the program. So strace stays outside and starts
# enter_cgroup, which moves itself into a recorded cgroup and becomes the program, without any
# call in between. The part of the trace up to the write that moved it is dropped. The clients
# that make the load run outside both.
#
# A workload is a file in truth/: the command, its requirements, and how to prepare and load it.

# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ../bpf/lib.bash
# shellcheck source=tests/lib/baselines.bash
. ../lib/baselines.bash

needs_root
TRUTH=$PWD/truth
workloads=(bash busybox busybox32 go nginx node postgresql python redis)
tap_plan $((4 * ${#workloads[@]}))
table=../../src/syscalls/arguments.tbl

wait_for_port() {
	wait_until 60 eval ': 2>/dev/null >"/dev/tcp/127.0.0.1/$TRUTH_PORT"'
}

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

recorded_calls() {
	jq -r '.observations[] | (.systemCalls[] | select(.origin == "observed")), .denied[]
		| "\(.abi) \(.nr) \(.name)"' "$RECORDING" | sort -u
}

traced_calls() {
	grep -v '?$' "$TRUTH_TMP/calls" | sort
}

# Removes calls that were cut short. They may or may not have been made, so they prove nothing.
without_cut_short() {
	grep -vxFf <(sed -n 's/ ?$//p' "$TRUTH_TMP/calls")
}

# Runs the prepared workload, traced and recorded.
run_workload() {
	local tracer

	new_cgroup cgroup
	start_recording --cgroup "$cgroup"
	strace -f -n -s 0 -e raw=all --quiet=attach,exit -o "$TRUTH_TMP/trace" \
		"$ENTER_CGROUP" "$cgroup" "${workload_command[@]}" >"$TRUTH_TMP/out" 2>&1 &
	tracer=$!
	cleanup_add cleanup_process "$tracer"
	workload_load >"$TRUTH_TMP/load" 2>&1
	wait_until 60 has_ended "$tracer" || kill "$tracer"
	wait "$tracer"
	workload_status=$?
	stop_recording
}

compare() {
	[ "$workload_status" = 0 ] ||
		{ echo "status $workload_status" && tail "$TRUTH_TMP/out" "$TRUTH_TMP/load" && return 1; }
	"$TRUTH/strace_calls.py" "$TRUTH_TMP/trace" >"$TRUTH_TMP/calls" || return
	[ "$(traced_calls | wc -l)" -gt 10 ] || { echo "hardly anything was traced" && return 1; }
	diff --label traced --label recorded <(traced_calls) <(recorded_calls | without_cut_short | sort)
}

# Leaves out values in memory, which strace does not show, and the operations of multiplexers, which
# it shows as calls.
recorded_values() {
	jq -r '.observations[] | (.systemCalls[] | select(.origin == "observed")), .denied[]
		| select(.name | IN("socketcall", "ipc") | not)
		| select((.name | IN("clone3", "openat2", "io_uring_setup")) | not)
		| . as $call | .arguments // [] | .[] | . as $argument | (.values // .flags)[]
		| "\($call.abi) \($call.name) \($argument.argument) \(.value)"' "$RECORDING" | sort -u
}

# Nothing may be missing that was not recorded, or of which there is too much.
recorded_everything() {
	! jq -e '[.observations[].systemCalls[].arguments // [] | .[] | select(.any or .unrecorded)]
		| length > 0' "$RECORDING" >"$TRUTH_TMP/lost"
}

compare_values() {
	"$TRUTH/strace_calls.py" "$TRUTH_TMP/trace" "$table" >"$TRUTH_TMP/calls" || return
	[ "$(traced_calls | wc -l)" -gt 10 ] || { echo "hardly a value was traced" && return 1; }
	recorded_everything || { echo "a value is missing" && return 1; }
	diff --label traced --label recorded <(traced_calls) <(recorded_values | without_cut_short | sort)
}

for workload in "${workloads[@]}"; do
	TRUTH_TMP=$TEST_TMP/$workload
	# shellcheck disable=SC2034 # the workload reads it
	TRUTH_PORT=$(free_port)
	mkdir "$TRUTH_TMP"
	workload_needs=()
	workload_prepare() { :; }
	workload_load() { :; }
	# shellcheck source=/dev/null
	. "$TRUTH/$workload.bash"
	missing=$(for program in "${workload_needs[@]}"; do [ -x "$program" ] || echo "$program"; done)
	if [ -n "$missing" ]; then
		tap_skip "$workload" "not installed: ${missing//$'\n'/ }"
		tap_skip "$workload: values" "not installed"
		tap_skip "$workload: complete" "not installed"
		tap_skip "$workload: within RuntimeDefault" "not installed"
	elif ! workload_prepare >"$TRUTH_TMP/prepare" 2>&1; then
		tap_not_ok "$workload: it can be prepared" "$(tail "$TRUTH_TMP/prepare")"
		tap_not_ok "$workload: values"
		tap_not_ok "$workload: complete"
		tap_not_ok "$workload: within RuntimeDefault"
	else
		run_workload
		check "$workload: strace and recorder saw the same calls" compare
		check "$workload: strace and recorder saw the same values of arguments" compare_values
		check "$workload: the recording is complete" is_complete
		check "$workload: its profiles stay within every RuntimeDefault and what was seen" \
			within_every_baseline "$RECORDING"
	fi
done

tap_done
