#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# recorder verify: what it proves and refutes, its warnings and exit statuses.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/said.bash
. ../lib/said.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"

golden=$PWD/../golden/profile
basis='"execve","exit_group","rt_sigreturn","read","write"'

# profile FILE RULES [MEMBERS]: an allow list for x86-64 of what every program needs, and RULES.
profile() {
	printf '{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"]%s,
		"syscalls":[{"names":[%s],"action":"SCMP_ACT_ALLOW"}%s]}' \
		"${3:+,$3}" "$basis" "${2:+,$2}" >"$TEST_TMP/$1"
}

rule() { # NAME ARGUMENTS [ACTION]
	printf '{"names":["%s"],"action":"SCMP_ACT_%s","args":[%s]}' "$1" "${3:-ALLOW}" "$2"
}

arg() { # INDEX OPERATOR VALUE
	printf '{"index":%s,"op":"SCMP_CMP_%s","value":%s}' "$@"
}

# verify STATUS TEXT ARGUMENT...: as said_with.
verify() {
	said_with "$1" "$2" "$RECORDER" verify "${@:3}"
}

tap_plan 66

profile plain.json ''
verify 0 'a plain profile is proven' "$TEST_TMP/plain.json"
said_that 'and the output says so' 'plain.json: the filter does what the profile says on SCMP_ARCH_X86_64'
said_that 'calls with a fall-back are summed up' 'calls are refused, but not with ENOSYS.*clone3'
# shellcheck disable=SC2016 # of the inner shell
said_with 0 'so is one from standard input' \
	sh -c '"$0" verify - <"$1"' "$RECORDER" "$TEST_TMP/plain.json"
said_that 'which is named so' '^standard input: the filter does what'
verify 0 '-v explains each' -v "$TEST_TMP/plain.json"
said_that 'with its fall-back' 'clone3 gets errno EPERM: only on ENOSYS do programs fall back to clone'

verify 0 'another architecture can be asked for' --arch arm64 --arch arm "$TEST_TMP/plain.json"
said_that 'and the proof is for it' 'says on SCMP_ARCH_AARCH64, SCMP_ARCH_ARM'
verify 2 'an architecture that libseccomp does not have is refused' --arch vax "$TEST_TMP/plain.json"
said_that 'by name' 'there is no such architecture'

profile arguments.json "$(rule socket "$(arg 0 NE 40)")"
verify 0 'a comparison of 64 bits with an int gives a warning' "$TEST_TMP/arguments.json"
said_that 'with what to do' 'socket compares 64 bits of argument 0, which is an int: use SCMP_CMP_MASKED_EQ'
tap_is 'without an example that evades it' "$(grep -c 0x1 <<<"$said")" 0
profile repeated.json "$(rule socket "$(arg 0 NE 40),$(arg 0 NE 38)")"
verify 1 'a repeated argument of a rule that allows fails' "$TEST_TMP/repeated.json"
said_that 'with what runtimes make of it' 'syscalls\[1\] \(socket\) has two conditions on argument 0'
profile conflict.json "$(rule socket "$(arg 0 EQ 1)"),$(rule socket "$(arg 0 EQ 1)" KILL)"
verify 1 'a profile that libseccomp refuses fails' "$TEST_TMP/conflict.json"
said_that 'with the rule' 'syscalls\[2\], socket: another rule has the same conditions'

profile usual.json "$(rule socket '' ERRNO),$(rule socket "$(arg 0 EQ 1)")" '"defaultErrnoRet":1'
verify 0 'a rule that repeats the default action has no effect' "$TEST_TMP/usual.json"
tap_is 'and shadows nothing' "$(grep -c shadowed <<<"$said")" 0
profile endless.json "$(rule fcntl "$(arg 0 GE 2),$(arg 2 NE 0)"),$(rule fcntl "$(arg 0 GE 2),$(arg 2 NE 4294967297)")"
verify 1 'a profile with which libseccomp 2.5 does not finish fails' "$TEST_TMP/endless.json"
said_that 'with the reason' 'does not finish with it: some of its conditions overlap|the filter does what'

profile names.json "$(rule gettimeofdaay ''),$(rule ptrace '')"
verify 0 'a mistyped name gives a warning' "$TEST_TMP/names.json"
said_that 'with the reason' 'gettimeofdaay is not enforced: no machine that recorder knows has this system call \(did you mean gettimeofday\?\)'
said_that 'and so is a call that undoes confinement' 'ptrace is allowed: '

profile library.json "$(rule pwrite ''),$(rule fstatat ''),$(rule umount ''),$(rule stat64 ''),$(rule stat '')"
verify 0 'a name that the kernel does not use gives a warning' "$TEST_TMP/library.json"
said_that 'that has the name of a C library function' \
	'pwrite is not enforced: the kernel calls it pwrite64'
said_that 'that has another name on the architecture' 'fstatat is not enforced: the kernel calls it newfstatat'
said_that 'or that another architecture has' \
	'umount has no effect: it is a call of other architectures; here programs make umount2, which'
tap_is 'a call that is named as each architecture does gives no warning' "$(grep -c stat64 <<<"$said")" 0
said_with 1 'install names the call too' "$RECORDER" install --root "$TEST_TMP" "$TEST_TMP/library.json"
said_that 'that the kernel has' 'does not know fstatat \(the kernel calls it newfstatat\), pwrite \(the kernel calls'
said_with 1 'so does explain' "$RECORDER" explain "$golden/pod.recording.json" pwrite
said_that 'for a name of the C library' 'the kernel calls it pwrite64'
said_with 1 'or a misspelled one' "$RECORDER" explain "$golden/pod.recording.json" raed
said_that 'with the intended name' '"raed" is neither the name nor the number of a system call \(did you mean read\?\)'
# On i386 calls are made through socketcall and ipc, too, with arguments that no filter sees.
multiplexed() { # FILE RULES
	profile "$1" "$2"
	sed -i 's/"SCMP_ARCH_X86_64"/&,"SCMP_ARCH_X86"/' "$TEST_TMP/$1"
}
multiplexed denied.json "$(rule socketcall '' ERRNO),$(rule socket "$(arg 0 NE 1)")"
verify 0 'a call that a condition refuses and socketcall can make gives a warning' "$TEST_TMP/denied.json"
said_that 'which names both' 'socket is refused with some arguments, but socketcall can make it anyway: .*\(SCMP_ARCH_X86\) \[multiplexer\]'
multiplexed through.json "$(rule ipc '')"
verify 0 'so is a multiplexer that is allowed' -v "$TEST_TMP/through.json"
said_that 'for what it makes' 'shmat is refused, but ipc can make it anyway'
said_that 'also without a number of its own' 'semop is refused, but ipc can make it anyway'
tap_is 'and nothing else' "$(grep -c 'but socketcall can make it' <<<"$said")" 0
verify 0 'they are summed up' "$TEST_TMP/through.json"
said_that 'as calls' '12 calls are refused, but can be made through socketcall or ipc \[multiplexer\]'
multiplexed named.json "$(rule socket '')"
verify 0 'a call that is allowed by its name passes' "$TEST_TMP/named.json"
tap_is 'without a warning' "$(grep -c multiplexer <<<"$said")" 0

basis='"read"'
profile poor.json ''
verify 1 'a profile under which nothing runs fails' "$TEST_TMP/poor.json"
said_that 'for each call that is needed' 'execve is not allowed.*rt_sigreturn is not allowed.*exit_group is not'
profile notify.json '' '"defaultErrnoRet":1,"listenerPath":"/x"'
sed -i 's/SCMP_ACT_ERRNO/SCMP_ACT_NOTIFY/' "$TEST_TMP/notify.json"
verify 1 'asking a listener by default fails' "$TEST_TMP/notify.json"

# What runc or crun do not start a container with, by version.
refused_by() { # MESSAGE JSON
	printf '%s' "$2" >"$TEST_TMP/refused.json"
	verify 1 "$1" "$TEST_TMP/refused.json"
	said_that 'with the reason' "error: $1"
}
refused_by 'runc refuses SCMP_ACT_NOTIFY for write' '{"defaultAction":"SCMP_ACT_ALLOW",
	"listenerPath":"/run/agent.sock","syscalls":[{"names":["write"],"action":"SCMP_ACT_NOTIFY"}]}'
verify 0 'another runtime may accept it' --runtime crun "$TEST_TMP/refused.json"
refused_by 'runc before 1.1.8 refuses the architecture SCMP_ARCH_RISCV64' '{"defaultAction":
	"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_RISCV64"]}'
verify 0 'or another version' --runtime runc@1.1.8 --runtime crun "$TEST_TMP/refused.json"
refused_by 'crun refuses defaultErrnoRet with SCMP_ACT_ALLOW' \
	'{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":38}'
verify 2 'a runtime that is neither is refused' --runtime runsc "$TEST_TMP/refused.json"
printf 'apiVersion: security-profiles-operator.x-k8s.io/v1\nkind: SeccompProfile
metadata: {name: web}\nspec: {baseProfileName: runc-v1.3.0, defaultAction: SCMP_ACT_ALLOW}\n' >"$TEST_TMP/based.yaml"
verify 0 'a base profile gives a warning' "$TEST_TMP/based.yaml"
said_that 'which names it' 'merges the base profile runc-v1.3.0 into it, which is not read'

verify 0 'a profile is a subset of itself' "$TEST_TMP/plain.json" --against "$TEST_TMP/plain.json"
verify 1 'a profile that allows more is not a subset' "$TEST_TMP/arguments.json" --against "$TEST_TMP/plain.json"
said_that 'which a call shows' 'not a subset: socket\(.*\) gets allow, where the other profile says errno EPERM'

verify 2 'a profile that cannot be read is neither proven nor refuted' "$TEST_TMP/none.json"
verify 1 'JSON for machines' --format json "$TEST_TMP/plain.json" "$TEST_TMP/poor.json"
tap_is 'has each profile' "$(jq -r '[.[] | .ok, .proven] | join(" ")' <<<"$said")" \
	'true true false true'

tap_done
