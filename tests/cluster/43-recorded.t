#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# A profile that was recorded on one runtime, enforced on a node with another one: its file there gets
# what that runtime calls.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=recorded
tap_plan 9

agent_prepare "$AGENT_NAMESPACE" || exit 1
agents_start
apply <<-END
	apiVersion: node.k8s.io/v1
	kind: RuntimeClass
	metadata: {name: crun}
	handler: crun
END
cleanup_add kubectl delete runtimeclass crun
tap_check 'a pod of runc is recorded' record_on_runc
kubectl apply --filename "$TEST_TMP/plain.yaml" >/dev/null
recorded_profile | kubectl apply --server-side --field-manager recorder --filename - >/dev/null
tap_check 'its profile has a file in the namespace too' wait_until 10 profile_exists node-2 \
	"operator/$AGENT_NAMESPACE/recorded.json"
pod with operator/recorded.json node-2 crun | apply
tap_check 'the file lets a node with crun start it' pod_runs with
tap_check 'with a filter' pod_has_filter with
pod namespaced "operator/$AGENT_NAMESPACE/recorded.json" node-2 crun | apply
tap_check 'under both names' pod_runs namespaced
pod runc operator/recorded.json node-1 | apply
tap_check 'and the one with runc' pod_runs runc
wait_until 10 profile_exists node-2 operator/plain.json
pod without operator/plain.json node-2 crun | apply
tap_check 'which the file of a profile that is not known as recorded does not' \
	wait_until 30 pod_fails without
recorded_profile | sed 's/name: recorded/name: foreign/' | apply
wait_until 10 profile_exists node-2 operator/foreign.json
tap_check "a label that a person set opens nobody's directory" profile_is_gone node-2 \
	"operator/$AGENT_NAMESPACE/foreign.json"
kubectl patch sp recorded --type json --patch \
	'[{"op": "replace", "path": "/spec/architectures", "value": ["SCMP_ARCH_AARCH64"]}]' >/dev/null
tap_check 'an architecture that was not recorded is said' wait_until 10 node_says recorded node-2 \
	Error 'nothing was recorded on SCMP_ARCH_X86_64'

tap_done
