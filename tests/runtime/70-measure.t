#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# The table of the calls that runtimes make under the filter is right for the runtimes of this
# machine. The tool that measures them finds what a table lacks, and leaves nothing behind.
# shellcheck disable=SC2317 # names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/cleanup.bash
. ../lib/cleanup.bash

: "${RECORDER:?is the recorder to test}"
[ -n "${TEST_TMP:-}" ] || cleanup_directory TEST_TMP
export RECORDER TMPDIR=$TEST_TMP
tool=../../tools/measure-runtime-calls
table=../../src/recording/runtime-calls.tbl
rows=$TEST_TMP/rows said=$TEST_TMP/said

# measure ARGUMENT...: runs the tool. The rows go to $rows, and the calls that a table lacks to
# $said.
measure() {
	"$tool" "$@" >"$rows" 2>"$said"
}

# Prints the calls of a measured row.
row() { # NO_NEW_PRIVS OPERATION
	awk -v row="no_new_privs=$1 $2" '/^[^\t]/ { there = index($0, row); next } there' "$rows"
}

passes() {
	measure --check --runs 5 "$1" || { cat "$said" && return 1; }
}

# Without no_new_privs the filter is loaded before the user changes. Only a hook needs another
# process.
tells_operations_apart() {
	local operation no_new_privs
	for no_new_privs in yes no; do
		row "$no_new_privs" hook | grep -qw clone || return
		! row "$no_new_privs" start | grep -qw clone || return
		! row "$no_new_privs" hook | grep -qwE 'execve|exit_group' || return
	done
	for operation in start exec; do
		row yes "$operation" | grep -qw execve || return
		! row yes "$operation" | grep -q 'set[a-z]*uid' || return
		row no "$operation" | grep -q 'set[a-z]*uid' || return
	done
}

# Prints traces of the tool. Its cgroups, files and mounts have its name. The program of its
# containers is called "program".
traces() {
	awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts |
		xargs -I{} find {} -maxdepth 1 -name 'measure-runtime-calls*'
	ls -d "$TEST_TMP"/measure-runtime-calls* 2>/dev/null
	grep measure-runtime-calls /proc/mounts
	readlink /proc/[0-9]*/exe | grep '/program$'
}

# Prints the traces that were not there before the test.
residue() {
	traces | sort | comm -13 "$TEST_TMP/before" -
}

interrupted() {
	local pid i
	"$tool" --runs 100 "$1" >"$rows" 2>"$said" &
	pid=$!
	cleanup_add cleanup_process "$pid"
	for ((i = 0; i < 100; i++)); do
		[ -z "$(residue)" ] || break
		sleep 0.05
	done
	sleep 1
	kill -TERM "$pid"
	wait "$pid"
	[ $? = 143 ]
}

[ "$(id -u)" = 0 ] || tap_skip_all "starting containers needs root"
tap_plan 15
traces | sort >"$TEST_TMP/before"

for runtime in runc crun; do
	tap_check "the table has what $runtime calls here" passes "$runtime"
	tap_check "with and without no_new_privs" tells_operations_apart
done

sed 's/\<capset\>//' "$table" >"$TEST_TMP/without-capset"
measure --check --runs 1 --table "$TEST_TMP/without-capset" crun
tap_is "a table that lacks a call does not pass" $? 1
tap_match "and the call is named" "$(cat "$said")" \
	'no_new_privs=no start: not in the table: capset'

sed 's/\<wait4\>//' "$table" >"$TEST_TMP/without-wait4"
measure --check --runs 1 --only hook --table "$TEST_TMP/without-wait4" crun
tap_is "nor does a table that lacks a call for hooks" $? 1
tap_match "which is named" "$(cat "$said")" 'no_new_privs=yes hook: not in the table: wait4'
tap_is "and only hooks are measured" "$(grep -c '^crun' "$rows") $(grep -c ' hook$' "$rows")" "2 2"

awk '/^[^\t]/ { there = !/^crun/ } there' "$table" >"$TEST_TMP/without-crun"
measure --check --runs 1 --table "$TEST_TMP/without-crun" crun
tap_is "nor does a table without the runtime's rows" $? 1
tap_match "and each call is named" "$(cat "$said")" \
	'no_new_privs=yes start: not in the table: close execve'

tap_is "nothing is left behind" "$(residue)" ""
for runtime in runc crun; do
	tap_check "an interrupted measurement of $runtime ends" interrupted "$runtime"
done
tap_is "and leaves nothing behind either" "$(residue)" ""

tap_done
