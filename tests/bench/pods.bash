#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# pods.bash ROUNDS: in each round, starts ten pods while nothing is recorded, and ten that are recorded,
# one after another. For each, prints "idle" or "recorded" and the nanoseconds from the request to the
# moment at which its container has made a file. Run by pods.py.
set -u
cd "$(dirname "$0")/../cluster" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash
# shellcheck source=tests/cluster/recording.bash
. ./recording.bash

AGENT_NAMESPACE=pods
PODS_PER_ROUND=10
files=$CLUSTER_DIRECTORY/started

starter() { # NAME
	# shellcheck disable=SC2016 # the pod's
	worker "$1" node-1 bench 'touch /started/$HOSTNAME; exec sleep 1000' | jq --arg path "$files" '
		.spec.volumes = [{name: "started", hostPath: {path: $path}}]
		| .spec.containers[0].volumeMounts = [{name: "started", mountPath: "/started"}]'
}

pod_started() { # NAME
	[ -e "$files/$1" ]
}

measure() { # VARIANT NAME
	local begin
	starter "$2" >"$files.json"
	begin=$(date +%s%N)
	curl --silent --fail --cacert "$CLUSTER_DIRECTORY/pki/ca.crt" --output "$files.answer" \
		--header 'Authorization: Bearer admin-token' --header 'Content-Type: application/json' \
		--data-binary "@$files.json" "$CLUSTER_SERVER/api/v1/namespaces/$AGENT_NAMESPACE/pods" || return
	wait_until 60 pod_started "$2" || return
	echo "$1 $(($(date --reference="$files/$2" +%s%N) - begin))"
	on_namespace delete pod "$2" --grace-period=0 --force --wait=true >"$files.answer" 2>&1
}

measure_some() { # VARIANT ROUND
	local number
	for ((number = 0; number < PODS_PER_ROUND; number++)); do
		measure "$1" "$1-$2-$number" || return
	done
}

# True if the agent has no BPF program, or has one.
agent_attached() {
	grep -qs '^prog_id:\|^link_type:' "/proc/$(service_process node-1-agent)"/fdinfo/*
}

agent_detached() {
	! agent_attached
}

mkdir "$files" && agent_prepare "$AGENT_NAMESPACE" >&2 && agent_start node-1 || exit 1
measure idle warm-up >&2 || exit 1
for ((round = 0; round < $1; round++)); do
	wait_until 20 agent_detached && measure_some idle "$round" || exit 1
	recording bench bench | on_namespace apply --filename - >&2
	wait_until 20 agent_attached && measure_some recorded "$round" || exit 1
	on_namespace delete profilerecording bench >&2
done
