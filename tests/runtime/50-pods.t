#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 480
#
# Real pods, started through containerd's CRI under runc and crun. A selector matches the right
# containers. Each is recorded from its first call, however briefly it lives, and is described
# in the recording. They run under the profiles made from it.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# A socket's path must be short, so the test uses its own directory instead of the harness's.
TEST_TMP=
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash
# shellcheck source=tests/lib/containerd.bash
. ../lib/containerd.bash

needs_root
needs_programs crun
missing=$(containerd_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"
bundle_prepare_crun "$TEST_TMP" || exit 1
tap_plan $((2 * 22 + 24))
containerd_start "$TEST_TMP" && containerd_import_busybox || exit 1

containerd_version=$(containerd --version | sed 's/^[^ ]* [^ ]* v*\([0-9.]*\).*/\1/')
endpoint=(--runtime-endpoint "unix://$CRI_ENDPOINT")
SPLIT=$TEST_TMP/split

# start_pod NAME NAMESPACE LABEL...: prints its id.
start_pod() {
	local name=$1 namespace=$2 label labels=()

	shift 2
	for label; do
		labels+=(--label "$label")
	done
	cri runp "$name" --uid "$(containerd_uid)" --namespace "$namespace" --runtime "$handler" \
		"${labels[@]}"
}

# start_container POD NAME [OPTION...] -- COMMAND...: prints its id. The test programs are in
# /test.
start_container() {
	local pod=$1 name=$2 container

	shift 2
	container=$(cri create "$pod" "$name" "$CONTAINERD_BUSYBOX" --mount "$PROGRAMS:/test" "$@") &&
		cri start "$container" && echo "$container"
}

# Starts three recorders: one for evidence, one that splits profiles by container, and one that
# splits them by pod.
start_all() { # ARGUMENT...
	local split

	start_recording "$@"
	splitters=()
	for split in container pod; do
		mkdir -p "$SPLIT/$split"
		rm -f "$SPLIT/$split"/*
		: >"$SPLIT/$split.log"
		"$RECORDER" record -vv --split "$split" --output "$SPLIT/$split" --name web "$@" \
			2>"$SPLIT/$split.log" &
		splitters+=("$!")
		cleanup_add cleanup_process "$!"
		wait_until 10 grep -q '^recorder: recording ' "$SPLIT/$split.log"
	done
}

stop_all() {
	local status=0 splitter

	stop_recording || status=$?
	for splitter in "${splitters[@]}"; do
		kill -TERM "$splitter"
		wait_until 20 has_ended "$splitter" || kill -KILL "$splitter"
		wait "$splitter" || status=$?
	done
	return "$status"
}

# "POD/CONTAINER" of each observation.
observed_containers() {
	jq -r '.observations[] | "\(.pod.name)/\(.container.name)"' "$RECORDING" | sort
}

containers_are() { # POD/CONTAINER...
	diff <(printf '%s\n' "$@" | sort) <(observed_containers)
}

# Prints the workload's calls of the containers with this name.
calls_of() { # CONTAINER
	jq -r --arg name "$1" '.observations[] | select(.container.name == $name)
		| .systemCalls[] | select(.origin == "observed") | .name' "$RECORDING"
}

only_known_of() { # CONTAINER FILTER_OF_JQ
	jq -e --arg name "$1" "[.observations[] | select(.container.name == \$name)]
		| length > 0 and all($2)" "$RECORDING" >/dev/null ||
		{ jq -c '.observations[] | del(.systemCalls)' "$RECORDING" && return 1; }
}

files_are() { # DIRECTORY NAME...
	diff <(printf '%s\n' "${@:2}" | sort) <(ls "$1")
}

every_profile_lacks_setup() {
	local profile

	for profile in "$SPLIT"/*/*.json; do
		PROFILE=$profile contains_none allowed_calls "${SETUP_CALLS[@]}" ||
			{ echo "in $profile" && return 1; }
	done
}

# Runs long enough for the probe, even on a busy machine.
MAIN=(sh -c 'echo main; /test/call "$1"; sleep 4' main "${NR[ioprio_get]}")
RESTARTED=(sh -c 'echo again; /test/call "$1"' main "${NR[mq_unlink]}")
PROBE=(/test/call "${NR[timer_delete]}")

# Starts everything that a pod can have. Only the pods "web" and "brief" match the selector.
run_pods() {
	local web other

	web=$(start_pod web shop app=web tier=front)
	cri wait "$(start_container "$web" init -- /test/call "${NR[io_destroy]}")"
	start_container "$web" sidecar --seccomp default -- \
		sh -c '/test/call "$1"; sleep 100' sidecar "${NR[swapoff]}" >/dev/null
	main=$(start_container "$web" main --no-new-privs --user 1000 -- "${MAIN[@]}")
	probe_status=0
	cri exec "$main" -- "${PROBE[@]}" || probe_status=$?
	cri wait "$main"
	cri wait "$(start_container "$web" main --attempt 1 --no-new-privs --user 1000 -- \
		"${RESTARTED[@]}")"

	for other in elsewhere:app=web,tier=front shop:app=web,tier=cache shop:app=web,tier=front,canary=1; do
		# shellcheck disable=SC2046 # one word a label
		other=$(start_pod other "${other%%:*}" $(tr , ' ' <<<"${other#*:}"))
		start_container "$other" main -- /test/call "${NR[acct]}" >/dev/null
	done
	# This pod is gone before anything can ask twice.
	web=$(start_pod brief shop app=web tier=back)
	start_container "$web" brief -- /test/call "${NR[quotactl]}" >/dev/null
	cri stopp "$web"
	cri rmp "$web"
}

check_pods() { # NAME
	check "$1: the probe succeeded" [ "$probe_status" = 0 ]
	check "$1: the containers of the pods that match, and no sandbox" \
		containers_are web/init web/sidecar web/main web/main brief/brief
	check "$1: an init container, from its first call" equals 'calls_of init' \
		execve io_destroy exit_group
	check "$1: a pod that is gone at once, from its first call" equals 'calls_of brief' \
		execve quotactl exit_group
	check "$1: a container that is started again, and the probe in it" contains_all \
		'calls_of main' ioprio_get mq_unlink timer_delete
	check "$1: no call of other pods" contains_none observed_calls native:acct
	check "$1: calls that the runtime's default profile denied" contains_all denied_calls \
		native:swapoff
	check "$1: complete" is_complete
	check "$1: image and digest" only_known_of main \
		'(.container.image | endswith("recorder-busybox:test"))
			and (.container.imageDigest | startswith("sha256:"))'
	check "$1: pod, namespace, labels" only_known_of main '.pod.name == "web"
		and .pod.namespace == "shop" and .labels.app == "web" and .labels.tier == "front"'
	check "$1: runtime and its version" only_known_of main \
		".runtime.name == \"$handler\" and (.runtime.version | test(\"^[0-9]\"))"
	check "$1: engine and its version" only_known_of main \
		".engine == {name: \"containerd\", version: \"$containerd_version\"}"
	check "$1: no_new_privs, filter, capabilities of one" only_known_of main \
		'.noNewPrivs and .seccomp == "unconfined" and (.capabilities | index("CAP_CHOWN"))'
	check "$1: no_new_privs and filter of another" only_known_of sidecar \
		'(.noNewPrivs | not) and .seccomp == "filtered"'
	check "$1: a profile for each container name" files_are "$SPLIT/container" \
		web-{brief,init,main,sidecar}.json
	check "$1: a profile for each pod" files_are "$SPLIT/pod" web-{brief,web}.json
	check "$1: no profile allows set-up" every_profile_lacks_setup
}

# Runs a container under a profile while any other call kills. Its output goes to $output.
run_confined() { # CONTAINER_NAME PROFILE COMMAND...
	local container name=$1

	make_kill "$2" "$KILL"
	shift 2
	container=$(start_container "$confined_pod" "$name" --seccomp "$KILL" "${options[@]}" -- "$@") ||
		return
	[ -z "$probe" ] || cri exec "$container" -- "${PROBE[@]}" || return
	cri wait "$container" || return
	output=$(cri logs "$container")
}

check_confined() { # NAME
	local output='' probe='' options=() confined_pod

	confined_pod=$(start_pod confined shop app=confined)
	run_confined init "$SPLIT/container/web-init.json" /test/call "${NR[io_destroy]}"
	check "$1: init runs under its profile" [ $? = 0 ]
	options=(--no-new-privs --user 1000) probe=yes
	run_confined main "$SPLIT/container/web-main.json" "${MAIN[@]}"
	check "$1: main runs under its profile, and its probe" [ "$? $output" = '0 main' ]
	probe=''
	run_confined again "$SPLIT/pod/web-web.json" "${RESTARTED[@]}"
	check "$1: and under that of its pod" [ "$? $output" = '0 again' ]
	run_confined other "$SPLIT/container/web-main.json" /test/call "${NR[quotactl]}"
	check "$1: and another call kills" [ $? != 0 ]
	cri rmp "$confined_pod"
}

for handler in runc crun; do
	start_all --pod 'app=web,tier in (front, back),!canary' -n shop --wait "${endpoint[@]}"
	run_pods >"$TEST_TMP/said" 2>&1
	stop_all
	check "$handler: recorded" [ $? = 0 ]
	check_pods "$handler"
	check_confined "$handler"
	cri cleanup
done

# Pods that already run, in all namespaces, with only some containers of each.
handler=runc
"$RECORDER" record --pod app=nothing -A "${endpoint[@]}" 2>"$LOG" >"$TEST_TMP/nothing"
check "no pod matches: exit status 1" [ $? = 1 ]
check "no pod matches: a message says so" grep -q 'no running container' "$LOG"
check "no pod matches: nothing is written" [ ! -s "$TEST_TMP/nothing" ]

declare -A side
for namespace in blue green; do
	pod=$(start_pod "$namespace-pod" "$namespace" app=web)
	side[$namespace]=$(start_container "$pod" side -- sleep 100)
	start_container "$pod" main -- sh -c 'while sleep 0.2; do /test/call "$1"; done' main \
		"${NR[acct]}" >/dev/null
done
start_recording --pod app -A --container side --container late "${endpoint[@]}"
for namespace in blue green; do
	cri exec "${side[$namespace]}" -- /test/call "${NR[io_destroy]}"
done
start_container "$pod" late -- /test/call "${NR[quotactl]}" >/dev/null
stop_recording
check "containers that run: recorded" [ $? = 0 ]
check "containers that run: those named, in all namespaces" \
	containers_are blue-pod/side green-pod/side green-pod/late
check "containers that run: processes that are executed in them" contains_all 'calls_of side' \
	execve io_destroy
check "containers that run: containers that start later" equals 'calls_of late' execve quotactl exit_group
check "containers that run: the recording says what it missed" only_known_of side \
	'(.complete | not) and (.reasons | any(contains("before the recording began")))'
check "containers that run: but not for containers that started later" only_known_of late .complete

start_recording --pod app=web -n blue --container side "${endpoint[@]}"
cri exec "${side[blue]}" -- true
stop_recording
check "one namespace: only its pod" containers_are blue-pod/side

# By the id as kubectl prints it.
start_recording --container-id "containerd://${side[blue]}" "${endpoint[@]}"
cri exec "${side[blue]}" -- /test/call "${NR[io_destroy]}"
stop_recording
check "by the id that kubectl prints" equals \
	"jq -r '.observations[].container.id' $RECORDING; contains_all observed_calls native:io_destroy" \
	"${side[blue]}"
cri cleanup

# Pods of another kubelet are those of another recorder.
mkdir -p "$(bundle_cgroup_mount)/kubepods/besteffort"
start_recording --pod app=web -n shop --wait --cgroup-root /kubepods/besteffort "${endpoint[@]}"
pod=$(start_pod inside shop app=web)
cri wait "$(start_container "$pod" main -- /test/call "${NR[io_destroy]}")"
uid=$(containerd_uid)
pod=$(cri runp outside --uid "$uid" --namespace shop --runtime "$handler" --label app=web \
	--cgroup-parent "/kubepods/burstable/pod$uid")
cri wait "$(start_container "$pod" main -- /test/call "${NR[quotactl]}")"
start_container "$pod" long -- sleep 100 >/dev/null
stop_recording
check "a root cgroup: only the pods below it" containers_are inside/main
check "and others do not make it incomplete" only_known_of main .complete
cri cleanup

# A pod whose calls this kernel never sees, among others.
start_recording --pod app=web -n shop --wait "${endpoint[@]}"
pod=$(start_pod web shop app=web)
cri wait "$(start_container "$pod" main -- /test/call "${NR[io_destroy]}")"
wait_until 20 grep -q '^recorder: io_destroy ' "$LOG"
handler=kata
sealed=$(start_pod sealed shop app=web)
hidden=$(start_container "$sealed" main -- sleep 100)
handler=runc
start_container "$pod" late -- sh -c '/test/call "$1"; sleep 100' late "${NR[quotactl]}" >/dev/null
wait_until 20 grep -q '^recorder: quotactl ' "$LOG"
stop_recording
check "a pod in a kernel of its own does not end a recording" [ $? = 0 ]
check "the others are recorded" containers_are web/main web/late
check "from before it came" equals 'calls_of main' execve io_destroy exit_group
check "and after" contains_all 'calls_of late' quotactl
left_out="container $hidden (main) of pod shop/sealed is not in it: pod shop/sealed runs in a kernel of its own (kata): this host never sees its system calls, so they cannot be recorded here"
check "a warning names what was left out, and why" grep -qxF "recorder: warning: main is not complete: $left_out" "$LOG"
check "the recording says so too" jq -e --arg reason "$left_out" \
	'.observations | all((.complete | not) and (.reasons | index($reason)))' "$RECORDING"
start_recording --pod app=web -n shop "${endpoint[@]}"
stop_recording
check "those that run beside it are recorded" containers_are web/late
check "and the recording says what was left out" jq -e --arg reason "$left_out" \
	'.observations | all(.reasons | index($reason))' "$RECORDING"
"$RECORDER" record --pod app=web -n shop --container main "${endpoint[@]}" 2>"$LOG" >"$TEST_TMP/nothing"
check "with no other pod it is refused: exit status 1" [ $? = 1 ]
check "with the reason" grep -qF "$left_out" "$LOG"
check "and nothing is written" [ "$(wc -l <"$LOG") $(wc -c <"$TEST_TMP/nothing")" = '1 0' ]
tap_done
