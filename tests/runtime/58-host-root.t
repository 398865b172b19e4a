#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# recorder in a pod of "kubectl debug node/…": another root directory, with the host's / mounted
# at /host. It records the pods of the host, and installs for the host. Files that the user names
# as input and output are the pod's.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# A socket's path must be short, so the test uses its own directory instead of the harness's.
TEST_TMP=
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash
# shellcheck source=tests/lib/containerd.bash
. ../lib/containerd.bash

needs_root
missing=$(containerd_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"

POD=$TEST_TMP/pod # the root directory of the pod
image_new "$POD" && image_add_busybox "$POD" && mkdir "$POD/host" &&
	install -m 755 "$RECORDER" "$POD/bin/recorder" || exit 1
while read -r library; do
	image_add_file "$POD" "$library"
done < <(ldd "$RECORDER" 2>/dev/null | grep -o '/[^ ]*')

new_cgroup pod_cgroup
# Followed by a script and its arguments: runs a shell there. Its mounts go with it. It sees no
# cgroup but its own, as a pod where there is only cgroup v2.
in_pod=("$ENTER_CGROUP" "$pod_cgroup" "$(command -v unshare)" --mount --cgroup
	--propagation slave sh -c 'mount --rbind / "$0/host" &&
	mount -t proc proc "$0/proc" && mount -t sysfs sysfs "$0/sys" &&
	exec chroot "$0" /bin/sh -c "$@"' "$POD")

in_pod_recorder() { # ARGUMENT...
	"${in_pod[@]}" 'cd /tmp && exec recorder "$@"' sh "$@"
}

# Starts to record in the pod. The recording is written to /tmp/out.json there.
start_in_pod() { # ARGUMENT...
	: >"$LOG"
	"${in_pod[@]}" 'cd /tmp && exec recorder record -vv --format recording --output out.json "$@"' \
		sh "$@" 2>"$LOG" &
	recorder=$!
	cleanup_add cleanup_process "$recorder"
	wait_until 20 is_recording
}

stop_in_pod() {
	kill -TERM "$recorder"
	wait_until 20 has_ended "$recorder" || kill -KILL "$recorder"
	wait "$recorder"
}

tap_plan 21
containerd_start "$TEST_TMP" && containerd_import_busybox || exit 1
# A link of the host leads through the host's /, not through the pod's.
ln -s "$CONTAINERD_DIRECTORY" "$TEST_TMP/link"
endpoint=(--runtime-endpoint "unix://$TEST_TMP/link/containerd.sock")

check "the host's / is found by itself" grep -q "runc $(runc --version |
	sed -n 's/^runc version \([0-9.]*\).*/\1/p') with libseccomp" <(in_pod_recorder doctor)
check "unless that is switched off" grep -q 'no runc or crun' \
	<(in_pod_recorder doctor --host-root /)
check "its socket is used" grep -q "answers at $TEST_TMP/link/containerd.sock" \
	<(in_pod_recorder doctor "${endpoint[@]}")

start_in_pod --pod app=web --wait "${endpoint[@]}"
pod=$(cri runp web --uid "$(containerd_uid)" --label app=web)
container=$(cri create "$pod" main "$CONTAINERD_BUSYBOX" --mount "$PROGRAMS:/test" \
	-- /test/call "${NR[io_destroy]}") && cri start "$container" && cri wait "$container"
wait_until 20 grep -q '^recorder: io_destroy ' "$LOG"
stop_in_pod
check "a pod of the host is recorded" [ $? = 0 ]
RECORDING=$POD/tmp/out.json
check "and written to a file of the pod" [ -s "$RECORDING" ]
check "from its first call" equals observed_calls native:execve native:io_destroy \
	native:exit_group
check "completely" is_complete
check "with what its bundle and its runtime's program say" jq -e \
	'.observations[0] | .runtime.name == "runc" and (.runtime.version | test("^[0-9]"))
		and (.capabilities | length > 0) and .seccomp == "unconfined"' "$RECORDING"

start_in_pod --pod app=web --wait --host-root /host "${endpoint[@]}"
container=$(cri create "$pod" again "$CONTAINERD_BUSYBOX" --mount "$PROGRAMS:/test" \
	-- /test/call "${NR[quotactl]}") && cri start "$container" && cri wait "$container"
wait_until 20 grep -q '^recorder: quotactl ' "$LOG"
stop_in_pod
check "the same where it is said" contains_all observed_calls native:quotactl

# Records for a short time, and prints whom.
record_running() { # ARGUMENT...
	in_pod_recorder record --duration 1s --format recording -o out.json "${endpoint[@]}" "$@" \
		2>"$LOG" && jq -r '.observations[].container.name' "$RECORDING"
}

container=$(cri create "$pod" running "$CONTAINERD_BUSYBOX" -- sleep 1000) && cri start "$container"
check "the cgroup of a container that runs already is found" equals 'record_running --pod app=web' \
	running
check "also by the container's id" equals 'record_running --container-id "$container"' running
cri rm "$container"

store=$TEST_TMP/store/seccomp
mkdir "$TEST_TMP/store"
# Another one of that path is in the pod.
mkdir -p "$POD$store"
check "a profile of the pod is installed" in_pod_recorder install -n shop --root "$store" \
	out.json --name web
check "on the host" [ -s "$store/operator/shop/web.json" ]
check "and not in the pod" [ ! -e "$POD$store/operator" ]
container=$(cri create "$pod" confined "$CONTAINERD_BUSYBOX" \
	--seccomp "$store/operator/shop/web.json" --mount "$PROGRAMS:/test" -- sleep 1000)
check "it is listed, with who uses it" grep -q 'web.json .*default/web/confined' \
	<(in_pod_recorder list --root "$store" "${endpoint[@]}")
said=$(in_pod_recorder uninstall -n shop --root "$store" web "${endpoint[@]}" 2>&1)
check "and so is not removed" grep -q 'is used by 1 running container' <<<"$said"
cri rm "$container"
check "until nobody does" in_pod_recorder uninstall -n shop --root "$store" web "${endpoint[@]}"
check "then it is removed on the host" [ ! -e "$store/operator/shop/web.json" ]

said=$(in_pod_recorder record --pod app=web --host-root /nothing 2>&1)
check "a directory that is not there is refused" [ "$said" = \
	"recorder: error: the host's files at /nothing: enter /nothing: No such file or directory" ]
said=$(in_pod_recorder record --pod app=web --host-root /tmp 2>&1)
check "so is one that is no whole host" grep -q '/tmp has no /proc' <<<"$said"
said=$(in_pod_recorder record --host-root /host -- true 2>&1)
check "a command is no host's" grep -q -- '--host-root does not go with a command' <<<"$said"
tap_done
