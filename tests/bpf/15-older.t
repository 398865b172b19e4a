#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Simulates Linux 5.15 on any kernel. Requests that 5.15 does not know are refused as 5.15
# refuses them, and recorder must fall back to other means.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 12

# Lockdown "confidentiality" refuses the loader program before it runs.
refusal='Argument list too long' locked=
! grep -qsF '[confidentiality]' /sys/kernel/security/lockdown ||
	refusal='Invalid argument' locked='lockdown refuses that anyway'

loaded_by_libbpf() {
	grep -F "run the BPF loader program: $refusal; libbpf loads the programs" "$LOG"
}

record -vv -- "$PROGRAMS/call" "${NR[acct]}"
case $locked in
'') tap_check_fails "left alone, the kernel relocates the programs itself" loaded_by_libbpf ;;
*) tap_skip "left alone, the kernel relocates the programs itself" "$locked" ;;
esac

newer=$RECORDER RECORDER=$TEST_TMP/recorder
printf '#!/bin/sh\nexec %q %q "$@"\n' "$PROGRAMS/older" "$newer" >"$RECORDER"
chmod +x "$RECORDER"

record -vv -- "$PROGRAMS/call" "${NR[acct]}" "${NR[swapoff]}"
check "where the kernel does not relocate the programs, libbpf does" loaded_by_libbpf
check "a command is recorded, and nothing else" equals observed_calls \
	native:execve native:acct native:swapoff native:exit_group
check "nothing was lost" is_complete
record -- "$PROGRAMS/denied" errno
check "a call that a filter denied is denied and not observed" equals denied_calls native:acct
record -- "$PROGRAMS/denied" kill-process
check "so is a call for which a filter killed the process" equals denied_calls native:acct

new_cgroup cgroup
start_recording --cgroup "$cgroup"
mkdir "$cgroup/new"
"$ENTER_CGROUP" "$cgroup" "$PROGRAMS/call" "${NR[acct]}"
"$ENTER_CGROUP" "$cgroup/new" /usr/bin/unshare --mount -- "$PROGRAMS/call" "${NR[delete_module]}"
stop_recording
check "a cgroup's programs are loaded by libbpf" loaded_by_libbpf
check "calls in it, and in a cgroup created below it, are recorded" \
	contains_all observed_calls native:acct native:delete_module

coproc PUPPET { exec "$PROGRAMS/puppet" "${NR[acct]}"; }
cleanup_add cleanup_process "$PUPPET_PID"
read -r -t 10 _ <&"${PUPPET[0]}"
start_recording --pid "$PUPPET_PID"
echo call >&"${PUPPET[1]}" && read -r -t 10 _ <&"${PUPPET[0]}"
echo "fork ${NR[quotactl]}" >&"${PUPPET[1]}" && read -r -t 10 _ <&"${PUPPET[0]}"
stop_recording
check "a process's programs are loaded by libbpf" loaded_by_libbpf
check "calls of its threads and children are recorded" \
	contains_all observed_calls native:acct native:quotactl

printf '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["acct"],"action":"SCMP_ACT_ERRNO"}]}' \
	>"$TEST_TMP/profile.json"
"$RECORDER" run --profile "$TEST_TMP/profile.json" --log --format json --output "$TEST_TMP/report.json" \
	-- "$PROGRAMS/call" "${NR[acct]}" 2>"$LOG"
check "a command runs under a filter that denies nothing but notifies" [ $? = 0 ]
check "and the report has the call" grep -q '"acct"' "$TEST_TMP/report.json"

tap_done
