# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $runtime is the caller's
#
# Podman with all its files in $TEST_TMP, under the runtime that $runtime names.

podman_here() { # ARGUMENT...
	timeout 60 podman --root "$TEST_TMP/storage" --runroot "$TEST_TMP/run" \
		--tmpdir "$TEST_TMP/tmp" --storage-driver vfs --cgroup-manager cgroupfs \
		--runtime "$runtime" "$@"
}

# Removes every container and image, for cleanup_add.
podman_remove_all() {
	podman_here rm --all --force --time 0
	podman_here system reset --force
}
