#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# A container may act like a runtime: by the names of its processes, by children of its parent,
# by cgroups below its own. All that is work. Runtimes also act on a running container. None of
# their calls is its work.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun busybox jq
bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"

BUNDLE=$TEST_TMP/bundle ROOT=$TEST_TMP/bundle/rootfs
RUNNING=(crun libcrunx 'runc:[2:INIT]' exe)
STARTED=(exe runc crun crunch)
here=$TEST_TMP/bundle/rootfs/here gate=$TEST_TMP/bundle/rootfs/gate
tap_plan $((2 * (${#RUNNING[@]} * 2 + 2 * ${#STARTED[@]} * 2 + 4 + 4)))

bundle_new "$BUNDLE" true
image_new "$ROOT"
image_add_busybox "$ROOT"
install -m 755 "$PROGRAMS/call" "$PROGRAMS/steps_static" "$ROOT/bin/"
mkfifo "$here" "$gate"
cp "$BUNDLE/config.json" "$TEST_TMP/config.json"
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

new_container() { # COMMAND...
	id=$(new_id)
	cp "$TEST_TMP/config.json" "$BUNDLE/config.json"
	bundle_args "$BUNDLE" "$@"
	bundle_cgroup "$BUNDLE" "$parent/$id"
}

run_detached() {
	timeout 30 "$runtime" run --detach --bundle "$BUNDLE" "$id" \
		</dev/null >"$TEST_TMP/said" 2>&1 || return
	cleanup_add remove_container "$runtime" "$id"
}

run_foreground() {
	timeout 30 "$runtime" run --bundle "$BUNDLE" "$id" </dev/null >"$TEST_TMP/said" 2>&1
}

execute() { # COMMAND...
	timeout 30 "$runtime" exec "$id" "$@" </dev/null >"$TEST_TMP/said" 2>&1
}

# True if the container has no process left.
has_ended_container() {
	[ -z "$(find "$cgroup/$id" -name cgroup.procs -exec cat {} + 2>/dev/null)" ]
}

says_it_ran_before() {
	jq -e '.complete == false and ([.observations[] | .reasons // [] | .[]
		| select(startswith("the container ran before the recording began"))] | length) == 1' \
		"$RECORDING" >/dev/null || { jq -c '.observations[].reasons' "$RECORDING" && return 1; }
}

for runtime in runc crun; do
	# The container already runs, and its only process has the name of a runtime's.
	for name in "${RUNNING[@]}"; do
		new_container /bin/steps_static "name=$name" tell=/here wait=/gate "call=${NR[acct]}" \
			exec /bin/call "${NR[quotactl]}"
		run_detached
		await_gate "$here"
		start_recording --container-id "$id"
		open_gate "$gate"
		wait_until 20 has_ended_container
		stop_recording
		remove_container "$runtime" "$id"
		check "$runtime: a running container's process called $name works" \
			contains_all observed_calls native:acct native:quotactl
		check "$runtime: and its beginning is missing" says_it_ran_before
	done

	# The container starts while a recording waits, with a runtime as its parent, and makes
	# children of that parent.
	for name in "${STARTED[@]}"; do
		new_container /bin/steps_static "name=$name" sibling "call=${NR[acct]}" \
			fork "call=${NR[swapoff]}"
		bundle_edit "$BUNDLE" '.linux.namespaces |= map(select(.type != "pid"))'
		start_recording --cgroup "$parent"
		run_foreground
		stop_recording
		check "$runtime: in the machine's PID namespace, CLONE_PARENT by $name" \
			contains_all observed_calls native:acct native:swapoff
		check "$runtime: in the machine's PID namespace, $name: complete" is_complete
		new_container /bin/steps_static fork "name=$name" sibling "call=${NR[acct]}"
		start_recording --cgroup "$parent"
		run_foreground
		stop_recording
		check "$runtime: CLONE_PARENT by $name" contains_all observed_calls native:acct
		check "$runtime: CLONE_PARENT by $name: complete" is_complete
	done

	# The reference: the calls of the same container if nothing is added to it.
	new_container /bin/steps_static tell=/here wait=/gate "call=${NR[acct]}"
	start_recording --cgroup "$parent"
	run_detached
	await_gate "$here"
	open_gate "$gate"
	wait_until 20 has_ended_container
	stop_recording
	remove_container "$runtime" "$id"
	observed_calls | sort >"$TEST_TMP/alone"

	new_container /bin/steps_static tell=/here wait=/gate "call=${NR[acct]}"
	start_recording --cgroup "$parent"
	run_detached
	await_gate "$here"
	tap_check_fails "$runtime: a program that is not there cannot be added" execute /no/such/program
	tap_check_fails "$runtime: nor one that cannot be executed" execute /etc/passwd
	open_gate "$gate"
	wait_until 20 has_ended_container
	stop_recording
	remove_container "$runtime" "$id"
	check "$runtime: neither leaves a trace" diff "$TEST_TMP/alone" <(observed_calls | sort)
	check "$runtime: complete" is_complete

	# A container with its own init, which makes cgroups and moves its processes around.
	mount_point=$(cgroup_root)
	new_container /bin/sh -c '
		mkdir /cgroup/one /cgroup/two
		/bin/steps_static enter=/cgroup/one fork "call=$0" enter=/cgroup/two "call=$1"
		echo $$ >/cgroup/one/cgroup.procs
		exec /bin/steps_static tell=/here wait=/gate into=/cgroup/two "call=$2"' \
		"${NR[acct]}" "${NR[swapoff]}" "${NR[mq_unlink]}"
	bundle_edit "$BUNDLE" --arg source "$mount_point$parent/$id" '.linux.namespaces |=
		map(select(.type != "cgroup")) | .mounts += [{destination: "/cgroup", type: "bind",
			source: $source, options: ["bind", "rw"]}]'
	start_recording --cgroup "$parent"
	mkdir -p "$cgroup/$id"
	run_detached
	await_gate "$here"
	check "$runtime: an init moves its processes about; others are added" \
		execute /bin/call "${NR[quotactl]}"
	open_gate "$gate"
	wait_until 20 has_ended_container
	stop_recording
	remove_container "$runtime" "$id"
	check "$runtime: all of it is work" contains_all observed_calls \
		native:acct native:swapoff native:mq_unlink native:quotactl
	check "$runtime: the runtime's is not" contains_none observed_calls \
		"${SETUP_CALLS[@]/#/native:}" native:capset native:setgroups
	check "$runtime: complete" is_complete
done
tap_done
