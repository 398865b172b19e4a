#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# A workload's processes may have the same names as a runtime's: a container engine inside a
# container, a program that starts itself through /proc/self/exe, or a program whose name
# happens to begin like that. Their calls are work nevertheless.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun busybox jq
bundle_prepare_crun "$TEST_TMP" || exit 1
tap_plan $((2 * 6))

BUNDLE=$TEST_TMP/bundle
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

image_new "$BUNDLE/rootfs"
image_add_busybox "$BUNDLE/rootfs"
image_add_program "$BUNDLE/rootfs" "$(command -v runc)"
mkdir "$BUNDLE/rootfs/opt"
for name in exe runc cruncher; do
	install -m 755 "$PROGRAMS/call" "$BUNDLE/rootfs/opt/$name"
done
bundle_new "$BUNDLE" true
cp "$BUNDLE/config.json" "$TEST_TMP/config.json"

# Prepares a new container for each attempt, from the original bundle with this command.
new_container() { # COMMAND...
	id=$(new_id)
	cp "$TEST_TMP/config.json" "$BUNDLE/config.json"
	bundle_args "$BUNDLE" "$@"
	bundle_cgroup "$BUNDLE" "$parent/$id"
}

run_container() {
	timeout 20 "$runtime" run --bundle "$BUNDLE" "$id" >/dev/null 2>"$TEST_TMP/err" </dev/null
}

# The container's parent is the process that adopts it, as under containerd, and not a process
# of the runtime.
run_detached() {
	timeout 20 "$runtime" run --detach --bundle "$BUNDLE" "$id" \
		>/dev/null 2>"$TEST_TMP/err" </dev/null || return
	cleanup_add remove_container "$runtime" "$id"
}

execute() { # COMMAND...
	timeout 20 "$runtime" exec "$id" "$@" </dev/null >/dev/null 2>"$TEST_TMP/err"
}

# recorded_as_work TEXT CALL...: ends the recording and checks that these calls are observed.
recorded_as_work() {
	stop_recording
	check "$runtime: $1" contains_all observed_calls "${@:2}"
}

for runtime in runc crun; do
	new_container /opt/cruncher "${NR[acct]}"
	start_recording --cgroup "$parent"
	run_container
	recorded_as_work 'a container whose program is called like a runtime' native:acct

	new_container /bin/sh -c '/opt/exe "$0"; /opt/runc "$1"' "${NR[acct]}" "${NR[quotactl]}"
	start_recording --cgroup "$parent"
	run_container
	recorded_as_work 'programs that it starts' native:acct native:quotactl

	# The Go run-time system makes these calls at its start. No shell makes them.
	new_container /bin/sh -c '/usr/sbin/runc spec --bundle /tmp; true'
	start_recording --cgroup "$parent"
	run_container
	recorded_as_work 'runc inside a container' native:sigaltstack native:sched_getaffinity

	new_container /bin/sleep 60
	run_detached
	start_recording --cgroup "$parent"
	execute /opt/cruncher "${NR[acct]}"
	execute /opt/runc "${NR[quotactl]}"
	remove_container "$runtime" "$id"
	recorded_as_work 'processes added to it' native:acct native:quotactl

	new_container /bin/sh -c '(sh -c "sleep 0.5; exec /opt/exe $0" &); sleep 2' "${NR[acct]}"
	bundle_edit "$BUNDLE" '.linux.namespaces |= map(select(.type != "pid"))'
	start_recording --cgroup "$parent"
	run_detached
	wait_until 10 grep -q '^recorder: acct ' "$LOG"
	remove_container "$runtime" "$id"
	recorded_as_work 'an orphan that is adopted outside, without a PID namespace' native:acct
	check "$runtime: and nothing was lost" is_complete
done
tap_done
