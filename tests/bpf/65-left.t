#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A process moves to a cgroup that is not recorded: the recording names the process and is not
# complete. Moves between recorded cgroups have no such effect.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
STEPS=$PROGRAMS/steps_static
here=$TEST_TMP/here gate=$TEST_TMP/gate pid_file=$TEST_TMP/pid
mkfifo "$here" "$gate"
tap_plan 16

new_cgroup elsewhere

# True if exactly one reason says that this process left. Without a PID, any process of this
# name counts.
says_who_left() { # NAME [PID]
	local pid=${2:-[0-9]+}

	jq -e --arg left "^process $pid [(]$1[)] left " '.complete == false
		and ([.observations[] | .reasons // [] | .[] | select(test($left))] | length) == 1' \
		"$RECORDING" >/dev/null ||
		{ jq -c '.observations[] | {complete, reasons}' "$RECORDING" && return 1; }
}

says_nothing_of_leaving() {
	jq -e '[.observations[] | .reasons // [] | .[] | select(test("left"))] == []' "$RECORDING" >/dev/null ||
		{ jq -c '.observations[].reasons' "$RECORDING" && return 1; }
}

# Runs steps in the cgroup. ENTER_CGROUP enters from outside, so they count as work from its
# execve on.
run_here() { # STEP...
	"$ENTER_CGROUP" "$cgroup" "$STEPS" "$@"
}

# Moves the process whose id is in the file. The kernel may refuse that for a moment, while others
# change cgroups above both. Opens the gate in any case, so that the process does not wait for ever.
mover() {
	await_gate "$here" && wait_until 10 move_victim
	open_gate "$gate"
}

move_victim() {
	cat "$pid_file" 2>/dev/null >"$elsewhere/cgroup.procs"
}

record -- "$STEPS" name=mover "enter=$elsewhere" "call=${NR[acct]}"
check "a command moves itself away" says_who_left mover
record -- "$STEPS" name=parent "into=$elsewhere" "call=${NR[acct]}"
check "a child of it is created elsewhere" says_who_left parent
record -- "$STEPS" fork name=child "enter=$elsewhere" fork "call=${NR[acct]}"
check "a child of it moves itself away" says_who_left child
mover &
record -- "$STEPS" name=victim "pid=$pid_file" "tell=$here" "wait=$gate" "call=${NR[acct]}"
wait $!
check "a process outside moves it away" says_who_left victim "$(cat "$pid_file")"

new_cgroup cgroup
start_recording --cgroup "$cgroup"
run_here name=mover "enter=$elsewhere" "call=${NR[acct]}"
stop_recording
check "a process of a cgroup moves itself away" says_who_left mover
start_recording --cgroup "$cgroup"
run_here name=parent "into=$elsewhere" "call=${NR[acct]}"
stop_recording
check "a child of it is created elsewhere" says_who_left parent
start_recording --cgroup "$cgroup"
run_here fork name=child "enter=$elsewhere" fork "call=${NR[acct]}"
stop_recording
check "a child of it moves itself away" says_who_left child
start_recording --cgroup "$cgroup"
mover &
run_here name=victim "pid=$pid_file" "tell=$here" "wait=$gate" "call=${NR[acct]}"
wait $!
stop_recording
check "a process outside moves it away" says_who_left victim "$(cat "$pid_file")"

# Records a process that was in the cgroup before the recording began, as $early.
record_early() { # STEP...
	run_here name=early "pid=$pid_file" "tell=$here" "wait=$gate" "$@" &
	early=$!
	await_gate "$here"
	start_recording --cgroup "$cgroup"
	open_gate "$gate"
	wait "$early"
	stop_recording
}

record_early "enter=$elsewhere"
check "a process from before the recording moves itself away" says_who_left early "$(cat "$pid_file")"
record_early fork "into=$elsewhere"
check "a child of a process from before the recording is created elsewhere" says_who_left early

# The move names the leader of the threads, but other threads make the calls.
start_recording --cgroup "$cgroup"
coproc PUPPET { exec "$ENTER_CGROUP" "$cgroup" "$PROGRAMS/puppet" "${NR[acct]}"; }
puppet=$PUPPET_PID
read -r -t 20 _ <&"${PUPPET[0]}"
echo "$puppet" >"$elsewhere/cgroup.procs"
echo call >&"${PUPPET[1]}"
read -r -t 20 _ <&"${PUPPET[0]}"
stop_recording
check "a process with threads is moved away" says_who_left puppet "$puppet"
cleanup_process "$puppet" 2>/dev/null

# The thread makes only calls that were seen before, so the recorder has not looked at it yet.
start_recording --cgroup "$cgroup"
run_here "into=$cgroup" "call=${NR[acct]}"
"$STEPS" name=threaded thread "enter=$cgroup" "into=$elsewhere" "call=${NR[quotactl]}"
stop_recording
check "a thread of a process that moved itself in has a child elsewhere" says_who_left threaded

# A process that was moved in and has executed nothing counts as work, unless a runtime moved it.
start_recording --cgroup "$cgroup"
"$STEPS" name=daemon "tell=$here" "wait=$gate" "call=${NR[acct]}" "enter=$elsewhere" &
daemon=$!
await_gate "$here"
echo "$daemon" >"$cgroup/cgroup.procs"
open_gate "$gate"
wait "$daemon"
stop_recording
check "a process that was moved in moves itself away" says_who_left daemon "$daemon"

mkdir "$cgroup/one" "$cgroup/two"
start_recording --cgroup "$cgroup"
run_here "enter=$cgroup/one" fork "call=${NR[acct]}" "enter=$cgroup/two" "call=${NR[quotactl]}" \
	"into=$cgroup" "call=${NR[swapoff]}"
stop_recording
check "moves between recorded cgroups leave the recording complete" says_nothing_of_leaving
check "calls in each of them are recorded" \
	contains_all observed_calls native:acct native:quotactl native:swapoff
record -- /bin/sh -c 'mkdir "$1/three" && exec "$0" "enter=$1/three" "call=$2" "enter=$1"' \
	"$STEPS" "$cgroup" "${NR[acct]}"
check "nor is a move into a cgroup that the command made, but the next one is" \
	says_who_left steps_static
tap_done
