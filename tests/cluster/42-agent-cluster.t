#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# Agents of several nodes together: who leads, and what the profiles say.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=agent-cluster
tap_plan 23

# Prints a part of a profile's status.
status() { # PROFILE FILTER
	kubectl get sp "$1" --output json | jq -r ".status | $2"
}

status_is() { # PROFILE FILTER VALUE
	[ "$(status "$1" "$2")" = "$3" ]
}

leader() {
	kubectl --namespace recorder-system get lease recorder-agent --output jsonpath='{.spec.holderIdentity}'
}

leads() { # NODE
	[ "$(leader)" = "$1" ]
}

# Asks the agent of a node over HTTP.
ask() { # NODE PATH
	cluster_on "$1" curl --silent --show-error --max-time 5 "http://127.0.0.1:9114$2"
}

# Prints the events about a profile: their types, reasons and messages.
# By the object and not by its name: other tests had profiles of the same names.
events_of() { # PROFILE
	local uid

	uid=$(kubectl get sp "$1" --output jsonpath='{.metadata.uid}')
	kubectl get events --all-namespaces --output json | jq -r --arg uid "$uid" '.items[]
		| select(.involvedObject.uid == $uid)
		| "\(.type) \(.reason) \(.message)"'
}

has_event() { # PROFILE REGEX
	events_of "$1" | grep -qE "$2"
}

# Other events may come before it: a leader that has not heard of a node yet says "installed".
gets_event() { # PROFILE REGEX
	wait_until 10 has_event "$@" || { events_of "$1" && return 1; }
}

events_are() { # PROFILE LINE...
	diff <(events_of "$1") <(printf '%s\n' "${@:2}")
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
tap_check 'there is one event about it' wait_until 10 events_are web \
	'Normal SavedSeccompProfile installed'
tap_match 'which kubectl describes' "$(kubectl describe sp web)" \
	'Normal +SavedSeccompProfile +[^ ]+ +recorder'
echo mine >"$(profile_file node-2 operator/odd.json)"
profile odd '["SCMP_ACT_ERRNO", ["read"]]' | apply
tap_check 'what fails on one node fails' wait_until 10 status_is odd .status Error
tap_match 'and says where' "$(status odd '.conditions[0].message')" \
	'^node-2: .*operator/odd.json exists, and recorder did not install it$'
tap_check 'as an event does' gets_event odd \
	'^Warning CannotSaveSeccompProfile node-2: .*odd.json exists'
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
tap_match 'it counts profiles' "$(ask node-1 /metrics)" 'recorder_profiles\{status="Installed"\} 1'
tap_match 'and says that it leads' "$(ask node-1 /metrics)" 'recorder_leader 1'
tap_match 'which the other does not' "$(ask node-2 /metrics)" 'recorder_leader 0'
kubectl delete sp web odd >/dev/null

tap_done
