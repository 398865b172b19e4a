#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# The client of src/kube in a pod: it finds the API server and the files of its service account, and
# may do what the account may.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash

[ "${CLUSTER_NODES:-2}" != 0 ] || tap_skip_all 'it needs a node'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
image=localhost/recorder-probe:test
tap_plan 5

import_probe() {
	local rootfs=$TEST_TMP/rootfs
	image_new "$rootfs" && image_add_busybox "$rootfs" &&
		image_add_program "$rootfs" "$TEST_PROGRAMS/cluster/kube_probe" &&
		mv "$rootfs$TEST_PROGRAMS/cluster/kube_probe" "$rootfs/bin/" &&
		image_archive "$rootfs" "$image" "$rootfs.tar" sleep 1000000 &&
		node_ctr node-1 images import "$rootfs.tar"
}

start_pod() {
	kubectl --namespace pod create role reader --verb=get,list,watch --resource=configmaps &&
		kubectl --namespace pod create rolebinding reader --role=reader \
			--serviceaccount=pod:default &&
		kubectl --namespace pod apply --filename - <<-END &&
			apiVersion: v1
			kind: Pod
			metadata: {name: probe}
			spec:
			  nodeName: node-1
			  terminationGracePeriodSeconds: 0
			  containers: [{name: main, image: "$image", imagePullPolicy: Never}]
		END
		kubectl --namespace pod wait --for=condition=Ready pod/probe --timeout=60s
}

probe() { # ARGUMENT...
	timeout 60 kubectl --namespace pod exec --stdin probe -- kube_probe in-cluster "$@" 2>&1
}

cluster_namespace pod || exit 1
tap_check 'a pod has the client' import_probe
tap_check 'and starts' start_pod || cluster_describe pod
tap_is 'it is known by its service account' \
	"$(jq -n '{apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview"}' |
		probe create authentication.k8s.io/v1/selfsubjectreviews - - |
		jq -r .status.userInfo.username)" system:serviceaccount:pod:default
tap_match 'it may read what the account may' "$(probe get /v1/configmaps pod kube-root-ca.crt)" \
	'"ca\.crt":"-----BEGIN CERTIFICATE'
tap_match 'and nothing else' "$(probe get /v1/secrets pod x)" \
	'EACCES: .*cannot get resource "secrets"'

tap_done
