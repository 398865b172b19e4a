# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For tests of "recorder agent": agents on the nodes, profiles and pods.

# AGENT_PROGRAM is another file than the recorder to test, AGENT_CGROUP a cgroup to start agents in,
# AGENT_ENVIRONMENT has words such as NAME=VALUE.
AGENT_OPTIONS=() AGENT_ENVIRONMENT=() AGENT_PROGRAM='' AGENT_CGROUP=''

# Applies the definitions and the rights, and makes a namespace for the test's pods.
agent_prepare() { # NAMESPACE
	cleanup_add agent_delete_all
	cleanup_add agent_stop node-1
	cleanup_add agent_stop node-2
	cleanup_add service_stop node-1-record
	kubectl apply --filename ../../crds >/dev/null &&
		kubectl wait --for=condition=Established --timeout=60s --filename ../../crds \
			>/dev/null &&
		wait_until 30 cluster_can 'kubectl get sp' &&
		kubectl apply --filename ../../deploy/kubernetes >/dev/null && cluster_namespace "$1"
}

agent_delete_all() {
	rm -f "$(agent_kubeconfig '')"*
	kubectl --namespace recorder-system delete pods --all --grace-period=0 --force
	kubectl delete --filename ../../deploy/kubernetes --filename ../../crds --timeout=60s
}

agent_kubeconfig() { # NODE
	echo "$CLUSTER_DIRECTORY/kubeconfig/agent-$1"
}

# Gives a node's agent the token of a pod of its node, as it has in a pod of its own. From such a token
# the API server knows the node.
agent_log_in() { # NODE
	local file
	file=$(agent_kubeconfig "$1")
	[ ! -e "$file" ] || return 0
	AGENT_NAMESPACE=recorder-system pod "agent-$1" - "$1" |
		jq '.spec.serviceAccountName = "recorder-agent"' | apply &&
		kubectl --namespace recorder-system create token recorder-agent \
			--bound-object-kind Pod --bound-object-name "agent-$1" >"$file.token" &&
		cluster_kubeconfig "{tokenFile: $file.token}" recorder-system >"$file"
}

agent_start() { # NODE
	local enter=()
	agent_stop "$1"
	agent_log_in "$1" || return
	# shellcheck disable=SC2016 # the inner shell's
	[ -z "$AGENT_CGROUP" ] ||
		enter=(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$AGENT_CGROUP")
	cleanup_add agent_detach "$1"
	agent_mount_pins "$1" || return
	node_service "$1" agent "${enter[@]}" env "${AGENT_ENVIRONMENT[@]}" \
		"${AGENT_PROGRAM:-$RECORDER}" agent --kubeconfig "$(agent_kubeconfig "$1")" \
		--node-name "$1" --host-root / --runtime-endpoint \
		"$CLUSTER_DIRECTORY/$1/containerd/containerd.sock" --pin-dir "$(agent_pins "$1")" \
		--evidence-dir "$CLUSTER_DIRECTORY/$1/evidence" --cgroup-root "$(cluster_cgroup "$1")" \
		-v "${AGENT_OPTIONS[@]}"
}

# Where an agent pins its BPF programs: the nodes have one kernel.
agent_pins() { # NODE
	echo "$CLUSTER_DIRECTORY/$1/bpf/recorder"
}

# Prints the programs of the links that are pinned on a node.
pinned_programs() { # NODE
	local pin
	for pin in $(cluster_on "$1" find "$(agent_pins "$1")" -type f 2>/dev/null); do
		cluster_on "$1" bpftool --json link show pinned "$pin" 2>/dev/null | jq '.prog_id // empty'
	done
}

# True if none of the programs is loaded any more.
programs_are_gone() { # PROGRAM...
	local program
	for program; do
		! bpftool prog show id "$program" >/dev/null 2>&1 || return
	done
}

# Mounts a bpffs, which is gone with the node.
agent_mount_pins() { # NODE
	local directory=$CLUSTER_DIRECTORY/$1/bpf
	mkdir -p "$directory"
	cluster_on "$1" mountpoint --quiet "$directory" || cluster_on "$1" mount -t bpf bpf "$directory"
}

# Removes what an agent leaves for the next one.
agent_detach() { # NODE
	agent_stop "$1"
	cluster_on "$1" "$RECORDER" detach --pin-dir "$(agent_pins "$1")"
	rm -rf "$CLUSTER_DIRECTORY/$1/evidence"
}

agents_start() {
	agent_start node-1 && agent_start node-2
}

agent_stop() { # NODE
	service_stop "$1-agent" TERM
}

agent_kill() { # NODE
	service_stop "$1-agent"
}

agent_said() { # NODE TEXT
	grep -qF "$2" "$CLUSTER_DIRECTORY/log/$1-agent"
}

# Prints a SeccompProfile.
profile() { # NAME [DEFAULT_ACTION, ALLOWED_CALLS] [BASE]
	jq -n --arg name "$1" --argjson rules "$2" --arg base "${3-}" '{
		apiVersion: "security-profiles-operator.x-k8s.io/v1", kind: "SeccompProfile",
		metadata: {name: $name},
		spec: ({defaultAction: $rules[0], architectures: ["SCMP_ARCH_NATIVE"]}
			+ if $rules[1] == [] then {}
				else {syscalls: [{names: $rules[1], action: "SCMP_ACT_ALLOW"}]} end
			+ if $base == "" then {} else {baseProfileName: $base} end)
	}'
}

# Prints the profile "shell": a shell can do everything but make a directory.
profile_of_shell() {
	cat <<-END
		apiVersion: security-profiles-operator.x-k8s.io/v1
		kind: SeccompProfile
		metadata: {name: shell}
		spec:
		  defaultAction: SCMP_ACT_ALLOW
		  syscalls: [{names: [mkdir, mkdirat], action: SCMP_ACT_ERRNO}]
	END
}

apply() {
	kubectl apply --filename - >/dev/null
}

profile_file() { # NODE PATH
	echo "$CLUSTER_DIRECTORY/$1/kubelet/seccomp/$2"
}

profile_exists() { # NODE PATH
	[ -f "$(profile_file "$@")" ]
}

profile_is_gone() { # NODE PATH
	[ ! -e "$(profile_file "$@")" ]
}

# True if a file allows exactly these calls.
profile_allows() { # NODE PATH CALL...
	[ "$(jq -r '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]] | sort | join(" ")' \
		"$(profile_file "$1" "$2")" 2>/dev/null)" = "${*:3}" ]
}

# True if the node reports this about a profile.
node_says() { # PROFILE NODE STATUS TEXT
	kubectl get spns "$1-$2" --output json 2>/dev/null |
		jq -e --arg status "$3" --arg text "$4" '.status.status == $status
			and (.status.conditions[0].message | contains($text))' >/dev/null
}

nothing_said() { # PROFILE NODE
	! kubectl get spns "$1-$2" >/dev/null 2>&1
}

# True if 'recorder install' leaves the agent's file alone.
refused_by_agent() { # PROFILE
	local said
	echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >"$TEST_TMP/$1.json"
	said=$(cluster_on node-1 "$RECORDER" install "$TEST_TMP/$1.json" 2>&1)
	grep -q "kept by 'recorder agent'" <<<"$said" || { echo "$said" && return 1; }
}

spod_says() { # REASON
	[ "$(kubectl --namespace "$AGENT_NAMESPACE" get spod spod --output \
		jsonpath='{.status.conditions[0].reason}')" = "$1" ]
}

# Prints a pod with a container "main" under a profile, or under none if that is "-".
pod() { # NAME LOCALHOST_PROFILE NODE [RUNTIME_CLASS]
	jq -n --arg name "$1" --arg profile "$2" --arg node "$3" --arg class "${4-}" \
		--arg namespace "$AGENT_NAMESPACE" --arg image "$CLUSTER_IMAGE" '{
		apiVersion: "v1", kind: "Pod",
		metadata: {name: $name, namespace: $namespace, labels: {app: $name}},
		spec: ({
			nodeName: $node, terminationGracePeriodSeconds: 0,
			containers: [{name: "main", image: $image, imagePullPolicy: "Never"}
				+ if $profile == "-" then {} else {securityContext: {seccompProfile: {
					type: "Localhost", localhostProfile: $profile}}} end]
		} + if $class == "" then {} else {runtimeClassName: $class} end)
	}'
}

pod_runs() { # NAME
	kubectl --namespace "$AGENT_NAMESPACE" wait --for=condition=Ready "pod/$1" --timeout=60s ||
		{ kubectl --namespace "$AGENT_NAMESPACE" describe pod "$1" && return 1; }
}

# True if the pod's first process runs under a seccomp filter.
pod_has_filter() { # NAME
	kubectl --namespace "$AGENT_NAMESPACE" exec "$1" -- grep -q '^Seccomp:.*2' /proc/1/status
}

# True if the pod could not be started.
pod_fails() { # NAME
	kubectl --namespace "$AGENT_NAMESPACE" get pod "$1" --output json |
		jq -e '.status.containerStatuses[0] | .state.waiting.reason // "" |
			test("CreateContainerError|RunContainerError|CrashLoopBackOff")' >/dev/null
}

# Records a pod of runc on node-1, from its start on, as the object $TEST_TMP/plain.yaml.
record_on_runc() {
	local log=$CLUSTER_DIRECTORY/log/node-1-record
	node_service node-1 record "$RECORDER" record -v --pod app=recorded \
		--namespace "$AGENT_NAMESPACE" --wait --format cr --name plain \
		--runtime-endpoint "$CLUSTER_DIRECTORY/node-1/containerd/containerd.sock" \
		-o "$TEST_TMP/plain.yaml"
	service_wait node-1-record 20 grep -q 'recording pods' "$log" || return
	pod recorded - node-1 | apply && pod_runs recorded || return
	# A pod may be ready before its program has got any time of a busy processor.
	service_wait node-1-record 60 grep -q 'nanosleep by sleep' "$log" || return
	kubectl --namespace "$AGENT_NAMESPACE" delete pod recorded --grace-period=0 --force
	service_stop node-1-record TERM
	if [ ! -s "$TEST_TMP/plain.yaml" ] || grep -q 'is not complete' "$log"; then
		cat "$log"
		return 1
	fi
}

# The object as an agent that recorded it would make it.
recorded_profile() {
	sed "s/^  name: .*/  name: recorded\\n  labels:\\n    spo.x-k8s.io\\/recording-namespace: \
$AGENT_NAMESPACE/" "$TEST_TMP/plain.yaml"
}
