#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# Agents of several nodes together: who leads, what the profiles say, recorded profiles on nodes with
# other runtimes, and who may write what.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=agent-cluster
tap_plan 30

# Prints a part of a profile's status.
status() { # PROFILE FILTER
	kubectl get sp "$1" --output json | jq -r ".status | $2"
}

status_is() { # PROFILE FILTER VALUE
	[ "$(status "$1" "$2")" = "$3" ]
}

leader() {
	kubectl get lease recorder-agent --output jsonpath='{.spec.holderIdentity}'
}

leads() { # NODE
	[ "$(leader)" = "$1" ]
}

# Asks the agent of a node over HTTP.
ask() { # NODE PATH
	cluster_on "$1" curl --silent --show-error --max-time 5 "http://127.0.0.1:9114$2"
}

# ---- what profiles say

agent_prepare "$AGENT_NAMESPACE" || exit 1
AGENT_OPTIONS=(--listen 127.0.0.1:9114)
agent_start node-1
tap_check 'an agent leads' wait_until 20 leads node-1
agent_start node-2
profile web '["SCMP_ACT_ERRNO", ["read", "write"]]' | apply
tap_check 'a profile says that it is installed' wait_until 10 status_is web .status Installed
tap_is 'how pods name it' "$(status web .localhostProfile)" operator/web.json
tap_is 'where it is' "$(status web .path)" /var/lib/kubelet/seccomp/operator/web.json
tap_is 'and that it is ready' "$(status web '.conditions[] | [.type, .status, .reason] | join(" ")')" \
	'Ready True Available'
tap_match 'kubectl prints it' "$(kubectl get sp web --no-headers)" '^web +Installed '
echo mine >"$(profile_file node-2 operator/odd.json)"
profile odd '["SCMP_ACT_ERRNO", ["read"]]' | apply
tap_check 'what fails on one node fails' wait_until 10 status_is odd .status Error
tap_match 'and says where' "$(status odd '.conditions[0].message')" \
	'^node-2: .*operator/odd.json exists, and recorder did not install it$'
rm "$(profile_file node-2 operator/odd.json)"
tap_check 'until it does not' wait_until 40 status_is odd .status Installed
agent_kill node-1
tap_check 'another agent leads when the leader is gone' wait_until 40 leads node-2
kubectl patch sp web --type merge --patch '{"spec": {"state": "Disabled"}}' >/dev/null
tap_check 'and goes on' wait_until 10 status_is web .status Disabled
agent_start node-1
agent_stop node-2
tap_check 'an agent that ends hands over at once' wait_until 4 leads node-1
agent_start node-2
apply <<-END
	apiVersion: security-profiles-operator.x-k8s.io/v1alpha1
	kind: SecurityProfilesOperatorDaemon
	metadata: {name: spod, namespace: $AGENT_NAMESPACE}
	spec: {enableBpfRecorder: true}
END
tap_check "the operator's configuration is answered" wait_until 10 spod_says Ignored

# ---- statuses of nodes that are gone

kubectl create --filename - >/dev/null <<-END
	apiVersion: v1
	kind: Node
	metadata: {name: gone}
END
kubectl create --filename - >/dev/null <<-END
	apiVersion: security-profiles-operator.x-k8s.io/v1
	kind: SecurityProfileNodeStatus
	metadata:
	  name: web-gone
	  ownerReferences:
	  - {apiVersion: security-profiles-operator.x-k8s.io/v1, kind: SeccompProfile, name: web,
	     uid: $(kubectl get sp web --output jsonpath='{.metadata.uid}')}
	spec: {nodeName: gone}
END
sleep 1
tap_check "a node's status stays" kubectl get spns web-gone
kubectl delete node gone >/dev/null
tap_check 'until the node is deleted' wait_until 10 nothing_said web gone

# ---- metrics and health

tap_is 'an agent is healthy' "$(ask node-1 /healthz)" ok
tap_is 'and ready' "$(ask node-1 /readyz)" ok
tap_match 'it counts profiles' "$(ask node-1 /metrics)" 'recorder_profiles{status="Installed"} 1'
tap_match 'and says that it leads' "$(ask node-1 /metrics)" 'recorder_leader 1'
tap_match 'which the other does not' "$(ask node-2 /metrics)" 'recorder_leader 0'
kubectl delete sp web odd >/dev/null

# ---- a recorded profile on another runtime

record_on_runc() {
	cleanup_add service_stop node-1-record
	node_service node-1 record "$RECORDER" record --pod app=recorded \
		--namespace "$AGENT_NAMESPACE" --wait --format cr --name plain \
		--runtime-endpoint "$CLUSTER_DIRECTORY/node-1/containerd/containerd.sock" \
		-o "$TEST_TMP/plain.yaml"
	service_wait node-1-record 20 grep -q 'recording pods' "$CLUSTER_DIRECTORY/log/node-1-record" ||
		return
	pod recorded - node-1 | apply && kubectl --namespace "$AGENT_NAMESPACE" wait \
		--for=condition=Ready pod/recorded --timeout=60s || return
	sleep 1
	kubectl --namespace "$AGENT_NAMESPACE" delete pod recorded --grace-period=0 --force
	sleep 1
	service_stop node-1-record TERM
	[ -s "$TEST_TMP/plain.yaml" ] || { cat "$CLUSTER_DIRECTORY/log/node-1-record" && return 1; }
}

# The object as an agent that recorded it would make it.
recorded_profile() {
	sed "s/^  name: .*/  name: recorded\\n  labels:\\n    spo.x-k8s.io\\/recording-namespace: \
$AGENT_NAMESPACE/" "$TEST_TMP/plain.yaml"
}

pod_runs() { # NAME
	kubectl --namespace "$AGENT_NAMESPACE" wait --for=condition=Ready "pod/$1" --timeout=60s
}

pod_fails() { # NAME
	kubectl --namespace "$AGENT_NAMESPACE" get pod "$1" --output json |
		jq -e '.status.containerStatuses[0] | .state.waiting.reason // "" |
			test("CreateContainerError|RunContainerError|CrashLoopBackOff")' >/dev/null
}

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
tap_check 'its file lets a node with another runtime start it' pod_runs with
pod namespaced "operator/$AGENT_NAMESPACE/recorded.json" node-2 crun | apply
tap_check 'under both names' pod_runs namespaced
pod runc operator/recorded.json node-1 | apply
tap_check 'and the recorded one' pod_runs runc
wait_until 10 profile_exists node-2 operator/plain.json
pod without operator/plain.json node-2 crun | apply
tap_check 'which a profile that is not known as recorded does not' wait_until 30 pod_fails without
recorded_profile | sed 's/name: recorded/name: foreign/' | apply
wait_until 10 profile_exists node-2 operator/foreign.json
tap_check "a label that a person set opens nobody's directory" profile_is_gone node-2 \
	"operator/$AGENT_NAMESPACE/foreign.json"
kubectl patch sp recorded --type json --patch \
	'[{"op": "replace", "path": "/spec/architectures", "value": ["SCMP_ARCH_AARCH64"]}]' >/dev/null
tap_check 'an architecture that was not recorded is said' wait_until 10 node_says recorded node-2 \
	Installed 'nothing was recorded on SCMP_ARCH_X86_64'

# ---- tenants

cluster_namespace tenant
kubectl --namespace tenant create serviceaccount tenant >/dev/null
kubectl --namespace tenant create rolebinding tenant --clusterrole edit \
	--serviceaccount tenant:tenant >/dev/null
tap_match 'a tenant cannot write profiles' "$(recorded_profile |
	kubectl --as system:serviceaccount:tenant:tenant apply --filename - 2>&1)" \
	'forbidden'
tap_match 'nor statuses' "$(kubectl --as system:serviceaccount:tenant:tenant delete spns --all 2>&1)" \
	'forbidden'

tap_done
