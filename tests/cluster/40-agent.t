#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# recorder agent on two nodes: SeccompProfiles become files, stay as they are, and go again.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=agent
tap_plan 42

# ---- apply, change, disable, delete

agent_prepare "$AGENT_NAMESPACE" || exit 1
tap_check 'an agent starts on each node' agents_start
profile web '["SCMP_ACT_ERRNO", ["read", "write"]]' | apply
tap_check 'a profile becomes a file' wait_until 5 profile_allows node-1 operator/web.json read write
tap_check 'on every node' wait_until 5 profile_allows node-2 operator/web.json read write
tap_is 'for runtimes to read' \
	"$(cluster_on node-1 stat --format=%a:%U /var/lib/kubelet/seccomp/operator/web.json)" 644:root
tap_is 'no node has to say so' "$(kubectl get spns --output name)" ''
profile web '["SCMP_ACT_ERRNO", ["read", "write", "mkdir"]]' | apply
tap_check 'a change follows' wait_until 5 profile_allows node-1 operator/web.json mkdir read write
profile web.v1 '["SCMP_ACT_LOG", []]' | apply
tap_check 'a name may have dots' wait_until 5 profile_exists node-1 operator/web.v1.json
kubectl patch sp web --type merge --patch '{"spec": {"state": "Disabled"}}' >/dev/null
tap_check 'a disabled profile has no file' wait_until 5 profile_is_gone node-1 operator/web.json
kubectl patch sp web --type merge --patch '{"spec": {"state": "Enabled"}}' >/dev/null
tap_check 'an enabled one has it again' wait_until 5 profile_exists node-1 operator/web.json
kubectl delete sp web web.v1 >/dev/null
tap_check 'a deleted one has none' wait_until 5 profile_is_gone node-1 operator/web.json
tap_check 'on no node' wait_until 5 profile_is_gone node-2 operator/web.v1.json

# ---- base profiles

profile app '["SCMP_ACT_ERRNO", ["read"]]' base | apply
tap_check 'a profile waits for its base' wait_until 5 node_says app node-1 Pending \
	'there is no SeccompProfile base'
tap_check 'and has no file' profile_is_gone node-1 operator/app.json
profile base '["SCMP_ACT_ERRNO", ["write"]]' | apply
tap_check 'then it has what either allows' wait_until 5 profile_allows node-1 operator/app.json read write
tap_check 'and nothing to report' wait_until 5 nothing_said app node-1
profile base '["SCMP_ACT_ERRNO", ["write", "mkdir"]]' | apply
tap_check 'it follows its base' wait_until 5 profile_allows node-1 operator/app.json mkdir read write
kubectl patch sp base --type merge --patch '{"spec": {"baseProfileName": "app"}}' >/dev/null
tap_check 'a circle is an error' wait_until 5 node_says app node-1 Error 'no circle'
tap_check 'which keeps the last good file' profile_allows node-1 operator/app.json mkdir read write
kubectl delete sp app base >/dev/null

# ---- what cannot be enforced

profile odd '["SCMP_ACT_ERRNO", ["no_such_call"]]' | apply
tap_check 'what a node cannot enforce is said' wait_until 5 node_says odd node-1 Error no_such_call
tap_check 'and not installed' profile_is_gone node-1 operator/odd.json
kubectl annotate sp odd spo.x-k8s.io/install-unenforceable=true >/dev/null
tap_check 'unless somebody consents' wait_until 5 profile_exists node-1 operator/odd.json
kubectl delete sp odd >/dev/null
tap_check 'statuses go with the profile' wait_until 10 nothing_said odd node-1

# ---- drift, and files of others

profile web '["SCMP_ACT_ERRNO", ["read", "write"]]' | apply
wait_until 5 profile_exists node-1 operator/web.json
cluster_on node-1 bash -c 'echo "{}" >/var/lib/kubelet/seccomp/operator/web.json'
tap_check 'a changed file is restored' wait_until 5 profile_allows node-1 operator/web.json read write
cluster_on node-1 rm -r /var/lib/kubelet/seccomp/operator
tap_check 'so is a directory' wait_until 5 profile_allows node-1 operator/web.json read write
cluster_on node-1 rm -r /var/lib/kubelet/seccomp/operator /var/lib/kubelet/seccomp/.recorder
tap_check 'even without records' wait_until 10 profile_allows node-1 operator/web.json read write
cluster_on node-1 bash -c 'echo mine >/var/lib/kubelet/seccomp/operator/own.json'
profile own '["SCMP_ACT_ERRNO", ["read"]]' | apply
tap_check "somebody's own file stays" wait_until 5 node_says own node-1 Error 'did not install it'
tap_is 'as it is' "$(cluster_on node-1 cat /var/lib/kubelet/seccomp/operator/own.json)" mine
cluster_on node-1 rm /var/lib/kubelet/seccomp/operator/own.json
tap_check 'once it has gone, the profile comes' wait_until 40 profile_exists node-1 operator/own.json
kubectl delete sp own >/dev/null
tap_check "'recorder install' is refused what the agent keeps" refused_by_agent web

# ---- pods

profile_of_shell | apply
wait_until 5 profile_exists node-1 operator/shell.json
pod user operator/shell.json node-1 | apply
tap_check 'a pod under a profile runs' pod_runs user
tap_match 'and is refused what it lacks' \
	"$(kubectl --namespace agent exec user -- mkdir /x 2>&1)" 'Operation not permitted'
tap_check 'its node says that it has the profile' wait_until 5 node_says shell node-1 Installed ''
tap_check 'and no other node does' nothing_said shell node-2
kubectl delete sp shell >/dev/null
tap_check 'where no pod names it, a deleted profile goes' wait_until 5 profile_is_gone node-2 \
	operator/shell.json
tap_check 'where a pod could start again, it stays' profile_exists node-1 operator/shell.json
agent_stop node-1
agent_start node-1
sleep 2
tap_check 'also after a restart of the agent' profile_exists node-1 operator/shell.json
kubectl --namespace agent delete pod user --grace-period=0 --force >/dev/null 2>&1
tap_check 'it goes with the last pod' wait_until 20 profile_is_gone node-1 operator/shell.json

# ---- while nobody is there

agent_kill node-1
kubectl delete sp web >/dev/null
profile later '["SCMP_ACT_ERRNO", ["read"]]' | apply
agent_start node-1
tap_check 'what was made meanwhile comes' wait_until 10 profile_exists node-1 operator/later.json
tap_check 'what was deleted meanwhile goes' wait_until 10 profile_is_gone node-1 operator/web.json

# ---- the operator

agent_stop node-1
kubectl patch crd seccompprofiles.security-profiles-operator.x-k8s.io --type merge --patch \
	'{"spec": {"conversion": {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"],
	"clientConfig": {"url": "https://127.0.0.1:1/"}}}}}' >/dev/null
agent_start node-1
tap_check "beside the operator's definitions, an agent ends" wait_until 10 agent_said node-1 \
	'Security Profiles Operator manages'
kubectl patch crd seccompprofiles.security-profiles-operator.x-k8s.io --type merge --patch \
	'{"spec": {"conversion": {"strategy": "None", "webhook": null}}}' >/dev/null
cluster_on node-1 rm -r /var/lib/kubelet/seccomp/operator
cluster_on node-1 ln -s /nowhere /var/lib/kubelet/seccomp/operator
agent_start node-1
tap_check 'and beside its directory' wait_until 10 agent_said node-1 'is a symbolic link, as'
tap_check 'of which it changes nothing' cluster_on node-1 test -L /var/lib/kubelet/seccomp/operator
cluster_on node-1 rm /var/lib/kubelet/seccomp/operator

tap_done
