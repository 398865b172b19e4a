#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Calls in set-up, which ends with the execve in a new mount namespace, are not work. That holds
# for a container's first process and for later ones, such as exec probes.
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

# Starts a process in its own mount namespace and moves it into the cgroup. Then it makes a call.
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
check "from its execve on, and no earlier call" equals observed_calls \
	native:execve native:acct native:exit_group
check "nothing was lost" is_complete

tap_done
