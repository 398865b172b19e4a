#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A recording leaves nothing behind, however it ends.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 25

# Prints the BPF objects that a process holds, as "prog 12", "map 34", "link 56".
held_objects() {
	sed -n 's/^\(prog\|map\|link\)_id:\t*\([0-9]*\)$/\1 \2/p' "/proc/$1"/fdinfo/* 2>/dev/null
}

# True if the objects are gone. The kernel frees them shortly after the last holder ends.
objects_gone() {
	local kind id

	while read -r kind id; do
		! bpftool "$kind" show id "$id" >/dev/null 2>&1 || return 1
	done <<<"$1"
}

pins() {
	awk '$3 == "bpf" { print $2 }' /proc/mounts | while read -r mount; do
		find "$mount" -mindepth 1
	done | sort
}

# ended SIGNAL STATUS TEXT: ends the recording of a cgroup with a signal, and checks what is left.
ended() {
	local objects status

	start_recording --cgroup "$cgroup"
	objects=$(held_objects "$recorder")
	kill -s "$1" "$recorder"
	wait "$recorder" 2>/dev/null
	status=$?
	check "$3: programs were loaded before" grep -q prog <<<"$objects"
	check "$3: exit status $2" [ "$status" = "$2" ]
	check "$3: no program, map or link is left" wait_until 10 objects_gone "$objects"
	check "$3: the recorded process continues" kill -0 "$resident"
}

before=$(pins)
new_cgroup cgroup
"$ENTER_CGROUP" "$cgroup" /bin/sleep 600 &
resident=$!
ended INT 0 "Ctrl-C"
check "Ctrl-C: the recording was written" jq -e .observations "$RECORDING"
ended TERM 0 "SIGTERM"
check "SIGTERM: the recording was written" jq -e .observations "$RECORDING"
ended KILL 137 "SIGKILL"
check "SIGKILL: no half-written file" [ ! -e "$RECORDING" ]
check "nothing was pinned" equals pins ${before:+"$before"}

# A command has its own cgroup, which is removed with it.
own_cgroup() {
	echo "$(cgroup_root)$(sed -n s/^0:://p "$TEST_TMP/cgroup")"
}

not_there() {
	[ ! -e "$1" ]
}

record -- /bin/cp /proc/self/cgroup "$TEST_TMP/cgroup"
check "a command ran in a cgroup of its own" [ "$(own_cgroup)" != "$(cgroup_root)/" ]
check "it is removed when the command ends" not_there "$(own_cgroup)"
record -- /bin/sh -c 'cp /proc/self/cgroup "$1/cgroup"; mkdir "$0$(sed -n s/^0:://p "$1/cgroup")/left"' \
	"$(cgroup_root)" "$TEST_TMP"
check "so are cgroups that the command left below it" not_there "$(own_cgroup)"

# killed_while_running SIGNAL: ends a recording while its command runs.
killed_while_running() {
	local objects

	rm -f "$TEST_TMP/cgroup"
	start_recording -- /bin/sh -c \
		'cp /proc/self/cgroup "$1/new" && mv "$1/new" "$1/cgroup"; exec sleep 60' sh "$TEST_TMP"
	wait_until 10 [ -e "$TEST_TMP/cgroup" ]
	cleanup_add cleanup_cgroup "$(own_cgroup)"
	objects=$(held_objects "$recorder")
	kill -s "$1" "$recorder"
	wait "$recorder" 2>/dev/null
	check "SIG$1 while a command runs: no program, map or link is left" \
		wait_until 10 objects_gone "$objects"
}

for signal in INT TERM; do
	killed_while_running $signal
	check "SIG$signal while a command runs: its cgroup is gone" not_there "$(own_cgroup)"
done
killed_while_running KILL
check "SIGKILL while a command runs: the command continues, in its cgroup" \
	grep -q . "$(own_cgroup)/cgroup.procs"

tap_done
