#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 600
#
# Containers of runc and crun, with and without no_new_privs, as root and as another user,
# unconfined and under a default profile, recorded in each possible way. The profile has the
# workload's calls and those of the runtime under the filter. The container runs under the
# profile while any other call kills, also with the arguments only that were seen.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun busybox jq
[ -f /usr/share/containers/seccomp.json ] || tap_skip_all "there is no default profile"

# Each call is made whatever the timing: the shell waits for no child that may end earlier or later.
WORKLOAD='echo "uid $(id -u)"; echo text >/tmp/file; chmod 600 /tmp/file; cat /tmp/file; ls /proc/self/fd
	>/dev/null; rm /tmp/file; kill -0 $$; date +%s >/dev/null'
BUNDLE=$TEST_TMP/bundle

bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"
tap_plan $((2 * 2 * 2 * 2 * 3 * 5 + 2 * 2 * 9 + 4))
bundle_new "$BUNDLE" /bin/sh -c "${WORKLOAD//$'\n'/ }"
image_new "$BUNDLE/rootfs"
image_add_busybox "$BUNDLE/rootfs"
install -m 755 "$PROGRAMS/call" "$BUNDLE/rootfs/bin/call"
chmod 711 "$TEST_TMP" "$BUNDLE"

# A cgroup for containers, in each hierarchy. The runtimes make the v1 ones themselves.
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

# Calls the runtime. The output goes to $TEST_TMP/out and $TEST_TMP/err.
run_container() { # RUNTIME ID
	timeout 20 "$1" run --bundle "$BUNDLE" "$2" >"$TEST_TMP/out" 2>"$TEST_TMP/err" </dev/null
}

create_container() { # RUNTIME ID
	timeout 20 "$1" create --bundle "$BUNDLE" "$2" >"$TEST_TMP/out" 2>"$TEST_TMP/err" </dev/null
}

is_stopped() { # RUNTIME ID
	[ "$("$1" state "$2" | jq -r .status)" = stopped ]
}

# Runs the bundle's container in one of the ways. With "create", two commands load the filter
# and start the container, as under CRI.
run_by_way() { # RUNTIME WAY ID
	local status=0

	if [ "$2" != create ]; then
		run_container "$1" "$3"
		return
	fi
	create_container "$1" "$3" && "$1" start "$3" && wait_until 20 is_stopped "$1" "$3" ||
		status=$?
	remove_container "$1" "$3"
	return "$status"
}

# record_by_way RUNTIME WAY ID: "run" records the cgroup above, "create" a container that is
# created and not started, "wait" a container that does not exist yet.
record_by_way() {
	local status=0

	case $2 in
	run) start_both --cgroup "$parent" ;;
	wait) start_both --container-id "$3" --wait ;;
	create)
		create_container "$1" "$3" || return
		start_both --container-id "${3:0:12}"
		;;
	esac
	if [ "$2" = create ]; then
		"$1" start "$3" && wait_until 20 is_stopped "$1" "$3" || status=$?
		remove_container "$1" "$3"
	else
		run_container "$1" "$3" || status=$?
	fi
	stop_both || status=$?
	return "$status"
}

# Only the shell that started the recorders can wait for them, and check runs this in another shell.
said_well() { # STATUS
	[ "$1" = 0 ] || { cat "$TEST_TMP/said" && return 1; }
}

# Configures the bundle's container.
set_up_bundle() { # NO_NEW_PRIVS UID FILTER
	bundle_no_new_privs "$BUNDLE" "$1"
	bundle_user "$BUNDLE" "$2" "$2"
	bundle_seccomp "$BUNDLE" ""
	if [ "$3" = default ]; then
		default_profile "$BUNDLE" >"$TEST_TMP/default.json"
		bundle_seccomp "$BUNDLE" "$TEST_TMP/default.json"
	fi
}

# Prints the workload's own calls. Leaves out implied ones, which depend on timing.
work_calls() {
	calls_of_origin observed | grep -vxE 'rt_sigreturn|restart_syscall'
}

# The first container below a cgroup may load its filter before denied calls are watched, which
# begins when its cgroup is made. Then the recording must say so.
LATE_WATCH='a filter was in force before denied calls were watched: the first denied calls may be missing (--watch-denied always watches from the start)'

is_one_container() { # ID RUNTIME NO_NEW_PRIVS FILTER
	local seccomp=filtered

	[ "$4" = default ] || seccomp=unconfined
	jq -e --arg id "$1" --arg runtime "$2" --argjson no_new_privs "$3" --arg seccomp "$seccomp" \
		--arg late "$LATE_WATCH" '
		[.observations[] | select(.container.id)]
		| length == 1 and (.[0] | .container.id == $id and .runtime.name == $runtime
			and .noNewPrivs == $no_new_privs and .seccomp == $seccomp
			and (.complete or .reasons == [$late]))' "$RECORDING" >/dev/null ||
		{ jq -c '.observations[] | del(.systemCalls)' "$RECORDING" && return 1; }
}

calls_are_the_workloads() { # REFERENCE
	contains_none allowed_calls "${SETUP_CALLS[@]}" && diff "$1" <(work_calls)
}

runs_the_same() { # RUNTIME WAY ID OUTPUT
	run_by_way "$1" "$2" "$3" || echo "status $?"
	[ "$(<"$TEST_TMP/out")" = "$4" ] ||
		{ tail -n +1 "$TEST_TMP/out" "$TEST_TMP/err" && return 1; }
}

try_container() { # RUNTIME NO_NEW_PRIVS UID FILTER WAY
	local name="$1, no_new_privs $2, uid $3, $4, $5" id output

	id=$(new_id)
	set_up_bundle "$2" "$3" "$4"
	bundle_cgroup "$BUNDLE" "$parent/$id"
	record_by_way "$1" "$5" "$id" >"$TEST_TMP/said" 2>&1
	check "$name: recorded" said_well "$?"
	check "$name: one complete observation" is_one_container "$id" "$1" "$2" "$4"
	# busybox drops privileges unless it runs as root, so each user has its own reference.
	[ -s "$TEST_TMP/reference-$3" ] || work_calls >"$TEST_TMP/reference-$3"
	check "$name: the calls are the workload's, not the set-up's" \
		calls_are_the_workloads "$TEST_TMP/reference-$3"
	bundle_seccomp "$BUNDLE" "$KILL"
	output=$(<"$TEST_TMP/out")
	check "$name: it runs the same under its profile" \
		runs_the_same "$1" "$5" "$id" "$output"
	"$RECORDER" convert "$RECORDING" --arguments exact -o "$TEST_TMP/exact.json" 2>"$LOG" &&
		make_kill "$TEST_TMP/exact.json" "$KILL" && bundle_seccomp "$BUNDLE" "$KILL"
	check "$name: also with the arguments that were seen only" \
		runs_the_same "$1" "$5" "$id" "$output"
}

for runtime in runc crun; do
	for no_new_privs in true false; do
		for uid in 0 1000; do
			for filter in unconfined default; do
				for way in run create wait; do
					try_container "$runtime" "$no_new_privs" "$uid" "$filter" "$way"
				done
			done
		done
	done
done
# A process added to a running container. The runtime sets it up too, and that is not work.
EXEC_CALL=io_destroy

start_detached() { # RUNTIME ID
	"$1" run --detach --bundle "$BUNDLE" "$2" >"$TEST_TMP/out" 2>"$TEST_TMP/err" </dev/null ||
		{ cat "$TEST_TMP/err" && return 1; }
}

# An engine passes on the container's no_new_privs; crun's own command drops it unless told.
execute() { # RUNTIME ID NO_NEW_PRIVS
	local options=()

	[ "$3" = false ] || options=(--no-new-privs)
	timeout 20 "$1" exec "${options[@]}" "$2" /bin/call "${NR[$EXEC_CALL]}" </dev/null
}

try_exec() { # RUNTIME NO_NEW_PRIVS
	local name="exec, $1, no_new_privs $2" id

	id=$(new_id)
	set_up_bundle "$2" 0 unconfined
	bundle_cgroup "$BUNDLE" "$parent/$id"
	start_both --cgroup "$parent"
	check "$name: a container runs" start_detached "$1" "$id"
	check "$name: a process is added" execute "$1" "$id" "$2"
	remove_container "$1" "$id"
	stop_both >"$TEST_TMP/said" 2>&1
	check "$name: recorded" said_well "$?"
	check "$name: its calls are in the profile" contains_all allowed_calls "$EXEC_CALL"
	check "$name: its set-up is not" contains_none allowed_calls "${SETUP_CALLS[@]}"

	bundle_seccomp "$BUNDLE" "$KILL"
	check "$name: the container runs under its profile" start_detached "$1" "$id"
	check "$name: so does the added process" execute "$1" "$id" "$2"
	bundle_seccomp "$BUNDLE" ""
	remove_container "$1" "$id"

	start_detached "$1" "$id"
	start_recording --container-id "$id"
	execute "$1" "$id" "$2"
	stop_recording
	remove_container "$1" "$id"
	check "$name: recorded in a container that runs" \
		contains_all observed_calls native:execve "native:$EXEC_CALL"
	check "$name: without the set-up" \
		contains_none observed_calls "${SETUP_CALLS[@]/#/native:}"
}

bundle_args "$BUNDLE" /bin/sleep 60
for runtime in runc crun; do
	for no_new_privs in true false; do
		try_exec "$runtime" "$no_new_privs"
	done
done

# SIGKILL of the recorder removes its BPF programs and does not affect the container.
programs_of() { # PID
	sed -n 's/^prog_id:\t*//p' "/proc/$1"/fdinfo/* 2>/dev/null
}

programs_are_gone() { # ID...
	local program

	for program; do
		! bpftool prog show id "$program" >/dev/null 2>&1 || return 1
	done
}

id=$(new_id)
set_up_bundle false 0 unconfined
bundle_cgroup "$BUNDLE" "$parent/$id"
start_recording --cgroup "$parent"
mapfile -t programs < <(programs_of "$recorder")
start_detached runc "$id"
check "the recorder has programs in the kernel" [ "${#programs[@]}" -gt 0 ]
kill -KILL "$recorder"
wait "$recorder" 2>/dev/null
check "SIGKILL of the recorder leaves none of them" wait_until 10 programs_are_gone "${programs[@]}"
check "the container runs on" [ "$(runc state "$id" | jq -r .status)" = running ]
check "a process can be added to it" execute runc "$id" false
remove_container runc "$id"
tap_done
