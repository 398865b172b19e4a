# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the tests in a Kubernetes cluster. A test that includes this file runs beside a cluster:
# that of "make check-cluster", or one of its own if it runs alone.
#
#	. ./cluster.bash
#	kubectl get nodes
#	cluster_on node-1 ls /var/lib/kubelet
#
# KUBECONFIG is an administrator's. Pods use the image $CLUSTER_IMAGE with imagePullPolicy Never.
# All tests share the cluster: each makes its objects in namespaces of its own and deletes them.

cluster_library=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lib/tap.bash
. "$cluster_library/../lib/tap.bash"
# shellcheck source=tests/lib/cleanup.bash
. "$cluster_library/../lib/cleanup.bash"
# shellcheck source=tests/lib/wait.bash
. "$cluster_library/../lib/wait.bash"
# shellcheck source=tests/lib/images.bash
. "$cluster_library/../lib/images.bash"
# shellcheck source=tests/lib/bundle.bash
. "$cluster_library/../lib/bundle.bash"
# shellcheck source=tests/lib/containerd.bash
. "$cluster_library/../lib/containerd.bash"
# shellcheck source=tests/cluster/service.bash
. "$cluster_library/service.bash"
# shellcheck source=tests/cluster/control_plane.bash
. "$cluster_library/control_plane.bash"
# shellcheck source=tests/cluster/node.bash
. "$cluster_library/node.bash"

CLUSTER_IMAGE=$CONTAINERD_BUSYBOX

# Prints why a cluster cannot run here, or nothing if it can.
cluster_missing() {
	local command
	[ "$(id -u)" = 0 ] || echo "it needs root"
	for command in containerd containerd-shim-runc-v2 ctr runc busybox curl go ip jq openssl unshare; do
		command -v "$command" >/dev/null || echo "$command is not installed"
	done
	[ -x /usr/lib/cni/ptp ] || echo "the network plug-ins of containers are not installed"
}

# The test itself: once more, beside a cluster of its own.
if [ -z "${CLUSTER_DIRECTORY-}" ] && [[ $0 == *.t ]]; then
	missing=$(cluster_missing)
	[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"
	exec "$cluster_library/with-cluster" "$PWD/$(basename "$0")" "$@"
fi

# Prints the namespace's objects that tests look at first when something fails.
cluster_describe() { # NAMESPACE
	kubectl --namespace "$1" get pods,events --output wide
}

# Makes a namespace that is deleted at the end of the test, and waits until pods can start in it.
cluster_namespace() { # NAME
	kubectl create namespace "$1" >/dev/null || return
	cleanup_add kubectl delete namespace "$1" --wait=false
	wait_until 30 cluster_can "kubectl --namespace $1 get serviceaccount default"
}

# Runs a command of words without its output.
cluster_can() { # COMMAND
	$1 >/dev/null 2>&1
}
