#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# What many nodes write that have recorded the same pods: "make bench BENCH=recordings" has 1,000 of them.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash
# shellcheck source=tests/cluster/recording.bash
. ./recording.bash
# shellcheck source=tests/cluster/recording_nodes.bash
. ./recording_nodes.bash

[ "${CLUSTER_NODES:-2}" -gt 0 ] || tap_skip_all 'it needs a node'
AGENT_NAMESPACE=recording-scale
NODES=50 EXTRA=10
tap_plan 10

# True once one of the nodes has said that nothing new was seen.
idle_is_said() {
	recording_says "$NODES_RECORDING" Idle True NothingNew
}

generation_of() { # PROFILE
	kubectl get sp "$1" --output jsonpath='{.metadata.generation}'
}

agent_prepare "$AGENT_NAMESPACE" || exit 1
requests=$(requests_of seccompprofiles)
applies=$(requests_of profilerecordings APPLY)
nodes_start "$NODES" 5 "$EXTRA"
tap_check "$NODES nodes write their profiles" \
	service_wait recording-nodes 120 nodes_have_written
mapfile -t calls < <(nodes_calls)
for profile in many many-main; do
	tap_check "$profile has the calls of all" profile_has "$profile" "${calls[@]}"
	writes=$(generation_of "$profile")
	tap_check "$profile is written once for each call at most: $writes times" \
		[ "$writes" -le $((EXTRA + 1)) ]
	size=$(nodes_object_bytes sp "$profile")
	tap_check "$profile does not grow with the nodes: $size bytes" [ "$size" -le 16384 ]
done
requests=$(($(requests_of seccompprofiles) - requests))
tap_check "a node makes few requests: $requests in all" [ "$requests" -le $((NODES * 2 * 8)) ]
tap_check 'one says what all could say' wait_until 30 idle_is_said
sleep 3 # others would have said it by now
applies=$(($(requests_of profilerecordings APPLY) - applies))
tap_check "the others do not: $applies wrote it" [ "$applies" -le 5 ]

tap_done
