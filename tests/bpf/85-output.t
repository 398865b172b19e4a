#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The output of a recording: waiting for a reader can be interrupted, and nothing is left behind.
# shellcheck disable=SC2154 # variables of lib.bash
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 16
cd "$TEST_TMP" || exit 1
: >"$LOG"

# ends_by SIGNAL FILE: ends with a signal a recorder that waits to write to the file. A signal
# that comes too early only ends the command, so it is sent until the recorder is gone.
ends_by() {
	: >"$LOG" # nothing that the recorder before said
	# Background processes of a shell ignore Ctrl-C, and their children inherit that.
	env --default-signal=INT,QUIT "$RECORDER" record -o "$2" -- /bin/true 2>"$LOG" &
	recorder=$!
	until grep -q '^recorder: recording' "$LOG"; do sleep 0.1; done
	while kill "-$1" "$recorder" 2>/dev/null; do sleep 0.2; done
	wait "$recorder"
	status=$?
	names+=(-o -name "recorder-$recorder-*")
}

names=(-false)
mkfifo pipe
for signal in TERM INT HUP; do
	ends_by "$signal" pipe
	tap_is "SIG$signal ends the wait for a reader" "$status" $((128 + $(kill -l "$signal")))
	tap_check "and the message says so" grep -q 'pipe was not written: a signal came while nobody read it' "$LOG"
done
tap_is 'no cgroup is left' "$(find /sys/fs/cgroup -type d \( "${names[@]}" \))" ""

"$RECORDER" record -o pipe -- /bin/true 2>"$LOG" &
recorder=$!
cat pipe >read.json
wait "$recorder"
tap_is 'a reader that comes late gets everything' "$? $(jq -r .defaultAction read.json)" '0 SCMP_ACT_ERRNO'
rm pipe

: >.recorder.0123456789abcdef
"$RECORDER" record -o profile.json -- /bin/true 2>"$LOG"
tap_is 'files that a killed recorder left are removed' "$(find . -name '.recorder.*')" ''
(
	ulimit -f 0
	"$RECORDER" record --format recording -o large.json -- /bin/true 2>/dev/null # no file
)
tap_is 'a file that is too large is a failure' "$? $(ls large.json .recorder.* 2>/dev/null)" '1 '
"$RECORDER" record -o - -- /bin/echo said >out.json 2>"$LOG"
tap_is "'-' is standard output, which has only the profile" "$? $(jq -r .defaultAction out.json)" \
	'0 SCMP_ACT_ERRNO'
tap_check "so the command's output goes to standard error" grep -qx said "$LOG"

"$RECORDER" record -- /bin/true 2>"$LOG" >&-
tap_is 'a closed standard output is a failure' "$? $(grep -c 'write standard output' "$LOG")" '1 1'

hints() {
	"$RECORDER" record -o profile.json "$@" -- /bin/true 2>"$LOG"
	grep -c -- '--runtime-calls' "$LOG"
}
tap_is 'a hint says once that a container needs more' "$(hints)" 1
tap_is 'but not with --runtime-calls none' "$(hints --runtime-calls none)" 0
tap_is 'nor with --quiet' "$(hints --quiet)" 0
tap_done
