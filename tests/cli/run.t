#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# recorder run: what a command gets under a profile, what --log tells, and how it ends.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/said.bash
. ../lib/said.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"

# profile FILE DEFAULT RULES
profile() {
	printf '{"defaultAction":"SCMP_ACT_%s","syscalls":[%s]}' "$2" "$3" >"$TEST_TMP/$1"
}

rule() { # NAMES ACTION [MEMBERS]
	printf '{"names":[%s],"action":"SCMP_ACT_%s"%s}' "$1" "$2" "${3:+,$3}"
}

profile no-mkdir.json ALLOW "$(rule '"mkdir","mkdirat"' ERRNO '"errnoRet":17')"
profile no-uname.json ALLOW "$(rule '"uname"' KILL_PROCESS)"
profile nothing.json ERRNO "$(rule '"execve"' ALLOW)"
profile no-execve.json ERRNO "$(rule '"read"' ALLOW)"
profile notify.json ALLOW "$(rule '"uname"' NOTIFY)"
profile rare.json ALLOW "$(rule '"uname"' ERRNO '"errnoRet":1'),$(rule '"mkdir"' ERRNO \
	'"args":[{"index":1,"op":"SCMP_CMP_EQ","value":448}]')"

# run STATUS TEXT ARGUMENT...: as said_with.
run() {
	said_with "$1" "$2" "$RECORDER" run "${@:3}"
}

outside() { # FILTER: of the JSON report
	jq -r "$1" "$TEST_TMP/report.json"
}

# Until something is in a file, for as long as that can take.
await() { # FILE
	for _ in {1..400}; do
		[ ! -s "$1" ] || return
		sleep 0.05
	done
}

tap_plan 50

run 7 'a command ends with its own status' --profile "$TEST_TMP/no-mkdir.json" -- sh -c 'exit 7'
# shellcheck disable=SC2016 # for the shell that is run
run 143 'or with 128 and its signal' --profile "$TEST_TMP/no-mkdir.json" -- sh -c 'kill $$'
run 0 'it has no_new_privs and a filter' --profile "$TEST_TMP/no-mkdir.json" -- cat /proc/self/status
said_that 'as its /proc status shows' $'NoNewPrivs:\t1.*Seccomp:\t2'
run 1 'a call is refused with the errno of the profile' --profile "$TEST_TMP/no-mkdir.json" \
	mkdir "$TEST_TMP/new"
said_that 'as the program reports' 'File exists'

run 159 'a kill is a SIGSYS' --profile "$TEST_TMP/no-uname.json" uname
said_that 'which is explained' 'uname was killed by the filter( for uname|;.*--log)'
run 159 '--kill kills for calls that are not named' --profile "$TEST_TMP/nothing.json" --kill uname
run 1 'but not with a profile that allows unnamed calls' --profile "$TEST_TMP/no-uname.json" --kill true
said_that 'with the reason' 'no-uname.json allows calls that it does not name \(SCMP_ACT_ALLOW\), and --kill'
run 139 'without --kill, the call is refused' --profile "$TEST_TMP/nothing.json" uname

run 1 'a profile without execve is refused' --profile "$TEST_TMP/no-execve.json" true
said_that 'with the reason' 'execve gets errno EPERM, so no command can start'
run 1 'and so is one that needs a listener' --profile "$TEST_TMP/notify.json" true
said_that 'with what to do' 'syscalls\[0\] asks a listener .*--log'
run 1 'a command that does not exist' --profile "$TEST_TMP/no-mkdir.json" no-such-command
said_that 'is named' 'run no-such-command: No such file'
run 2 'a profile is needed' true
run 2 '--log and --kill exclude each other' --profile "$TEST_TMP/rare.json" --log --kill true
run 2 'only --log has a report' --profile "$TEST_TMP/rare.json" --format json true

run 4 '--log keeps the status' --profile "$TEST_TMP/no-uname.json" --log -- sh -c 'uname >/dev/null; exit 4'
said_that 'and reports the call outside of the profile' 'uname\(.*\) 1 time, first by uname\[[0-9]+\]: kill process'
said_that 'without a plural for one' '^1 system call that the profile does not allow'
run 0 'nothing outside is reported too' --profile "$TEST_TMP/no-uname.json" --log true
said_that 'as such' 'the profile allows every call that was made'
run 1 'a command that does not exist fails in the same way' --profile "$TEST_TMP/rare.json" --log no-such-command
run 0 'even a profile that allows nothing denies nothing' --profile "$TEST_TMP/no-execve.json" --log uname
said_that 'so the program works' '^Linux'
said_that 'and its execve is reported' 'execve\(.*: errno EPERM'

# Children, grandchildren, and what outlives the command. (bash calls uname(2) itself.)
run 0 '--log follows all that a command starts' --profile "$TEST_TMP/rare.json" --log \
	--format json -o "$TEST_TMP/report.json" -- sh -c \
	'for i in 1 2 3 4 5 6 7 8 9 10; do (uname & sh -c "uname; uname" & wait) >/dev/null & done; wait
	(sleep 0.5; mkdir -m 700 '"$TEST_TMP"'/late; mkdir '"$TEST_TMP"'/plain) >/dev/null 2>&1 &'
tap_is 'counts each call' "$(outside '.outside[] | select(.syscall == "uname") | .count')" 30
tap_is 'with the action of the profile' "$(outside '.outside[] | select(.syscall == "uname") | .effect')" \
	'errno EPERM'
tap_is 'looks at arguments' "$(outside '[.outside[] | select(.syscall == "mkdir") | .count, .arguments[1]] |
	join(" ")')" '1 0x1c0'
tap_check 'and denies nothing' test -d "$TEST_TMP/late" -a -d "$TEST_TMP/plain"

# runc answers ENOSYS above the highest number of the profile, even before a kill, and crun does not.
case $(uname -m) in
x86_64) table=../../src/syscalls/x86_64.tbl ;;
*) table=../../src/syscalls/aarch64.tbl ;;
esac
older=$(awk '!/^#/ && NF && $1 < 400 { printf "%s\"%s\"", comma, $2; comma = "," }' "$table")
profile older.json ERRNO "$(rule "$older" ALLOW)"
# shellcheck disable=SC2317 # a name given to a test
answer() { # RUNTIME
	"$RECORDER" run --runtime "$1" --quiet --profile "$TEST_TMP/older.json" -- /usr/bin/python3 -c '
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(ctypes.c_long(1000))
print(ctypes.get_errno())'
}
tap_is 'a number above the highest does not exist for runc' "$(answer runc@1.2)" 38
tap_is 'older versions ignored architectures that are not listed' "$(answer runc@1.1.14)" 1
tap_is 'and is refused as others by crun' "$(answer crun)" 1
run 2 'a runtime that is neither is refused' --runtime runsc --profile "$TEST_TMP/older.json" true
profile errno.json ALLOW ''
sed -i 's/"syscalls"/"defaultErrnoRet":38,"syscalls"/' "$TEST_TMP/errno.json"
run 0 'a profile that a runtime refuses is run anyway' --runtime crun --profile "$TEST_TMP/errno.json" true
said_that 'with a warning' 'no container can start under it: crun refuses defaultErrnoRet with SCMP_ACT_ALLOW'

# The kernel takes the lower half of an int, and the filter looks at all of the register.
profile no-unix.json ALLOW "$(rule '"socket"' ERRNO '"args":[{"index":0,"op":"SCMP_CMP_EQ","value":1}]')"
# shellcheck disable=SC2317 # a name given to a test
make_socket() { # DOMAIN
	"$RECORDER" run --profile "$TEST_TMP/no-unix.json" -- python3 -c '
import ctypes, os, sys
sys.exit(ctypes.CDLL(None).syscall(ctypes.c_long(41 if os.uname().machine == "x86_64" else 198), ctypes.c_ulong(int(sys.argv[1], 0)),
	ctypes.c_ulong(1), ctypes.c_ulong(0)) < 0)' "$1"
}
tap_check_fails 'a refused domain cannot be made a socket of' make_socket 1
tap_check 'but for a bit above it, as verify warns' make_socket 0x100000001

# A signal from elsewhere is the command's.
# shellcheck disable=SC2016 # for the shell that is run
"$RECORDER" run --profile "$TEST_TMP/no-mkdir.json" -- \
	sh -c 'trap "exit 9" TERM; echo >"$0"; while :; do sleep 0.1; done' "$TEST_TMP/ready" &
pid=$!
await "$TEST_TMP/ready"
kill "$pid"
wait "$pid"
tap_is 'a signal is passed on' $? 9

# What a command leaves running is waited for, until there is a signal.
"$RECORDER" run -v --profile "$TEST_TMP/rare.json" --log -- sh -c 'sleep 60 & exit 3' \
	2>"$TEST_TMP/waiting" &
pid=$!
for _ in {1..400}; do
	! grep -q 'waiting for the processes that it left running' "$TEST_TMP/waiting" || break
	sleep 0.05
done
tap_check 'recorder waits for processes that are left running' kill -0 "$pid"
kill "$pid"
wait "$pid"
tap_is 'until a signal ends that' $? 3

# Without its supervisor a command would be refused what it was promised.
# shellcheck disable=SC2016 # for the shell that is run
"$RECORDER" run --profile "$TEST_TMP/rare.json" --log -- sh -c 'echo $$ >"$0"; exec sleep 60' \
	"$TEST_TMP/pid" &
pid=$!
await "$TEST_TMP/pid"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
command=$(cat "$TEST_TMP/pid")
for _ in {1..100}; do
	kill -0 "$command" 2>/dev/null || break
	sleep 0.05
done
tap_check_fails 'a supervised command dies with its supervisor' kill -0 "$command"

printf '%s\n' 'apiVersion: security-profiles-operator.x-k8s.io/v1beta1' 'kind: SeccompProfile' 'metadata: {name: web}' \
	'spec: {baseProfileName: runc-v1.3.0, defaultAction: SCMP_ACT_ALLOW}' >"$TEST_TMP/based.yaml"
run 0 'a base profile gives a warning' --profile "$TEST_TMP/based.yaml" true
said_that 'which names it' 'warning: .*based.yaml: the operator merges the base profile runc-v1.3.0 into it, which is not part of this run'

if [ "$(id -u)" = 0 ]; then
	tap_is '--user runs it as that user' \
		"$("$RECORDER" run --profile "$TEST_TMP/no-mkdir.json" --log --user nobody id -un 2>/dev/null)" nobody
else
	tap_skip '--user runs it as that user' 'only root can become another user'
fi

tap_done
