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
tap_plan 22

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
worker my-app node-1 my-app 'mkdir /tmp/x; until [ -e /tmp/go ]; do sleep 1; done
	rmdir /tmp/x; exec sleep 1000' | apply
worker privileged node-2 my-app 'sync; exec sleep 1000' |
	jq '.spec.containers[0].securityContext.privileged = true' | apply
tap_check 'a pod runs' pod_runs my-app
tap_check 'so does one on the other node' pod_runs privileged
tap_check 'they have one profile while they run' wait_until 60 profile_has my-app-recording mkdir sync
tap_check 'with nothing that it did not do' profile_lacks my-app-recording unlink rmdir mount
tap_check 'and one of each container' profile_has my-app-recording-main mkdir
tap_check 'it is complete' profile_is_complete my-app-recording
tap_check 'an event says that it was made' wait_until 10 recording_event my-app-recording \
	ProfileCreated 'SeccompProfile my-app-recording with '
tap_check 'a condition says that one pod ignores it' wait_until 10 recording_says \
	my-app-recording Privileged True ProfileIgnored
tap_check 'the recording lists its pods' wait_until 40 recording_lists my-app-recording \
	my-app privileged
on_namespace exec my-app -- touch /tmp/go
tap_check 'a new call is in the profile' wait_until 60 profile_has my-app-recording rmdir
tap_check 'and an event says whose it is' wait_until 10 recording_event my-app-recording \
	NewSystemCall 'my-app-recording: rmdir by .* of pod my-app, container main, at 20'
tap_match 'as does the evidence of the node' "$(explain_on node-1 my-app-recording rmdir)" 'my-app'
tap_check 'the file is on the other node' wait_until 10 profile_exists node-2 \
	operator/my-app-recording.json
tap_check 'and in the namespace' wait_until 10 profile_exists node-1 \
	"operator/$AGENT_NAMESPACE/my-app-recording.json"
worker again node-1 other 'mkdir /tmp/x; exec sleep 1000' operator/my-app-recording.json | apply
tap_check 'a pod runs under it on the other node' pod_runs again
tap_check 'and is refused what nobody did' fails_on again ln -s a /tmp/b
on_namespace delete profilerecording my-app-recording >/dev/null
tap_check 'after the recording, nothing is attached' wait_until 20 agent_said node-1 \
	'BPF programs: detached'
tap_check 'nor pinned' nothing_in "$(agent_pins node-1)" node-1
tap_check 'and the profile stays' profile_has my-app-recording mkdir rmdir sync

tap_done
