#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# 200 containers come and go while agents are killed and upgraded, and while containerd and the API server
# restart. Of each container there is its call, or it is said which one may lack some.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash
# shellcheck source=tests/cluster/recording.bash
. ./recording.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=recording-churn
# With four containers each.
PODS=50

# Each makes a call that no shell makes by itself.
SCRIPTS=('chroot / true' sync 'swapoff /x' 'setsid true' 'taskset 1 true' 'ionice -c 3 true'
	'pivot_root / /' 'fallocate -l 1 /tmp/x')
CALLS=(chroot sync swapoff setsid sched_setaffinity ioprio_set pivot_root fallocate)
tap_plan 6

# Prints the pods. Their containers make the calls in turn.
churn() {
	jq -n --argjson pod "$(worker churn node churn script)" --argjson count "$PODS" '
		$ARGS.positional as $words | ($words | length / 2) as $kinds | range($count) | . as $i
		| $pod | .metadata.name = "churn-\($i)" | .spec.nodeName = "node-\($i % 2 + 1)"
		| .spec.containers = [.spec.containers[0] as $container | range(4)
			| ((. + ($i / 2 | floor) * 4) % $kinds) as $kind | $container
			| .name = "c\($kind)" | .command[2] = $words[$kinds + $kind] + " || :"]' \
		--args "${CALLS[@]}" "${SCRIPTS[@]}"
}

churn_is_over() {
	[ "$(on_namespace get pods --output json | jq '[.items[]
		| select(.status.phase | test("Succeeded|Failed"))] | length')" = "$PODS" ]
}

kill_agents() {
	local node
	until [ -e "$TEST_TMP/stop" ]; do
		sleep "$((RANDOM % 4 + 1)).$((RANDOM % 10))"
		node=node-$((RANDOM % 2 + 1))
		agent_kill "$node"
		agent_start "$node"
	done
}

# Prints each container of which there is neither the call nor a reason.
unaccounted() {
	on_namespace get pods --output json | jq --slurpfile calls <(printf '%s\n' "${CALLS[@]}" |
		jq -R . | jq -s .) '.items[] | .metadata as $pod | .status.containerStatuses[]?
		| select(.state.terminated.containerID) | {pod: $pod.name, uid: $pod.uid,
			id: (.state.terminated.containerID | sub(".*//"; "")),
			call: $calls[0][.name | ltrimstr("c") | tonumber]}' >"$TEST_TMP/containers"
	evidence churn | jq -rs --slurpfile containers "$TEST_TMP/containers" '
		[.[].observations[]] as $all | ([$all[].reasons[]?] | unique | join("\n")) as $reasons
		| $containers[] | . as $container | [$all[] | select(.container.id == $container.id)] as $own
		| select((any($own[]; .complete | not)
			or any($own[].systemCalls[]; .name == $container.call)
			or ($reasons | contains($container.id))) | not)
		| "\(.pod) \(.uid) \(.id) \(.call)"'
}

# Prints how many containers the recordings do not name, beyond those that they do.
unnamed() {
	evidence churn | jq -rs '[.[].observations[].reasons[]? | capture("^(?<n>[0-9]+) more containers").n
		| tonumber] | unique | add // 0'
}

accounted() {
	[ "$(unaccounted | wc -l)" -le "$(unnamed)" ]
}

agent_prepare "$AGENT_NAMESPACE" || exit 1
agents_start
record churn
churn | apply
kill_agents >/dev/null 2>&1 &
killer=$!
cleanup_add cleanup_process "$killer"
wait_until 20 evidence_has node-1 churn execve
node_restart_containerd node-2
service_stop kube-apiserver
sleep 2
control_plane_start_api
AGENT_PROGRAM=$TEST_PROGRAMS/cluster/recorder-next
agent_start node-2
tap_check "$PODS pods end in spite of all" wait_until 300 churn_is_over
touch "$TEST_TMP/stop"
wait "$killer"
tap_check 'each of their containers has its call, or a reason' wait_until 60 accounted ||
	tap_note "$(unaccounted)"
tap_check 'the profile has all' wait_until 60 profile_has churn "${CALLS[@]}"
tap_note "$(evidence churn | jq -r '.observations[] | select(.complete | not) | .reasons[]' | sort | uniq -c)"
programs=$(pinned_programs node-1 && pinned_programs node-2)
on_namespace delete profilerecording churn >/dev/null
# shellcheck disable=SC2086 # numbers
tap_check 'without the recording, no program is left' wait_until 60 programs_are_gone $programs
tap_check 'on node-1, no recording is kept' wait_until 30 evidence_is_over node-1 churn
tap_check 'nor on node-2' wait_until 30 evidence_is_over node-2 churn

tap_done
