#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# A recording begins while containers are being started, or processes are being added to them.
# Hooks and FIFOs in place of files hold the runtimes in the middle. The runtimes' calls are not
# the workload's.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun busybox jq
bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"

BUNDLE=$TEST_TMP/bundle ROOT=$TEST_TMP/bundle/rootfs
WORK=(native:execve native:mq_unlink native:exit_group)
here=$TEST_TMP/here gate=$TEST_TMP/gate
TRIES=8
tap_plan $((2 * (4 + 4 + 1 + 3)))

bundle_new "$BUNDLE" /bin/call "${NR[mq_unlink]}"
image_new "$ROOT"
image_add_busybox "$ROOT"
install -m 755 "$PROGRAMS/call" "$PROGRAMS/steps_static" "$ROOT/bin/"
bundle_edit "$BUNDLE" '.process.env |= map(select(startswith("HOME=") | not))'
cp "$BUNDLE/config.json" "$TEST_TMP/config.json"
cp "$ROOT/etc/passwd" "$TEST_TMP/passwd"
mkfifo "$here" "$gate" "$ROOT/here" "$ROOT/gate"
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

new_container() {
	id=$(new_id)
	cp "$TEST_TMP/config.json" "$BUNDLE/config.json"
	bundle_cgroup "$BUNDLE" "$parent/$id"
}

start_container() {
	timeout 60 "$runtime" run --bundle "$BUNDLE" "$id" </dev/null >"$TEST_TMP/said" 2>&1 &
	container=$!
	cleanup_add cleanup_process "$container"
}

hold_in_hook() { # KIND PROGRAM HERE GATE
	bundle_edit "$BUNDLE" --arg kind "$1" --arg path "$2" --arg here "tell=$3" --arg gate "wait=$4" \
		--arg call "call=${NR[acct]}" \
		'.hooks = {($kind): [{path: $path, args: ["steps", $here, $gate, $call]}]}'
}

# Stops the container's first process as soon as it appears, wherever it is in its set-up. False
# if the process was too quick.
stop_first() {
	local size

	until read -r stopped 2>/dev/null <"$cgroup/$id/cgroup.procs"; do
		has_ended "$container" && return 1
	done
	kill -STOP "$stopped" 2>/dev/null || return
	size=$(stat -Lc %s "/proc/$stopped/exe" 2>/dev/null) &&
		[ "$size" != "$(stat -c %s "$ROOT/bin/call")" ] && return
	kill -CONT "$stopped" 2>/dev/null
	return 1
}

# Checks that a recording that begins at that moment has only the workload's calls.
begins_anywhere() {
	local tries=0 held=0 stopped

	while [ "$held" -lt "$TRIES" ]; do
		[ $((++tries)) -le $((20 * TRIES)) ] || { echo "held $held of $tries" && return 1; }
		new_container
		start_container
		if ! stop_first; then
			wait "$container"
			continue
		fi
		start_recording --cgroup "$parent"
		kill -CONT "$stopped"
		wait "$container"
		stop_recording
		held=$((held + 1))
		equals observed_calls "${WORK[@]}" || return
	done
}

# Prints how many processes of the container wait for a FIFO to be opened.
waiting() {
	local pid count=0

	while read -r pid; do
		! grep -qs "^$OPENAT " /proc/"$pid"/task/*/syscall || count=$((count + 1))
	done < <(find "$cgroup/$id" -name cgroup.procs -exec cat {} + 2>/dev/null)
	echo "$count"
}

are_waiting() { # COUNT
	[ "$(waiting)" = "$1" ]
}

case $(uname -m) in
x86_64) OPENAT=257 ;;
*) OPENAT=56 ;;
esac

for runtime in runc crun; do
	for filter in '' "$TEST_TMP/filter.json"; do
		[ -z "$filter" ] || echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >"$filter"
		new_container
		bundle_seccomp "$BUNDLE" "$filter"
		hold_in_hook createContainer "$PROGRAMS/steps_static" "$here" "$gate"
		start_container
		await_gate "$here"
		start_recording --cgroup "$parent"
		open_gate "$gate"
		wait "$container"
		stop_recording
		check "$runtime${filter:+, filter}: found in a createContainer hook" \
			equals observed_calls "${WORK[@]}"

		new_container
		bundle_seccomp "$BUNDLE" "$filter"
		hold_in_hook startContainer /bin/steps_static /here /gate
		start_container
		await_gate "$ROOT/here"
		start_recording --cgroup "$parent"
		open_gate "$ROOT/gate"
		wait "$container"
		stop_recording
		check "$runtime${filter:+, filter}: found in a startContainer hook" \
			equals observed_calls "${WORK[@]}"

		new_container
		bundle_seccomp "$BUNDLE" "$filter"
		"$runtime" create --bundle "$BUNDLE" "$id" </dev/null >"$TEST_TMP/said" 2>&1
		start_recording --cgroup "$parent"
		"$runtime" start "$id"
		wait_until 20 eval '[ -z "$(cat "$cgroup/$id/cgroup.procs")" ]'
		stop_recording
		remove_container "$runtime" "$id"
		check "$runtime${filter:+, filter}: found created and not started" \
			equals observed_calls "${WORK[@]}"

		new_container
		bundle_seccomp "$BUNDLE" "$filter"
		rm "$ROOT/etc/passwd" && mkfifo "$ROOT/etc/passwd"
		start_container
		wait_until 20 are_waiting 1
		start_recording --cgroup "$parent"
		cat "$TEST_TMP/passwd" >"$ROOT/etc/passwd"
		rm "$ROOT/etc/passwd" && cp "$TEST_TMP/passwd" "$ROOT/etc/passwd"
		wait "$container"
		stop_recording
		check "$runtime${filter:+, filter}: found in its new root directory" \
			equals observed_calls "${WORK[@]}"
	done

	check "$runtime: found at any step of set-up" begins_anywhere

	# Two processes are being added to a running container. One ends its set-up before the
	# other.
	new_container
	bundle_args "$BUNDLE" /bin/busybox sleep 60
	timeout 30 "$runtime" run --detach --bundle "$BUNDLE" "$id" </dev/null >"$TEST_TMP/said" 2>&1
	cleanup_add remove_container "$runtime" "$id"
	rm "$ROOT/etc/passwd" && mkfifo "$ROOT/etc/passwd"
	timeout 60 "$runtime" exec "$id" /bin/call "${NR[acct]}" </dev/null >"$TEST_TMP/said1" 2>&1 &
	first=$!
	timeout 60 "$runtime" exec "$id" /bin/call "${NR[quotactl]}" </dev/null >"$TEST_TMP/said2" 2>&1 &
	second=$!
	check "$runtime: two processes are being added" wait_until 20 are_waiting 2
	start_recording --container-id "$id"
	# This is the only writer. One of the processes that have opened the FIFO reads the
	# text, the other its end.
	cat "$TEST_TMP/passwd" >"$ROOT/etc/passwd"
	rm "$ROOT/etc/passwd" && cp "$TEST_TMP/passwd" "$ROOT/etc/passwd"
	wait "$first" "$second"
	timeout 60 "$runtime" exec "$id" /bin/call "${NR[swapoff]}" </dev/null >"$TEST_TMP/said" 2>&1
	stop_recording
	remove_container "$runtime" "$id"
	check "$runtime: the program of each is work" contains_all observed_calls \
		native:acct native:quotactl native:swapoff
	check "$runtime: and nothing else" contains_none observed_calls \
		"${SETUP_CALLS[@]/#/native:}" native:openat native:close native:capset native:prctl \
		native:setgroups native:dup3
done
tap_done
