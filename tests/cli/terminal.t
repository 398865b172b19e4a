#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a recording shows meanwhile: on a terminal one line that is drawn again and again, and
# wiped at the end; elsewhere plain lines without control characters.
# shellcheck disable=SC2317 # names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
[ "$(id -u)" = 0 ] || tap_skip_all "recording needs root"

shown=$TEST_TMP/shown
wipe=$'\r\e[K'
workload=(-o "$TEST_TMP/profile.json" -- sleep 0.6)

# on_terminal COLUMNS ARGUMENT...: "recorder record" on a terminal; all that appears is in $shown.
on_terminal() {
	local command
	printf -v command '%q ' "$RECORDER" record "${@:2}"
	script --quiet --return --command "stty cols $1; $command" /dev/null </dev/null >"$shown"
}

off_terminal() {
	"$RECORDER" record "$@" >"$shown" 2>&1 </dev/null
}

# Each time that the line is wiped or ended something new begins: one a line.
drawn() {
	sed $'s/\r\e\\[K/\\n/g; s/\r//g' "$shown"
}

has_status() {
	drawn | grep -qE '^command sleep: 1 of 1 running, [0-9]+ system calls, last new [0-9]+ s ago, 0 lost$'
}

# The cursor left the line only after it was wiped and a sum was put there.
is_wiped() {
	[ "$(wc -l <"$shown")" = 2 ] &&
		[[ $(cat "$shown") == *"$wipe""recorder: recorded "*" system calls of command sleep"* ]]
}

widest_status() {
	drawn | awk '/^command/ && length > widest { widest = length } END { print widest + 0 }'
}

# Lines of the log begin where the status was wiped, and the status is below them again.
log_lines_are_apart() {
	drawn | grep -q '^recorder: clock_nanosleep by sleep in sleep$' && has_status &&
		! drawn | grep -q '.recorder: '
}

is_plain() {
	[ -s "$shown" ] && ! LC_ALL=C grep -q '[^[:print:]]' "$shown"
}

tells_beginning_and_sum() {
	[ "$(wc -l <"$shown")" = 3 ] && grep -q '^recorder: recording command sleep$' "$shown" &&
		grep -qE '^recorder: recorded [0-9]+ system calls of command sleep$' "$shown"
}

is_empty() {
	[ ! -s "$shown" ]
}

shows() { # TEXT COMMAND...: as tap_check, with what was shown when it fails.
	local failures=$tap_failures
	tap_check "$@"
	[ "$tap_failures" = "$failures" ] || tap_note "$(cat -v "$shown")"
}

tap_plan 12

on_terminal 100 "${workload[@]}"
tap_is "a recording on a terminal" $? 0
shows "it draws a line" has_status
shows "and wipes it at the end" is_wiped

on_terminal 40 "${workload[@]}"
tap_is "the line is cut to the width of the terminal" "$(widest_status)" 39

on_terminal 100 -v "${workload[@]}"
shows "new system calls are printed above the line" log_lines_are_apart

on_terminal 100 -q "${workload[@]}"
shows "nothing is drawn with --quiet" is_empty

on_terminal 100 --container-id nobody-has-this-id --wait --duration 1s
tap_is "a recording that finds nothing" $? 1
shows "it says that it waits" eval \
	'drawn | grep -qx "container nobody-has-this-id: waiting for a first match, 0 lost"'

off_terminal -v "${workload[@]}"
shows "without a terminal there are plain lines" is_plain
shows "without a status" eval '! has_status'

off_terminal "${workload[@]}"
shows "with its beginning and its total" tells_beginning_and_sum

off_terminal -q "${workload[@]}"
shows "and nothing at all with --quiet" is_empty

tap_done
