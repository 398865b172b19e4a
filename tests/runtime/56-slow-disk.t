#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A disk that hangs: what the recorder reads of containers never comes. The recording goes on,
# and ends when it is told to.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc busybox jq
BUNDLE=$TEST_TMP/bundle
bundle_new "$BUNDLE" /bin/sh -c '/bin/call "$0"; while [ ! -e /go ]; do sleep 0.1; done
	/bin/call "$1"; sleep 1000' "${NR[io_destroy]}" "${NR[quotactl]}"
image_new "$BUNDLE/rootfs"
image_add_busybox "$BUNDLE/rootfs"
install -m 755 "$PROGRAMS/call" "$BUNDLE/rootfs/bin/call"
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

# Holds whatever the recorder opens in the bundle. Everybody else reads it, as runc does.
hang_disk() {
	mkfifo "$TEST_TMP/hang"
	rm -f "$TEST_TMP/held" # what it said the last time
	"$TEST_PROGRAMS/runtime/slow_disk" "$recorder" "$BUNDLE" <"$TEST_TMP/hang" \
		>"$TEST_TMP/held" 2>&1 &
	disk=$!
	cleanup_add cleanup_process "$disk"
	exec {hang}>"$TEST_TMP/hang"
	wait_until 10 grep -q . "$TEST_TMP/held"
	grep -qx ready "$TEST_TMP/held" ||
		tap_skip_all "this kernel cannot hold who opens a file: $(cat "$TEST_TMP/held")"
}

heal_disk() {
	exec {hang}>&-
	wait "$disk"
	rm "$TEST_TMP/hang"
}

start_container() { # ID
	rm -f "$BUNDLE/rootfs/go"
	bundle_cgroup "$BUNDLE" "$parent/$1"
	runc run --detach --bundle "$BUNDLE" "$1" >"$TEST_TMP/out" 2>&1 </dev/null
}

has_said() { # CALL
	grep -q "^recorder: $1 " "$LOG"
}

start_recording --cgroup "$parent"
hang_disk
tap_plan 12
id=$(new_id)
cleanup_add remove_container runc "$id"
check "a container starts" start_container "$id"
check "what is read about it hangs" wait_until 20 grep -qx held "$TEST_TMP/held"
touch "$BUNDLE/rootfs/go"
check "the recording goes on" wait_until 20 has_said quotactl
kill -INT "$recorder"
check "it ends while the disk hangs" wait_until 20 has_ended "$recorder"
has_ended "$recorder" || kill -KILL "$recorder"
wait "$recorder"
check "in order" [ $? = 0 ]
check "nothing has let the disk go" [ "$(grep -cv ready "$TEST_TMP/held")" -gt 0 ]
check "with what it saw" contains_all observed_calls native:io_destroy native:quotactl
check "and without what it could not read" jq -e \
	'.observations[] | select(.container.id == $id) | has("capabilities") | not' --arg id "$id" \
	"$RECORDING"
heal_disk
remove_container runc "$id"

start_recording --cgroup "$parent"
hang_disk
id=$(new_id)
cleanup_add remove_container runc "$id"
check "another container starts" start_container "$id"
check "the disk hangs again" wait_until 20 grep -qx held "$TEST_TMP/held"
heal_disk
touch "$BUNDLE/rootfs/go"
wait_until 20 has_said quotactl
stop_recording
check "a disk that was slow has answered" [ $? = 0 ]
check "and what it told is there" jq -e \
	'.observations[] | select(.container.id == $id) | .capabilities | length > 0' --arg id "$id" \
	"$RECORDING"
tap_done
