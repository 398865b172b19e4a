#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 600
#
# ProfileRecordings: the agents record the pods that they select, and write SeccompProfiles.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash
# shellcheck source=tests/cluster/recording.bash
. ./recording.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=recording
tap_plan 10

agent_prepare "$AGENT_NAMESPACE" || exit 1
agents_start
cat <<-END | on_namespace apply --filename - >/dev/null
	apiVersion: security-profiles-operator.x-k8s.io/v1alpha1
	kind: ProfileRecording
	metadata: {name: my-app-recording}
	spec:
	  kind: SeccompProfile
	  recorder: bpf
	  podSelector: {matchLabels: {app: my-app}}
END
tap_check 'a recording says that it records' wait_until 20 recording_says my-app-recording \
	Ready True Recording
tap_check 'the first agent records' wait_until 20 agent_said node-1 'BPF programs: attached'
tap_check 'and the second one' wait_until 20 agent_said node-2 'BPF programs: attached'
worker my-app node-1 my-app 'mkdir /tmp/x; exec sleep 1000' | apply
tap_check 'a pod runs' pod_runs my-app
tap_check 'it has a profile while it runs' wait_until 60 profile_has my-app-recording mkdir execve
tap_check 'with nothing that it did not do' profile_lacks my-app-recording unlink rmdir mount
tap_check 'and one of its container' profile_has my-app-recording-main mkdir
tap_check 'the file is on the other node' wait_until 10 profile_exists node-2 \
	operator/my-app-recording.json
tap_check 'and in the namespace' wait_until 10 profile_exists node-1 \
	"operator/$AGENT_NAMESPACE/my-app-recording.json"
worker again node-2 other 'mkdir /tmp/x; exec sleep 1000' operator/my-app-recording.json | apply
tap_check 'a pod runs under it on the other node' pod_runs again

tap_done
