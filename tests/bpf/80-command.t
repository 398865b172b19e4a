#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# record -- CMD: exit status, standard streams, user, and the end of the recording.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 25

# status_of COMMAND...: prints the command's exit status.
status_of() {
	"$@" >/dev/null 2>"$LOG"
	echo $?
}

for status in 0 3; do
	check "exit status $status is passed on" \
		equals "status_of $RECORDER record -- /bin/sh -c 'exit $status'" $status
done
check "death by signal 9 is exit status 137" \
	equals "status_of $RECORDER record -- /bin/sh -c 'kill -9 \$\$'" 137
check "a command that does not exist: exit status 127 or 1, and a message" \
	eval '! "$RECORDER" record -- /does/not/exist >/dev/null 2>"$LOG" && grep -q /does/not/exist "$LOG"'

"$RECORDER" record -- /bin/sh -c 'echo said; echo complained >&2' \
	>"$TEST_TMP/out" 2>"$TEST_TMP/err"
check "standard output is only the profile" jq -e .defaultAction "$TEST_TMP/out"
check "the command's standard output goes to standard error" grep -qx said "$TEST_TMP/err"
check "its standard error too" grep -qx complained "$TEST_TMP/err"
"$RECORDER" record -o "$TEST_TMP/profile.json" -- /bin/echo said >"$TEST_TMP/out" 2>"$LOG"
check "with --output, the command's standard output stays where it is" \
	equals "cat $TEST_TMP/out" said
check "a pipe gets the same bytes as a file" eval \
	'"$RECORDER" record -- /bin/echo said 2>"$TEST_TMP/err" | cmp - "$TEST_TMP/profile.json"'
check "standard input is the command's" \
	equals "printf 'given\n' | $RECORDER record -o $TEST_TMP/profile.json -- /bin/cat 2>/dev/null" given

record -- /bin/true
check "the recording says under what seccomp mode the command ran" \
	jq -e '.observations[0].seccomp == "unconfined" and .observations[0].noNewPrivs == false' \
	"$RECORDING"
bounding=$((16#$(sed -n 's/^CapBnd:\s*//p' /proc/self/status))) held=0
for ((; bounding; bounding >>= 1)); do held=$((held + (bounding & 1))); done
check "and with which capabilities" \
	equals "jq '.observations[0].capabilities | length' $RECORDING" "$held"

check "--user runs the command as that user" equals \
	"$RECORDER record --user nobody -o $TEST_TMP/profile.json -- /usr/bin/id -un 2>/dev/null" nobody
check "an unknown user is a failure" \
	eval '! "$RECORDER" record --user no-such-user -- /bin/true >/dev/null 2>"$LOG"'
check "the message names it" grep -q no-such-user "$LOG"

start_recording -- /bin/sh -c 'while :; do "$0" "$1"; sleep 0.1; done' \
	"$PROGRAMS/call" "${NR[acct]}"
sleep 0.5
stop_recording
check "Ctrl-C writes what was recorded" contains_all observed_calls native:acct

start=$SECONDS
record --duration 1s -- /bin/sleep 30
check "--duration ends the recording" [ $((SECONDS - start)) -lt 10 ]
check "what was recorded is written" contains_all observed_calls native:execve
new_cgroup cgroup
start=$SECONDS
record --until-stable 1s --cgroup "$cgroup"
check "--until-stable ends the recording" [ $((SECONDS - start)) -lt 10 ]

mkdir "$TEST_TMP/full"
mount -t tmpfs -o size=4k none "$TEST_TMP/full" && cleanup_add umount "$TEST_TMP/full"
head -c 4096 /dev/zero >"$TEST_TMP/full/filler" 2>/dev/null
check "a file that cannot be written is a failure" \
	eval '! "$RECORDER" record -o "$TEST_TMP/full/p.json" -- /bin/true 2>"$LOG"'
check "the message names it" grep -q full/p.json "$LOG"
check "there is no half-written file" equals "ls -A $TEST_TMP/full" filler
check "a folder that is not there is found before the command runs" eval \
	'! "$RECORDER" record -o /no/such/folder/p.json -- /usr/bin/touch "$TEST_TMP/ran" 2>"$LOG" &&
		[ ! -e "$TEST_TMP/ran" ]'

# An output that is no regular file is written to, not replaced: /dev/null must stay a device.
mknod "$TEST_TMP/device" c 1 7
"$RECORDER" record -o "$TEST_TMP/device" -- /bin/true 2>"$LOG"
status=$?
check "a full device is exit status 1" [ $status = 1 ]
check "a device stays a device" [ -c "$TEST_TMP/device" ]

tap_done
