#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the command line says and how it exits: 0, 1 for failure, 2 for usage; one sentence on
# standard error that says what was wrong and what to do; nothing else anywhere.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
out=$TEST_TMP/out err=$TEST_TMP/err status=0

run() {
	"$RECORDER" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# refused STATUS SENTENCE ARGUMENT...: one line on standard error, nothing on standard output.
refused() {
	local expected=$1 sentence=$2
	shift 2
	run "$@"
	if [ "$status" = "$expected" ] && [ "$(cat "$err")" = "recorder: error: $sentence" ] &&
		[ ! -s "$out" ]; then
		tap_ok "recorder $*"
	else
		tap_not_ok "recorder $*" "expected $expected: recorder: error: $sentence
got      $status: $(cat "$err")
output: $(head -c 300 "$out")"
	fi
}

prints() { # TEXT REGEX ARGUMENT...
	local text=$1 pattern=$2
	shift 2
	run "$@"
	if [ "$status" = 0 ] && [ ! -s "$err" ] && grep -qE -- "$pattern" "$out"; then
		tap_ok "$text"
	else
		tap_not_ok "$text" "exit status $status, no '$pattern' in: $(cat "$out" "$err")"
	fi
}

tap_plan 48

refused 2 "name the command to run; see 'recorder help'"
refused 2 "unknown command 'recrod' (did you mean 'record'?); see 'recorder help'" recrod
refused 2 "unknown command 'x'; see 'recorder help'" x
refused 2 "unknown option '--foo'; see 'recorder help'" --foo
refused 2 "unknown option '--foo'; see 'recorder help record'" record --foo
refused 2 "unknown option '--outputt' (did you mean '--output'?); see 'recorder help record'" \
	record --outputt=x -- true
refused 2 "unknown option '-z'; see 'recorder help record'" record -z
refused 2 "option '--output' needs an argument: FILE; see 'recorder help record'" record -o
refused 2 "option '--format': 'xml' is not one of seccomp|cr|recording; see 'recorder help record'" \
	record --format xml -- true
refused 2 "option '--duration': '10' is not a duration; write for example 30s, 5m or 1h30m; see 'recorder help record'" \
	record --duration 10 -- true
refused 2 "option '--wait' takes no argument; see 'recorder help record'" record --wait=yes
refused 2 "option '--pid' was given twice; see 'recorder help record'" record --pid 1 --pid 2
refused 2 "unexpected argument 'x'; see 'recorder help version'" version x
refused 2 "unknown command 'x'; see 'recorder help help'" help x
refused 2 "an argument is missing; usage: recorder explain [OPTION]... FILE SYSCALL; see 'recorder help explain'" \
	explain file
refused 1 "open $TEST_TMP/missing: No such file or directory" explain "$TEST_TMP/missing" read
refused 2 "unknown command 'a\\x1b[31mb'; see 'recorder help'" $'a\e[31mb'

refused 2 "the command is empty; see 'recorder help record'" record -- ''
refused 2 "--output: the name of the file is empty; see 'recorder help record'" record -o '' -- true
refused 1 "there is no directory $TEST_TMP/missing for $TEST_TMP/missing/p.json; make it first" \
	record -o "$TEST_TMP/missing/p.json" -- true
refused 1 "/tmp is a directory; give a file, or --split" record -o /tmp -- true
refused 2 "--namespace A_B: a name has 1 to 63 of a-z, 0-9 and '-', and does not begin or end with '-'; see 'recorder help record'" \
	record --pod app -n A_B
refused 2 "there is no user 'nobody-here' on this machine; see 'recorder help record'" \
	record --user nobody-here -- true
refused 2 "there is no user '4294967295' on this machine; see 'recorder help record'" \
	record --user 4294967295 -- true
refused 1 "there is no process 4194305" record --pid 4194305
refused 2 "selector 'app=a b': found 'b' in column 7, expected ',' or the end; see 'recorder help record'" \
	record --pod 'app=a b'
refused 1 "find the runtime's socket $TEST_TMP/missing: No such file or directory" \
	record --pod app --runtime-endpoint "$TEST_TMP/missing"

prints "help lists every command" '^  doctor .*' help
prints "--help is help" '^Usage: recorder COMMAND' --help
prints "-h is help" '^Usage: recorder COMMAND' -h
prints "--version is version" '^recorder [0-9]+\.[0-9]+' --version
prints "version names the libraries" 'libbpf [0-9.]+, libseccomp [0-9.]+' version
prints "help record explains its options" '^  -o, --output FILE' help record
prints "record --help is the same" '^  -o, --output FILE' record --help
prints "--help works with other options" '^Usage: recorder record' record --pid 1 --help
prints "a unique prefix of an option is enough" '^Usage: recorder record' record --hel

run record --runtime-calls runc@99.0 -- true
tap_match "a runtime of a series that was never measured gives a warning" "$(cat "$err")" \
	'warning: runc 99.0 is newer than what was measured: what [0-9.]+ calls'
run record --runtime-calls runc@1.1.99 -- true
tap_is "and no other runtime does" "$(grep warning "$err")" ""

help_of_all_is_narrow() {
	local command
	for command in '' doctor explain help record version; do
		# Usage lines and examples are kept whole, to be copied.
		"$RECORDER" help ${command:+"$command"} | grep -vE '^(Usage:)? +recorder ' |
			awk 'length > 80 { print; wide = 1 } END { exit wide }' || return
	done
}
tap_check "help fits 80 columns" help_of_all_is_narrow

"$RECORDER" help record >"$TEST_TMP/one"
"$RECORDER" record --help >"$TEST_TMP/two"
tap_check "help record and record --help are the same text" cmp "$TEST_TMP/one" "$TEST_TMP/two"

"$RECORDER" help >/dev/full 2>"$err"
tap_is "a full disk is a failure" "$?" 1
tap_match "with a message" "$(cat "$err")" "^recorder: error: writing to standard output: No space"

"$RECORDER" record --log-format json --foo 2>"$err"
tap_is "usage is 2 with JSON messages too" "$?" 2
tap_check "which are JSON" jq -e '.level == "error" and (.message | contains("--foo"))' "$err"

run record --quiet -- echo --json
tap_is "options after the command are the command's" "$(cat "$err")" --json

run record
tap_is "record without a target is a usage error" "$status" 2
run record --pid 1 --cgroup /
tap_is "two targets are a usage error" "$status" 2
tap_is "in one line" "$(wc -l <"$err")" 1
tap_done
