#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# Containers whose first process is an init: Podman's own one, and systemd, which makes cgroups
# below the container's and moves its services there. All calls of an init and its services are
# work.
# shellcheck disable=SC2016,SC2154,SC2317 # commands for eval; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash
# shellcheck source=tests/lib/podman.bash
. ../lib/podman.bash

needs_root
needs_programs podman conmon catatonit runc crun busybox jq /lib/systemd/systemd
bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"
tap_plan $((2 * 3 * 5))

IMAGE=localhost/recorder-inits:test
BUNDLE=$TEST_TMP/bundle ROOT=$TEST_TMP/bundle/rootfs
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

# Adds systemd with the units that it needs, and one service whose program has a runtime's name.
add_systemd() {
	image_add_program "$ROOT" /lib/systemd/systemd || return
	mkdir -p "$ROOT/etc/systemd/system" "$ROOT/test" "$ROOT/sys/fs/cgroup"
	: >"$ROOT/etc/machine-id"
	install -m 755 "$PROGRAMS/call" "$ROOT/bin/crun"
	printf '%s\n' '[Unit]' 'DefaultDependencies=no' 'Wants=work.service' \
		>"$ROOT/etc/systemd/system/default.target"
	printf '%s\n' '[Unit]' 'DefaultDependencies=no' '[Service]' 'Type=oneshot' \
		"ExecStart=/bin/crun ${NR[ioprio_get]}" 'StandardOutput=null' \
		>"$ROOT/etc/systemd/system/work.service"
}

podman_run() { # OPTION... IMAGE COMMAND...
	podman_here run --detach --pull never --network none --cgroup-parent "$parent" \
		--ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$@"
}

has_seen_the_call() {
	grep -q '^recorder: ioprio_get ' "$LOG"
}

# Starts a container that sees its cgroup as a whole v2 hierarchy.
run_bundle() { # ID
	local id=$1

	cp "$TEST_TMP/config.json" "$BUNDLE/config.json"
	bundle_cgroup "$BUNDLE" "$parent/$id"
	bundle_edit "$BUNDLE" --arg cgroup "$cgroup/$id" '
		.linux.namespaces |= (map(select(.type != "cgroup")) + [{type: "cgroup"}])
		| .process.env += ["container=oci"]
		| .mounts |= map(select(.destination != "/sys/fs/cgroup"))
		| .mounts += [{destination: "/sys/fs/cgroup", type: "bind", source: $cgroup,
				options: ["bind", "rw"]},
			({destination: ("/run", "/run/lock", "/tmp"), type: "tmpfs", source: "tmpfs"})]'
	"$runtime" run --detach --bundle "$BUNDLE" "$id" </dev/null >"$TEST_TMP/said" 2>&1
}

# try NAME CALL START REMOVE: records the parent cgroup while START starts a container, until
# REMOVE has removed it.
try() {
	local name=$1 call=$2

	start_recording --cgroup "$parent"
	check "$name: it runs" eval "$3"
	check "$name: its work is done" wait_until 20 has_seen_the_call
	eval "$4" >/dev/null
	stop_recording
	check "$name: the init's calls, and those of what it runs" contains_all observed_calls \
		"native:$call" native:ioprio_get
	check "$name: not the set-up's" contains_none observed_calls native:pivot_root native:setns
	check "$name: it is complete" is_complete
}

image_new "$ROOT" && image_add_busybox "$ROOT" && add_systemd || exit 1
image_archive "$ROOT" "$IMAGE" "$TEST_TMP/image.tar" sh || exit 1
bundle_new "$BUNDLE" /lib/systemd/systemd
cp "$BUNDLE/config.json" "$TEST_TMP/config.json"
for runtime in runc crun; do
	[ "$runtime" != runc ] || cleanup_add podman_remove_all
	podman_here load --quiet --input "$TEST_TMP/image.tar" >/dev/null || exit 1
	try "$runtime, podman --init" close_range \
		'podman_run --init "$IMAGE" sh -c "crun ${NR[ioprio_get]}; sleep 100"' \
		'podman_here rm --all --force --time 0'
	try "$runtime, podman --systemd" waitid \
		'podman_run --systemd always "$IMAGE" /lib/systemd/systemd' \
		'podman_here rm --all --force --time 0'
	id=$(new_id)
	try "$runtime, systemd and its cgroups" waitid \
		'run_bundle "$id" && wait_until 10 [ -d "$cgroup/$id/init.scope" ]' \
		'remove_container "$runtime" "$id"'
done
tap_done
