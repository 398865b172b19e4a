#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# --arguments and --baseline: conditions on the arguments of derived profiles, what is said about
# them, and the proof that they permit nothing beyond a default profile but what was seen.
# timeout: 300
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/said.bash
. ../lib/said.bash
# shellcheck source=tests/lib/baselines.bash
. ../lib/baselines.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
golden=$PWD/../golden/profile
cd "$TEST_TMP" || exit 1
cp "$golden/arguments.recording.json" app.json

# change FILTER: the recording, changed by a filter of jq for its observation.
change() {
	jq ".observations[0] |= ($1)" app.json
}

# The same with calls of i386, where arguments have 32 bits and mmap has others.
# shellcheck disable=SC2016 # of jq
change '.systemCalls += [(.systemCalls[] | select(.name | IN("read", "write", "personality", "ioctl")) |
	.abi = "compat" | .nr = {read: 3, write: 4, personality: 136, ioctl: 54}[.name])]' >both.json
# As the version before wrote it.
change 'del(.systemCalls[].arguments)' | jq '.format = "recorder.recording/v1"' >old.json
change 'del(.engine)' >command.json
change '.engine.version = "2.1.99"' >newer.json
change '(.systemCalls[] | select(.name == "clone3").arguments[] |
	select(.offset == 4).flags[0].value) = 2' >cgroup.json

convert() { # ARGUMENT...
	"$RECORDER" convert "$@" 2>err
}

# rules_of NAME FILE: the conditions under which a profile allows a call.
rules_of() {
	jq -r --arg name "$1" '[.syscalls[] | select(.names | index([$name])) | .action[9:] +
		([(.args // [])[] | " \(.index) \(.op[9:]) \(.value)" +
		if .valueTwo then " \(.valueTwo)" else "" end] | join(","))] | join("; ")' "$2"
}

tap_plan 46
for mode in default exact; do
	convert app.json --arguments "$mode" >out
	tap_is "--arguments $mode gives its profile" \
		"$? $(cat err)$(diff "$golden/arguments-$mode.seccomp.json" out)" '0 '
done
convert app.json >out
tap_is 'default is the default' "$(cmp out "$golden/arguments-default.seccomp.json")" ''
convert app.json --arguments none >out
tap_is 'without arguments there is no condition' "$(jq '[.syscalls[] | select(.args)] | length' out)" 0
tap_is 'and clone3 is allowed' "$(rules_of clone3 out)" ALLOW
convert app.json --to cr -o app.yaml && convert app.yaml >out
tap_is 'the resource has the conditions' "$(cmp out "$golden/arguments-default.seccomp.json")" ''
"$RECORDER" merge --format seccomp app.json >out 2>err
tap_is 'merge makes the same profile' "$(cmp out "$golden/arguments-default.seccomp.json")$(cat err)" ''
"$RECORDER" merge --format seccomp --arguments exact app.json >out 2>err
tap_is 'and the exact one' "$(cmp out "$golden/arguments-exact.seccomp.json")$(cat err)" ''
"$RECORDER" merge app.json >out 2>err
tap_is 'the recording stays as it is' "$(cmp out app.json)$(cat err)" ''

tap_check 'under every baseline, profiles permit what it does and what was seen' within_every_baseline app.json
tap_check 'also with i386' within_every_baseline both.json
tap_check 'also with CAP_SYS_ADMIN' within_every_baseline app.json --cap DEFAULT --cap SYS_ADMIN
convert both.json --arguments exact -o exact.json
said_with 0 "libseccomp makes the right filter of both architectures" "$RECORDER" verify exact.json
tap_is "mmap has no condition, because i386's has other arguments" "$(rules_of mmap exact.json)" ALLOW
tap_is 'ioctl has those of both' "$(rules_of ioctl exact.json)" \
	'ALLOW 1 EQ 21505; ALLOW 1 MASKED_EQ 4294967295 2148034049'
said_with 0 "so it does by default" "$RECORDER" verify both.json

convert app.json -o app.profile
tap_is "RuntimeDefault is the recording's engine's" \
	"$(within app.profile app.json RuntimeDefault) $(grep -c 'not known' within)" '0 0'
tap_is 'a file is a limit too' "$(within app.profile app.json app.profile)" 0
tap_is 'without the recording, what was seen is beyond' \
	"$("$RECORDER" verify app.profile --against containerd@2.1.3 >out; echo $?)" 1
tap_match 'and is named' "$(cat out)" 'not a subset: (clone|keyctl|mount|personality|socket|unshare)'
said_with 2 '--recording needs --against' "$RECORDER" verify app.profile --recording app.json
said_that 'which is said' '--recording goes with --against'
jq '.syscalls += [{"names": ["socket"], "action": "SCMP_ACT_ALLOW",
	"args": [{"index": 0, "op": "SCMP_CMP_GT", "value": 40}]}]' app.profile >evaded.json
tap_is 'what the upper half could evade is refuted' \
	"$(within evaded.json app.json containerd@2.2.7) $(grep -o 'error: socket compares 64 bits' within)" \
	'1 error: socket compares 64 bits'

convert old.json --arguments default -o old.profile
tap_is 'an old recording gives no condition' \
	"$(jq '[.syscalls[] | select(.args)] | length' old.profile)" 0
tap_match 'and that is said' "$(cat err)" 'clone, keyctl, mount, personality, socket, unshare: the recording lacks'
tap_match 'also of clone3, which stays' "$(cat err)" 'clone3 stays allowed, with all flags: the recording'
tap_is 'it is not wider than what was seen, which is not known' "$(within old.profile old.json RuntimeDefault)" 0
convert command.json >out
tap_match 'without an engine the newest containerd is the limit, which is said' "$(cat err)" \
	'engine is not known, so arguments are limited by the default profile of containerd [2-9]'
convert command.json --baseline docker >out
tap_is 'unless another is chosen' "$(cat err)" ''
convert newer.json >out
tap_match 'the table of another version is named' "$(cat err)" 'no table of the default profile of containerd 2.1.99'
convert cgroup.json >out
tap_match 'clone3 stays if a cgroup was asked for' "$(cat err)" 'clone3 stays allowed.*another cgroup'
tap_is 'and clone gets none of its flags' "$(rules_of clone3 out) $(rules_of clone out)" \
	'ALLOW ALLOW 0 MASKED_EQ 1845624832 0'
convert app.json --baseline nobody >out
tap_is 'a baseline that is not one is refused' "$? $(cut -d: -f1-4 err)" \
	"2 recorder: error: --baseline nobody: there is no such file and no such runtime; there are tables of containerd, cri-o, docker and podman; see 'recorder help convert'"

# CRI-O lets netlink through but for its protocol 9.
convert app.json --baseline cri-o -o crio.json
tap_is 'without the protocol, conditions are joined' "$(rules_of socket crio.json | grep -o '0 EQ 16, 2 MASKED_EQ' | wc -l)" 5
said_with 0 'the profile is proven' "$RECORDER" verify crio.json
said_that 'with a warning about intersections' 'socket has several rules, and one with several conditions.*KEP-6061'
convert app.json --baseline cri-o --cap DEFAULT --cap AUDIT_WRITE -o crio.json
tap_is 'with CAP_AUDIT_WRITE they are not' "$(rules_of socket crio.json | grep -o '0 EQ 16' | wc -l)" 1
said_with 0 'nor is there a warning' "$RECORDER" verify crio.json
tap_is 'about them' "$(grep -c KEP-6061 <<<"$said")" 0

# The arguments of a runtime's calls are not known. Those of commands are, but a container starts.
# shellcheck disable=SC2016 # of jq
change 'del(.runtime, .engine) | .systemCalls += [(.systemCalls[0] | .nr = 157 | .name = "prctl" |
	.arguments = [{argument: 0, values: [{value: 15}]}])]' >prctl.json
convert prctl.json --arguments exact -o exact.json
tap_is "a command's prctl is limited" "$(rules_of prctl exact.json)" 'ALLOW 0 EQ 15'
convert prctl.json --arguments exact --runtime-calls runc >out
tap_match "with a runtime's calls it is not, which is said" "$(rules_of prctl out); $(cat err)" \
	"^ALLOW; .*prctl.*: the runtime's own arguments"
convert exact.json --runtime-calls runc >out
tap_is 'nor is that of a profile' "$(rules_of prctl out)" ALLOW

# Profiles with conditions are united like others.
"$RECORDER" merge "$golden/arguments-default.seccomp.json" "$golden/arguments-exact.seccomp.json" >out 2>err
tap_is 'the union with what it includes is itself' \
	"$("$RECORDER" diff --fail-on added,widened,removed "$golden/arguments-default.seccomp.json" out >/dev/null; echo $?)$(cat err)" 0
"$RECORDER" diff app.json "$golden/arguments-default.seccomp.json" >out
tap_is 'a recording is compared as the profile that it gives' "$? $(grep -c 'passes' out)" '0 1'
"$RECORDER" merge --check "$golden/arguments-default.seccomp.json" app.json >out 2>err
tap_is 'so is a union' $? 0
"$RECORDER" merge --check "$golden/arguments-default.seccomp.json" old.json >out 2>err
tap_is 'a recording without arguments needs more' $? 1
tap_done
