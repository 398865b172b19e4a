#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# ProfileRecordings while an agent, the API server or containerd is away, and through an upgrade of the
# agent. Of each container there is each call, or it is said which one may lack some.
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
AGENT_NAMESPACE=recording-faults
NEXT_RECORDER=$TEST_PROGRAMS/cluster/recorder-next
tap_plan 26

# Runs a command in a container of node-1, also without an API server.
enter() { # CONTAINER_ID COMMAND...
	cluster_on node-1 ctr --address "$CLUSTER_DIRECTORY/node-1/containerd/containerd.sock" \
		--namespace k8s.io tasks exec --exec-id "e$RANDOM$RANDOM" "$@"
}

pod_uid() { # POD
	on_namespace get pod "$1" --output jsonpath='{.metadata.uid}'
}

container_id() { # POD
	local id
	id=$(on_namespace get pod "$1" --output jsonpath='{.status.containerStatuses[0].containerID}')
	echo "${id#*//}"
}

pod_succeeds() { # NAME
	on_namespace wait --for=jsonpath='{.status.phase}'=Succeeded "pod/$1" --timeout=60s
}

# The kubelet removes the cgroup of a pod that has ended.
pod_has_no_cgroup() { # UID
	! find /sys/fs/cgroup -type d -name "pod$1" 2>/dev/null | grep -q .
}

pod_is_gone() { # NAME
	! on_namespace get pod "$1" >/dev/null 2>&1 &&
		! node_ctr node-1 containers list | grep -qF "$2"
}

agent_prepare "$AGENT_NAMESPACE" || exit 1
agents_start

# True if a container is in the evidence, as the runtime still knew it, or named as one that may lack.
is_accounted() { # POD_UID CONTAINER_ID
	evidence away | jq -en --arg id "$2" 'any(inputs.observations[]; .container.id == $id)' \
		>/dev/null || recording_told away "$1.*$2|$2.*$1"
}

# ---- nobody is there for a while

tap_check 'two nodes record' record away
worker old node-1 away 'sleep 1000' | apply
pod_runs old >/dev/null
mapfile -t programs < <(pinned_programs node-1)
tap_check 'with programs that are pinned' [ "${#programs[@]}" -gt 0 ]
agent_stop node-1
on_namespace exec old -- chroot / true
worker short node-1 away 'sync' | apply
worker born node-1 away 'swapoff /x; sleep 1000' | apply
pod_succeeds short >/dev/null
wait_until 30 pod_has_no_cgroup "$(pod_uid short)"
pod_runs born >/dev/null
agent_start node-1
tap_check 'the next agent takes the programs over' wait_until 20 agent_said node-1 \
	'BPF programs: taken over'
tap_check 'and has what pods did while nobody was there' wait_until 60 profile_has away-main chroot \
	sync swapoff
tap_is 'all of it' "$(evidence away | jq -r '.observations[] | select(.complete | not) | .reasons[]')" ''
agent_kill node-1
worker lost node-1 away 'setsid true' | apply
pod_succeeds lost >/dev/null
uid=$(pod_uid lost) id=$(container_id lost)
on_namespace delete pod lost --grace-period=0 --force >/dev/null 2>&1
wait_until 120 pod_is_gone lost "$id"
agent_start node-1
tap_check 'a pod that came and went is recorded, or named with its container as missing' \
	wait_until 60 is_accounted "$uid" "$id"
on_namespace delete pod old born --grace-period=0 --force >/dev/null 2>&1
on_namespace delete profilerecording away >/dev/null

# ---- the API server goes away

record stays && record ends
for name in stays ends; do
	worker "$name" node-1 "$name" 'mkdir /tmp/x; sleep 1000' | apply
	pod_runs "$name" >/dev/null
done
stays=$(container_id stays) ends=$(container_id ends)
tap_check 'there are profiles' wait_until 60 profile_has stays-main mkdir
agent_kill node-1
on_namespace delete profilerecording ends >/dev/null
service_stop kube-apiserver
enter "$stays" chroot / true
agent_start node-1
tap_check 'an agent that starts without an API server goes on' wait_until 20 agent_said node-1 \
	'BPF programs: taken over'
enter "$stays" swapoff /x
enter "$ends" sync
tap_check 'and saves what it records' wait_until 60 evidence_has node-1 stays chroot swapoff
control_plane_start_api
tap_check 'which is in the profile when the server is back' wait_until 60 profile_has stays-main mkdir \
	chroot swapoff
tap_check 'and so is the last of what was deleted meanwhile' wait_until 60 profile_has ends-main mkdir sync
tap_check 'which has ended' wait_until 20 evidence_is_over node-1 ends
tap_is 'nothing is missing' "$(evidence stays | jq -r '.observations[] | select(.complete | not) | .reasons[]')" ''
on_namespace delete pod stays ends --grace-period=0 --force >/dev/null 2>&1
on_namespace delete profilerecording stays >/dev/null

# ---- containerd is away while the agent restarts

record waits
worker waits node-1 waits 'mkdir /tmp/x; sleep 1000' | apply
pod_runs waits >/dev/null
agent_kill node-1
on_namespace exec waits -- chroot / true
service_stop node-1-containerd TERM
agent_start node-1
tap_check 'without a runtime, the agent says that it does not record' \
	wait_until 30 recording_says waits NodeFailure True CannotRecord
node_restart_containerd node-1
tap_check 'later it says that it does' wait_until 60 recording_says waits NodeFailure False Recovered
tap_check 'and has what happened before' wait_until 60 profile_has waits-main mkdir chroot
tap_is 'all of it' "$(evidence waits | jq -r '.observations[] | select(.complete | not) | .reasons[]')" ''
on_namespace delete pod waits --grace-period=0 --force >/dev/null 2>&1
on_namespace delete profilerecording waits >/dev/null

# ---- an upgrade, to a layout that cannot read what was pinned

# True if all of these calls are in the profile, or it is said that some may be missing.
has_or_says() { # RECORDING CALL...
	profile_has "$1-main" "${@:2}" || recording_says "$1" Incomplete True CallsMayBeMissing
}

record upgrade
mapfile -t programs < <(pinned_programs node-1)
worker upgrade node-1 upgrade 'mkdir /tmp/x; sleep 1000' | apply
pod_runs upgrade >/dev/null
on_namespace exec upgrade -- chroot / true
AGENT_PROGRAM=$NEXT_RECORDER
agent_start node-1
enter "$(container_id upgrade)" swapoff /x
tap_check 'an upgrade keeps what the old version recorded' wait_until 60 profile_has upgrade-main mkdir \
	chroot
tap_check 'and has what happens meanwhile, or says that it may not' wait_until 60 has_or_says upgrade \
	swapoff
tap_check 'the programs of the old version are gone' wait_until 20 programs_are_gone "${programs[@]}"
mapfile -t programs < <(pinned_programs node-1)
worker after node-1 upgrade sync | apply
pod_succeeds after >/dev/null
AGENT_PROGRAM=''
agent_start node-1
tap_check 'what ended before the way back is not lost either' wait_until 60 profile_has upgrade-main sync
on_namespace delete pods --all --grace-period=0 --force >/dev/null 2>&1

# ---- nothing is left

mapfile -t -O "${#programs[@]}" programs < <(pinned_programs node-1; pinned_programs node-2)
on_namespace delete profilerecordings --all >/dev/null
tap_check 'without recordings no program is left' wait_until 30 programs_are_gone "${programs[@]}"
for node in node-1 node-2; do
	tap_check "and nothing is pinned on $node" wait_until 10 cluster_on "$node" test ! -e \
		"$(agent_pins "$node")"
	tap_is "no recording is kept on $node" \
		"$(find "$CLUSTER_DIRECTORY/$node/evidence" -name '*.object.json')" ''
done

tap_done
