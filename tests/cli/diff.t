#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# recorder diff: reports, what they are valid by, exit statuses, and what cannot be compared.
# UPDATE_GOLDEN=1 writes the golden reports anew, to be read before they are committed.
set -u
cd "$(dirname "$0")/../golden" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/schema.bash
. ../lib/schema.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
: "${TEST_PROGRAMS:?is where what tests need was built}"
schemas=$TEST_PROGRAMS/schemas
out=$TEST_TMP/out err=$TEST_TMP/err status=0

run() {
	"$RECORDER" diff "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# exits STATUS TEXT ARGUMENT...
exits() {
	local expected=$1 text=$2
	shift 2
	run "$@"
	if [ "$status" = "$expected" ] && [ ! -s "$err" ]; then
		tap_ok "$text"
	else
		tap_not_ok "$text" "exit status $status instead of $expected
$(head -c 2000 "$err" "$out")"
	fi
}

# refused SENTENCE ARGUMENT...: status 2, one sentence, and no report.
refused() {
	local sentence=$1
	shift
	run "$@"
	if [ "$status" = 2 ] && [ "$(cat "$err")" = "recorder: error: $sentence" ] &&
		[ ! -s "$out" ]; then
		tap_ok "refused: $sentence"
	else
		tap_not_ok "refused: $sentence" "status $status: $(head -c 1000 "$err" "$out")"
	fi
}

# The day and the version of the program are not the same every time.
settle() {
	sed -E 's/timestamp="[0-9-]+T/timestamp="2026-11-22T/
		s/(name="version" value=)"[^"]*"/\1"0"/
		/"name": "recorder"/{n; s/"[^"]*",$/"0",/}' "$1"
}

compare=(--baseline containerd@1.6.20 --ignore-file diff/ignore diff/old diff/new)

reports() { # FORMAT
	run --format "$1" "${compare[@]}"
	settle "$out" >"$TEST_TMP/settled"
	[ -z "${UPDATE_GOLDEN:-}" ] || cp "$TEST_TMP/settled" "diff/report.$1"
	if [ "$status" = 1 ] && [ ! -s "$err" ] &&
		diff -u "diff/report.$1" "$TEST_TMP/settled" >"$err"; then
		tap_ok "the $1 report is as expected"
	else
		tap_not_ok "the $1 report is as expected" "status $status: $(cat "$err")"
	fi
}

# A report of names that mean something in every format, of doubts and of new calls without a name.
hostile_report() { # FORMAT
	local old=$TEST_TMP/old/'a b"<&>%|`;ü' new=$TEST_TMP/new/'a b"<&>%|`;ü'
	mkdir -p "$TEST_TMP/old" "$TEST_TMP/new"
	printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}' >"$old.json"
	printf '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}' >"$new.json"
	sed 's/"complete": true/"complete": false/
		s/"denied": \[\]/"denied": [], "reasons": ["<![CDATA[ \\u0007 ]]>"]/' \
		diff/new/shop.json >"$TEST_TMP/new/incomplete.json"
	run --format "$1" "$TEST_TMP/old" "$TEST_TMP/new"
}

# valid FORMAT TEXT VALIDATOR...: both the golden report and a hostile one.
valid() {
	local format=$1 text=$2 schema=$3 golden=$TEST_TMP/golden.$1
	shift 3
	if [ ! -s "$schema" ]; then
		tap_skip "$text" 'the schemas of reports could not be fetched'
		return
	fi
	run --format "$format" "${compare[@]}"
	cp "$out" "$golden"
	hostile_report "$format"
	tap_check "$text" "$@" "$schema" "$golden" "$out"
}

by_xml_schema() { # SCHEMA FILE...
	xmllint --noout --nonet --schema "$@"
}

tap_plan 46

for format in text json markdown sarif junit; do
	reports "$format"
done
valid json 'JSON is valid by its schema' ../../deploy/diff.schema.json schema_accepts
valid sarif 'SARIF is valid by the schema of OASIS' "$schemas/sarif.json" schema_accepts
valid junit "JUnit is valid by Ant's schema" "$schemas/junit-ant.xsd" by_xml_schema
valid junit "JUnit is valid by Jenkins's schema" "$schemas/junit-jenkins.xsd" by_xml_schema

exits 0 'the same meaning passes' diff/old/same.json diff/new/same.json
tap_is 'and says so' "$(cat "$out")" \
	'passes: no difference; 1 profile compared, failing on added, widened'
exits 1 'an additional call fails' diff/old/shop.json diff/new/shop.json
exits 0 'unless --fail-on is none' --fail-on none diff/old/shop.json diff/new/shop.json
exits 1 'a new value of an argument fails with --fail-on used' \
	--fail-on used diff/old/values.json diff/new/values.json
exits 0 'a value that is gone does not' --fail-on used diff/new/values.json diff/old/values.json
sed 's,recording/v2,recording/v1,; s/, "arguments": \[.*\]}\(,\?\)$/}\1/' diff/old/values.json >"$TEST_TMP/older.json"
run --format json "$TEST_TMP/older.json" diff/new/values.json
tap_is 'a value is not new if the old recording has no values; a denied call is' \
	"$(jq -c '[.profiles[].changes[] | select(.kind == "used") | [.call, .used.denied]]' "$out")" \
	'[["clone",true]]'
exits 1 'a call of high risk is risky' --fail-on risky diff/old/shop.json diff/new/shop.json
exits 0 'one of low risk is not' --fail-on risky diff/old/gone.json diff/old/shop.json
exits 0 'a missing call does not fail' diff/old/shop.json diff/old/gone.json
exits 1 'unless --fail-on is removed' --fail-on removed diff/old/shop.json diff/old/gone.json
exits 1 'an additional profile adds its calls' diff/old diff/new
mkdir "$TEST_TMP/some" && cp diff/old/same.json "$TEST_TMP/some"
exits 0 'a missing profile does not fail' diff/old "$TEST_TMP/some"

"$RECORDER" diff - diff/new/same.json <diff/old/same.json >"$out" 2>"$err"
tap_is 'a dash is standard input' "$? $(cat "$err")" '0 '
run -o "$TEST_TMP/report.json" --format json diff/old/shop.json diff/new/shop.json
tap_is 'the report goes where -o says' "$status $(jq -r .verdict "$TEST_TMP/report.json")" '1 fails'
tap_is 'and not elsewhere' "$(cat "$out")" ''

hostile_report text
tap_is 'an incomplete recording cannot be compared' "$status $(tail -n 1 "$out" | cut -d: -f1)" \
	'2 cannot tell'
tap_match 'and the report gives the reason, escaped' "$(cat "$out")" \
	'doubt +the new recording is not complete: <!\[CDATA\[ \\x07 ]]>'
tap_match 'calls without a name are reported as added' "$(cat "$out")" 'added +any other call'

# Runtimes add the native architecture to every filter, and may know calls that recorder does not.
listing() { # FILE ARCHITECTURES NAMES
	printf '{"defaultAction":"SCMP_ACT_ERRNO","architectures":[%s],"syscalls":[{"names":["read"%s],
		"action":"SCMP_ACT_ALLOW"}]}' "$2" "$3" >"$TEST_TMP/$1"
}
listing less.json '"SCMP_ARCH_X86"' ''
listing more.json '"SCMP_ARCH_X86"' ',"kexec_file_load"'
exits 1 'a call of the architecture that runtimes add fails' "$TEST_TMP/less.json" "$TEST_TMP/more.json"
tap_match 'and the architecture is named' "$(cat "$out")" 'added +kexec_file_load \(SCMP_ARCH_X86_64\)'
listing less.json '"SCMP_ARCH_X86_64"' ''
listing more.json '"SCMP_ARCH_X86_64"' ',"some_new_call"'
exits 1 'so does a call that recorder does not know' "$TEST_TMP/less.json" "$TEST_TMP/more.json"
tap_match 'and the report says so' "$(cat "$out")" 'some_new_call.*is not known to this version of recorder'
exits 1 'also with --fail-on risky' --fail-on risky "$TEST_TMP/less.json" "$TEST_TMP/more.json"

# The ignore file of the working directory counts without being named.
here=$PWD
mkdir "$TEST_TMP/checkout" && cp diff/ignore "$TEST_TMP/checkout/.recorderignore"
cd "$TEST_TMP/checkout" || exit 1
exits 1 '.recorderignore is found' "$here/diff/old/shop.json" "$here/diff/new/shop.json"
tap_match 'ignored differences are listed' "$(cat "$out")" 'ignored until never: the image builder'
tap_match 'an expired entry is reported, and fails' "$(cat "$out")" \
	'mount: no longer ignored since 2020-01-31: until the builder was replaced'
cd "$here" || exit 1

refused 'open /nowhere: No such file or directory' diff/old/same.json /nowhere
refused 'diff/ignore:2:1: $: expected an object, not a string' diff/ignore diff/new/same.json
refused 'diff/old is a directory and diff/ignore is not: compare two files or two directories' diff/old diff/ignore
refused 'only one of OLD and NEW can be standard input' - -
refused "open /nowhere: No such file or directory" --ignore-file /nowhere diff/old diff/new
printf 'mount tomorrow why\n' >"$TEST_TMP/ignore"
refused "$TEST_TMP/ignore:1: 'tomorrow' is not a day; write it as 2027-03-31, or 'never'" \
	--ignore-file "$TEST_TMP/ignore" diff/old diff/new
mkdir "$TEST_TMP/none" "$TEST_TMP/neither"
refused "neither $TEST_TMP/none nor $TEST_TMP/neither has a .json, .yaml or .yml file" \
	"$TEST_TMP/none" "$TEST_TMP/neither"
{
	cat diff/old/team/profiles.yaml
	echo ---
	cat diff/old/team/profiles.yaml
} >"$TEST_TMP/twice.yaml"
refused "$TEST_TMP/twice.yaml has several profiles named 'api', so they cannot be matched by name" \
	diff/old/team/profiles.yaml "$TEST_TMP/twice.yaml"
not_one="option '--fail-on': 'more' is not one of added|widened|removed|risky|used"
refused "$not_one; see 'recorder help diff'" \
	--fail-on more diff/old diff/new
refused "--baseline: there is no table of what lxc allows by default; see 'recorder help diff'" \
	--baseline lxc diff/old diff/new
tap_done
