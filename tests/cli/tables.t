#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The generators refuse a table that somebody edited wrongly, and say where.
set -u
# shellcheck source=tests/lib/tap.bash
. "$(dirname "$0")/../lib/tap.bash"

# complaint GENERATOR CONTENT: what the generator says about a table that should be refused.
complaint() {
	printf '%b' "$2" >"$TEST_TMP/table.tbl"
	if LC_ALL=C awk -f "tools/$1" "$TEST_TMP/table.tbl" 2>&1 >"$TEST_TMP/out"; then
		echo accepted
	fi | sed 's/.*table.tbl/table.tbl/'
}

row='runc 1.1.5 no_new_privs=yes start'

tap_plan 27
tap_is 'numbers are sorted' "$(complaint gen-syscalls '1 write\n0 read\n')" \
	'table.tbl:2: not sorted by number'
tap_is 'a number is there once' "$(complaint gen-syscalls '0 read\n0 write\n')" \
	'table.tbl:2: not sorted by number'
tap_is 'a name is there once' "$(complaint gen-syscalls '0 read\n1 read\n')" \
	'table.tbl:2: name is there twice'
tap_is 'a line is a number and a name' "$(complaint gen-syscalls '0 read native\n')" \
	'table.tbl:1: not "number name"'
tap_is 'a row of the runtime table is whole' "$(complaint gen-runtime-calls 'runc 1.1.5 start\n')" \
	'table.tbl:1: not "RUNTIME VERSION no_new_privs=yes|no start|exec|hook" or "RUNTIME any [hook]"'
tap_is 'a version is a version' "$(complaint gen-runtime-calls "${row/1.1.5/new}\n")" \
	'table.tbl:1: not a version'
tap_is 'a row is there once' "$(complaint gen-runtime-calls "$row\n\tread\n$row\n")" \
	'table.tbl:3: this row is there twice'
tap_is 'calls of a row are sorted' "$(complaint gen-runtime-calls "$row\n\twrite read\n")" \
	'table.tbl:2: read is not a name, or not sorted'
tap_is 'calls belong to a row' "$(complaint gen-runtime-calls '\tread\n')" \
	'table.tbl:1: calls before the first row'
tap_is 'a good table is accepted' "$(complaint gen-runtime-calls "$row\n\tread write\n")" accepted

tap_is 'a call has a group' "$(complaint gen-purposes 'read: reads\n')" \
	'table.tbl:1: calls before the first group'
tap_is 'a call has a purpose' "$(complaint gen-purposes '[files] Files\nread\n')" \
	'table.tbl:2: no ": " before a clause'
tap_is 'a purpose is a clause' "$(complaint gen-purposes '[files] Files\nread: reads.\n')" \
	'table.tbl:2: a clause has no full stop'
tap_is 'a purpose is there once' "$(complaint gen-purposes '[files] Files\nread: reads\nread: reads\n')" \
	'table.tbl:3: read is not a name, or is there twice'
tap_is 'good purposes are accepted' "$(complaint gen-purposes '[files] Files\nread: reads\n')" accepted

# complaint_of_risk CONTENT: what is said about risks beside one purpose.
complaint_of_risk() {
	printf '[files] Files\nread: reads\n' >"$TEST_TMP/first.tbl"
	printf '%b' "$1" >"$TEST_TMP/table.tbl"
	LC_ALL=C awk -f tools/gen-purposes "$TEST_TMP/first.tbl" "$TEST_TMP/table.tbl" 2>&1 \
		>"$TEST_TMP/out" | sed 's/.*table.tbl/table.tbl/'
}
tap_is 'a risk has a level' "$(complaint_of_risk 'read: leaks\n')" \
	'table.tbl:1: the first word is not elevated or high'
tap_is 'a call with a risk has a purpose' "$(complaint_of_risk 'high write: destroys\n')" \
	'table.tbl:1: write has no purpose, or is there twice'

tap_is 'a row of the index is whole' "$(complaint gen-baselines 'docker 1.0.0 1.1.0 docker-1.0.0\n')" \
	'table.tbl:1: not "RUNTIME FIRST LAST TABLE SOURCE..."'
tap_is 'a release is a release' "$(complaint gen-baselines 'docker 1 2 docker-1.0.0 somewhere\n')" \
	'table.tbl:1: not "RUNTIME FIRST LAST TABLE SOURCE..."'
tap_is 'tables that the index names exist' \
	"$(complaint gen-baselines 'docker 1.0.0 1.1.0 docker-1.0.0 somewhere\n')" \
	'no table docker-1.0.0.json'

# complaint_of_arguments ARGUMENTS [NAMES]: what is said about arguments of the call read.
complaint_of_arguments() {
	printf '%b' "${2:-[group] header.h\n0x1 NAME\n}" >"$TEST_TMP/value-names.tbl"
	printf '%b' "$1" >"$TEST_TMP/arguments.tbl"
	echo '0 read' >"$TEST_TMP/x86_64.tbl"
	if LC_ALL=C awk -f tools/gen-arguments "$TEST_TMP/value-names.tbl" "$TEST_TMP/arguments.tbl" \
		"$TEST_TMP/x86_64.tbl" 2>&1 >"$TEST_TMP/out"; then
		echo accepted
	fi | sed 's/.*\/\(.*\.tbl\)/\1/'
}
tap_is 'an argument has a kind' "$(complaint_of_arguments 'read 0 number\n')" \
	'arguments.tbl:1: not CALL PLACE value|flags|present'
tap_is 'an argument has a place' "$(complaint_of_arguments 'read 6 value\n')" \
	'arguments.tbl:1: 6 is not a place'
tap_is 'an argument is there once' "$(complaint_of_arguments 'read 0 value\nread 0 value\n')" \
	'arguments.tbl:2: rows are sorted by call, tables and place, and none is there twice'
tap_is 'names of values are of a group' "$(complaint_of_arguments 'read 0 value names=other\n')" \
	'arguments.tbl:1: other is not a group of value-names.tbl'
tap_is 'a name of a value has a value' "$(complaint_of_arguments 'read 0 value\n' '[group] header.h\n1 NAME\n')" \
	'value-names.tbl:2: 1 is not a mask of 32 bits'
tap_is 'a machine is one' "$(complaint_of_arguments 'read 0 value\n' '[group] header.h\n0x1 NAME vax\n')" \
	'value-names.tbl:2: not VALUE NAME [MACHINE]'
tap_is 'good arguments are accepted' \
	"$(complaint_of_arguments 'read 0 value names=group\nread 1+4/2 flags\n')" accepted
tap_done
