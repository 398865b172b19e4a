#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Set-up and work, as bpf/setup.h distinguishes them, in cases that need no container runtime:
# processes that are moved, that never execute anything, or that exist before the recording.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
STEPS=$PROGRAMS/steps_static
with_namespace=(unshare --mount --) # unshare executes the command
tap_plan 22

# Two pairs of gates, to hold two processes at once.
here=$TEST_TMP/here gate=$TEST_TMP/gate pid_file=$TEST_TMP/pid
here2=$TEST_TMP/here2 gate2=$TEST_TMP/gate2
mkfifo "$here" "$gate" "$here2" "$gate2"

# start_held GATE COMMAND...: starts a command in the background as process $held, and waits
# until it reports that it is at its gate.
start_held() {
	local here=$1

	shift
	"$@" &
	held=$!
	cleanup_add cleanup_process "$held"
	await_gate "$here"
}

move() { # PID CGROUP
	echo "$1" >"$2/cgroup.procs"
}

# Starts a program in its own mount namespace, moves it into the cgroup, as a runtime does, and
# waits for its end. It performs the steps during set-up.
start_inside() { # CGROUP NR [STEP...]
	local started

	start_held "$here2" "${with_namespace[@]}" "$STEPS" "tell=$here2" "wait=$gate2" "${@:3}" \
		exec "$PROGRAMS/call" "$2"
	started=$held
	move "$started" "$1"
	open_gate "$gate2"
	wait "$started"
}

# A program that was moved in and never executes anything: a daemon that an agent put there.
new_cgroup cgroup
start_recording --cgroup "$cgroup"
start_held "$here" "$STEPS" "tell=$here" "wait=$gate" "call=${NR[acct]}" fork "call=${NR[swapoff]}"
daemon=$held
move "$daemon" "$cgroup"
start_inside "$cgroup" "${NR[quotactl]}"
open_gate "$gate"
wait "$daemon"
stop_recording
check "a process that is moved in and never executes is work, even if another was started meanwhile" \
	contains_all observed_calls native:acct native:swapoff
check "the other process's work is recorded too" contains_all observed_calls native:quotactl

# The same, but it forks between its move and the start of the other program.
start_recording --cgroup "$cgroup"
start_held "$here" "$STEPS" fork "tell=$here" "wait=$gate" "call=${NR[acct]}"
daemon=$held
move "$daemon" "$cgroup"
move "$(cat "/proc/$daemon/task/$daemon/children")" "$cgroup"
start_inside "$cgroup" "${NR[quotactl]}"
open_gate "$gate"
wait "$daemon"
stop_recording
check "so is a child that is moved in with its parent" contains_all observed_calls native:acct

# A container moves its own process to the cgroup where it already is, or to one below. That
# must not change how processes from outside are judged.
new_cgroup cgroup
container=$cgroup/$(printf '%064d' 19)
start_recording --cgroup "$cgroup"
mkdir "$container"
start_held "$here" "${with_namespace[@]}" "$STEPS" "tell=$here" "wait=$gate" exec /bin/sh -c '
	container=$0 steps=$1 pid_file=$2 here=$3 gate=$4 call=$5
	mkdir "$container/below" && echo $$ >"$container/cgroup.procs"
	"$steps" "pid=$pid_file" "tell=$here" "wait=$gate" "call=$call" &
	cat "$here"; cat "$pid_file" >"$container/below/cgroup.procs"; tee "$gate" </dev/null
	wait' "$container" "$STEPS" "$pid_file" "$here2" "$gate2" "${NR[acct]}"
init=$held
move "$init" "$container"
open_gate "$gate"
wait "$init"
start_inside "$container" "${NR[quotactl]}" "call=${NR[io_destroy]}"
start_inside "$container/below" "${NR[swapoff]}" "call=${NR[io_destroy]}"
stop_recording
check "a process that an init system of the container moved is work" contains_all observed_calls native:acct
check "a process that comes from outside later is in set-up until it executes" \
	contains_none observed_calls native:io_destroy native:add_key
check "and then work, in whichever cgroup of the container" \
	contains_all observed_calls native:quotactl native:swapoff
check "nothing was lost" jq -e '[.observations[] | .losses // empty] == []' "$RECORDING"

# The recording begins while two processes of the same runtime are in set-up. Each is recognised
# by itself.
new_cgroup cgroup
container=$cgroup/$(printf '%064d' 27)
mkdir "$container"
start_held "$here" "${with_namespace[@]}" "$STEPS" fork "tell=$here" "wait=$gate" "call=${NR[acct]}" exec \
	"$PROGRAMS/call" "${NR[add_key]}"
first=$held
move "$(cat "/proc/$first/task/$first/children")" "$container"
start_held "$here2" "${with_namespace[@]}" "$STEPS" fork "tell=$here2" "wait=$gate2" \
	"call=${NR[quotactl]}" exec "$PROGRAMS/call" "${NR[swapoff]}"
second=$held
move "$(cat "/proc/$second/task/$second/children")" "$container"
start_recording --cgroup "$cgroup"
open_gate "$gate"
wait "$first"
open_gate "$gate2"
wait "$second"
stop_recording
check "set-ups that a recording finds are not work" \
	contains_none observed_calls native:acct native:quotactl
check "the programs that they execute are work" contains_all observed_calls native:add_key native:swapoff

# The same, but nothing shows that they belong to a runtime: they do not run their parent's program.
start_held "$here" "${with_namespace[@]}" "$STEPS" "tell=$here" "wait=$gate" "call=${NR[acct]}" exec \
	"$PROGRAMS/call" "${NR[add_key]}"
first=$held
move "$first" "$container"
start_held "$here2" "${with_namespace[@]}" "$STEPS" "tell=$here2" "wait=$gate2" "call=${NR[quotactl]}"
second=$held
move "$second" "$container"
start_recording --cgroup "$cgroup"
open_gate "$gate"
wait "$first"
open_gate "$gate2"
wait "$second"
stop_recording
check "a pre-existing process of a container is not work until it executes" \
	contains_none observed_calls native:acct
check "the program that it executes is work, and so is a process that never executes" \
	contains_all observed_calls native:add_key native:quotactl

# The recording finds a process in set-up, which ends without having executed anything.
start_held "$here" "${with_namespace[@]}" "$STEPS" fork "tell=$here" "wait=$gate" "call=${NR[acct]}"
first=$held
move "$(cat "/proc/$first/task/$first/children")" "$container"
start_recording --cgroup "$cgroup"
open_gate "$gate"
wait "$first"
stop_recording
check "a pre-existing process that never executes is recorded, or the recording is not complete" eval \
	'contains_all observed_calls native:acct || ! is_complete'

# Threads move with their leader. One of them makes the calls.
new_cgroup cgroup
start_recording --cgroup "$cgroup"
coproc PUPPET { exec "$PROGRAMS/puppet" "${NR[acct]}"; }
puppet=$PUPPET_PID
read -r -t 20 _ <&"${PUPPET[0]}"
move "$puppet" "$cgroup"
start_inside "$cgroup" "${NR[quotactl]}"
echo call >&"${PUPPET[1]}"
read -r -t 20 _ <&"${PUPPET[0]}"
echo "thread ${NR[swapoff]}" >&"${PUPPET[1]}"
read -r -t 20 _ <&"${PUPPET[0]}"
stop_recording
check "threads of a process that was moved in, and new threads" \
	contains_all observed_calls native:acct native:swapoff
cleanup_process "$puppet" 2>/dev/null

# A process that enters by itself, and one that is created inside.
start_recording --cgroup "$cgroup"
"$STEPS" "enter=$cgroup" "call=${NR[acct]}" fork "call=${NR[swapoff]}" orphan "call=${NR[mq_unlink]}"
"$STEPS" "into=$cgroup" "call=${NR[quotactl]}"
wait_until 10 eval '[ -z "$(cat "$cgroup/cgroup.procs")" ]'
stop_recording
check "a process that attaches itself is work" contains_all observed_calls native:acct
check "so are its children" contains_all observed_calls native:swapoff
check "and orphans" contains_all observed_calls native:mq_unlink
check "a process that is created inside and never executes is work" contains_all observed_calls native:quotactl
check "nothing was lost" is_complete

# Another process moves it into one cgroup, and it enters the next by itself. No runtime starts
# a container that way.
mkdir "$cgroup/one" "$cgroup/two"
start_recording --cgroup "$cgroup"
start_held "$here" "$STEPS" "tell=$here" "wait=$gate" "enter=$cgroup/two" "call=${NR[acct]}" \
	exec /usr/bin/env "${with_namespace[@]}" "$PROGRAMS/call" "${NR[quotactl]}"
move "$held" "$cgroup/one"
open_gate "$gate"
wait "$held"
stop_recording
check "a process that attaches itself is work, wherever it was moved before" \
	contains_all observed_calls native:acct native:quotactl

# A program that set-up runs in the machine's root directory. Nothing shows whether the container's filter
# was loaded before it.
container=$cgroup/$(printf '%064d' 28)
start_recording --cgroup "$cgroup"
mkdir "$container"
start_held "$here" "${with_namespace[@]}" sh -c ': >"$0"; : <"$1"; "$2" "$3"; exec "$2" "$4"' \
	"$here" "$gate" "$PROGRAMS/call" "${NR[acct]}" "${NR[quotactl]}"
move "$held" "$container"
open_gate "$gate"
wait "$held"
rmdir "$container"
stop_recording
check "a hook that cannot be placed is not work" equals observed_calls \
	native:execve native:quotactl native:exit_group
check "and the recording says so" jq -e '(.complete | not) and (.observations
	| any(.reasons // [] | any(contains("may have been a hook"))))' "$RECORDING"

# The moved process is a descendant of a process that stays outside.
start_recording --cgroup "$cgroup"
start_held "$here" "${with_namespace[@]}" "$STEPS" fork fork fork "tell=$here" "wait=$gate" \
	"call=${NR[acct]}" exec "$PROGRAMS/call" "${NR[quotactl]}"
started=$held
pid=$started
for _ in 1 2 3; do read -r pid <"/proc/$pid/task/$pid/children"; done
move "$pid" "$cgroup"
open_gate "$gate"
wait "$started"
stop_recording
check "a grandchild of a process that stays outside is in set-up until it executes" equals observed_calls \
	native:execve native:quotactl native:exit_group
tap_done
