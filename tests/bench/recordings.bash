#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# recordings.bash NODES CONNECTIONS EXTRA: simulates nodes that write what they recorded, all at once, and
# prints what that cost the API server, as "NAME NUMBER". Run by recordings.py.
set -u
cd "$(dirname "$0")/../cluster" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash
# shellcheck source=tests/cluster/recording.bash
. ./recording.bash
# shellcheck source=tests/cluster/recording_nodes.bash
. ./recording_nodes.bash

AGENT_NAMESPACE=recordings
RESOURCES=(seccompprofiles profilerecordings events)

# Prints how many requests there were about each resource, and conflicts.
count() {
	local resource
	for resource in "${RESOURCES[@]}"; do
		echo "$resource $(requests_of "$resource") $(conflicts_of "$resource")"
	done
}

# Conditions and events go on for a while after the profiles.
wait_for_quiet() {
	local before='' now
	while now=$(count) && [ "$now" != "$before" ]; do
		before=$now
		sleep 5
	done
}

agent_prepare "$AGENT_NAMESPACE" >&2 && nodes_start "$@" || exit 1
begin=$(date +%s%N)
service_wait recording-nodes 600 nodes_have_written || exit 1
echo "milliseconds $((($(date +%s%N) - begin) / 1000000))"
wait_for_quiet
count | while read -r resource requests conflicts; do
	echo "$resource-requests $requests"
	echo "$resource-conflicts $conflicts"
done
for resource in "${RESOURCES[@]:0:2}"; do
	nodes_watched "$resource" | while read -r events bytes; do
		echo "$resource-watch-events $events"
		echo "$resource-watch-bytes $bytes"
	done
done
for profile in many many-main; do
	echo "$profile-writes $(kubectl get sp "$profile" --output jsonpath='{.metadata.generation}')"
	echo "$profile-bytes $(nodes_object_bytes sp "$profile")"
done
echo "recording-bytes $(nodes_object_bytes profilerecording "$NODES_RECORDING")"
