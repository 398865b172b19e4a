# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Simulates many nodes that have recorded the same pods (recording_nodes.c), with the rights of node-1's
# agent, and counts what that costs the API server. To be included after agent.bash and recording.bash.

NODES_RECORDING=many

# Prints how many requests the API server has answered about a resource, apart from watches.
requests_of() { # RESOURCE [VERB]
	kubectl get --raw /metrics | awk -v resource="$1" -v verb="${2-}" '
		/^apiserver_request_total[{]/ && index($0, "resource=\"" resource "\"") && !/verb="WATCH"/ &&
			(verb == "" || index($0, "verb=\"" verb "\"")) { sum += $NF }
		END { print sum + 0 }'
}

# Prints how many requests about a resource the API server has refused because of other requests.
conflicts_of() { # RESOURCE
	kubectl get --raw /metrics | awk -v resource="$1" '
		/^apiserver_request_total[{]/ && index($0, "resource=\"" resource "\"") &&
			/code="409"/ { sum += $NF }
		END { print sum + 0 }'
}

# Writes to a file what the API server sends to somebody who watches a resource.
nodes_watch() { # RESOURCE
	service_start "watch-$1" curl --silent --no-buffer --cacert "$CLUSTER_DIRECTORY/pki/ca.crt" \
		--header 'Authorization: Bearer admin-token' \
		"$CLUSTER_SERVER/apis/security-profiles-operator.x-k8s.io/v1/$1?watch=true"
	cleanup_add service_stop "watch-$1"
}

# Prints "EVENTS BYTES" of a watch.
nodes_watched() { # RESOURCE
	wc -lc <"$CLUSTER_DIRECTORY/log/watch-$1" | awk '{ print $1, $2 }'
}

# Prints the calls that any of the nodes has seen.
nodes_calls() {
	sed -n 's/^call //p' "$CLUSTER_DIRECTORY/log/recording-nodes"
}

nodes_have_written() {
	grep -q settled "$CLUSTER_DIRECTORY/log/recording-nodes"
}

# Prints the bytes of an object, with all that the API server keeps.
nodes_object_bytes() { # KIND NAME
	on_namespace get "$1" "$2" --output json --show-managed-fields | jq --compact-output . | wc -c
}

# Records, and has so many nodes write what they saw over so many connections. One in EXTRA nodes has
# each of EXTRA further calls.
nodes_start() { # NODES CONNECTIONS EXTRA
	agent_log_in node-1 &&
		recording "$NODES_RECORDING" many | on_namespace apply --filename - >/dev/null || return
	nodes_watch seccompprofiles
	nodes_watch profilerecordings
	sleep 1
	service_start recording-nodes "$TEST_PROGRAMS/cluster/recording_nodes" "$(agent_kubeconfig node-1)" \
		"$AGENT_NAMESPACE/$NODES_RECORDING" "$@"
	cleanup_add service_stop recording-nodes
}
