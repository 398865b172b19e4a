#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# 'make static' links one small file, which needs nothing else on its machine and also records pods.
# timeout: 300
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash
# shellcheck source=tests/lib/cleanup.bash
. tests/lib/cleanup.bash
# shellcheck source=tests/lib/images.bash
. tests/lib/images.bash
# shellcheck source=tests/lib/containerd.bash
. tests/lib/containerd.bash

# A limit, because users copy the file to nodes.
SIZE_MAX=$((8 << 20))

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
tap_plan 10
program=${RECORDER%/*}-static/recorder
tap_match "it is linked statically" "$(file -b "$program")" 'static-pie linked'

# Only the program itself: no loader, no library, no configuration.
mkdir -p "$TEST_TMP/root/etc" && cp "$program" "$TEST_TMP/root/"
echo nobody:x:65534:65534:nobody:/:/bin/false >"$TEST_TMP/root/etc/passwd"
if [ "$(id -u)" = 0 ]; then
	tap_match "it runs in an empty root directory" \
		"$(chroot "$TEST_TMP/root" /recorder version 2>&1)" '^recorder [0-9]'
	tap_is "it records, as another user" "$("$program" record -o "$TEST_TMP/profile.json" \
		--user nobody -- id -un 2>"$TEST_TMP/log")" nobody
else
	tap_skip "it runs in an empty root directory" "changing the root needs root"
	tap_skip "it records, as another user" "recording needs root"
fi
tap_check_fails "looking an unknown user up loads no library" \
	"$program" record --user no-such-user -- true
strip -o "$TEST_TMP/stripped" "$program"
size=$(stat -c %s "$TEST_TMP/stripped")
tap_check "it has at most 8 MiB: $size bytes" [ "$size" -le "$SIZE_MAX" ]

# What a node without a network client lacks as well.
tap_is "the program with shared libraries needs none of a network client" \
	"$(ldd "$RECORDER" | grep -cE 'libcurl|libssh|libldap|libkrb5|librtmp')" 0

# Records a pod of a real runtime. Its container makes a call that no other container makes.
record_pod() {
	local pod container recorder status i

	"$program" record --pod app=web --namespace shop --wait --runtime-endpoint "unix://$CRI_ENDPOINT" \
		--output "$TEST_TMP/pod.json" 2>"$TEST_TMP/log" &
	recorder=$!
	cleanup_add cleanup_process "$recorder"
	for ((i = 0; i < 200; i++)); do
		! grep -q '^recorder: recording ' "$TEST_TMP/log" || break
		sleep 0.1
	done
	pod=$(cri runp web --uid "$(containerd_uid)" --namespace shop --label app=web) &&
		container=$(cri create "$pod" main "$CONTAINERD_BUSYBOX" -- sync) &&
		cri start "$container" && cri wait "$container"
	status=$?
	kill -TERM "$recorder"
	wait "$recorder" && [ "$status" = 0 ]
}

if [ "$(id -u)" = 0 ] && command -v podman >/dev/null; then
	tap_match "the demo works with it" "$(RECORDER=$program tools/demo 2>&1)" 'The demo worked\.$'
else
	tap_skip "the demo works with it" "it needs root, and podman"
fi

missing=$(containerd_missing)
if [ -n "$missing" ]; then
	for text in "a pod" "its calls" "errors"; do
		tap_skip "$text" "${missing//$'\n'/, }"
	done
	tap_done
	exit
fi
# A socket's path must be short, so the test uses its own directory instead of the harness's.
place=
cleanup_directory place
containerd_start "$place" && containerd_import_busybox || exit 1
tap_check "it records a pod" record_pod
tap_check "with its calls" jq -e '[.syscalls[].names[]] | index("sync")' "$TEST_TMP/pod.json"
tap_match "it names what a runtime does not support" "$("$program" record --pod app=web \
	--runtime-endpoint "$place/missing" 2>&1)" "find the runtime's socket"
tap_done
