#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a process calls in set-up, until its execve in a mount namespace of its own, is not its
# work: neither that of the first process of a container nor that of the next, as exec probes
# start them.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 3

new_cgroup cgroup
gate=$TEST_TMP/gate
mkfifo "$gate"

# A process in a mount namespace of its own that makes a call, once it was moved in here.
start_and_move() {
	local pid

	unshare --mount -- /bin/sh -c 'read -r go <"$0" && exec "$@"' \
		"$gate" "$PROGRAMS/call" "${NR[acct]}" &
	pid=$!
	wait_until 10 is_shell_with_namespace "$pid" || return
	echo "$pid" >"$cgroup/cgroup.procs" && echo go >"$gate"
	wait "$pid"
}

is_shell_with_namespace() {
	[ "$(readlink "/proc/$1/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ] &&
		[ "$(cat "/proc/$1/comm")" = sh ]
}

start_recording --cgroup "$cgroup"
start_and_move
start_and_move
start_and_move
stop_recording

check "the work of each is recorded" contains_all observed_calls native:acct
check "with the execve, and without what came before it" equals observed_calls \
	native:execve native:acct native:exit_group
check "nothing was lost" is_complete

tap_done
