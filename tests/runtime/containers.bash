# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the tests with container runtimes. Includes the libraries that all of them need.
# Containers of bundles are recorded as evidence and as a profile in one run, and run again with
# a default action that kills.

containers_directory=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/lib/images.bash
. "$containers_directory/../lib/images.bash"
# shellcheck source=tests/lib/bundle.bash
. "$containers_directory/../lib/bundle.bash"
# shellcheck source=tests/bpf/lib.bash
. "$containers_directory/../bpf/lib.bash"

PROFILE=$TEST_TMP/profile.json # the profile that start_both derives
KILL=$TEST_TMP/kill.json       # the same with SCMP_ACT_KILL_PROCESS as default

# Calls that runtimes make to set up a container, and that no workload of the tests makes.
SETUP_CALLS=(chroot keyctl mknod mknodat mount pivot_root seccomp setdomainname sethostname
	setns umount2 unshare)

# Skips the test file if a program is missing.
needs_programs() { # PROGRAM...
	local program

	for program in "$@"; do
		command -v "$program" >/dev/null || tap_skip_all "$program is not installed"
	done
}

# Prints an id as container engines make them.
new_id() {
	od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# Starts two recorders at once: one writes evidence to $RECORDING, the other a profile to $PROFILE.
start_both() { # ARGUMENT...
	rm -f "$PROFILE"
	: >"$TEST_TMP/profile.log"
	start_recording "$@"
	"$RECORDER" record -vv --output "$PROFILE" "$@" 2>"$TEST_TMP/profile.log" &
	profiler=$!
	cleanup_add cleanup_process "$profiler"
	wait_until 60 grep -q '^recorder: recording ' "$TEST_TMP/profile.log"
}

# Ends both recorders, unless they have ended by themselves. Makes $KILL.
stop_both() {
	local status=0

	kill -INT "$recorder" 2>/dev/null
	kill -TERM "$profiler" 2>/dev/null
	wait_until 20 has_ended "$recorder" || kill -KILL "$recorder"
	wait_until 20 has_ended "$profiler" || kill -KILL "$profiler"
	wait "$recorder" || status=$?
	wait "$profiler" || status=$?
	make_kill "$PROFILE" "$KILL" || { status=1 && cat "$TEST_TMP/profile.log"; }
	return "$status"
}

make_kill() { # PROFILE RESULT
	jq '.defaultAction = "SCMP_ACT_KILL_PROCESS" | del(.defaultErrnoRet)' "$1" >"$2"
}

allowed_calls() { # [PROFILE]
	jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "${1:-$PROFILE}"
}

# Prints the names of the recording's calls that have one of the origins.
calls_of_origin() { # ORIGIN...
	jq -r --args '.observations[].systemCalls[] | select(.origin | IN($ARGS.positional[]))
		| .name' "$@" <"$RECORDING" | sort -u
}

# Removes a container of a runtime, whatever its state.
remove_container() { # RUNTIME ID
	"$1" delete --force "$2"
}

# Prints Podman's default profile, resolved for this machine and the bundle's capabilities, as
# an engine would put it into the bundle.
default_profile() { # BUNDLE
	local machine=amd64 scmp=SCMP_ARCH_X86_64

	[ "$(uname -m)" = x86_64 ] || machine=arm64 scmp=SCMP_ARCH_AARCH64
	jq --slurpfile config "$1/config.json" --arg machine "$machine" --arg scmp "$scmp" '
		($config[0].process.capabilities.bounding // []) as $caps
		| {defaultAction, defaultErrnoRet, architectures: [$scmp], syscalls: [.syscalls[]
			| select(((.includes.caps // []) - $caps == [])
				and ((.includes.arches // [$machine]) | index($machine))
				and ((.excludes.caps // []) | all(. as $cap | $caps | index($cap) | not))
				and ((.excludes.arches // []) | index($machine) | not))
			| {names, action, errnoRet, args} | del(..|nulls)]}' \
		/usr/share/containers/seccomp.json
}
