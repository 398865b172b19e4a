#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 480
#
# Containers with hooks. A startContainer hook runs under the container's filter, and so do the
# runtime's calls that launch it. A profile of an unconfined recording allows both, as the
# runtime's calls and not as the workload's. Other hooks run outside the filter and add nothing.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun busybox jq
bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"
tap_plan $((2 * 2 * 2 * 11))

BUNDLE=$TEST_TMP/bundle
bundle_new "$BUNDLE" /bin/sh -c 'cat /tmp/hooked; echo work'
image_new "$BUNDLE/rootfs"
image_add_busybox "$BUNDLE/rootfs"
install -m 755 "$PROGRAMS/steps_static" "$BUNDLE/rootfs/bin/hook"
install -m 755 "$PROGRAMS/steps_static" "$TEST_TMP/hook"
chmod 711 "$TEST_TMP" "$BUNDLE"

new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

# Calls that only the hooks make: startContainer hooks, and hooks outside the filter.
HOOK_CALL=acct
OUTSIDE_CALL=timer_delete

no_hooks() {
	bundle_edit "$BUNDLE" 'del(.hooks)'
}

# A hook that launches nothing, so that the calls for launching get into the profile only
# because of the hook itself. It reads the container's state, because crun sometimes fails if a
# hook ends before that.
one_hook() {
	bundle_edit "$BUNDLE" --arg call "call=${NR[$HOOK_CALL]}" '.hooks.startContainer = [
		{path: "/bin/hook", args: ["hook", "read=0", $call]}]'
}

# Three hooks that run one after another. The second has a time limit and takes some time. The
# third writes.
three_hooks() {
	one_hook
	bundle_edit "$BUNDLE" '.hooks.startContainer += [
		{path: "/bin/sh", args: ["sh", "-c", "cat >/dev/null; usleep 50000"], timeout: 10},
		{path: "/bin/sh", args: ["sh", "-c", "cat >/dev/null; echo hooked >>/tmp/hooked"]}]'
}

# These hooks run before the container has its own root directory, so their programs are the
# machine's.
outside_hooks() {
	bundle_edit "$BUNDLE" --arg hook "$TEST_TMP/hook" --arg call "call=${NR[$OUTSIDE_CALL]}" '
		{path: $hook, args: ["hook", "read=0", $call]} as $hook
		| .hooks = {prestart: [$hook], createRuntime: [$hook], createContainer: [$hook]}'
}

run_container() { # RUNTIME
	local id

	id=$(new_id)
	rm -f "$BUNDLE/rootfs/tmp/hooked"
	echo start >"$BUNDLE/rootfs/tmp/hooked" && chmod 666 "$BUNDLE/rootfs/tmp/hooked"
	bundle_cgroup "$BUNDLE" "$parent/$id"
	timeout 20 "$1" run --bundle "$BUNDLE" "$id" >"$TEST_TMP/out" 2>&1 </dev/null ||
		echo "status $?" >>"$TEST_TMP/out"
	"$1" delete --force "$id" 2>/dev/null
}

prints() { # LINE...
	diff "$TEST_TMP/out" <(printf '%s\n' "$@")
}

# Only the shell that started the recorders can wait for them, and check runs its command in
# another shell.
record_container() { # RUNTIME
	start_both --cgroup "$parent"
	run_container "$1"
	stop_both >"$TEST_TMP/said" 2>&1
	recorded=$?
}

is_recorded() { # LINE...
	[ "$recorded" = 0 ] || { cat "$TEST_TMP/said" && return 1; }
	is_complete && prints "$@"
}

# Leaves out implied calls, which depend on timing.
work_calls() {
	calls_of_origin observed | grep -vxE 'rt_sigreturn|restart_syscall'
}

# True if the workload's calls and the profile are the same as without hooks.
adds_nothing() {
	diff "$TEST_TMP/work" <(work_calls) && diff "$TEST_TMP/profile" "$PROFILE"
}

# True if the container starts and prints the lines while every call outside the profile kills.
runs_under_profile() { # RUNTIME LINE...
	bundle_seccomp "$BUNDLE" "$KILL"
	run_container "$1"
	bundle_seccomp "$BUNDLE" ""
	prints "${@:2}"
}

try_hooks() { # RUNTIME NO_NEW_PRIVS UID HOOKS LINE...
	local name="$1, no_new_privs $2, uid $3, $4"

	bundle_no_new_privs "$BUNDLE" "$2"
	bundle_user "$BUNDLE" "$3" "$3"
	bundle_seccomp "$BUNDLE" ""
	no_hooks
	record_container "$1"
	check "$name: recorded without hooks" is_recorded start work
	work_calls >"$TEST_TMP/work"
	cp "$PROFILE" "$TEST_TMP/profile"

	outside_hooks
	record_container "$1"
	check "$name: recorded with hooks outside the filter" is_recorded start work
	check "$name: they add nothing" adds_nothing

	no_hooks
	"$4"
	record_container "$1"
	check "$name: recorded with startContainer hooks" is_recorded "${@:5}"
	check "$name: the workload's calls are the same" diff "$TEST_TMP/work" <(work_calls)
	check "$name: the hooks' are the runtime's" \
		contains_all 'calls_of_origin runtime' "$HOOK_CALL" pipe2
	check "$name: calls of set-up are not" \
		contains_none allowed_calls "${SETUP_CALLS[@]}"
	check "$name: the container starts under its profile, with its hooks" \
		runs_under_profile "$1" "${@:5}"

	# Under a filter that allows everything, the runtime's calls are seen, and rare ones are
	# added.
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["swapoff"],
		"action": "SCMP_ACT_ERRNO"}]}' >"$TEST_TMP/all.json"
	bundle_seccomp "$BUNDLE" "$TEST_TMP/all.json"
	record_container "$1"
	check "$name: recorded under a filter" prints "${@:5}"
	check "$name: the workload's calls are the same there" \
		diff "$TEST_TMP/work" <(work_calls)
	check "$name: the container starts under that profile, too" \
		runs_under_profile "$1" "${@:5}"
}

for runtime in runc crun; do
	for no_new_privs in true false; do
		try_hooks "$runtime" "$no_new_privs" 0 one_hook start work
		try_hooks "$runtime" "$no_new_privs" 1000 three_hooks start hooked work
	done
done
tap_done
