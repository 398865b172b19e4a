#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
# timeout: 480
#
# Many containers that live for some 50 ms. Each is recorded completely, from its first system
# call, and each call is attributed to the container that made it.
#
# A container's program first makes one call that is the same for all, then one that identifies
# its number. So a call attributed to another container is noticed.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc busybox jq
tap_plan 18

CONTAINERS=500
WORKERS=4
FIRST_CALL=acct
UNIQUE_CALLS=(add_key delete_module io_destroy ioprio_get mq_unlink quotactl request_key swapoff
	timer_delete)

# Each worker has its own bundle, because a runtime reads the bundle when it starts a container.
for ((worker = 0; worker < WORKERS; worker++)); do
	bundle=$TEST_TMP/bundle-$worker
	bundle_new "$bundle" /bin/call
	image_new "$bundle/rootfs"
	install -m 755 "$PROGRAMS/call" "$bundle/rootfs/bin/call"
done

# Runs every fourth container, in the parent cgroups in turn, and prints "ID CALL" for each.
# runc may report as a failure that a container ended so soon, so its exit status is ignored.
work() { # WORKER FILTER PARENT...
	local worker=$1 bundle=$TEST_TMP/bundle-$1 filter=$2 n id call config

	shift 2
	config=$(jq --argjson filter "$filter" 'if $filter then .linux.seccomp = $filter else . end' \
		"$bundle/config.json")
	for ((n = worker; n < CONTAINERS; n += WORKERS)); do
		id=$(new_id)
		call=${UNIQUE_CALLS[n % ${#UNIQUE_CALLS[@]}]}
		jq --arg path "${*:n % $# + 1:1}/$id" --arg first "${NR[$FIRST_CALL]}" \
			--arg call "${NR[$call]}" '.linux.cgroupsPath = $path
				| .process.args = ["/bin/call", $first, $call]' <<<"$config" \
			>"$bundle/config.json"
		timeout 20 runc run --bundle "$bundle" "$id" </dev/null >/dev/null 2>>"$TEST_TMP/err-$worker"
		echo "$id $call"
	done >"$TEST_TMP/ran-$worker"
}

run_containers() { # FILTER PARENT...
	local worker workers=()

	for ((worker = 0; worker < WORKERS; worker++)); do
		work "$worker" "$@" &
		workers+=("$!")
		cleanup_add cleanup_process "$!"
	done
	wait "${workers[@]}"
	cat "$TEST_TMP"/ran-* | sort >"$TEST_TMP/ran"
}

# Prints "ID CALL..." for each container, with sorted calls.
recorded_work() {
	jq -r '.observations[] | select(.container.id)
		| [.container.id, ([.systemCalls[] | select(.origin == "observed") | .name] | sort[])]
		| join(" ")' "$RECORDING" | sort
}

expected_work() {
	jq -rR --arg first "$FIRST_CALL" '(. / " ") as [$id, $call]
		| [$id, (["execve", $first, $call, "exit_group"] | sort[])] | join(" ")' "$TEST_TMP/ran"
}

each_did_its_work() {
	diff <(expected_work) <(recorded_work)
}

count_of() { # FILTER_OF_JQ
	jq "[.observations[] | select(.container.id) | $1] | length" "$RECORDING"
}

nothing_lost() {
	jq -e '[.observations[].losses // {} | .[]] | (add // 0) == 0' "$RECORDING" >/dev/null ||
		{ jq -c '.observations[].losses | select(.)' "$RECORDING" | sort | uniq -c && return 1; }
}

check_churn() { # NAME SECCOMP
	check "$1: every container is one observation" \
		[ "$(count_of .container.id)" = "$CONTAINERS" ]
	check "$1: each has its own calls, from the first, and no other's" each_did_its_work
	check "$1: the runtime of each is known" \
		[ "$(count_of 'select(.runtime.name == "runc")')" = "$CONTAINERS" ]
	check "$1: and how it was started" [ "$(count_of ".noNewPrivs and .seccomp == \"$2\" |
		select(.)")" = "$CONTAINERS" ]
	check "$1: nothing was lost" nothing_lost
	check "$1: the recording is complete" is_complete
}

new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

start_recording --cgroup "$parent"
run_containers null "$parent"
stop_recording
check "below a cgroup: recorded" [ $? = 0 ]
check_churn "below a cgroup" unconfined

# Pods, with cgroups named as the kubelet does, and with a filter that denies none of their calls.
pods=()
for ((pod = 0; pod < 10; pod++)); do
	pods+=("$parent/kubepods/besteffort/pod$(</proc/sys/kernel/random/uuid)")
done
start_recording --cgroup "$parent"
run_containers '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
	[{"names": ["reboot"], "action": "SCMP_ACT_ERRNO"}]}' "${pods[@]}"
stop_recording
check "pods: recorded" [ $? = 0 ]
check_churn pods filtered
check "pods: the pod of each is known" \
	[ "$(count_of 'select(.pod.uid as $uid | .attribution | contains($uid))')" = "$CONTAINERS" ]

# One container in which many processes are executed.
EXECS=100

execute_many() { # ID
	local worker workers=()

	for ((worker = 0; worker < WORKERS; worker++)); do
		for ((n = worker; n < EXECS; n += WORKERS)); do
			timeout 20 runc exec "$1" /bin/call "${NR[$FIRST_CALL]}" </dev/null ||
				echo "status $?"
		done &
		workers+=("$!")
	done
	wait "${workers[@]}"
}

# Records one container while COMMAND runs with its id.
record_sleeper() { # COMMAND...
	local id

	id=$(new_id)
	bundle_cgroup "$bundle" "$parent/$id"
	start_recording --cgroup "$parent"
	runc run --detach --bundle "$bundle" "$id" </dev/null >/dev/null 2>&1
	sleep 0.5
	"$@" "$id" >"$TEST_TMP/said" 2>&1
	runc delete --force "$id"
	stop_recording
}

bundle=$TEST_TMP/bundle-0
bundle_seccomp "$bundle" ""
bundle_args "$bundle" /bin/busybox sleep 100
image_add_busybox "$bundle/rootfs"
record_sleeper true
observed_calls | sort >"$TEST_TMP/alone"
record_sleeper execute_many
check "many processes in one container: all ran" [ ! -s "$TEST_TMP/said" ]
check "many processes in one container: their calls, and nothing of the runtime" \
	diff <(sort -u "$TEST_TMP/alone" - <<<"native:$FIRST_CALL
native:exit_group") <(observed_calls | sort)
check "many processes in one container: complete" is_complete
tap_done
