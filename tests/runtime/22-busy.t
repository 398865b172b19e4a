#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
# timeout: 300
#
# Recordings begin and end while containers are started, and processes are added to a running
# one. No recording fails, and none takes a runtime's calls for work.
# shellcheck disable=SC2016,SC2154 # variables of jq; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun busybox jq
bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"
RECORDINGS=20
tap_plan 8

new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"
image_new "$TEST_TMP/rootfs"
image_add_busybox "$TEST_TMP/rootfs"
install -m 755 "$PROGRAMS/call" "$TEST_TMP/rootfs/bin/call"

new_bundle() { # NAME COMMAND...
	bundle_new "$TEST_TMP/$1" "${@:2}"
	bundle_edit "$TEST_TMP/$1" --arg root "$TEST_TMP/rootfs" '.root = {path: $root, readonly: true}'
}

# Runs one container after another until the file "stop" exists.
start_many() { # RUNTIME BUNDLE
	local id

	while [ ! -e "$TEST_TMP/stop" ]; do
		id=$(new_id)
		bundle_cgroup "$2" "$parent/$id"
		timeout 30 "$1" run --bundle "$2" "$id" </dev/null >/dev/null 2>&1 && echo >>"$2.count"
	done
}

probe_many() { # RUNTIME ID
	while [ ! -e "$TEST_TMP/stop" ]; do
		timeout 30 "$1" exec "$2" /bin/call "${NR[quotactl]}" </dev/null >/dev/null 2>&1 &&
			echo >>"$TEST_TMP/probes.count"
	done
}

record_many() { # ARGUMENT...
	local i

	for ((i = 0; i < RECORDINGS; i++)); do
		if ! record --duration 300ms "$@"; then
			cat "$LOG"
			return 1
		fi
		contains_none observed_calls "${SETUP_CALLS[@]/#/native:}" || return
	done
}

work_in_background() { # COMMAND...
	"$@" &
	workers+=("$!")
	cleanup_add cleanup_process "$!"
}

for name in one two; do
	new_bundle "$name" /bin/call "${NR[acct]}"
done
new_bundle running /bin/sleep 1000
for runtime in runc crun; do
	running=$(new_id) workers=()
	rm -f "$TEST_TMP"/stop "$TEST_TMP"/*.count
	bundle_cgroup "$TEST_TMP/running" "$parent/$running"
	cleanup_add remove_container "$runtime" "$running"
	"$runtime" run --detach --bundle "$TEST_TMP/running" "$running" </dev/null >"$TEST_TMP/said" 2>&1
	work_in_background start_many "$runtime" "$TEST_TMP/one"
	work_in_background start_many "$runtime" "$TEST_TMP/two"
	work_in_background probe_many "$runtime" "$running"
	check "$runtime: recordings of all" record_many --cgroup "$parent"
	check "$runtime: recordings of the one that runs" record_many --container-id "$running"
	touch "$TEST_TMP/stop"
	wait "${workers[@]}"
	check "$runtime: containers were started meanwhile" test -s "$TEST_TMP/one.count"
	check "$runtime: and processes added" test -s "$TEST_TMP/probes.count"
	remove_container "$runtime" "$running"
done
tap_done
