#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# deploy/kubernetes/: what tenants may do, and what the agents' account may not, although its role has
# the verbs. That it may do what agents need is also said by the other tests of agents, which use it.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=rights
GROUP=security-profiles-operator.x-k8s.io
tap_plan 74

# Prints an object of recorder's group.
object() { # KIND NAME JQ_FILTER
	jq -n --arg api "$GROUP/v1" --arg kind "$1" --arg name "$2" \
		"{apiVersion: \$api, kind: \$kind, metadata: {name: \$name}} | $3"
}

recording() { # NAME
	object ProfileRecording "$1" '.spec = {kind: "SeccompProfile", recorder: "Bpf", podSelector: {}}'
}

binding() { # NAME
	object ProfileBinding "$1" \
		'.spec = {podSelector: {}, profileRef: {kind: "SeccompProfile", name: "web"}}'
}

# Prints a profile with the labels of a recording, which an agent could have made.
recorded() { # NAME [JQ_FILTER]
	profile "$1" '["SCMP_ACT_ERRNO", ["read", "write"]]' | jq '.metadata.labels = {
		"spo.x-k8s.io/recording-id": "web", "spo.x-k8s.io/recording-namespace": "rights"
	} | '"${2:-.}"
}

node_status() { # PROFILE NODE [JQ_FILTER]
	object SecurityProfileNodeStatus "$1-$2" ".spec.nodeName = \"$2\" | ${3:-.}"
}

# ---- tenants

# Each user has the role of the same name in the test's namespace.
as_user() { # USER ARGUMENT...
	kubectl --as "$1" --namespace "$AGENT_NAMESPACE" "${@:2}" 2>&1
}

# Prints what a user may do with a kind of objects in a namespace.
verbs() { # USER RESOURCE NAMESPACE
	jq -n --arg namespace "$3" '{apiVersion: "authorization.k8s.io/v1",
		kind: "SelfSubjectRulesReview", spec: {namespace: $namespace}}' |
		kubectl --as "$1" create --validate=ignore --filename - --output json |
		jq -r --arg group "$GROUP" --arg resource "$2" '[.status.resourceRules[]
			| select((.apiGroups | index($group)) and (.resources | index($resource)))
			| .verbs[]] | unique | join(" ")'
}

verbs_are() { # USER RESOURCE VERBS
	[ "$(verbs "$1" "$2" "$AGENT_NAMESPACE")" = "$3" ]
}

# Prints which of these requests a user may make, whatever the namespace.
granted() { # USER REQUEST...
	local request
	for request in "${@:2}"; do
		# shellcheck disable=SC2086 # a verb and a resource
		! kubectl --as "$1" auth can-i $request --all-namespaces >/dev/null 2>&1 || echo "$request"
	done
}

agent_prepare "$AGENT_NAMESPACE" && cluster_namespace rights-of-others || exit 1
for role in edit view admin; do
	kubectl --namespace "$AGENT_NAMESPACE" create rolebinding "$role" --clusterrole "$role" \
		--user "$role" >/dev/null
done
profile hand '["SCMP_ACT_ERRNO", ["read", "write"]]' | apply
node_status hand node-2 | apply

all='create delete deletecollection get list patch update watch'
for resource in profilerecordings profilebindings; do
	# Kubernetes adds the roles some time after they were made.
	tap_check "who edits a namespace may do everything with its $resource" \
		wait_until 20 verbs_are edit "$resource" "$all"
	tap_check 'so may its administrator' wait_until 20 verbs_are admin "$resource" "$all"
	tap_check 'who views it may read them' wait_until 20 verbs_are view "$resource" 'get list watch'
	tap_is 'and all that is so in no other namespace' "$(for user in edit admin view; do
		verbs "$user" "$resource" rights-of-others
	done | tr -d '\n')" ''
done
tap_match 'a tenant records' "$(recording web | as_user edit create --filename -)" 'web created'
tap_match 'and binds' "$(binding web | as_user edit create --filename -)" 'web created'
tap_match 'but not elsewhere' \
	"$(recording web | as_user edit --namespace rights-of-others create --filename -)" Forbidden
tap_match 'who views sees that' "$(as_user view get prec,pbind)" \
	'profilerecording.*/web.*profilebinding.*/web'
tap_match 'and cannot end it' "$(as_user view delete prec web)" Forbidden
for user in edit admin; do
	tap_is "the role $user writes no profiles and no statuses of nodes" \
		"$(granted "$user" {create,update,patch,delete,deletecollection}' '{sp,spns})" ''
	for kind in prec pbind; do
		tap_match "nor the status of a $kind" "$(as_user "$user" patch "$kind" web --subresource status \
			--type merge --patch '{"status": {"activeWorkloads": ["x"]}}')" Forbidden
	done
done
tap_match 'a tenant is refused a profile' "$(profile x '["SCMP_ACT_ALLOW", []]' |
	as_user admin create --filename -)" Forbidden
tap_match 'who views one namespace sees no profiles' "$(as_user view get sp)" Forbidden
kubectl create clusterrolebinding rights-view --clusterrole view --user viewer >/dev/null
cleanup_add kubectl delete clusterrolebinding rights-view
tap_match 'who views the cluster does' "$(as_user viewer get sp)" hand
tap_is 'and writes none' "$(granted viewer {create,patch,delete}' '{sp,spns})" ''

# ---- agents

as_agent() { # NODE ARGUMENT...
	kubectl --kubeconfig "$(agent_kubeconfig "$1")" "${@:2}" 2>&1
}

make() { # NODE [OPTION...]
	as_agent "$1" create --field-manager recorder "${@:2}" --filename -
}

apply_there() { # NODE ARGUMENT...
	as_agent "$1" apply --server-side --field-manager recorder --force-conflicts "${@:2}" --filename -
}

change() { # KIND NAME MERGE_PATCH [OPTION...]
	as_agent node-1 patch "$1" "$2" --type merge --field-manager recorder --patch "$3" "${@:4}"
}

# Asks with the client of recorder. kubectl gets an object before it patches it, which agents do not do.
probe() { # VERB_AND_RESOURCE ARGUMENT...
	# shellcheck disable=SC2086 # words
	"$TEST_PROGRAMS/cluster/kube_probe" "$(agent_kubeconfig node-1)" $1 "${@:2}" 2>&1
}

# Checks that the policy refuses a request for this reason.
denied() { # TEXT REASON SAID
	tap_match "$1" "$3" "ValidatingAdmissionPolicy 'recorder-agent-.*denied request: $2"
}

policy_acts() {
	profile x '["SCMP_ACT_ERRNO", []]' | make node-1 --dry-run=server | grep -qF 'denied request'
}

tap_is 'the API server finds no mistake in the policies' "$(kubectl get validatingadmissionpolicies \
	--output jsonpath='{.items[*].status.typeChecking.expressionWarnings}')" ''
before=$(cat "$CLUSTER_DIRECTORY/log"/node-[12]-agent 2>/dev/null | wc -l)
agents_start
wait_until 10 policy_acts
tap_check 'agents with the account install profiles' wait_until 20 profile_exists node-1 operator/hand.json
tap_check 'on every node' wait_until 20 profile_exists node-2 operator/hand.json
tap_check 'they say so' wait_until 20 kubectl wait sp/hand --for=jsonpath='{.status.status}'=Installed \
	--timeout=1s
echo mine >"$(profile_file node-1 operator/odd.json)"
profile odd '["SCMP_ACT_ERRNO", ["read"]]' | apply
tap_check 'and what fails on a node' wait_until 10 node_says odd node-1 Error 'did not install it'

only='an agent writes only recorded profiles'
tap_match 'an agent makes a recorded profile' "$(recorded web | make node-1)" 'web created'
tap_match 'also with server-side apply' "$(recorded applied | apply_there node-2)" 'applied serverside-applied'
tap_match 'another adds calls' "$(recorded web '.spec.syscalls[0].names += ["mkdir"]' | apply_there node-2)" \
	'web serverside-applied'
tap_match 'whatever the entries they are in' "$(change sp web '{"spec": {"syscalls": [
	{"action": "SCMP_ACT_ALLOW", "names": ["write"]},
	{"action": "SCMP_ACT_ERRNO", "errnoRet": 38, "names": ["clone3"]},
	{"action": "SCMP_ACT_ALLOW", "names": ["clone"], "args": [{"index": 0, "op": "SCMP_CMP_EQ"}]},
	{"action": "SCMP_ACT_ALLOW", "names": ["mkdir", "read"]}]}}')" 'web patched'
tap_match 'no agent makes one without the labels' "$(profile x '["SCMP_ACT_ERRNO", []]' | make node-1)" \
	"denied request: $only"
denied 'nor with server-side apply' "$only" "$(profile x '["SCMP_ACT_ERRNO", []]' | apply_there node-1)"
denied 'nor in another version' "$only" "$(profile x '["SCMP_ACT_ERRNO", []]' |
	jq --arg api "$GROUP/v1beta1" '.apiVersion = $api' | make node-1)"
denied 'nor with one label of two' "$only" \
	"$(recorded x 'del(.metadata.labels["spo.x-k8s.io/recording-id"])' | make node-1)"
denied 'one that was made by hand stays as it is' "$only" \
	"$(change sp hand '{"spec": {"syscalls": [{"action": "SCMP_ACT_ALLOW", "names": ["mkdir", "read", "write"]}]}}')"
denied 'and is not taken over' "$only" "$(recorded hand | apply_there node-1)"
recorded copy | apply
denied 'also if a person gave it the labels' "$only" \
	"$(recorded copy '.spec.syscalls[0].names += ["mkdir"]' | apply_there node-1)"
managed=$(kubectl get sp web --output json --show-managed-fields | jq .metadata.managedFields)
denied 'nor does an agent come to count as who did' "$only" \
	"$(change sp copy "{\"metadata\": {\"managedFields\": $managed}}")"
jq -n --argjson managed "$managed" '{metadata: {managedFields: $managed}, status: {path: "x"}}' |
	probe "patch $GROUP/v1/seccompprofiles" - copy status >/dev/null
denied 'also not with a status' "$only" "$(recorded copy '.spec.syscalls[0].names += ["mkdir"]' |
	apply_there node-1)"
denied 'labels stay' 'an agent does not change the labels' \
	"$(change sp web '{"metadata": {"labels": {"spo.x-k8s.io/recording-id": "other"}}}')"
kubectl label sp applied spo.x-k8s.io/recording-id=closed --overwrite >/dev/null
denied 'a person who changes one closes the profile' "$only" \
	"$(recorded applied '.spec.syscalls[0].names += ["mkdir"]
		| .metadata.labels["spo.x-k8s.io/recording-id"] = "closed"' | apply_there node-1)"
for member in '"defaultAction": "SCMP_ACT_LOG"' '"baseProfileName": "hand"' '"defaultErrnoRet": 1' \
	'"flags": ["SECCOMP_FILTER_FLAG_LOG"]' '"listenerPath": "/run/x"'; do
	denied "an agent does not set $member" 'an agent adds system calls, and leaves' \
		"$(change sp web "{\"spec\": {$member}}")"
done
denied 'nor makes a profile that allows everything' 'an agent adds system calls, and leaves' \
	"$(recorded x '.spec.defaultAction = "SCMP_ACT_ALLOW"' | make node-1)"
for member in '"annotations": {"spo.x-k8s.io/install-unenforceable": "true"}' '"finalizers": ["x/y"]' \
	'"ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "x", "uid": "x"}]'; do
	denied "nor sets $member" 'an agent sets no owner' "$(change sp web "{\"metadata\": {$member}}")"
done
takes='an agent disables no profile'
denied 'it disables none' "$takes" "$(change sp web '{"spec": {"state": "Disabled"}}')"
denied 'it takes no call away' "$takes" \
	"$(change sp web '{"spec": {"syscalls": [{"action": "SCMP_ACT_ALLOW", "names": ["mkdir", "read"]}]}}')"
denied 'nor allows it for some arguments only' "$takes" "$(change sp web '{"spec": {"syscalls": [
	{"action": "SCMP_ACT_ALLOW", "names": ["mkdir", "read"]},
	{"action": "SCMP_ACT_ALLOW", "names": ["write"], "args": [{"index": 0, "op": "SCMP_CMP_EQ"}]}]}}')"
denied 'nor denies it before it is allowed' "$takes" "$(change sp web '{"spec": {"syscalls": [
	{"action": "SCMP_ACT_ERRNO", "names": ["write"]},
	{"action": "SCMP_ACT_ALLOW", "names": ["mkdir", "read", "write"]}]}}')"
denied 'nor an architecture' "$takes" "$(change sp web '{"spec": {"architectures": ["SCMP_ARCH_X86"]}}')"
tap_match 'nobody else is held to this' "$(kubectl patch sp web --type merge --patch \
	'{"metadata": {"labels": null}, "spec": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}}')" 'web patched'

# ---- statuses of nodes, and the rest

own='an agent writes only the statuses of its own node'
tap_match 'an agent makes a status of its node' "$(node_status web node-1 | make node-1)" 'web-node-1 created'
denied 'but none of another' "$own" "$(node_status web node-2 | make node-1)"
denied 'nor with server-side apply' "$own" "$(node_status web node-2 | apply_there node-1)"
denied 'it changes none of another' "$own" \
	"$(node_status hand node-2 '.metadata.labels.x = "y"' | apply_there node-1)"
denied 'nor what that says' "$own" \
	"$(node_status hand node-2 '.status.status = "Error"' | apply_there node-1 --subresource status)"
tap_match 'which its own node may' "$(node_status hand node-2 '.metadata.labels.x = "y"' |
	apply_there node-2)" 'hand-node-2 serverside-applied'
node_status foreign node-2 '.metadata.labels = {"spo.x-k8s.io/node-name": "node-1"}
	| .metadata.ownerReferences = [{apiVersion: .apiVersion, kind: "SeccompProfile", name: "hand",
		uid: "'"$(kubectl get sp hand --output jsonpath='{.metadata.uid}')"'"}]' | make node-2 >/dev/null
echo mine >"$(profile_file node-1 operator/late.json)"
profile late '["SCMP_ACT_ERRNO", ["read"]]' | apply
wait_until 10 node_says late node-1 Error 'did not install it'
tap_check 'an agent leaves alone what another labels as its' kubectl get spns foreign-node-2
tap_match 'a status of a node that is gone can be deleted' "$(as_agent node-1 delete spns hand-node-2 --wait=false)" deleted
token=$(kubectl --namespace recorder-system create token recorder-agent)
denied 'a token without a node changes nothing' "an agent's account changes something only with" \
	"$(recorded x | kubectl --kubeconfig <(cluster_kubeconfig "{token: $token}") create \
		--field-manager recorder --filename - 2>&1)"
tap_match 'an agent writes the status of a recording' "$(recording web |
	jq '.status.activeWorkloads = ["x"] | del(.spec)' |
	apply_there node-1 --subresource status --namespace "$AGENT_NAMESPACE")" 'web serverside-applied'
tap_check 'and an event beside it' probe event "$AGENT_NAMESPACE" some-pod 'it called mkdir'
tap_check 'and reads where there may be one' as_agent node-1 get namespaces
tap_match 'it reads no secrets' "$(as_agent node-1 get secrets --all-namespaces)" Forbidden
tap_match 'and deletes no profiles' "$(as_agent node-1 delete sp web --wait=false)" Forbidden
tap_is 'nor may it do more' "$(granted system:serviceaccount:recorder-system:recorder-agent \
	{get,list,watch}' '{secrets,configmaps} {update,delete,deletecollection}' sp' \
	{create,update,patch,delete}' '{prec,pbind,nodes,pods,namespaces} \
	'update spns' 'deletecollection spns' 'patch pbind --subresource=status' 'create serviceaccounts --subresource=token' \
	'impersonate users' 'escalate clusterroles')" ''
tap_is 'agents are refused nothing that they ask for' \
	"$(cat "$CLUSTER_DIRECTORY/log"/node-[12]-agent | tail -n +$((before + 1)) | grep -iE 'forbidden|denied')" ''
kubectl delete sp --all >/dev/null

tap_done
