#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A profile of a command lacks what a container runtime calls under the filter: verify and install say
# so, and convert adds it.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
cd "$TEST_TMP" || exit 1
tap_plan 18
mkdir root

cat >command.json <<'END'
{ "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [
    { "names": ["brk","execve","exit_group","mmap","read","rt_sigreturn","write"], "action": "SCMP_ACT_ALLOW" },
    { "names": ["close_range", "statx"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38 } ] }
END

verify() {
	"$RECORDER" verify -v "$1" | grep -F '[startup]'
}

install() {
	"$RECORDER" install --root root --force "$@" 2>&1 | grep -F "'recorder convert --runtime-calls"
}

tap_match 'verify names the calls that runc misses' "$(verify command.json)" \
	"the profile lacks calls that runc makes before it executes the program of a container: .*fstatfs, getdents64.* a container may not start under it .'recorder convert --runtime-calls runc' adds them."
tap_match 'and those that crun misses' "$(verify command.json)" 'calls that crun makes .*: close; a container may not'
tap_match 'install names those of its runtime' "$(install --runtime crun command.json)" 'crun .*: close; a container may not start'
for runtime in runc crun; do
	"$RECORDER" convert --runtime-calls "$runtime" command.json >"$runtime.json" 2>err
	tap_is "convert adds what $runtime calls" "$? $(cat err)$(verify "$runtime.json" | grep -w " $runtime")" '0 '
	tap_is 'and install does not warn' "$(install --runtime "$runtime" "$runtime.json")" ''
	"$RECORDER" verify "$runtime.json" >out 2>&1
	tap_is 'the profile is sound' "$?" 0
done
tap_is 'a call that got ENOSYS is allowed' \
	"$(jq -c '[.syscalls[] | select(.errnoRet) | .names[]]' runc.json crun.json | paste -sd' ')" '[] []'
"$RECORDER" convert --runtime-calls runc@1.1.5 command.json >old.json
tap_is 'a version has its own calls' "$(jq '[.syscalls[].names[]] | index("openat2")' old.json)" null
jq '.syscalls[0].names += ["close","epoll_ctl","fstatfs","getdents64","getpid","openat","fcntl","fstat","statx","openat2","futex"] |
	.syscalls[1].names -= ["statx"]' command.json >nnp.json
tap_match 'what containers without no_new_privs need in addition is named' "$(verify nnp.json)" \
	'calls that runc makes before .* of a container without no_new_privs .allowPrivilegeEscalation: false.: .*capset'
jq '.defaultAction = "SCMP_ACT_ALLOW"' command.json >permissive.json
tap_is 'a profile that allows by default lacks nothing but what it refuses' "$(verify permissive.json)" ''
"$RECORDER" baseline show containerd --format seccomp >default.json
tap_is "nor does a runtime's default" "$(verify default.json)" ''
printf '%s' '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["close"],"action":"SCMP_ACT_KILL"}]}' >kills.json
"$RECORDER" convert --runtime-calls crun kills.json >out 2>err
tap_is 'a call that a rule refuses is an error' "$? $(cat out err)" \
	'1 recorder: error: kills.json: a rule of the profile refuses close, which the runtime needs'
printf '%s' '{"apiVersion":"v1","kind":"ConfigMap","data":{' "\"kills.json\":$(jq -c . kills.json | jq -R .)," \
	"\"command.json\":$(jq -c . command.json | jq -R .)}}" >map.json
"$RECORDER" convert --runtime-calls crun --document command map.json >out 2>err
tap_is 'only the chosen profile counts' "$? $(cat err) $(jq '[.syscalls[].names[]] | index("close") != null' out)" \
	'0  true'
"$RECORDER" convert --runtime-calls podman command.json >out 2>err
tap_is 'another runtime is a usage error' "$?" 2
"$RECORDER" convert --runtime-calls runc --to recording command.json >out 2>err
tap_is 'so are the calls of a recording' "$?" 2
tap_done
