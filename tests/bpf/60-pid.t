#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# --pid: records a running process, all its threads, and everything that it starts from now on.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 9

# start_puppet NAME NR...: starts a process with a thread for each number. Sets ${NAME}_pid.
# "tell NAME LINE" gives it a command.
start_puppet() {
	local name=$1 answer

	shift
	coproc PUPPET { exec "$PROGRAMS/puppet" "$@"; }
	declare -g "${name}_pid=$PUPPET_PID"
	eval "exec {${name}_out}<&${PUPPET[0]} {${name}_in}>&${PUPPET[1]}"
	read -r -t 10 answer <&"${PUPPET[0]}" && [ "$answer" = "ready" ]
}

tell() {
	local in="$1_in" out="$1_out" answer

	echo "$2" >&"${!in}"
	read -r -t 10 answer <&"${!out}" && [ "$answer" = "done" ]
}

start_puppet ours "${NR[acct]}" "${NR[swapoff]}" "${NR[quotactl]}" 2>/dev/null
start_puppet other "${NR[add_key]}" 2>/dev/null
cleanup_add cleanup_process "${ours_pid:?}"
cleanup_add cleanup_process "${other_pid:?}"
tell ours "fork ${NR[io_destroy]}"

start_recording --pid "$ours_pid"
tell ours call
tell ours "fork ${NR[delete_module]}"
tell ours "thread ${NR[mq_unlink]}"
tell other call
tell other "fork ${NR[request_key]}"
stop_recording
status=$?

check "the recording ends well" [ $status = 0 ]

check "threads that were running" contains_all observed_calls \
	native:acct native:swapoff native:quotactl
check "a child that was created during the recording" \
	contains_all observed_calls native:delete_module
check "a thread that was created during the recording" contains_all observed_calls native:mq_unlink
check "no call from before the recording" contains_none observed_calls native:io_destroy
check "no call of another process or its children" \
	contains_none observed_calls native:add_key native:request_key
check "the process continues" tell ours call

start_recording --pid "$ours_pid"
kill "$ours_pid"
check "the recording ends with the process" wait_until 10 has_ended "$recorder"
check "the recording was written" jq -e .observations "$RECORDING"

tap_done
