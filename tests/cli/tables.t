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

tap_plan 10
tap_is 'numbers are sorted' "$(complaint gen-syscalls '1 write\n0 read\n')" \
	'table.tbl:2: not sorted by number'
tap_is 'a number is there once' "$(complaint gen-syscalls '0 read\n0 write\n')" \
	'table.tbl:2: not sorted by number'
tap_is 'a name is there once' "$(complaint gen-syscalls '0 read\n1 read\n')" \
	'table.tbl:2: name is there twice'
tap_is 'a line is a number and a name' "$(complaint gen-syscalls '0 read native\n')" \
	'table.tbl:1: not "number name"'
tap_is 'a row of the runtime table is whole' "$(complaint gen-runtime-calls 'runc 1.1.5 start\n')" \
	'table.tbl:1: not "RUNTIME VERSION no_new_privs=yes|no start|exec" or "RUNTIME any"'
tap_is 'a version is one' "$(complaint gen-runtime-calls "${row/1.1.5/new}\n")" \
	'table.tbl:1: not a version'
tap_is 'a row is there once' "$(complaint gen-runtime-calls "$row\n\tread\n$row\n")" \
	'table.tbl:3: this row is there twice'
tap_is 'calls of a row are sorted' "$(complaint gen-runtime-calls "$row\n\twrite read\n")" \
	'table.tbl:2: read is not a name, or not sorted'
tap_is 'calls belong to a row' "$(complaint gen-runtime-calls '\tread\n')" \
	'table.tbl:1: calls before the first row'
tap_is 'a good table is accepted' "$(complaint gen-runtime-calls "$row\n\tread write\n")" accepted
tap_done
