#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# What README.md says for a node without a shell: the file of "make static" in a pod of "kubectl
# debug node/…" records other pods of the node, and installs profiles there. Somebody types the
# commands into the terminal of that pod.
# shellcheck disable=SC2016 # shells in the pod
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash

[ "${CLUSTER_NODES:-2}" != 0 ] || tap_skip_all 'it needs a node'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
image=localhost/recorder:test
screen=$TEST_TMP/screen
tap_plan 22

import_image() {
	local rootfs=$TEST_TMP/rootfs
	image_new "$rootfs" && image_add_busybox "$rootfs" &&
		image_add_program "$rootfs" /usr/bin/unshare &&
		install -m 755 "${RECORDER%/*}-static/recorder" "$TEST_PROGRAMS/bpf/call" \
			"$rootfs/bin/" &&
		image_archive "$rootfs" "$image" "$rootfs.tar" sh &&
		node_ctr node-1 images import "$rootfs.tar"
}

# Starts the debugging pod, with a terminal. Its name becomes $debugger.
open_session() {
	mkfifo "$TEST_TMP/keyboard" && exec {keyboard}<>"$TEST_TMP/keyboard" || exit 1
	script --quiet --flush --command "stty rows 50 cols 200
		kubectl --namespace debug debug node/node-1 -it --profile=sysadmin --image=$image" \
		/dev/null <&"$keyboard" >>"$screen" 2>&1 &
	cleanup_add cleanup_process $!
	wait_until 60 grep -qs '/ # ' "$screen"
	debugger=$(grep -o 'node-debugger-node-1-[a-z0-9]*' "$screen")
}

# The screen is cleared first.
type_line() { # TEXT
	: >"$screen"
	printf '%s\r' "$1" >&"$keyboard"
}

press_interrupt() {
	printf '\003' >&"$keyboard"
}

# Waits until the screen shows it. The command, which it also shows, must not match.
shown() { # REGEX
	wait_until 30 grep -qE "$1" "$screen" || { cat -v "$screen" && return 1; }
}

# Runs a command to its end, and prints what it printed.
in_session() { # COMMAND
	type_line "$1; echo status=\$?" && shown '^status=[0-9]' >/dev/null
	sed '1d; s/\r$//; /^status=/q' "$screen"
}

# Makes a pod. Its name is that of the app, and a number.
make_pod() { # NAME COMMAND [SECURITY_CONTEXT]
	kubectl --namespace debug apply --filename - <<-END
		apiVersion: v1
		kind: Pod
		metadata: {name: $1, labels: {app: "${1%-*}"}}
		spec:
		  nodeName: node-1
		  restartPolicy: Never
		  securityContext: ${3:-{\}}
		  containers:
		  - {name: main, image: "$image", imagePullPolicy: Never, command: $2}
	END
}

wait_for_phase() { # POD PHASE
	kubectl --namespace debug wait --for=jsonpath='{.status.phase}'="$2" "pod/$1" --timeout=60s
}

# Runs a pod that makes one call.
run_pod() { # NAME CALL_NUMBER [SECURITY_CONTEXT]
	make_pod "$1" "[call, '$2']" "${3-}" && wait_for_phase "$1" Succeeded
}

start_pod() { # NAME
	make_pod "$1" '[sleep, "1000"]' && wait_for_phase "$1" Running
}

# Records in the session, while two pods run. Brings the recording to $TEST_TMP/NAME.json.
record_pods() { # NAME [COMMAND_BEFORE]
	type_line "${2-} recorder record -v --pod app=$1 -n debug --wait --format recording -o /tmp/$1.json"
	shown 'waiting for a first match' && run_pod "$1-1" 207 && run_pod "other-$1" 179 &&
		shown 'io_destroy by call' && press_interrupt &&
		shown 'recorded 3 system calls of pods' &&
		kubectl --namespace debug cp "$debugger:/tmp/$1.json" "$TEST_TMP/$1.json"
}

# Checks a recording of record_pods.
check_recording() { # NAME
	tap_is 'only this pod' "$(jq -c '[.observations[].pod.name]' "$TEST_TMP/$1.json")" "[\"$1-1\"]"
	tap_is 'with what it called and nothing else' "$(jq -c '[.observations[].systemCalls[]
		| select(.origin == "observed") | .name] | sort' "$TEST_TMP/$1.json")" \
		'["execve","exit_group","io_destroy"]'
	tap_is 'completely' "$(jq .complete "$TEST_TMP/$1.json")" true
}

# Prints what recorder says in a pod of the usual debugging profile.
said_without_rights() {
	local pod
	pod=$(kubectl --namespace debug debug node/node-1 --image="$image" -- recorder doctor |
		grep -o 'node-debugger-node-1-[a-z0-9]*') &&
		wait_for_phase "$pod" Failed >/dev/null && kubectl --namespace debug logs "$pod"
}

cluster_namespace debug || exit 1
tap_check 'an image has the static file' import_image
open_session
tap_check 'a pod to debug the node starts' grep '/ # ' "$screen"

said=$(in_session 'recorder doctor')
tap_match 'the node can record' "$said" $'This machine can record\\.\nstatus=0$'
tap_match 'its containerd is found' "$said" \
	'ok +runtime +containerd [^ ]+ answers at /run/containerd/containerd\.sock'
tap_match 'and its runtime' "$said" 'ok +programs +runc [0-9.]+ with libseccomp [0-9.]+'
tap_match 'and its cgroups' "$said" 'ok +cgroup +cgroup v2 at /sys/fs/cgroup'
tap_match 'without the rights the same pod says which profile has them' "$(said_without_rights)" \
	'failed +capabilities +CAP_BPF and CAP_PERFMON are missing; .*--profile=sysadmin'

tap_check 'pods of the node are recorded' record_pods x
check_recording x

# On a machine with cgroup v2 only, such a pod has this namespace of its own.
unshare='/usr/bin/unshare --cgroup' # the shell has one without the option
tap_match 'where the pod sees no cgroup but its own' \
	"$(in_session "$unshare grep ^0: /proc/self/cgroup")" '^0::/'$'\n''status=0$'
tap_check 'pods of the node are recorded' record_pods y "$unshare"
check_recording y
tap_check 'a pod that runs already' start_pod z-1
tap_match 'is recorded from now on' \
	"$(in_session "$unshare recorder record --pod app=z -n debug --duration 1s -o /tmp/z.json")" \
	'recorded [0-9]+ system calls of pods app=z .*status=0'

cleanup_add rm -r "$CLUSTER_DIRECTORY/node-1/kubelet/seccomp"
tap_match 'the profile is installed for the node' \
	"$(in_session 'recorder install -n debug --name x /tmp/x.json')" \
	'installed: /var/lib/kubelet/seccomp/operator/debug/x\.json.*status=0'
tap_check 'whose kubelet finds it' run_pod x-2 207 \
	'{seccompProfile: {type: Localhost, localhostProfile: operator/debug/x.json}}'
tap_match 'it is listed' "$(in_session 'recorder list')" 'installed .* operator/debug/x\.json'
type_line exit
tap_check 'the pod ends' wait_for_phase "$debugger" Succeeded

tap_done
