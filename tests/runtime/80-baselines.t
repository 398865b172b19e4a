#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# The built-in tables match the profiles of real containers: those of the installed containerd,
# through CRI, and of Podman, with several sets of capabilities. The profile that the runtime
# resolved into the bundle is compared in meaning with the table of that version, resolved for
# the bundle's capabilities and this kernel. On every architecture, each call has the same
# result for all arguments.
# shellcheck disable=SC2154 # cgroup is given by name
set -u
cd "$(dirname "$0")" || exit 1
# A socket's path must be short, so the test uses its own directory instead of the harness's.
TEST_TMP=
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash
# shellcheck source=tests/lib/containerd.bash
. ../lib/containerd.bash

needs_root
needs_programs podman runc busybox jq
missing=$(containerd_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"

# Sets of capabilities, as options that the CRI client and Podman share. Each capability that a
# table asks about is in some sets and missing in others.
sets=(
	''
	'--cap-drop ALL'
	'--cap-add SYS_ADMIN'
	'--cap-add ALL'
	'--cap-drop ALL --cap-add BPF --cap-add SYS_PTRACE --cap-add SYS_NICE --cap-add SYS_BOOT'
	'--cap-drop ALL --cap-add PERFMON --cap-add SYSLOG --cap-add SYS_TIME --cap-add AUDIT_WRITE'
	'--cap-drop ALL --cap-add DAC_READ_SEARCH --cap-add SYS_CHROOT --cap-add SYS_MODULE'
	'--cap-drop ALL --cap-add SYS_PACCT --cap-add SYS_RAWIO --cap-add SYS_TTY_CONFIG'
)
tap_plan $((2 * (${#sets[@]} + 1) + 1))

no_difference() { # PROFILE PROFILE
	"$RECORDER" diff --fail-on none --format json "$1" "$2" >"$TEST_TMP/diff.json" || return
	jq -e '.compared == 1 and ([.counts | .added, .widened, .removed, .narrowed, .changed]
		| add == 0)' "$TEST_TMP/diff.json" >/dev/null ||
		{ jq -c '.profiles[].changes[] | [.kind, .call, .old, .new]' "$TEST_TMP/diff.json"; return 1; }
}

# same_meaning RUNTIME@VERSION CONFIG
same_meaning() {
	local capabilities=(--cap NONE) capability

	[ "$(jq '.linux.seccomp.syscalls | length' "$2")" -gt 0 ] || return
	while read -r capability; do
		capabilities+=(--cap "$capability")
	done < <(jq -r '.process.capabilities.bounding // [] | .[]' "$2")
	"$RECORDER" baseline show "$1" "${capabilities[@]}" --kernel "$(uname -r)" \
		--format seccomp >"$TEST_TMP/table.json" || return
	no_difference "$TEST_TMP/table.json" "$2"
}

# A recording keeps the profile that the container was started under, where compare finds it.
records_it() { # ID CONFIG
	local recording=$TEST_TMP/recording.json
	"$RECORDER" record --quiet --container-id "$1" --duration 300ms --format recording \
		--output "$recording" || return
	jq '.profiles[.observations[0].profile]' "$recording" >"$TEST_TMP/applied.json"
	no_difference "$2" "$TEST_TMP/applied.json"
}

# Checks that the sets give different profiles. Otherwise the comparisons would prove little.
sets_differ() { # CONFIG...
	[ "$(jq -cS '.linux.seccomp.syscalls' "$@" | sort -u | wc -l)" -ge $((${#sets[@]} - 2)) ]
}

try_containerd() {
	local version pod set container config configs=() i
	containerd_start "$TEST_TMP" && containerd_import_busybox || return
	version=$(containerd --version | awk '{ print $3 }')
	pod=$(cri runp web --uid "$(containerd_uid)")
	for i in "${!sets[@]}"; do
		read -r -a set <<<"${sets[i]}"
		container=$(cri create "$pod" "main-$i" "$CONTAINERD_BUSYBOX" --seccomp default \
			"${set[@]}" -- sleep 1000)
		cri start "$container"
		config=$TEST_TMP/containerd-$i.json
		cp "$CONTAINERD_DIRECTORY/state/io.containerd.runtime.v2.task/k8s.io/$container/config.json" \
			"$config"
		configs+=("$config")
		tap_check "containerd $version: ${sets[i]:-the usual capabilities}" same_meaning "containerd@$version" "$config"
	done
	tap_check "containerd $version: the capabilities make a difference" sets_differ "${configs[@]}"
}

podman_here() { # ARGUMENT...
	timeout 60 podman --root "$TEST_TMP/storage" --runroot "$TEST_TMP/run" \
		--tmpdir "$TEST_TMP/tmp" --storage-driver vfs --cgroup-manager cgroupfs \
		--runtime runc "$@"
}

remove_containers() {
	podman_here rm --all --force --time 0
	podman_here system reset --force
} >/dev/null

try_podman() {
	local version set container config configs=() i cgroup
	local image=localhost/recorder-baselines:test

	new_cgroup cgroup
	cleanup_add bundle_cgroup_remove "${cgroup#"$(cgroup_root)"}"
	cleanup_add remove_containers
	image_new "$TEST_TMP/rootfs" && image_add_busybox "$TEST_TMP/rootfs" &&
		image_archive "$TEST_TMP/rootfs" "$image" "$TEST_TMP/image.tar" sleep 1000 &&
		podman_here load --quiet --input "$TEST_TMP/image.tar" >/dev/null || return
	version=$(podman --version | awk '{ print $3 }')
	for i in "${!sets[@]}"; do
		read -r -a set <<<"${sets[i]}"
		container=$(podman_here create --pull never --network none --ulimit nofile=1024:1024 \
			--ulimit nproc=1024:1024 --cgroup-parent "${cgroup#"$(cgroup_root)"}" \
			"${set[@]}" "$image" sleep 1000)
		podman_here init "$container" >/dev/null
		config=$TEST_TMP/podman-$i.json
		cp "$(podman_here container inspect --format '{{.OCIConfigPath}}' "$container")" "$config"
		configs+=("$config")
		tap_check "Podman $version: ${sets[i]:-the usual capabilities}" same_meaning "podman@$version" "$config"
	done
	tap_check "Podman $version: a recording knows what the container was started under" \
		records_it "$container" "$config"
	tap_check "Podman $version: the capabilities make a difference" sets_differ "${configs[@]}"
}

try_containerd
try_podman
tap_done
