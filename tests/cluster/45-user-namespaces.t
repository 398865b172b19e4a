#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# Pods with user namespaces of their own (hostUsers: false), under profiles, on a node with a newer
# containerd and runc than the one that the profile was recorded on.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash
# shellcheck source=tests/cluster/recording.bash
. ./recording.bash

[ "${CLUSTER_NODES:-2}" != 0 ] || tap_skip_all 'it needs a node'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE='user-namespaces'
tap_plan 16

# Ends and forgets the third node, also when the test ends early.
remove_node() {
	agent_stop node-3
	kubectl delete node node-3
	node_stop 3
}

# Prints a pod with a user namespace of its own.
pod_apart() { # NAME LOCALHOST_PROFILE NODE
	pod "$@" | jq '.spec.hostUsers = false'
}

on_pod() { # NAME COMMAND...
	kubectl --namespace "$AGENT_NAMESPACE" exec "$1" -- "${@:2}"
}

# Prints which user of the host is root in a pod.
root_of() { # NAME
	# shellcheck disable=SC2016 # awk's
	on_pod "$1" awk '$1 == 0 { print $2 }' /proc/self/uid_map
}

agent_prepare "$AGENT_NAMESPACE" || exit 1
cleanup_add remove_node
tap_check 'a node with a newer runtime starts' node_start 3
tap_match 'with containerd 2' "$(kubectl get node node-3 --output \
	jsonpath='{.status.nodeInfo.containerRuntimeVersion}')" '^containerd://2\.'
for node in node-1 node-3; do
	agent_start "$node"
done
tap_check 'its agent knows its runc' wait_until 20 agent_said node-3 'runtime runc 1.3'
profile_of_shell | apply
wait_until 10 profile_exists node-3 operator/shell.json
pod_apart apart operator/shell.json node-3 | apply
tap_check 'a pod with a user namespace of its own runs under a profile' pod_runs apart
tap_check 'its root is nobody of the host' [ "$(root_of apart)" -gt 65535 ]
tap_check 'it has a filter' pod_has_filter apart
tap_match 'and is refused what it lacks' "$(on_pod apart mkdir /x 2>&1)" 'Operation not permitted'
tap_check 'its node says that it has the profile' wait_until 10 node_says shell node-3 Installed ''

tap_check 'a pod of an older runc is recorded' record_on_runc
recorded_profile | kubectl apply --server-side --field-manager recorder --filename - >/dev/null
wait_until 10 profile_exists node-3 operator/recorded.json
pod newer operator/recorded.json node-3 | apply
tap_check 'a newer runc starts it under its profile' pod_runs newer
tap_check 'with a filter' pod_has_filter newer
pod_apart newer-apart operator/recorded.json node-3 | apply
tap_check 'also with a user namespace of its own' pod_runs newer-apart
tap_check 'and a filter' pod_has_filter newer-apart

recording of-apart of-apart | apply
wait_until 20 agent_said node-3 "$AGENT_NAMESPACE/of-apart: records"
wait_until 20 agent_said node-3 'BPF programs: attached'
worker of-apart node-3 of-apart 'mkdir /tmp/x && ln -s x /tmp/y' | jq '.spec.hostUsers = false' | apply
tap_check 'the agent records a pod with a user namespace of its own' wait_until 60 \
	profile_has of-apart-main mkdir symlink
tap_check 'and nothing that it did not do' profile_lacks of-apart-main rmdir chroot
wait_until 10 profile_exists node-3 operator/of-apart-main.json
worker under-it node-3 under-it 'mkdir /tmp/x && ln -s x /tmp/y && ! rmdir /tmp/x' \
	operator/of-apart-main.json | jq '.spec.hostUsers = false' | apply
tap_check 'under that profile another one does the same, and no more' wait_until 60 \
	has_phase under-it Succeeded

tap_done
