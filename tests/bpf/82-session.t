#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The session is a library: another front end of a few lines records the same as the command.
# shellcheck disable=SC2016,SC2154 # shells in shells; variables of lib.bash
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 7

probe() { # COMMAND...
	"$PROGRAMS/session_probe" "$@" >"$RECORDING" 2>"$LOG"
}

record -- "$PROGRAMS/call" "${NR[acct]}" "${NR[swapoff]}"
mapfile -t expected < <(observed_calls)
check "another front end records a command" probe "$PROGRAMS/call" "${NR[acct]}" "${NR[swapoff]}"
tap_is "nothing is logged" "$(cat "$LOG")" ""
check "the calls are those that 'record' finds" equals observed_calls "${expected[@]}"
check "the recording is complete" is_complete
check "and has the name of what was recorded" jq -e '.name == "call"' "$RECORDING"

check "what a command leaves running is recorded too" eval \
	'probe /bin/sh -c "(sleep 0.2; exec \"\$0\" \"\$1\") &" "$PROGRAMS/call" "${NR[add_key]}" &&
	contains_all observed_calls native:add_key'
check "a command that cannot run is an error, with a message" eval \
	'! probe /does/not/exist && grep -q "^session_probe: run /does/not/exist: " "$LOG"'
tap_done
