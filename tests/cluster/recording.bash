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

# True if the condition of a recording is so, for this reason. Without input, "jq -e" of Debian 12 succeeds.
recording_says() { # NAME TYPE STATUS REASON
	[ -n "$(on_namespace get profilerecording "$1" --output json |
		jq --arg type "$2" --arg status "$3" --arg reason "$4" '.status.conditions[]?
			| select(.type == $type and .status == $status and .reason == $reason)')" ]
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

# Has both nodes record the pods with the label "app" of a recording's name.
record() { # NAME
	recording "$1" "$1" | apply && wait_until 20 node_records node-1 "$1" &&
		wait_until 20 node_records node-2 "$1"
}

# True if the programs are attached, and the recording is one of those that they are for.
node_records() { # NODE RECORDING
	evidence_exists "$@" && [ -n "$(pinned_programs "$1")" ]
}

# True if an event of a recording says something that an extended regular expression matches.
recording_told() { # NAME REGEX
	on_namespace get events --output json | jq -r --arg name "$1" '.items[]
		| select(.involvedObject.name == $name) | .message' | grep -qE "$2"
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

recording_message() { # NAME TYPE
	on_namespace get profilerecording "$1" --output json |
		jq -r --arg type "$2" '.status.conditions[]? | select(.type == $type) | .message'
}
