#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 180
#
# Podman's containers, under runc and crun and Podman's default profile. They are recorded by
# their id, from their start and while they run, and run again under the resulting profile.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash
# shellcheck source=tests/lib/podman.bash
. ../lib/podman.bash

needs_root
needs_programs podman runc crun busybox jq
bundle_prepare_crun "$TEST_TMP" || exit 1
tap_plan $((2 * 20 + 3))

IMAGE=localhost/recorder-podman:test
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

# create_container [OPTION...] COMMAND...: prints its id. The limits are low enough for a root
# user who may not raise them. The test programs are in /test.
create_container() {
	podman_here create --pull never --network none --cgroup-parent "$parent" \
		--ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
		--volume "$PROGRAMS:/test:ro" "$@"
}

# Runs until the probe ran, however long that takes on a busy machine.
WORKLOAD=("$IMAGE" sh -c 'echo hello; /test/call "$1"; until sleep 0.1 && [ -e /tmp/probed ]; do :; done'
	workload "${NR[ioprio_get]}")
PROBE=(sh -c '/test/call "$1"; : >/tmp/probed' probe "${NR[timer_delete]}")

# Starts a container, executes the probe in it, and waits for its end. Prints its output.
run_with_probe() { # ID
	podman_here start "$1" >/dev/null && podman_here exec "$1" "${PROBE[@]}" || return
	[ "$(podman_here wait "$1")" = 0 ] && podman_here logs "$1"
}

knows_the_container() { # ID
	jq -e --arg id "$1" --arg runtime "$runtime" --arg image "$IMAGE" --arg version "$version" \
		--arg name "$(podman_here inspect --format '{{.Name}}' "$1")" '.observations | length == 1 and (.[0]
		| .container.id == $id and .container.image == $image
			and (.container.imageDigest | startswith("sha256:")) and .container.name == $name
			and .engine == {name: "podman", version: $version}
			and .runtime.name == $runtime and .seccomp == "filtered"
			and (.capabilities | index("CAP_CHOWN")))' "$RECORDING" >/dev/null ||
		{ jq -c '.observations[] | del(.systemCalls)' "$RECORDING" && return 1; }
}

says_that_it_is_late() {
	jq -e '(.complete | not) and (.observations[0].reasons
		| any(contains("before the recording began")))' "$RECORDING" >/dev/null
}

# Records a container from its first call: the recorder waits for it.
try_waiting() { # NO_NEW_PRIVS
	local name="$runtime, waited for" id output options=() status

	[ "$1" = false ] || options=(--security-opt no-new-privileges) name+=", no_new_privs"
	id=$(create_container "${options[@]}" "${WORKLOAD[@]}")
	start_both --container-id "${id:0:16}" --wait
	output=$(run_with_probe "$id")
	stop_both >"$TEST_TMP/said" 2>&1
	status=$?
	check "$name: it ran and was recorded" [ "$status $output" = '0 hello' ]
	check "$name: the recording is complete" is_complete
	check "$name: and knows the container" knows_the_container "$id"
	check "$name: its calls, and the executed process's" contains_all allowed_calls \
		ioprio_get timer_delete
	check "$name: not the set-up's" contains_none allowed_calls "${SETUP_CALLS[@]}"

	id=$(create_container "${options[@]}" --security-opt "seccomp=$KILL" "${WORKLOAD[@]}")
	check "$name: it runs under its profile" [ "$(run_with_probe "$id")" = hello ]
}

# Records by name: a container that does not exist yet when the recording begins, and a running one.
try_names() {
	local name="$runtime, by name" id

	start_recording --container-id "podman://named" --wait
	id=$(create_container --name named "$IMAGE" sh -c '/test/call "$1"; sleep 100' name "${NR[ioprio_get]}")
	podman_here start named >/dev/null
	wait_until 10 grep -q '^recorder: ioprio_get ' "$LOG"
	stop_recording
	check "$name: waited for" contains_all observed_calls native:ioprio_get
	check "$name: it is complete" is_complete
	check "$name: and knows the container" knows_the_container "$id"
	start_recording --container-id named
	podman_here exec named "${PROBE[@]}"
	stop_recording
	check "$name: running" contains_all observed_calls native:timer_delete
}

# Records a running container by a beginning of its id that is just long enough.
try_running() {
	local name="$runtime, running" id

	id=$(create_container "$IMAGE" sleep 100)
	podman_here start "$id" >/dev/null
	start_recording --container-id "${id:0:12}"
	podman_here exec "$id" "${PROBE[@]}"
	stop_recording
	check "$name: recorded" knows_the_container "$id"
	check "$name: the process that is executed in it" contains_all observed_calls \
		native:execve native:timer_delete
	check "$name: not its set-up" contains_none observed_calls "${SETUP_CALLS[@]/#/native:}"
	check "$name: the recording says what it missed" says_that_it_is_late
}

version=$(podman --version | sed -n 's/.* version \([0-9.]*\).*/\1/p')
for runtime in runc crun; do
	[ "$runtime" != runc ] || cleanup_add podman_remove_all
	image_new "$TEST_TMP/rootfs" && image_add_busybox "$TEST_TMP/rootfs" &&
		image_archive "$TEST_TMP/rootfs" "$IMAGE" "$TEST_TMP/image.tar" sh &&
		podman_here load --quiet --input "$TEST_TMP/image.tar" >/dev/null || exit 1
	try_waiting false
	try_waiting true
	try_running
	try_names
	podman_here rm --all --force --time 0 >/dev/null
done

# A container without its own cgroup runs in its caller's, as rootless ones do if v2 has no
# controllers.
runtime=crun
mkdir "$cgroup/session"
id=$(
	echo "$BASHPID" >"$cgroup/session/cgroup.procs"
	podman_here run --detach --pull never --network none --cgroups disabled \
		--ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$IMAGE" sleep 100
)
check "a container without a cgroup of its own runs" grep -qx "0::$parent/session" \
	"/proc/$(podman_here inspect --format '{{.State.Pid}}' "$id")/cgroup"
record --container-id "$id" --duration 1s
status=$?
check "it is refused" [ "$status" = 1 ]
check "because its monitor is in that cgroup too" grep -q \
	"container $id has no cgroup of its own: process [0-9]* (conmon), .* is in $parent/session too" \
	"$LOG"
podman_here rm --all --force --time 0 >/dev/null
tap_done
