# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Undoes a test's changes, even if the test fails or is interrupted:
#
#	cleanup_add rmdir /sys/fs/cgroup/x
#
# Commands run at the end of the shell, the last added first. They run in the shell that added
# them, so do not call cleanup_add in a subshell.

# Keeps the commands if a library sources this file again.
[ -z "${cleanup_commands+set}" ] || return 0
cleanup_commands=()

cleanup_add() { # COMMAND [ARGUMENT...]
	local quoted
	printf -v quoted '%q ' "$@"
	cleanup_commands+=("$quoted")
}

cleanup_run() {
	local status=$? i
	trap - EXIT
	for ((i = ${#cleanup_commands[@]} - 1; i >= 0; i--)); do
		eval "${cleanup_commands[i]}" >/dev/null 2>&1
	done
	exit "$status"
}

trap cleanup_run EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# A temporary directory that is removed at the end. Its path goes to the named variable.
cleanup_directory() { # VARIABLE
	local -n cleanup_result=$1
	cleanup_result=$(mktemp -d "${TMPDIR:-/tmp}/recorder-test.XXXXXX") || exit 1
	cleanup_add rm -rf --one-file-system "$cleanup_result"
}

# Ends a process that this test started, and waits for its end.
cleanup_process() { # PID
	local i
	kill "$1" 2>/dev/null
	for ((i = 0; i < 50; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

# Unmounts everything below a directory, the deepest first.
cleanup_mounts() { # DIRECTORY
	local mount
	awk -v top="$1/" 'index($2, top) == 1 { print $2 }' /proc/mounts | sort -r |
		while read -r mount; do
			umount -l "$mount"
		done
}

# Removes a cgroup of the v2 hierarchy with all cgroups below it. Their processes are killed.
cleanup_cgroup() { # DIRECTORY
	[ -d "$1" ] || return 0
	echo 1 >"$1/cgroup.kill" 2>/dev/null
	local i
	for ((i = 0; i < 50; i++)); do
		find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
		[ -d "$1" ] || return 0
		sleep 0.1
	done
	return 1
}
