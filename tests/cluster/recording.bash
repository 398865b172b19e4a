# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For tests of ProfileRecordings: pods that do something, and what is said of recordings.

on_namespace() { # ARGUMENT...
	kubectl --namespace "$AGENT_NAMESPACE" "$@"
}

# Prints a pod whose container "main" runs a shell script, under a profile if one is named.
worker() { # NAME NODE LABEL_APP SCRIPT [LOCALHOST_PROFILE]
	pod "$1" "${5:--}" "$2" | jq --arg app "$3" --arg script "$4" '
		.metadata.labels.app = $app | .spec.containers[0].command = ["sh", "-c", $script]
		| .spec.restartPolicy = "Never"'
}

# Prints a ProfileRecording.
recording() { # NAME LABEL_APP [SPEC_OF_JQ]
	jq -n --arg name "$1" --arg app "$2" --arg namespace "$AGENT_NAMESPACE" '{
		apiVersion: "security-profiles-operator.x-k8s.io/v1", kind: "ProfileRecording",
		metadata: {name: $name, namespace: $namespace},
		spec: ({kind: "SeccompProfile", recorder: "Bpf",
			podSelector: {matchLabels: {app: $app}}} + '"${3:-{\}}"')}'
}

# True if the condition of a recording is so, for this reason.
recording_says() { # NAME TYPE STATUS REASON
	on_namespace get profilerecording "$1" --output json |
		jq -e --arg type "$2" --arg status "$3" --arg reason "$4" '.status.conditions[]?
			| select(.type == $type and .status == $status and .reason == $reason)' >/dev/null
}

has_phase() { # POD PHASE
	[ "$(on_namespace get pod "$1" --output jsonpath='{.status.phase}')" = "$2" ]
}

# Prints the calls that a SeccompProfile allows, one a line.
profile_calls() { # PROFILE
	kubectl get sp "$1" --output json 2>/dev/null |
		jq -r '.spec.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' | sort -u
}

# True if a SeccompProfile allows all of these calls.
profile_has() { # PROFILE CALL...
	[ -z "$(comm -13 <(profile_calls "$1") <(printf '%s\n' "${@:2}" | sort))" ]
}

# True if a SeccompProfile exists and allows none of these calls.
profile_lacks() { # PROFILE CALL...
	[ -n "$(profile_calls "$1")" ] &&
		[ -z "$(comm -12 <(profile_calls "$1") <(printf '%s\n' "${@:2}" | sort))" ]
}

# True if no agent says that calls may be missing in a SeccompProfile.
profile_is_complete() { # PROFILE
	kubectl get sp "$1" --output json |
		jq -e '.metadata.annotations | has("spo.x-k8s.io/incomplete") | not' >/dev/null
}

# True if an event about a recording has this reason, and matches.
recording_event() { # NAME REASON REGULAR_EXPRESSION
	on_namespace get events --field-selector "involvedObject.name=$1,reason=$2" --output json |
		jq -e --arg text "$3" '.items[] | select(.message | test($text))' >/dev/null
}

# True if the recording's status lists these pods and no others.
recording_lists() { # NAME POD...
	[ "$(on_namespace get profilerecording "$1" --output json |
		jq -r '.status.activeWorkloads // [] | sort | join(" ")')" = "${*:2}" ]
}

# Prints what a node's evidence of a recording says of a call.
explain_on() { # NODE NAME CALL
	local file
	for file in "$CLUSTER_DIRECTORY/$1/evidence/$AGENT_NAMESPACE/$2".*.recording.json; do
		"$RECORDER" explain "$file" "$3"
	done
}

# True if a command in a pod fails, because a call of it is not permitted.
fails_on() { # POD COMMAND...
	on_namespace exec "$1" -- "${@:2}" 2>&1 | grep -q 'Operation not permitted'
}

# True if a directory of a node has no files, or does not exist.
nothing_in() { # DIRECTORY NODE
	[ -z "$(cluster_on "$2" find "$1" -type f 2>/dev/null)" ]
}

# True if a SeccompProfile allows exactly these calls beyond those of another one.
profile_adds() { # PROFILE BASE CALL...
	local base calls
	base=$(profile_calls "$2") calls=$(profile_calls "$1")
	[ -n "$base" ] && [ -n "$calls" ] && [ "$(comm -3 <(echo "$base") <(echo "$calls"))" = \
		"$(printf '\t%s\n' "${@:3}" | sort)" ]
}

profile_has_exactly() { # PROFILE BASE CALL...
	wait_until 20 profile_adds "$@" || {
		comm -3 <(profile_calls "$2") <(profile_calls "$1")
		return 1
	}
}

# Waits until the agents of both nodes record for ProfileRecordings.
recordings_begin() { # NAME...
	local name node
	for name in "$@"; do
		for node in node-1 node-2; do
			wait_until 20 agent_said "$node" "$AGENT_NAMESPACE/$name: records" || return
		done
	done
	for node in node-1 node-2; do
		wait_until 20 agent_said "$node" 'BPF programs: ' || return
	done
}

# Calls that nobody makes but the program "call", by their numbers.
pause=34 semctl=66 shmdt=67 msgctl=71 acct=163 quotactl=179 io_destroy=207 timer_delete=226
mq_unlink=241 mq_getsetattr=245 inotify_rm_watch=255 tee=276 vmsplice=278

# Gives both nodes an image with the program "call", and makes it that of pods.
recording_image() {
	local rootfs=$TEST_TMP/rootfs node
	CLUSTER_IMAGE=localhost/recorder-call:test
	image_new "$rootfs" && image_add_busybox "$rootfs" &&
		install -m 755 "$TEST_PROGRAMS/bpf/call" "$rootfs/bin/" &&
		image_archive "$rootfs" "$CLUSTER_IMAGE" "$rootfs.tar" sleep 1000000 || return
	for node in node-1 node-2; do
		node_ctr "$node" images import "$rootfs.tar" >/dev/null || return
	done
}

# Has both nodes record the pods with the label "app" of a recording's name.
record() { # NAME
	recording "$1" "$1" | apply && wait_until 20 node_records node-1 "$1" &&
		wait_until 20 node_records node-2 "$1"
}

# True if the programs are attached, and the recording is one of those that they are for.
node_records() { # NODE RECORDING
	evidence_exists "$@" && [ -n "$(pinned_programs "$1")" ]
}

recording_message() { # NAME TYPE
	on_namespace get profilerecording "$1" --output json |
		jq -r --arg type "$2" '.status.conditions[]? | select(.type == $type) | .message'
}

# Prints the evidence of a recording, or of all of its name.
evidence() { # RECORDING [NODE]
	# shellcheck disable=SC2086 # a pattern
	cat "$CLUSTER_DIRECTORY"/${2:-node-*}/evidence/"$AGENT_NAMESPACE/$1".*.recording.json
}

# True if the node has the calls in its evidence.
evidence_has() { # NODE RECORDING CALL...
	[ -z "$(comm -13 <(evidence "$2" "$1" | jq -r '.observations[].systemCalls[].name' | sort -u) \
		<(printf '%s\n' "${@:3}" | sort))" ]
}

# True if the node keeps the object, because it records.
evidence_exists() { # NODE RECORDING
	compgen -G "$CLUSTER_DIRECTORY/$1/evidence/$AGENT_NAMESPACE/$2.*.object.json" >/dev/null
}

evidence_is_over() { # NODE RECORDING
	! evidence_exists "$@"
}
