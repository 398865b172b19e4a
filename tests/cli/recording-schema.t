#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# deploy/recording.schema.json accepts the recordings that the program reads and writes, and
# refuses what the program refuses.
set -u
# shellcheck source=tests/lib/tap.bash
. "$(dirname "$0")/../lib/tap.bash"
# shellcheck source=tests/lib/schema.bash
. "$(dirname "$0")/../lib/schema.bash"

schema=deploy/recording.schema.json
[ -n "$schema_python" ] || tap_skip_all 'python3-jsonschema is not installed'

accepted() { # FILE
	schema_accepts "$schema" "$1" && "$RECORDER" explain "$1" uselib | grep "^uselib: never seen"
}

refused() { # FILE
	! schema_accepts "$schema" "$1" 2>"$TEST_TMP/why" && ! "$RECORDER" explain "$1" execve
}

recordings=(tests/golden/profile/*.recording.json)
# What is wrong, and a jq filter that makes it so.
wrong=(
	'an unknown field' '.colour = "red"'
	'another version' '.format = "recorder.recording/v3"'
	'no observations' 'del(.observations)'
	'an unknown field of an observation' '.observations[0].colour = "red"'
	'an unknown field of a container' '.observations[0].container.colour = "red"'
	'an unknown field of a pod' '.observations[0].pod.ip = "::1"'
	'an unknown field of a runtime' '.observations[0].runtime.path = "/"'
	'no machine' 'del(.observations[0].machine)'
	'an unknown machine' '.observations[0].machine = "vax"'
	'a label that is no text' '.observations[0].labels.app = 1'
	'an unknown seccomp mode' '.observations[0].seccomp = "strict"'
	'noNewPrivs that is no truth' '.observations[0].noNewPrivs = "yes"'
	'a time that is none' '.observations[0].start = "yesterday"'
	'an unknown loss' '.observations[0].losses.keys = 1'
	'a negative loss' '.observations[0].losses.events = -1'
	'no system calls' 'del(.observations[0].systemCalls)'
	'no denied calls' 'del(.observations[0].denied)'
	'a call without a number' 'del(.observations[0].systemCalls[0].nr)'
	'a call with a text for a number' '.observations[0].systemCalls[0].nr = "0"'
	'a number of more than 32 bits' '.observations[0].systemCalls[0].nr = 4294967296'
	'an unknown ABI' '.observations[0].systemCalls[0].abi = "mips"'
	'an unknown origin' '.observations[0].systemCalls[0].origin = "guessed"'
	'an origin of a denied call' '.observations[0].denied[0].origin = "observed"'
)

tap_plan $((${#recordings[@]} + ${#wrong[@]} / 2))
for recording in "${recordings[@]}"; do
	tap_check "$(basename "$recording") fits the schema and the program" accepted "$recording"
done
for ((i = 0; i < ${#wrong[@]}; i += 2)); do
	jq "${wrong[i + 1]}" tests/golden/profile/pod.recording.json >"$TEST_TMP/wrong.json"
	tap_check "${wrong[i]} is refused by the schema and the program" \
		refused "$TEST_TMP/wrong.json"
done
tap_done
