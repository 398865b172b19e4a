#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# A container with its own supervisor or tracer. The calls that it answers are work, even under
# a filter of the engine. The calls that this filter refuses stay denied.
# shellcheck disable=SC2154,SC2317 # names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun jq
[ -f /usr/share/containers/seccomp.json ] || tap_skip_all "there is no default profile"
bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"

BUNDLE=$TEST_TMP/bundle
tap_plan $((2 * (2 * 3 * 3 + 2)))

bundle_new "$BUNDLE" true
image_new "$BUNDLE/rootfs"
install -m 755 "$PROGRAMS/answer_static" "$BUNDLE/rootfs/bin/"
default_profile "$BUNDLE" >"$TEST_TMP/default.json"
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

run_container() {
	timeout 30 "$runtime" run --bundle "$BUNDLE" "$id" </dev/null >"$TEST_TMP/said" 2>&1 ||
		{ cat "$TEST_TMP/said" && return 1; }
}

record_container() { # FILTER ARGUMENT...
	id=$(new_id)
	bundle_args "$BUNDLE" /bin/answer_static "${@:2}"
	bundle_cgroup "$BUNDLE" "$parent/$id"
	bundle_seccomp "$BUNDLE" "$1"
	start_both --container-id "$id" --wait
	run_container
	status=$?
	stop_both >>"$TEST_TMP/said" 2>&1
	return "$status"
}

# Tracers of a container are watched once the first one has been seen, which may be too late for
# that one. And a container may be gone before its filter could be read, which shows if the
# supervisor was asked.
SAID='a tracer could answer system calls before|ioprio_get was answered by the container'

observed_or_said() {
	jq -r '.observations[] | .reasons // [] | .[]' "$RECORDING" | grep -qE "^($SAID)" && return
	contains_all observed_calls native:ioprio_get && equals denied_calls && is_complete
}

works_or_said() {
	grep -qE "$SAID" "$TEST_TMP/profile.log" || run_under "$PROFILE"
}

run_under() { # PROFILE
	bundle_seccomp "$BUNDLE" "$1"
	run_container
}

for runtime in runc crun; do
	for filter in '' "$TEST_TMP/default.json"; do
		for how in notify skip change; do
			name="$runtime, ${filter:+filtered, }$how"
			record_container "$filter" "$how" "${NR[ioprio_get]}"
			check "$name: works" [ "$?" = 0 ]
			check "$name: the call is the workload's, or a reason names it" observed_or_said
			check "$name: works under its profile, or the recording is not complete" \
				works_or_said
		done
	done
	record_container "$TEST_TMP/default.json" both "${NR[acct]}"
	check "$runtime: a call that the container's filter refuses is denied" \
		equals denied_calls native:acct
	check "$runtime: and not observed" contains_none observed_calls native:acct
done
tap_done
