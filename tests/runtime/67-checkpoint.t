#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# Containers that CRIU checkpoints and restores. The first process of a restored container has
# never executed anything in its cgroup. The container is recorded like any other, or the
# recording says that it is not complete.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# A socket's path must be short, so the test uses its own directory instead of the harness's.
TEST_TMP=
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash
# shellcheck source=tests/lib/docker.bash
. ../lib/docker.bash
# shellcheck source=tests/lib/criu.bash
. ../lib/criu.bash

needs_root
missing=$(docker_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"
needs_programs criu runsc catatonit busybox
criu_prepare "$TEST_TMP" || tap_skip_all "CRIU does not work here: $criu_reason"
tap_plan 10

new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"
BUNDLE=$TEST_TMP/bundle
image_new "$BUNDLE/rootfs" && image_add_busybox "$BUNDLE/rootfs" &&
	install -m 755 "$PROGRAMS/call" "$BUNDLE/rootfs/bin/call" || exit 1

# The workload only sleeps until it is told to continue, then makes one call in a child. Other
# processes sleep beside it, so that it is seldom the first one to run again.
WORK="for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; while [ ! -e /tmp/go ]; do sleep 0.1; done; call ${NR[io_destroy]}; rm /tmp/go; exec sleep 1000"

is_restored_work() {
	contains_all observed_calls native:io_destroy native:clock_nanosleep ||
		jq -e '.complete | not' "$RECORDING"
}

# By calling runc by hand.
bundle_new "$BUNDLE" /bin/sh -c "$WORK"
bundle_seccomp "$BUNDLE" ''
bundle_cgroup "$BUNDLE" "$parent/by-hand"
# CRIU must find the container's output again, so it is a file.
runc_here() { # ARGUMENT...
	timeout 60 runc --root "$TEST_TMP/runc" --log "$TEST_TMP/runc.log" "$@" </dev/null >/dev/null 2>&1 ||
		{ cat "$TEST_TMP/runc.log" && return 1; }
}
cleanup_add runc --root "$TEST_TMP/runc" delete --force by-hand
check 'a container runs' runc_here run --detach --bundle "$BUNDLE" by-hand
check 'it is taken down' runc_here checkpoint --image-path "$TEST_TMP/image" \
	--work-path "$TEST_TMP/work" by-hand
runc_here delete --force by-hand
start_recording --cgroup "$parent"
check 'it is restored' runc_here restore --detach --bundle "$BUNDLE" \
	--image-path "$TEST_TMP/image" --work-path "$TEST_TMP/work" by-hand
touch "$BUNDLE/rootfs/tmp/go"
wait_until 10 eval '[ ! -e "$BUNDLE/rootfs/tmp/go" ]'
runc_here delete --force by-hand
stop_recording
check 'what it does is recorded' is_restored_work
check "and not CRIU's work" contains_none observed_calls native:ptrace native:mount native:pivot_root

# By Docker, which starts the same container again.
docker_start "$TEST_TMP" "$parent" && docker_import "$BUNDLE/rootfs" || exit 1
docker_here run --detach --name saved --network none --security-opt seccomp=unconfined \
	--volume "$TEST_TMP/volume:/tmp" "$DOCKER_IMAGE" sh -c "$WORK" >/dev/null
check 'one of Docker is taken down' docker_here checkpoint create saved first
wait_until 10 eval '[ "$(docker_here inspect --format "{{.State.Running}}" saved)" = false ]'
start_recording --container-id saved --wait
check 'and started from what was saved' docker_here start --checkpoint first saved
touch "$TEST_TMP/volume/go"
wait_until 10 eval '[ ! -e "$TEST_TMP/volume/go" ]'
docker_here kill saved >/dev/null
wait_until 20 has_ended "$recorder" || kill -INT "$recorder"
wait "$recorder"
check 'what it does then is recorded' is_restored_work
check "and not CRIU's work" contains_none observed_calls native:ptrace native:mount native:pivot_root
tap_is 'by its name' "$(jq -r '.observations[0].container.name' "$RECORDING")" saved
tap_done
