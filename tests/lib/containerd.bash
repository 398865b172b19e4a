# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Starts a containerd for the test, with its root, state and socket in the test's directory, and
# real pods without a cluster. Needs tap.bash, cleanup.bash and images.bash.
#
#	containerd_start "$dir"
#	containerd_import_busybox
#	pod=$(cri runp web --uid "$(containerd_uid)" --label app=web)
#	container=$(cri create "$pod" main "$CONTAINERD_BUSYBOX" -- sh -c 'echo hello')
#	cri start "$container"; cri wait "$container"; cri logs "$container"
#
# Pods have the node's network, so that no network plug-in is needed. The handlers are "runc"
# (the default), "crun", and "kata", which is runc under a false name. Everything is ended and
# removed with the test.

# The pods' sandboxes use this image too.
CONTAINERD_BUSYBOX=localhost/recorder-busybox:test

containerd_library=$(dirname "${BASH_SOURCE[0]}")

# Prints why containerd cannot run here, or nothing if it can.
containerd_missing() {
	local command
	[ "$(id -u)" = 0 ] || echo "it needs root"
	for command in containerd containerd-shim-runc-v2 ctr runc busybox jq protoc-c; do
		command -v "$command" >/dev/null || echo "$command is not installed"
	done
	/usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null ||
		echo "python3-grpcio or python3-protobuf is not installed"
}

containerd_config() { # DIRECTORY
	cat <<END
version = 2
root = "$1/root"
state = "$1/state"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing",
	"io.containerd.tracing.processor.v1.otlp", "io.containerd.snapshotter.v1.devmapper",
	"io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
	"io.containerd.snapshotter.v1.aufs"]
[grpc]
address = "$1/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "$CONTAINERD_BUSYBOX"
# Without it runc fails where the score may not be lowered, as inside a container.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun.options]
BinaryName = "$(command -v crun || echo /usr/bin/crun)"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]
runtime_type = "io.containerd.runc.v2"
END
}

# Sets CRI_ENDPOINT. The directory's path must be short: a socket's path has at most 107 characters.
containerd_start() { # DIRECTORY
	local i
	CONTAINERD_DIRECTORY=$1/containerd
	mkdir -p "$CONTAINERD_DIRECTORY/cri"
	containerd_config "$CONTAINERD_DIRECTORY" >"$CONTAINERD_DIRECTORY/config.toml"
	containerd --config "$CONTAINERD_DIRECTORY/config.toml" \
		>"$CONTAINERD_DIRECTORY/log" 2>&1 &
	CONTAINERD_PID=$!
	export CRI_ENDPOINT=$CONTAINERD_DIRECTORY/containerd.sock
	export CRI_STATE=$CONTAINERD_DIRECTORY/cri
	cleanup_add containerd_stop
	for ((i = 0; i < 100; i++)); do
		cri version >/dev/null 2>&1 && return 0
		kill -0 "$CONTAINERD_PID" 2>/dev/null || break
		sleep 0.1
	done
	tail -n 20 "$CONTAINERD_DIRECTORY/log"
	return 1
}

# Ends pods first, because their shims outlive containerd.
containerd_stop() {
	[ -n "${CONTAINERD_PID-}" ] || return 0
	timeout 60 "$containerd_library/cri.py" cleanup
	cleanup_process "$CONTAINERD_PID"
	CONTAINERD_PID=
	containerd_kill_shims
	# The containers' file systems are mounted inside the state directory.
	cleanup_mounts "$CONTAINERD_DIRECTORY"
	containerd_remove_cgroups
	# The shim itself chooses these places, not the configuration.
	rmdir /run/containerd/runc/k8s.io /run/containerd/runc /run/containerd/s \
		/run/containerd 2>/dev/null
}

# Kills shims that a failed clean-up leaves. They are recognised by this containerd's socket.
containerd_kill_shims() {
	local process
	for process in /proc/[0-9]*; do
		if tr '\0' ' ' 2>/dev/null <"$process/cmdline" |
			grep -q -- "^[^ ]*containerd-shim[^ ]* .*-address $CRI_ENDPOINT "; then
			kill -KILL "${process#/proc/}" 2>/dev/null
		fi
	done
}

# Removes the pods' cgroups, as the kubelet would. Processes that are still in them are killed.
containerd_remove_cgroups() {
	local uid mount pod i
	for uid in "$CRI_STATE"/logs/*; do
		while read -r mount; do
			for pod in "$mount"/kubepods/{,*/}"pod${uid##*/}"; do
				[ -d "$pod" ] || continue
				[ ! -e "$pod/cgroup.kill" ] || echo 1 >"$pod/cgroup.kill"
				for ((i = 0; i < 50; i++)); do
					find "$pod" -depth -type d -exec rmdir {} + && break
					sleep 0.1
				done
			done
			# Succeeds only if no other test has pods.
			rmdir "$mount"/kubepods/{besteffort,burstable,} 2>/dev/null
		done < <(awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts)
	done
	return 0
}

cri() { # COMMAND [ARGUMENT...]
	"$containerd_library/cri.py" "$@"
}

containerd_uid() {
	cat /proc/sys/kernel/random/uuid
}

containerd_ctr() { # ARGUMENT...
	ctr --address "$CRI_ENDPOINT" --namespace k8s.io "$@"
}

containerd_import() { # ARCHIVE
	containerd_ctr images import "$1" >/dev/null
}

containerd_import_busybox() {
	local rootfs=$CONTAINERD_DIRECTORY/busybox
	image_new "$rootfs" && image_add_busybox "$rootfs" &&
		image_archive "$rootfs" "$CONTAINERD_BUSYBOX" "$CONTAINERD_DIRECTORY/busybox.tar" \
			sleep 1000000 &&
		containerd_import "$CONTAINERD_DIRECTORY/busybox.tar" &&
		rm -rf "$rootfs" "$CONTAINERD_DIRECTORY/busybox.tar"
}
