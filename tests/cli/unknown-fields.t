#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Fields that no runtime knows. Runtimes ignore them, and so does every command, which says so once
# for a file; a field that was meant to do something is refused.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
cd "$TEST_TMP" || exit 1
tap_plan 25

cat >commented.json <<'END'
{ "_comment": "web tier, owned by team A",
  "name": "web",
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    { "names": ["clone"], "action": "SCMP_ACT_ERRNO", "_comment": "no namespaces",
      "args": [ { "index": 0, "value": 268435456, "valueTwo": 268435456,
                  "op": "SCMP_CMP_MASKED_EQ", "comment": "new user namespace" } ] } ] }
END
note=' commented.json: runtimes ignore the fields "_comment", "comment" and "name", and so does recorder'

# accepts TEXT ARGUMENT...: the command does not refuse the file, and says once what it ignores.
accepts() {
	local text=$1 status
	shift
	"$RECORDER" "$@" >out 2>err
	status=$?
	tap_is "$text" "$([ "$status" -lt 2 ] && ! grep error: err && grep -c "$note" err)" 1
}

accepts 'verify accepts comments, and says what it ignores' verify commented.json
accepts 'so does run' run --profile commented.json -- true
accepts 'so does compare' compare commented.json
cp commented.json old.json
accepts 'so does diff' diff old.json commented.json
accepts 'so does merge' merge commented.json
accepts 'so does convert' convert commented.json
tap_is 'which keeps the comments of the profile and of its rules' \
	"$(jq -c '[._comment, .syscalls[0]._comment]' out)" \
	'["web tier, owned by team A","no namespaces"]'
tap_is 'and says that those of conditions are left out' "$(grep -c 'left out the unknown fields of conditions' err)" 1
mkdir root
accepts 'so does install' install --root root --force commented.json
"$RECORDER" verify --quiet commented.json >out 2>err
tap_is '--quiet prints no note' "$(cat err)" ''

cat >bundle.json <<'END'
{"ociVersion":"1.0","linux":{"seccomp":{"//":"who","defaultAction":"SCMP_ACT_LOG"}}}
END
"$RECORDER" convert bundle.json >out 2>err
tap_is 'a bundle can have comments' "$? $(cat err)" \
	'0 recorder: bundle.json: runtimes ignore the field "//", and so does recorder'

# refuses TEXT JSON MESSAGE
refuses() {
	printf '%s\n' "$2" >refused.json
	"$RECORDER" convert refused.json >out 2>err
	tap_is "$1" "$? $(cat err)" "1 recorder: error: refused.json:$3"
}

refuses 'a misspelled field is refused, because it would have no effect' \
	'{"defaultAction":"SCMP_ACT_LOG","sycalls":[]}' \
	'1:33: $.sycalls: unknown field (did you mean "syscalls"?); runtimes would ignore it'
refuses 'also in a rule' \
	'{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_ERRNO","errno_ret":38}]}' \
	'1:89: $.syscalls[0].errno_ret: unknown field (did you mean "errnoRet"?); runtimes would ignore it'
refuses 'also in a condition' \
	'{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":1,"valuetwo2":1,"op":"SCMP_CMP_EQ"}]}]}' \
	'1:118: $.syscalls[0].args[0].valuetwo2: unknown field (did you mean "valueTwo"?); runtimes would ignore it'
refuses 'a field in the wrong place is refused' \
	'{"defaultAction":"SCMP_ACT_LOG","errnoRet":38}' \
	'1:33: $.errnoRet: this field belongs elsewhere; runtimes would ignore it here'
refuses 'a field with wrong capitals, which some runtimes read, is refused' \
	'{"defaultAction":"SCMP_ACT_LOG","Syscalls":[]}' \
	'1:33: $.Syscalls: write "syscalls": runc, containerd, CRI-O, Docker and Podman read it as that, and crun ignores it'
refuses 'also next to the right one' \
	'{"defaultAction":"SCMP_ACT_ERRNO","DEFAULTACTION":"SCMP_ACT_ALLOW"}' \
	'1:35: $.DEFAULTACTION: write "defaultAction": runc, containerd, CRI-O, Docker and Podman read it as that, and crun ignores it'
refuses 'Unicode has more letters that Go takes for an s or a k' \
	'{"defaultAction":"SCMP_ACT_LOG","ſyscalls":[]}' \
	'1:33: $.ſyscalls: write "syscalls": runc, containerd, CRI-O, Docker and Podman read it as that, and crun ignores it'

printf '%s\n' '{"defaultAction":"SCMP_ACT_LOG","sycalls":[],"note":1}' >slip.json
"$RECORDER" convert --lenient slip.json >lenient.json 2>err
tap_is '--lenient leaves a misspelled field out' "$? $(jq -c 'keys' lenient.json)" \
	'0 ["defaultAction","note","syscalls"]'
tap_is 'and warns of it' "$(grep -c 'warning: slip.json:1:33: $.sycalls: unknown field' err)" 1
"$RECORDER" verify lenient.json >out 2>err
tap_is 'its output is accepted' "$?" 0
printf '%s\n' '{"defaultAction":"SCMP_ACT_LOG","Syscalls":[]}' >case.json
"$RECORDER" convert --lenient case.json >out 2>err
tap_is 'but it refuses a field that runtimes disagree about' "$?" 1

cat >resource.yaml <<'END'
apiVersion: security-profiles-operator.x-k8s.io/v1
kind: SeccompProfile
metadata: {name: web}
spec: {defaultAction: SCMP_ACT_LOG, comment: mine}
END
"$RECORDER" verify resource.yaml >out 2>err
tap_is 'a resource has no unknown fields, as the API server has it' "$? $(cat err)" \
	'2 recorder: error: resource.yaml:4:37: $.spec.comment: unknown field'
"$RECORDER" convert --lenient --to cr resource.yaml >lenient.yaml 2>err
"$RECORDER" verify lenient.yaml >out 2>err
tap_is 'nor does --lenient write any' "$? $(cat err)" '0 '

cat >docker-bundle.json <<'END'
{"ociVersion":"1.0","linux":{"seccomp":{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[
{"names":["mount"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_ADMIN"]}}]}}}
END
"$RECORDER" convert docker-bundle.json >out 2>err
tap_is "a bundle has no conditions of Docker's form, which runc and crun ignore" "$? $(cat err)" \
	"1 recorder: error: docker-bundle.json:1:30: \$.linux.seccomp: runc and crun ignore Docker's \"includes\", \"excludes\" and \"archMap\", which a bundle must not have"
tap_done
