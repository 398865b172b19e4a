#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# recorder merge: unions of recordings and profiles of any format, what becomes of both together,
# what has no union, and the check against what is in use.
set -u
cd "$(dirname "$0")/../golden/profile" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../../lib/tap.bash
# shellcheck source=tests/lib/schema.bash
. ../../lib/schema.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
out=$TEST_TMP/out err=$TEST_TMP/err status=0

run() {
	"$RECORDER" merge "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

merge() { # OUTPUT ARGUMENT...
	local output=$1
	shift
	"$RECORDER" merge "$@" >"$TEST_TMP/$output"
}

# refused STATUS SENTENCE ARGUMENT...: one sentence, and nothing on standard output.
refused() {
	local expected=$1 sentence=$2
	shift 2
	run "$@"
	if [ "$status" = "$expected" ] && [ "$(cat "$err")" = "recorder: error: $sentence" ] &&
		[ ! -s "$out" ]; then
		tap_ok "refused: $sentence"
	else
		tap_not_ok "refused: $sentence" "status $status: $(head -c 1000 "$err" "$out")"
	fi
}

# checks STATUS TEXT PATTERN ARGUMENT...: what is printed matches.
checks() {
	local expected=$1 text=$2 pattern=$3
	shift 3
	run "$@"
	if [ "$status" = "$expected" ] && grep -qE -- "$pattern" "$out"; then
		tap_ok "$text"
	else
		tap_not_ok "$text" "status $status: $(head -c 1000 "$err" "$out")"
	fi
}

one=pod.recording.json two=compat.recording.json three=machines.recording.json
mkdir "$TEST_TMP/all" "$TEST_TMP/all/below" "$TEST_TMP/empty"
cp "$one" "$two" "$TEST_TMP/all" && cp "$three" "$TEST_TMP/all/below"

united_in_steps() {
	merge first.json "$one" "$two" && merge steps "$TEST_TMP/first.json" "$three" &&
		merge last.json "$two" "$three" && merge others "$one" "$TEST_TMP/last.json" &&
		merge all.json "$one" "$two" "$three" &&
		cmp "$TEST_TMP/steps" "$TEST_TMP/all.json" && cmp "$TEST_TMP/others" "$TEST_TMP/all.json"
}

any_order() {
	merge a "$one" "$two" "$three" && merge b "$three" "$one" "$two" "$one" "$three" &&
		cmp "$TEST_TMP/a" "$TEST_TMP/b"
}

alone() {
	merge a "$one" && cmp "$TEST_TMP/a" "$one" && merge b "$one" "$one" && cmp "$TEST_TMP/b" "$one"
}

directory() {
	merge a "$TEST_TMP/all" && merge b "$one" "$two" "$three" && cmp "$TEST_TMP/a" "$TEST_TMP/b"
}

standard_input() {
	"$RECORDER" merge - "$two" <"$one" >"$TEST_TMP/a" && merge b "$one" "$two" &&
		cmp "$TEST_TMP/a" "$TEST_TMP/b"
}

# The profile of the union, and the union of the profiles.
profile_before_or_after() {
	merge a --format seccomp "$one" incomplete.recording.json &&
		merge b "${one%%.*}.seccomp.json" incomplete.cr.yaml &&
		cmp "$TEST_TMP/a" "$TEST_TMP/b"
}

evidence_is_lost_with_a_warning() {
	run --arguments none "$one" incomplete.seccomp.json
	[ "$status" = 0 ] && grep -q '"defaultAction"' "$out" &&
		[ "$(cat "$err")" = "recorder: warning: the union of recordings (1) and profiles (1) is a profile, without the recordings' evidence" ]
}

resource_is_named() {
	run --format cr --name shop "$one" "$two"
	[ "$status" = 0 ] && grep -q '^  name: shop$' "$out" || return
	run --format cr-json "$one" "$two"
	[ "$(jq -r .metadata.name "$out")" = "$(jq -rs 'map(.name) | sort | .[0]' "$one" "$two")" ]
}

checked_union_is_written_too() {
	run --check "$one" -o "$TEST_TMP/union.json" "$one"
	[ "$status" = 0 ] && cmp "$TEST_TMP/union.json" "$one" && grep -q '^passes' "$out"
}

checked_for_programs() {
	run --check pod.seccomp.json --check-format json compat.seccomp.json
	[ "$status" = 1 ] && [ "$(jq -r '.verdict, .profiles[0].new' "$out" | paste -sd,)" = \
		'fails,the union' ] || return
	[ -z "$schema_python" ] || schema_accepts ../../../deploy/diff.schema.json "$out"
}

jq '.syscalls[0].argss = []' pod.seccomp.json >"$TEST_TMP/slip.json"
lenient() {
	! "$RECORDER" merge "$TEST_TMP/slip.json" 2>"$err" && run --lenient "$TEST_TMP/slip.json" &&
		[ "$status" = 0 ] && grep -q 'warning: .*argss' "$err" && ! grep -q argss "$out"
}

tap_plan 29
tap_check 'a recording alone, or twice, is itself' alone
tap_check 'the order of recordings and their repetition make no difference' any_order
tap_check 'recordings can be united in steps' united_in_steps
tap_check 'a directory is read as its files' directory
tap_check 'standard input is read' standard_input
tap_check 'profiles of every format are united as their recordings are' profile_before_or_after
tap_check 'the union of recordings and profiles is a profile, with a warning' \
	evidence_is_lost_with_a_warning
tap_check 'a resource has the given name, or the first of all names' resource_is_named
tap_check '--lenient leaves unknown fields out' lenient

checks 0 '--check of a recording against itself passes' '^passes' --check "$one" "$one"
checks 0 'a part of the union needs no more than the union' '^passes' --check "$TEST_TMP/all.json" "$one" "$two"
checks 1 'additional calls are named, with the evidence' \
	'first made by web in web \(pod shop/web-7d4b9\)' --check "$two" "$one"
checks 1 'additional calls of a profile are named' '^  added +getpid' --check pod.seccomp.json \
	compat.seccomp.json
tap_check 'JSON of --check is that of diff' checked_for_programs
tap_check '--check writes the union if --output names a file' checked_union_is_written_too
refused 2 'open nowhere.json: No such file or directory' --arguments none \
	--check nowhere.json "$one"
jq '.complete = false | .observations[0] |= (.complete = false | .reasons = ["late"])' "$one" \
	>"$TEST_TMP/late.json"
checks 2 'an incomplete recording cannot be checked' 'cannot tell' --check "$one" "$TEST_TMP/late.json"

refused 1 "$TEST_TMP/empty has no .json, .yaml or .yml file" "$TEST_TMP/empty"
refused 1 'conditions.seccomp.json has the default action SCMP_ACT_ALLOW, and pod.seccomp.json has SCMP_ACT_ERRNO: only profiles with the same default action can be merged' \
	conditions.seccomp.json pod.seccomp.json
listing() { # FILE ARCHITECTURES NAMES [MEMBERS]
	printf '{"defaultAction":"SCMP_ACT_ERRNO","architectures":[%s],"syscalls":[{"names":[%s],
		"action":"SCMP_ACT_ALLOW"}]%s}' "$2" "$3" "${4:+,$4}" >"$TEST_TMP/$1"
}
listing wide.json '"SCMP_ARCH_X86_64"' '"read","mount"' '"defaultErrnoRet":1'
listing both.json '"SCMP_ARCH_X86_64","SCMP_ARCH_X86"' '"read"'
refused 1 'mount on SCMP_ARCH_X86 would get allow, where the most permissive of the profiles says kill thread: no profile can express their union' \
	"$TEST_TMP/wide.json" "$TEST_TMP/both.json"
listing narrow.json '"SCMP_ARCH_X86_64"' '"write"'
checks 0 'the usual default errno need not be written to be the same' '"defaultErrnoRet": 1' \
	"$TEST_TMP/narrow.json" "$TEST_TMP/wide.json"
# Runtimes add the native architecture to every filter, and may know calls that recorder does not.
listing less.json '"SCMP_ARCH_X86"' '"read"'
listing more.json '"SCMP_ARCH_X86"' '"read","kexec_file_load"'
listing newer.json '"SCMP_ARCH_X86"' '"read","some_new_call"'
checks 1 'a call of the architecture that runtimes add is an additional call' \
	'added +kexec_file_load \(SCMP_ARCH_X86_64\)' --check "$TEST_TMP/less.json" "$TEST_TMP/more.json"
checks 1 'so is a call that recorder does not know' 'added +some_new_call' \
	--check "$TEST_TMP/less.json" "$TEST_TMP/newer.json"
# Of 32 bits the conditions are the same, and libseccomp takes no two actions for them.
bound() { # FILE ACTION BOUND
	printf '{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86"],
		"defaultErrnoRet":0,"syscalls":[{"names":["accept4"],"action":"SCMP_ACT_%s",
		"args":[{"index":1,"op":"SCMP_CMP_EQ","value":%s}]}]}' "$2" "$3" >"$TEST_TMP/$1"
}
bound errno.json ERRNO 1
bound allow.json ALLOW 4294967297
refused 1 'no runtime accepts the union: syscalls[1], accept4: another rule has the same conditions and another action' \
	"$TEST_TMP/errno.json" "$TEST_TMP/allow.json"
# Each bound by itself becomes a right filter, and both together a wrong one with libseccomp 2.5.
below() { # FILE BOUND
	printf '{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],"syscalls":[
		{"names":["ioprio_get"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"op":"SCMP_CMP_LT",
		"value":%s}]}]}' "$2" >"$TEST_TMP/$1"
}
below low.json 2147483648
below high.json 4294967297
run "$TEST_TMP/low.json" "$TEST_TMP/high.json"
tap_is 'a union of which libseccomp makes a wrong filter gives a warning' "$status $(cat "$err")" \
	"0 recorder: warning: the filter that libseccomp makes of the union does not do what the union says; 'recorder verify' shows where"
refused 1 '1 of the 2 inputs is a profile, without observations: the union cannot be a recording' \
	--format recording "$one" pod.seccomp.json
refused 2 "name the resource with --name: no input has a name; see 'recorder help merge'" \
	--format cr pod.seccomp.json
refused 2 "--check-format needs --check; see 'recorder help merge'" \
	--check-format json "$one"
refused 2 "an argument is missing; usage: recorder merge [OPTION]... FILE...; see 'recorder help merge'"
tap_done
