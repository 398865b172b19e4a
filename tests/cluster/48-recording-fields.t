#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 600
#
# The fields of ProfileRecordings, and the limits that agents set them.
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
AGENT_NAMESPACE=fields
tap_plan 38

# Prints a pod that makes a call in an init container, and one in another.
caller() { # NAME NODE LABEL_APP CALL_OF_INIT CALL
	pod "$1" - "$2" | jq --arg app "$3" --arg first "$4" --arg second "$5" '
		.metadata.labels.app = $app | .spec.restartPolicy = "Never"
		| .spec.initContainers = [.spec.containers[0] | .name = "init" | .command = ["call", $first]]
		| .spec.containers[0].command = ["call", $second]'
}

# Prints what is special about a ProfileRecording of all of the pods.
together() { # NAME [SPEC_OF_JQ]
	recording "$1" one '{mergeStrategy: "Containers"} + '"${2:-{\}}"
}

patch() { # RECORDING SPEC
	on_namespace patch profilerecording "$1" --type merge --patch "{\"spec\": $2}" >/dev/null
}

# Prints the values that a profile allows of the first argument of a call.
values_of() { # PROFILE CALL
	kubectl get sp "$1" --output json | jq -c --arg call "$2" '[.spec.syscalls[]
		| select(.action == "SCMP_ACT_ALLOW" and any(.names[]; . == $call))
		| .args // [] | .[] | select(.index == 0) | .value] | unique'
}

state_of() { # PROFILE
	kubectl get sp "$1" --output jsonpath='{.spec.state}'
}

no_profile() { # NAME
	! kubectl get sp "$1" >/dev/null 2>&1
}

both_said() { # RECORDING TEXT
	wait_until 20 agent_said node-1 "$AGENT_NAMESPACE/$1: $2" &&
		wait_until 20 agent_said node-2 "$AGENT_NAMESPACE/$1: $2"
}

# How long ago a recording was made, and some seconds more.
age_and() { # RECORDING SECONDS
	local made
	made=$(on_namespace get profilerecording "$1" --output jsonpath='{.metadata.creationTimestamp}')
	echo $(($(date +%s) - $(date --date="$made" +%s) + $2))
}

says() { # RECORDING TYPE STATUS REASON
	wait_until 30 recording_says "$@" || {
		on_namespace get profilerecording "$1" --output yaml
		return 1
	}
}

agent_prepare "$AGENT_NAMESPACE" || exit 1
recording_image || exit 1
agents_start
{
	together plain
	together only '{containers: ["init"]}'
	together disabled '{disableProfileAfterRecording: true}'
	together free '{arguments: "None"}'
	together exact '{arguments: "Exact"}'
	together logs '{recorder: "Logs"}'
	together paused '{duration: "8h"}'
	together ends
	recording apart one
	together some '{podSelector: {matchExpressions: [
		{key: "app", operator: "In", values: ["one", "two"]},
		{key: "app", operator: "NotIn", values: ["four"]},
		{key: "app", operator: "Exists"}, {key: "skip", operator: "DoesNotExist"}]}}'
	together all '{podSelector: {}}'
	together other '{kind: "SelinuxProfile"}'
} | on_namespace apply --filename - >/dev/null
tap_check 'both nodes record' recordings_begin plain only disabled free exact logs paused ends apart \
	some all
socket=41
{
	caller one node-1 one "$io_destroy" "$socket:16,3,0"
	caller two node-2 two "$acct" "$tee"
	caller skipped node-1 two "$shmdt" "$shmdt" | jq '.metadata.labels.skip = "yes"'
} | on_namespace apply --filename - >/dev/null

tap_check 'pods are recorded' wait_until 60 profile_has plain io_destroy socket
tap_check 'the containers of a recording are recorded' wait_until 20 profile_has only-init io_destroy
tap_check 'and no others' profile_lacks only socket
tap_check 'so no others have a profile' no_profile only-main
tap_check 'profiles of one pod may have no suffix' wait_until 20 profile_has apart-main socket
tap_check 'expressions select pods' wait_until 60 profile_has some io_destroy socket acct tee
tap_check 'an empty selector selects all' wait_until 60 profile_has all io_destroy socket acct tee shmdt
tap_check 'which the expressions did not' profile_lacks some shmdt
tap_check 'a profile may be made' wait_until 20 profile_has disabled socket
tap_is 'as a disabled one' "$(state_of disabled)" Disabled
tap_check 'one with another state has a file' wait_until 20 profile_exists node-2 operator/plain.json
tap_check 'and a disabled one has not' profile_is_gone node-2 operator/disabled.json
wait_until 20 profile_has free socket
tap_is 'arguments may be left out' "$(values_of free socket)" '[]'
wait_until 20 profile_has exact socket
tap_is 'or named all' "$(values_of exact socket)" '[16]'
tap_check 'a recording of logs is one with BPF' wait_until 20 profile_has logs socket
tap_check 'and says so' says logs RecorderReplaced True LogsRecordedWithBpf
tap_check 'another kind is refused' says other Ready False KindNotSupported
tap_check 'and records nothing' no_profile other

tap_check 'a recording can pause' patch paused '{"paused": true}'
tap_check 'which it says' says paused Ready False Paused
tap_check 'and both nodes follow' both_said paused 'records nothing while spec.paused is true'
patch ends "{\"duration\": \"$(age_and ends 3)s\"}"
tap_check 'the time of a recording can be over' says ends Ready False Ended
tap_check 'and is, on both nodes' both_said ends 'ended at'
patch some '{"kind": "SelinuxProfile"}'
tap_check 'a recording can become one of another kind' says some Ready False KindNotSupported
tap_check 'and both nodes live on' both_said some '$.spec.kind'
caller three node-2 one "$quotactl" "$quotactl" | apply
tap_check 'another one goes on' wait_until 60 profile_has plain quotactl
patch paused '{"paused": false}'
patch some '{"kind": "SeccompProfile"}'
tap_check 'it can go on' says paused Ready True Recording
caller four node-1 one "$msgctl" "$msgctl" | apply
tap_check 'with what it had' wait_until 60 profile_has paused msgctl io_destroy
tap_check 'and without what it missed' profile_lacks paused quotactl
tap_check 'so can one of another kind' wait_until 20 profile_has some msgctl io_destroy
tap_check 'without what it missed' profile_lacks some quotactl
tap_check 'but one whose time is over is final' profile_lacks ends quotactl msgctl

on_namespace delete profilerecordings --all >/dev/null
AGENT_OPTIONS=(--recording-namespaces team=a --recordings-per-namespace 1 --profiles-per-recording 2)
agents_start
recording z-first one '{mergeStrategy: "Containers"}' | apply
tap_check 'a namespace that may not record is told' says z-first Ready False NamespaceNotPermitted
kubectl label namespace "$AGENT_NAMESPACE" team=a >/dev/null
tap_check 'until it may' says z-first Ready True Recording
# Those of the same second are ordered by their names.
sleep 1
recording a-second one | apply
tap_check 'a namespace can have so many recordings' says a-second Ready False TooManyRecordings
recordings_begin z-first
caller five node-1 one "$vmsplice" "$semctl" | apply
tap_check 'a recording can have so many profiles' says z-first Limited True TooManyProfiles
patch z-first "{\"duration\": \"$(age_and z-first 3)s\"}"
tap_check 'when one is over another one begins' says a-second Ready True Recording

tap_done
