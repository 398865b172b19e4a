#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# The cluster in which the other tests run is a real one, and leaves nothing.
# shellcheck disable=SC2016 # shells in containers
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash

tap_plan 16
cluster_namespace one || exit 1

# Starts a pod of one container on a node, and waits until it is ready.
start_pod() { # NODE NAME JQ_FILTER_OF_THE_SPEC
	jq -n --arg node "$1" --arg name "$2" --arg image "$CLUSTER_IMAGE" '{
		apiVersion: "v1", kind: "Pod", metadata: {name: $name}, spec: ({
			nodeName: $node, terminationGracePeriodSeconds: 0, containers: [{
				name: "main", image: $image, imagePullPolicy: "Never",
				command: ["sh", "-c", "echo started; exec httpd -f -p 8080 -h /etc"]
			}]
		} | '"${3:-.}"')}' | kubectl --namespace one apply -f - || return
	if ! kubectl --namespace one wait --for=condition=Ready "pod/$2" --timeout=60s; then
		cluster_describe one
		return 1
	fi
}

in_pod() { # NAME COMMAND...
	timeout 30 kubectl --namespace one exec "$1" -- "${@:2}"
}

address_of() { # NAME
	kubectl --namespace one get pod "$1" --output 'jsonpath={.status.podIP}'
}

tap_is 'both nodes are ready' "$(kubectl get nodes --output json | jq -c '[.items[] | .metadata.name,
	(.status.conditions[] | select(.type == "Ready").status)]')" '["node-1","True","node-2","True"]'
tap_match 'they run Kubernetes 1.37' \
	"$(kubectl get nodes --output 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}')" \
	'^v1\.37\.[0-9]+ v1\.37\.[0-9]+$'

tap_check 'a pod starts on the first node' start_pod node-1 a
tap_check 'a pod starts on the second node' start_pod node-2 b
tap_is 'its log can be read' "$(kubectl --namespace one logs b)" started
tap_is 'a command runs in it' "$(in_pod b echo hello)" hello
tap_match 'a pod reaches one of the other node' \
	"$(in_pod a wget -q -O - "http://$(address_of b):8080/passwd")" '^root:'
tap_check 'a pod reaches the API server by its service' \
	in_pod a sh -c 'nc -w 5 "$KUBERNETES_SERVICE_HOST" "$KUBERNETES_SERVICE_PORT" </dev/null'
tap_match 'its cgroup is in the v2 hierarchy' "$(cat /proc/[0-9]*/cgroup 2>/dev/null |
	grep "^0::$(cluster_cgroup node-1)/kubepods/besteffort/pod")" '^0::/'

mkdir -p "$CLUSTER_DIRECTORY/node-1/kubelet/seccomp"
jq -n '{defaultAction: "SCMP_ACT_ALLOW",
	syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}' \
	>"$CLUSTER_DIRECTORY/node-1/kubelet/seccomp/no-mkdir.json"
tap_check 'a pod starts under a profile of the node' start_pod node-1 c '.securityContext =
	{seccompProfile: {type: "Localhost", localhostProfile: "no-mkdir.json"}}'
tap_match 'what it forbids is refused' "$(in_pod c mkdir /tmp/x 2>&1)" 'Operation not permitted'

service_stop kube-apiserver
tap_check_fails 'without the API server nothing answers' kubectl get nodes
tap_check 'the API server starts again' control_plane_start_api
tap_is 'and knows the pods' "$(kubectl --namespace one get pods --output 'jsonpath={.items[*].metadata.name}')" \
	'a b c'

# Another cluster, which is interrupted while a container runs.
start_and_wait() {
	exec "$cluster_library/with-cluster" bash -c '
		kubectl create deployment x --image="$1" --replicas=1 --dry-run=client --output json |
			jq ".spec.template.spec.containers[0].imagePullPolicy = \"Never\"" |
			kubectl apply -f - && kubectl rollout status deployment/x --timeout=60s
		echo "$CLUSTER_DIRECTORY" >"$2"
		sleep 1000' bash "$CLUSTER_IMAGE" "$TEST_TMP/directory"
}

# Prints what is left of a cluster: processes, files, cgroups.
left_of() { # DIRECTORY
	grep -lsF "$1/" /proc/[0-9]*/cmdline
	ls -d "$1" 2>/dev/null
	find /sys/fs/cgroup -path "*/cluster-${1##*.}-*" 2>/dev/null
}

[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
settings=$(cd /proc/sys && cat "${NODE_SETTINGS[@]}")
CLUSTER_NODES=1 CLUSTER_DIRECTORY='' CLUSTER_LOGS='' start_and_wait >"$TEST_TMP/log" 2>&1 &
other=$!
cleanup_add cleanup_process "$other"
wait_until 120 test -s "$TEST_TMP/directory" || tap_note "$(cat "$TEST_TMP/log")"
kill "$other"
wait "$other"
tap_is 'an interrupted cluster leaves nothing' "$(left_of "$(cat "$TEST_TMP/directory")")" ''
tap_is 'and the settings of the machine as they were' \
	"$(cd /proc/sys && cat "${NODE_SETTINGS[@]}")" "$settings"

tap_done
