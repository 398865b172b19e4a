#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# '-' is standard output for every option that names an output.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
golden=$PWD/../golden/profile
cd "$TEST_TMP" || exit 1
tap_plan 13

cp "$golden/pod.recording.json" "$golden/pod.seccomp.json" .
echo '{"defaultAction":"SCMP_ACT_ERRNO"}' >less.json

# same TEXT ARGUMENT...: what the command prints without --output is what it prints with '-'.
same() {
	local text=$1
	shift
	"$RECORDER" "$@" >without 2>/dev/null
	"$RECORDER" "$@" -o - >with 2>/dev/null
	tap_is "$text" "$(cmp without with && [ -s with ] && echo same) $(ls ./-* 2>/dev/null)" 'same '
}

same 'convert writes to standard output' convert pod.recording.json
same 'so it does resources' convert --to cr pod.recording.json
same 'so does merge of recordings' merge pod.recording.json
same 'so does merge of profiles' merge pod.seccomp.json
same 'so does diff' diff less.json pod.seccomp.json
same 'in another format' diff --format markdown less.json pod.seccomp.json
"$RECORDER" run --log --profile less.json -o - --format json -- true >out 2>err
tap_is 'so does run' "$(jq -r .exitStatus out) $(ls ./-* 2>/dev/null)" '0 '

"$RECORDER" merge pod.seccomp.json --check less.json -o - >out 2>err
tap_is 'but standard output has only one: the report of merge --check, or the union' "$? $(cat out err)" \
	"2 recorder: error: --check prints its report to standard output: name a file for the union with --output; see 'recorder help merge'"
"$RECORDER" record --split container -o - -- true >out 2>err
tap_is 'it is not a directory' "$? $(cat out err)" \
	"2 recorder: error: --split container writes several files: name a directory for them with --output; see 'recorder help record'"
"$RECORDER" record --split container -- true >out 2>err
tap_is 'nor is it without an option' "$? $(cat out err)" \
	"2 recorder: error: --split container writes several files: name a directory for them with --output; see 'recorder help record'"
"$RECORDER" convert pod.recording.json -o ./- >out 2>err
tap_is "a file of that name is called './-'" "$? $(cmp out /dev/null && cmp -- ./- pod.seccomp.json)" '0 '
rm -f ./-
"$RECORDER" convert --arguments none pod.recording.json -o - >/dev/full 2>err
tap_is 'a full device is an error' "$? $(cat err)" \
	'1 recorder: error: write standard output: No space left on device'
"$RECORDER" convert --arguments none pod.recording.json -o - >&- 2>err
tap_is 'so is a closed one' "$? $(cat err)" \
	'1 recorder: error: write standard output: Bad file descriptor'
tap_done
