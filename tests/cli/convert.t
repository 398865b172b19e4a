#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# convert: from every format into the others, by file and by pipe; what is left out is said, what
# cannot be is refused, and nothing is written then.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
golden=$PWD/../golden/profile
cd "$TEST_TMP" || exit 1

convert() {
	"$RECORDER" convert "$@" 2>err
}

# gives TEXT FILE ARGUMENT...: the output is the file's bytes, and nothing is said.
gives() {
	local text=$1 file=$2
	shift 2
	convert "$@" >out
	tap_is "$text" "$? $(cat err)$(diff "$file" out)" "0 "
}

# says TEXT STATUS MESSAGES ARGUMENT...: with "-o never" nothing may appear at a failure.
says() {
	local text=$1 expected=$2 messages=$3
	shift 3
	convert "$@" >out
	tap_is "$text" "$? $(cat err)$(ls never 2>/dev/null)" "$expected $messages"
}

names_of() { # FILE
	jq -r '[.syscalls[].names[]] | unique | join(" ")' "$1"
}

cat >docker.json <<'END'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrnoRet": 38,
  "archMap": [
    { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"] },
    { "architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"] }
  ],
  "syscalls": [
    { "names": ["read"], "action": "SCMP_ACT_ALLOW" },
    { "names": ["chroot"], "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_SYS_CHROOT"] } },
    { "names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_SYS_ADMIN"] } },
    { "names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "4.8" } },
    { "names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "includes": { "arches": ["amd64"] } }
  ]
}
END
cat >several.yaml <<'END'
apiVersion: security-profiles-operator.x-k8s.io/v1beta1
kind: SeccompProfile
metadata: {name: front, namespace: shop, labels: {app: web}, annotations: {"1": "2"}}
spec: {defaultAction: SCMP_ACT_ERRNO, baseProfileName: runc-v1.1, syscalls: [{names: [read], action: SCMP_ACT_ALLOW}]}
---
apiVersion: security-profiles-operator.x-k8s.io/v1
kind: SeccompProfile
metadata: {name: back}
spec: {defaultAction: SCMP_ACT_LOG}
END
jq '.process.rlimits = [] | .ociVersion = "1.1.0" | .linux.seccomp = input' <(echo '{}') \
	"$golden/pod.seccomp.json" >config.json
echo '{"defaultAction":"SCMP_ACT_LOG","x":{"y":[1,2]}}' >unknown.json
echo '{"defaultAction":"SCMP_ACT_ERRNO"}' >plain.seccomp.json

tap_plan 43
gives "a recording gives its profile" "$golden/pod.seccomp.json" "$golden/pod.recording.json" \
	--arguments none
gives "and its resource, under its name" "$golden/pod.cr.yaml" "$golden/pod.recording.json" --to cr \
	--arguments none
gives "and itself" "$golden/pod.recording.json" "$golden/pod.recording.json" --to recording
gives "a profile gives itself" "$golden/pod.seccomp.json" "$golden/pod.seccomp.json"
gives "conditions become a resource" "$golden/conditions.cr.yaml" \
	"$golden/conditions.seccomp.json" --to cr
gives "and come back" "$golden/conditions.seccomp.json" "$golden/conditions.cr.yaml"
gives "a bundle gives its profile" "$golden/pod.seccomp.json" config.json
convert "$golden/pod.cr.yaml" --to cr-json >pod.cr.json
tap_is "a resource is written as JSON" "$(jq -r '.kind + " " + .metadata.name' pod.cr.json)" \
	"SeccompProfile $(sed -n 's/^  name: //p' "$golden/pod.cr.yaml")"
gives "which gives the YAML again" "$golden/pod.cr.yaml" pod.cr.json --to cr
"$RECORDER" convert - <"$golden/pod.cr.yaml" >out 2>err
tap_is "standard input is read" "$? $(cat err)$(diff "$golden/pod.seccomp.json" out)" "0 "
echo '[' | "$RECORDER" convert - >out 2>err
tap_is "and named in messages" "$(cat err)" \
	"recorder: error: standard input:2:0: not JSON: ']' expected near end of file"
convert "$golden/pod.cr.yaml" -o file.json
tap_is "-o writes a file" "$? $(diff "$golden/pod.seccomp.json" file.json)" "0 "

convert docker.json --arch amd64 >out
tap_is "by default a container has the usual capabilities and a new kernel" "$(names_of out)" \
	"arch_prctl chroot ptrace read"
tap_is "on its architecture" "$(jq -r '.architectures | join(" ")' out)" \
	"SCMP_ARCH_X86 SCMP_ARCH_X86_64"
convert docker.json --arch arm64 --cap NONE --kernel 4.4 >out
tap_is "--arch, --cap and --kernel resolve conditions" "$(names_of out)" "read"
tap_is "also the list of architectures" "$(jq -r '.architectures | join(" ")' out)" \
	"SCMP_ARCH_AARCH64 SCMP_ARCH_ARM"
convert docker.json --arch arm64 --cap sys_admin --cap CAP_KILL >out
tap_is "--cap replaces the usual ones" "$(names_of out)" "mount ptrace read"
convert docker.json --arch arm64 --cap DEFAULT --cap SYS_ADMIN >out
tap_is "unless DEFAULT is among them" "$(names_of out)" "chroot mount ptrace read"
convert docker.json --arch arm64 --cap ALL >out
tap_is "ALL has all" "$(names_of out)" "chroot mount ptrace read"
says "an unknown capability is a usage error" 2 \
	"recorder: error: --cap ROOT: there is no such capability; write for example CAP_SYS_ADMIN, or ALL, DEFAULT or NONE; see 'recorder help convert'" \
	docker.json --cap ROOT
says "so is an unknown architecture" 2 \
	"recorder: error: --arch vax: there is no such architecture; write for example amd64 or arm64; see 'recorder help convert'" \
	docker.json --arch vax
says "so is text that is not a kernel version" 2 \
	"recorder: error: --kernel new is not a kernel version; write for example 5.15; see 'recorder help convert'" \
	docker.json --kernel new

says "what a resource cannot hold is left out with a warning" 0 \
	"recorder: warning: docker.json: left out the defaultErrnoRet 38, so the runtime's default applies" \
	docker.json --to cr
says "with --lossless it is a failure" 1 \
	"recorder: error: docker.json: --to cr cannot hold the defaultErrnoRet 38, so the runtime's default applies" \
	docker.json --to cr --lossless -o never
says "an invalid name is refused" 1 \
	"recorder: error: \"A B\" cannot name a SeccompProfile: it must be DNS labels joined by dots, of a-z, 0-9 and '-', at most 253 characters" \
	docker.json --to cr --name "A B" -o never
gives "the file's name is the resource's" <(sed '/^  name:/s/:.*/: plain/' "$golden/empty.cr.yaml") \
	plain.seccomp.json --to cr
says "without any name, the message asks for one" 2 \
	"recorder: error: name the resource with --name: standard input has no name; see 'recorder help convert'" \
	- --to cr <"$golden/pod.seccomp.json"
says "a profile cannot become a recording" 1 \
	"recorder: error: plain.seccomp.json is an OCI seccomp profile, which has no observations: it cannot become a recording" \
	plain.seccomp.json --to recording -o never
says "one of several has to be chosen" 1 \
	"recorder: error: several.yaml has 2 profiles, but --to seccomp can hold only one: choose with --document among front, back" \
	several.yaml -o never
says "by its name" 0 "" several.yaml --document back
says "which has to be one of them" 1 \
	"recorder: error: several.yaml has no profile named side; it has front, back" \
	several.yaml --document side
says "what only the operator does is left out with a warning" 0 \
	"recorder: warning: several.yaml: left out the base profile runc-v1.1, which the operator merges into it" \
	several.yaml --document front
convert several.yaml --to cr >out
tap_is "resources stay several" "$(grep -c '^kind: SeccompProfile' out) $(grep baseProfileName out)" \
	"2   baseProfileName: runc-v1.1"
tap_is "with labels and annotations" "$(sed -n '/^  labels/,/^spec/p' out | paste -sd' ')" \
	'  labels:     app: web   annotations:     "1": "2" spec:'
tap_is "but in v1 without a namespace" "$(cat err)" \
	"recorder: warning: several.yaml: left out the namespace shop, which resources of v1 do not have"
convert several.yaml --to cr-json >out
tap_is "also in JSON" "$(jq -r '.items | map(.metadata.name) | join(" ")' out)" "front back"
convert unknown.json >out
tap_is "an unknown field is kept" "$(jq -c .x out) $(cat err)" \
	'{"y":[1,2]} recorder: unknown.json: runtimes ignore the field "x", and so does recorder'
says "but not in another format" 0 \
	'recorder: unknown.json: runtimes ignore the field "x", and so does recorder
recorder: warning: unknown.json: left out the unknown fields' unknown.json --to cr

cat >map.yaml <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: seccomp, namespace: shop}
data:
  web.json: |
    { "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [ {"names":["read"],"action":"SCMP_ACT_ALLOW"} ] }
  README: what these are
binaryData:
  worker.json: eyJkZWZhdWx0QWN0aW9uIjogIlNDTVBfQUNUX0xPRyJ9Cg==
END
convert map.yaml --document web >out
tap_is "a profile of a ConfigMap has the name of its file" "$(names_of out) $(cat err)" \
	'read recorder: warning: map.yaml: $.data.README: is not a profile, and is skipped'
convert map.yaml --document worker >out
tap_is "also where the file is binary" "$(jq -r .defaultAction out)" SCMP_ACT_LOG
convert map.yaml --to cr >out
tap_is "all of them become resources" "$(grep '^  name:' out | paste -sd' ')" '  name: web   name: worker'
list='{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","data":{"a.json":"{\"defaultAction\":\"SCMP_ACT_LOG\"}"}}]}'
echo "$list" | convert - >out
tap_is "as kubectl prints them" "$? $(jq -r .defaultAction out)" '0 SCMP_ACT_LOG'
sed 's/SCMP_ACT_ALLOW/ALLOW/' map.yaml >wrong.yaml
convert wrong.yaml >out
tap_match "an error names the file and its line" "$(cat err)" \
	'wrong.yaml: \$.data.web.json:1:70: \$.syscalls\[0\].action: "ALLOW" is not an action'
tap_done
