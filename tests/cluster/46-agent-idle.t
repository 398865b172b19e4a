#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 600
#
# The cost of agents when nothing happens, the one with shared libraries, which leads, and the one file of
# "make static". And 2,000 profiles at once.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash
# shellcheck source=tests/cluster/agent_cost.bash
. ./agent_cost.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=agent-idle
MANY=2000
IDLE_SECONDS=60
tap_plan 22

# ---- programs that were left pinned

pins=$CLUSTER_DIRECTORY/node-1/bpf

leave_pins() {
	agent_mount_pins node-1 && cluster_on node-1 "$TEST_PROGRAMS/cluster/pin_probe" "$pins/recorder"
}

agent_prepare "$AGENT_NAMESPACE" || exit 1
tap_check 'somebody leaves BPF programs' leave_pins
mapfile -t programs < <(pinned_programs node-1)
tap_check 'which are attached' [ "${#programs[@]}" -gt 0 ]
agent_start node-1
tap_check 'an agent that starts says that it removes them' \
	wait_until 20 agent_said node-1 "removed what an earlier recorder left pinned: $pins/recorder"
tap_check 'and does' cluster_on node-1 test ! -e "$pins/recorder"
tap_check 'so that no program runs' wait_until 10 programs_are_gone "${programs[@]}"
agent_stop node-1

# ---- memory and time

files_are_many() { # COUNT
	local node
	for node in node-1 node-2; do
		[ "$(find "$(profile_file "$node" operator)" -name 'many-*.json' 2>/dev/null | wc -l)" = "$1" ] ||
			return
	done
}

# True if a process holds no BPF object.
has_no_bpf() { # NODE
	! grep -l '^\(prog\|map\|link\)_id:' "/proc/$(service_process "$1-agent")"/fdinfo/* 2>/dev/null
}

is_ready() { # NODE
	cluster_on "$1" curl --silent --fail --max-time 5 http://127.0.0.1:9114/readyz
}

AGENT_OPTIONS=(--listen 127.0.0.1:9114)
start_counted node-1 "$RECORDER"
wait_until 20 agent_said node-1 leads
start_counted node-2 "${RECORDER%/*}-static/recorder"
for number in 1 2 3 4 5; do
	profile "web-$number" '["SCMP_ACT_ERRNO", ["read", "write"]]' | apply
done
wait_until 20 profile_exists node-2 operator/web-5.json
declare -A ticks
sleep 5 # memory is given back
for node in node-1 node-2; do
	ticks[$node]=$(time_of "$node")
done
sleep "$IDLE_SECONDS"
for node in node-1 node-2; do
	size=$(anonymous_of "$node")
	tap_check "$node: an agent has at most 4 MiB of its own: $size KiB" [ "$size" -le 4096 ]
	size=$(memory_of "$node")
	tap_check "$node: and 12 MiB with all that counts: $size KiB" [ "$size" -le 12288 ]
	used=$(($(time_of "$node") - ticks[$node]))
	# A leader renews its Lease every 2 seconds.
	tap_check "$node: it does nothing while nothing happens: $used ticks in $IDLE_SECONDS s" \
		[ "$used" -le 10 ]
	tap_check "$node: and has nothing of BPF" has_no_bpf "$node"
done

# ---- many

profile many '["SCMP_ACT_ERRNO", ["read", "write"]]' | "$TEST_PROGRAMS/cluster/kube_probe" \
	"$KUBECONFIG" fill security-profiles-operator.x-k8s.io/v1/seccompprofiles - "$MANY" >/dev/null
tap_check "$MANY profiles become files" wait_until 60 files_are_many "$MANY"
AGENT_CGROUP=$(cgroup_of node-1) AGENT_PROGRAM=$TEST_TMP/recorder-node-1
agent_start node-1
tap_check 'an agent that finds them is ready' wait_until 60 is_ready node-1
sleep 10
for node in node-1 node-2; do
	size=$(anonymous_of "$node")
	tap_check "$node: it still has at most 4 MiB of its own: $size KiB" [ "$size" -le 4096 ]
	tap_check "$node: and no more than 12 MiB that the kernel cannot take back" \
		wait_until 20 shrinks_to "$node" 12288
done
# One request: kubectl would delete one after another.
kubectl delete --raw /apis/security-profiles-operator.x-k8s.io/v1/seccompprofiles >/dev/null
tap_check 'the files all go' wait_until 60 files_are_many 0
tap_check 'with their directory' wait_until 10 test ! -e "$(profile_file node-1 operator)"
tap_is 'without a status of any node' "$(kubectl get spns --output name)" ''

tap_done
