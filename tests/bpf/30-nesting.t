#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything below a recorded cgroup belongs to it, whatever namespaces it runs in.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
tap_plan 12

new_cgroup cgroup
new_cgroup other
CALL=$PROGRAMS/call

# inside COMMAND...: runs a command in the recorded cgroup.
inside() {
	"$ENTER_CGROUP" "$cgroup" "$@"
}

mkdir -p "$cgroup/old/older"
"$ENTER_CGROUP" "$cgroup/old/older" /bin/sh -c \
	'while [ ! -e "$1/go" ]; do sleep 0.02; done; exec "$0" "$2"' \
	"$CALL" "$TEST_TMP" "${NR[mq_unlink]}" &
older=$!
start_recording --cgroup "$cgroup"

mkdir -p "$cgroup/new"
inside "$ENTER_CGROUP" "$cgroup/new" "$CALL" "${NR[acct]}"
inside /bin/sh -c 'mkdir "$0/new/newer" && exec "$@"' \
	"$cgroup" "$ENTER_CGROUP" "$cgroup/new/newer" "$CALL" "${NR[swapoff]}"
inside /usr/bin/unshare --mount -- /usr/bin/unshare --mount -- "$CALL" "${NR[delete_module]}"
inside /usr/bin/unshare --user --map-root-user --pid --fork -- "$CALL" "${NR[quotactl]}"
inside /usr/bin/unshare --cgroup --ipc --net --uts -- "$CALL" "${NR[add_key]}"
unshare --mount sleep 60 &
stranger=$!
cleanup_add cleanup_process "$stranger"
sleep 0.2
inside /usr/bin/nsenter --target "$stranger" --mount -- "$CALL" "${NR[request_key]}"
touch "$TEST_TMP/go"
wait "$older"

# Another process moves this one in, as a service manager does.
mkdir "$cgroup/service"
/bin/sh -c 'while ! grep -q /service /proc/self/cgroup; do sleep 0.02; done; exec "$0" "$@"' \
	"$CALL" "${NR[timer_delete]}" &
service=$!
echo "$service" >"$cgroup/service/cgroup.procs"
wait "$service"

# Not recorded: a process beside the cgroup, and one that has left it.
"$ENTER_CGROUP" "$other" "$CALL" "${NR[io_destroy]}"
inside "$ENTER_CGROUP" "$other" "$CALL" "${NR[ioprio_get]}"
stop_recording

check "a cgroup made below during the recording" contains_all observed_calls native:acct
check "a cgroup that a recorded process made below its own" \
	contains_all observed_calls native:swapoff
check "a cgroup below that is older than the recording" \
	contains_all observed_calls native:mq_unlink
check "nested mount namespaces" contains_all observed_calls native:delete_module
check "user and pid namespaces" contains_all observed_calls native:quotactl
check "cgroup, ipc, network and uts namespaces" contains_all observed_calls native:add_key
check "another process's mount namespace, entered with setns" \
	contains_all observed_calls native:request_key native:setns
check "a process that another process moved in" contains_all observed_calls native:timer_delete
check "a sibling cgroup does not belong to it" contains_none observed_calls native:io_destroy
check "a process that left the cgroup no longer belongs to it" \
	contains_none observed_calls native:ioprio_get

# The recorder makes a command's cgroup. Cgroups that the command makes below it belong to the
# command.
record -- /bin/sh -c 'own='"$(cgroup_root)"'$(sed -n s/^0:://p /proc/self/cgroup)
	mkdir "$own/below" && "$0" "$own/below" "$@"; rmdir "$own/below"' \
	"$ENTER_CGROUP" "$CALL" "${NR[acct]}"
check "a command that makes a cgroup of its own" contains_all observed_calls native:acct
check "nothing was lost" is_complete

tap_done
