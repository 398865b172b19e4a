#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# Runtimes' children that execute a program at the very moment at which they are moved into their
# cgroups. That ends no set-up. Nothing else but such a coincidence shows whether the two programs
# that change the state of a task at the same time agree, so there are many children.
# shellcheck disable=SC2154 # variables of lib.bash
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 3

count=6000
[ "${TESTS_PATIENCE:-1}" = 1 ] || count=100

new_cgroup cgroup
start_recording --cgroup "$cgroup" --runtime-calls none
"$PROGRAMS/mover_static" "$cgroup" "$count" "${NR[acct]}" "$PROGRAMS/call" "${NR[quotactl]}"
stop_recording
check "the children are containers" [ "$(jq '[.observations[] | select(.container.id)] | length' \
	"$RECORDING")" -ge 100 ]
check "whose work begins with its last execve" equals observed_calls native:execve native:quotactl \
	native:exit_group
check "nothing was lost" is_complete

tap_done
