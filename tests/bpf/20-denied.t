#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Calls that seccomp stops are reported as denied: they are neither silently missing nor in the
# profile. Calls that only look denied, because they return without a sys_enter, are not
# reported so.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 38

# denied_case CASE TEXT: checks that the call of the case is denied and not observed.
denied_case() {
	check "$2: the program finds itself stopped" record -- "$PROGRAMS/denied" "$1"
	check "$2: the call is denied, and no other" equals denied_calls native:acct
	check "$2: it is not among the calls that were made" \
		contains_none observed_calls native:acct
}

denied_case errno "ERRNO"
check "calls after a denied one are seen" contains_all observed_calls native:sysinfo
check "nothing was lost" is_complete
denied_case errno-zero "ERRNO that pretends success"
denied_case trace "TRACE without a tracer"
denied_case trap "TRAP"

# The profile must allow the call, whatever the supervisor answers. A refused call would never
# reach the supervisor.
check "USER_NOTIF whose supervisor says no: the program finds itself stopped" \
	record -- "$PROGRAMS/denied" notify
check "USER_NOTIF whose supervisor says no: no filter denied the call" equals denied_calls
check "USER_NOTIF whose supervisor says no: it is among the calls that were made" \
	contains_all observed_calls native:acct

denied_case kill-thread "KILL_THREAD"
denied_case kill-process "KILL_PROCESS"

record -- "$PROGRAMS/denied" exec "$PROGRAMS/call" "${NR[acct]}" "${NR[swapoff]}"
check "a filter that execve passed on stops the next program's call" \
	equals denied_calls native:acct
check "and allows the other calls" contains_all observed_calls native:swapoff

record -- "$PROGRAMS/denied" log
check "LOG lets the call through: it is observed" contains_all observed_calls native:acct
check "and not denied" equals denied_calls

record -- "$PROGRAMS/denied" notify-continue
check "USER_NOTIF whose supervisor lets it continue is observed" \
	contains_all observed_calls native:acct
check "and not denied" equals denied_calls

record -- "$PROGRAMS/denied" argument
check "a call that an argument decides is observed" contains_all observed_calls native:personality
check "and denied" equals denied_calls native:personality

record -- "$PROGRAMS/denied" nothing "$PROGRAMS/call"
check "children, threads, execve, signal handlers, interrupted calls: nothing is denied" \
	equals denied_calls

# The filter is older than the recording, which had seen no task under a filter in the cgroup
# when it began.
new_cgroup cgroup
mkfifo "$TEST_TMP/go"
"$ENTER_CGROUP" "$cgroup" "$PROGRAMS/denied" exec /bin/sh -c \
	'read -r line; for i in 1 2 3; do "$0" "$@"; sleep 0.2; done' \
	"$PROGRAMS/call" "${NR[acct]}" <"$TEST_TMP/go" &
filtered=$!
exec 8>"$TEST_TMP/go"
start_recording --cgroup "$cgroup"
echo go >&8
wait "$filtered"
stop_recording
check "denied calls are found under a filter that is older than the recording" \
	equals denied_calls native:acct

# The program loads its filter itself, before any task under a filter has been seen. Its first
# denied call follows at once.
start_recording --cgroup "$cgroup" --watch-denied always
"$ENTER_CGROUP" "$cgroup" "$PROGRAMS/denied" errno
stop_recording
check "--watch-denied always: the first denied call of a filter that comes later" \
	equals denied_calls native:acct
check "and the recording is complete" is_complete
mkfifo "$TEST_TMP/filter"
# shellcheck disable=SC2094 # no program writes to the FIFO that is read
sh -c 'read -r line; exec "$0" errno' "$PROGRAMS/denied" <"$TEST_TMP/filter" &
filtered=$!
exec 9>"$TEST_TMP/filter"
start_recording --pid "$filtered" --watch-denied always
echo go >&9
wait "$filtered"
wait "$recorder"
check "the same for a process" equals denied_calls native:acct
check "the only reason is that it ran before" jq -e '.observations[0]
	| .losses.late == 1 and (.losses.denied | not)' "$RECORDING"

denied_in_profile() {
	"$RECORDER" record -- "$PROGRAMS/denied" errno 2>"$LOG" |
		jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' | grep -x acct
}

check "a profile does not allow what was denied" equals denied_in_profile

tap_done
