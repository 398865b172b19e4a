# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Starts a Docker daemon for the test, with its data, state, socket and cgroups in the test's own
# places, and an image made from this machine's files. Needs tap.bash, cleanup.bash and images.bash.
#
#	docker_start "$dir" "$cgroup_path"
#	docker_import "$rootfs"
#	docker_here run --network none "$DOCKER_IMAGE" echo hello
#
# Containers have no network. The runtime "runsc" is gVisor. "sandboxed" is the same under
# another name. Everything is ended and removed with the test.

DOCKER_IMAGE=recorder-docker:test

# Prints why Docker cannot run here, or nothing if it can.
docker_missing() {
	local program
	[ "$(id -u)" = 0 ] || echo "it needs root"
	for program in dockerd docker containerd runc jq; do
		command -v "$program" >/dev/null || echo "$program is not installed"
	done
}

docker_config() { # CGROUP_PATH
	jq -n --arg dir "$DOCKER_DIRECTORY" --arg cgroup "$1" --arg runsc "$(command -v runsc)" \
		--arg init "$(command -v catatonit)" '{
			hosts: ["unix://\($dir)/socket"], pidfile: "\($dir)/pid",
			"data-root": "\($dir)/data", "exec-root": "\($dir)/run",
			"deprecated-key-path": "\($dir)/key.json",
			bridge: "none", iptables: false, "ip-masq": false, "storage-driver": "vfs",
			"cgroup-parent": "\($cgroup)/docker", "init-path": $init,
			"exec-opts": ["native.cgroupdriver=cgroupfs"], experimental: true,
			runtimes: ({path: $runsc, runtimeArgs: ["--platform=ptrace", "--network=none"]}
				| {runsc: ., sandboxed: .})
		}'
}

# The directory's path must be short: a socket's path has at most 107 characters. The daemon's
# children find programs in the caller's PATH.
docker_start() { # DIRECTORY CGROUP_PATH
	DOCKER_DIRECTORY=$1/docker
	mkdir -p "$DOCKER_DIRECTORY"
	docker_config "$2" >"$DOCKER_DIRECTORY/daemon.json"
	dockerd --config-file "$DOCKER_DIRECTORY/daemon.json" >"$DOCKER_DIRECTORY/log" 2>&1 &
	DOCKER_PID=$!
	cleanup_add docker_stop
	wait_until 30 docker_answers || { tail -n 20 "$DOCKER_DIRECTORY/log" && return 1; }
}

docker_answers() {
	docker_here version >/dev/null 2>&1 || has_ended "$DOCKER_PID"
}

docker_here() { # ARGUMENT...
	timeout 60 docker --host "unix://$DOCKER_DIRECTORY/socket" "$@"
}

docker_import() { # ROOTFS
	tar -C "$1" --numeric-owner --owner=0 --group=0 -c . | docker_here import - "$DOCKER_IMAGE" \
		>/dev/null
}

# Removes containers first, because their shims outlive the daemon. Its containerd ends with it.
docker_stop() {
	local containers
	[ -n "${DOCKER_PID-}" ] || return 0
	mapfile -t containers < <(docker_here ps --all --quiet)
	[ "${#containers[@]}" = 0 ] || docker_here rm --force --volumes "${containers[@]}"
	cleanup_process "$DOCKER_PID"
	DOCKER_PID=
	docker_kill_rest
	# The containers' file systems are mounted inside the state directory.
	cleanup_mounts "$DOCKER_DIRECTORY"
	# The configuration does not set these places.
	rmdir /run/docker/plugins /run/docker /etc/docker /run/containerd/s /run/containerd
}

# Kills processes that a failed clean-up leaves. They are recognised by the test's directory.
docker_kill_rest() {
	local process
	for process in /proc/[0-9]*; do
		if tr '\0' ' ' 2>/dev/null <"$process/cmdline" |
			grep -qE -- "^[^ ]*containerd(-shim[^ ]*)? .*$DOCKER_DIRECTORY/"; then
			kill -KILL "${process#/proc/}"
		fi
	done 2>/dev/null
}
