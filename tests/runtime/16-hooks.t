#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# Hooks of all six kinds, under both runtimes. Their calls are not the workload's, and do not
# affect what is recorded about its start. A startContainer hook runs under the container's
# filter, so the profile needs its calls.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun busybox jq
bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"

KINDS=(none prestart createRuntime createContainer startContainer poststart poststop)
BUNDLE=$TEST_TMP/bundle
tap_plan $((2 * (2 * ${#KINDS[@]} * 2 + 2 * 2) + 2 * 2))

bundle_new "$BUNDLE" /bin/call "${NR[mq_unlink]}"
image_new "$BUNDLE/rootfs"
image_add_busybox "$BUNDLE/rootfs"
install -m 755 "$PROGRAMS/call" "$BUNDLE/rootfs/bin/call"
cp "$BUNDLE/config.json" "$TEST_TMP/config.json"
chmod 711 "$TEST_TMP" "$BUNDLE"
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

printf '%s\n' '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
	[{"names": ["reboot"], "action": "SCMP_ACT_ERRNO"}]}' >"$TEST_TMP/filter.json"

# Only a startContainer hook runs a program of the container. Each hook is a shell that has
# children and then executes another program.
add_hook() { # KIND
	local call=$PROGRAMS/call shell

	shell=$(command -v busybox)
	[ "$1" != none ] || return 0
	[ "$1" != startContainer ] || call=/bin/call shell=/bin/busybox
	bundle_edit "$BUNDLE" --arg kind "$1" --arg shell "$shell" --arg call "$call" \
		--arg first "${NR[acct]}" --arg second "${NR[quotactl]}" '.hooks = {($kind): [{
			path: $shell, timeout: 20,
			args: ["busybox", "sh", "-c", "\($call) \($first); \($call) \($first);
				exec \($call) \($second)"]}]}'
}

run_one() { # RUNTIME KIND NO_NEW_PRIVS FILTER
	local id

	id=$(new_id)
	cp "$TEST_TMP/config.json" "$BUNDLE/config.json"
	bundle_no_new_privs "$BUNDLE" "$3"
	bundle_seccomp "$BUNDLE" "$4"
	bundle_cgroup "$BUNDLE" "$parent/$id"
	add_hook "$2"
	timeout 30 "$1" run --bundle "$BUNDLE" "$id" </dev/null >>"$TEST_TMP/said" 2>&1
	printf '%s %s %s\n' "$id" "$1" "$2"
}

# Prints the observation of a container, by runtime and kind of hook.
observation() { # RUNTIME KIND
	local id

	id=$(awk -v runtime="$1" -v kind="$2" '$2 == runtime && $3 == kind { print $1 }' \
		"$TEST_TMP/ran")
	jq --arg id "$id" '.observations[] | select(.container.id == $id)' "$RECORDING"
}

calls_of() { # RUNTIME KIND ORIGIN
	observation "$1" "$2" | jq -r --arg origin "$3" \
		'.systemCalls[] | select(.origin == $origin) | .abi + ":" + .name'
}

started_so() { # RUNTIME KIND NO_NEW_PRIVS SECCOMP
	observation "$1" "$2" | jq -e --argjson on "$3" --arg seccomp "$4" --arg runtime "$1" '
		.complete and .noNewPrivs == $on and .seccomp == $seccomp
		and .runtime.name == $runtime' >/dev/null ||
		{ observation "$1" "$2" | jq -c 'del(.systemCalls)' && return 1; }
}

check_hooks() { # NAME NO_NEW_PRIVS SECCOMP FILTER
	local runtime kind

	: >"$TEST_TMP/said"
	start_recording --cgroup "$parent"
	for runtime in runc crun; do
		for kind in "${KINDS[@]}"; do
			run_one "$runtime" "$kind" "$2" "$4"
		done
	done >"$TEST_TMP/ran"
	stop_recording
	for runtime in runc crun; do
		for kind in "${KINDS[@]}"; do
			check "$1, $runtime, $kind: only the workload's calls are observed" equals \
				"calls_of $runtime $kind observed" \
				native:execve native:mq_unlink native:exit_group
			check "$1, $runtime, $kind: with how it was started" \
				started_so "$runtime" "$kind" "$2" "$3"
		done
		check "$1, $runtime: calls of a startContainer hook are the runtime's" contains_all \
			"calls_of $runtime startContainer runtime" native:acct native:quotactl
		check "$1, $runtime: calls of a createContainer hook are not, because it runs outside the filter" \
			contains_none "calls_of $runtime createContainer runtime" \
			native:acct native:quotactl
	done
}

check_hooks 'no_new_privs, unconfined' true unconfined ''
check_hooks 'under a filter' false filtered "$TEST_TMP/filter.json"

# A hook may leave a process behind that continues while the workload runs. The root directory
# has changed by then, so the process opens its FIFOs before.
gate=$TEST_TMP/gate ended=$TEST_TMP/ended
mkfifo "$gate" "$ended"
exec 8<>"$gate" 9<>"$ended"
for runtime in runc crun; do
	id=$(new_id)
	cp "$TEST_TMP/config.json" "$BUNDLE/config.json"
	bundle_cgroup "$BUNDLE" "$parent/$id"
	bundle_args "$BUNDLE" /bin/busybox sleep 60
	bundle_edit "$BUNDLE" --arg steps "$PROGRAMS/steps_static" --arg gate "$gate" \
		--arg ended "$ended" --arg call "${NR[acct]}" --arg shell "$(command -v busybox)" '
		.hooks = {createContainer: [{path: $shell, timeout: 20, args: ["busybox", "sh", "-c",
			"exec 3<>\($gate) 4<>\($ended) </dev/null >/dev/null 2>&1;
			exec \($steps) orphan read=3 call=\($call) write=4"]}]}'
	start_recording --cgroup "$parent"
	timeout 30 "$runtime" run --detach --bundle "$BUNDLE" "$id" </dev/null >"$TEST_TMP/said" 2>&1
	echo >&8
	check "$runtime: a hook leaves a process behind" read -r -t 20 -u 9
	remove_container "$runtime" "$id"
	stop_recording
	check "$runtime: whose calls are not work either" contains_none observed_calls native:acct
done
tap_done
