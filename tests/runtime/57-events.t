#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# A newer containerd, which streams container events: record --pod listens to them instead of
# asking again and again. It also records when the stream is lost, or there is none.
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
missing=$(containerd_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"
# Each event goes to all listeners since containerd 2.0.
architecture=$(dpkg --print-architecture 2>/dev/null)
newer=$(../kernels/fetch package "$architecture" forky containerd 2>"$TEST_TMP/fetch.log") ||
	tap_skip_all "Debian's forky has no containerd here: $(tail -n 1 "$TEST_TMP/fetch.log")"
# Its shim is found through PATH, too.
PATH=$newer/usr/bin:$PATH
hash -r

# Writes each call to the log.
eval "usual_$(declare -f containerd_config)"
containerd_config() { # DIRECTORY
	usual_containerd_config "$1" && printf '[debug]\nlevel = "trace"\n'
}

calls_of_containerd() { # METHOD
	grep -c "msg=\"*$1 " "$CONTAINERD_DIRECTORY/log"
}

start_pod() { # NAME
	cri runp "$1" --uid "$(containerd_uid)" --label app=web
}

# run_container POD NAME CALL: runs one that makes a call.
run_container() {
	local container

	container=$(cri create "$1" "$2" "$CONTAINERD_BUSYBOX" --mount "$PROGRAMS:/test" -- \
		/test/call "${NR[$3]}") &&
		cri start "$container" && cri wait "$container"
}

has_said() { # CALL
	grep -q "^recorder: $1 " "$LOG"
}

names() {
	jq -r '.observations[].container.name' "$RECORDING"
}

# Without events the runtime is asked about what is undecided at each look at the recording's
# progress, four times a second.
check_questions() { # TEXT
	local before after

	before=$(calls_of_containerd ListPodSandbox)
	sleep 4
	after=$(calls_of_containerd ListPodSandbox)
	tap_note "questions in 4 seconds: $((after - before))"
	check "$1" [ $((after - before)) -le 3 ]
}

restart_containerd() {
	kill "$CONTAINERD_PID" && wait "$CONTAINERD_PID"
	containerd_start "$TEST_TMP"
}

tap_plan 8
containerd_start "$TEST_TMP" && containerd_import_busybox || exit 1
tap_note "$(containerd --version)"
endpoint=(--runtime-endpoint "unix://$CRI_ENDPOINT")
start_recording --pod app=web --wait "${endpoint[@]}"
pod=$(start_pod first)
run_container "$pod" before io_destroy
check "a container is recorded" wait_until 20 has_said io_destroy

# A cgroup that could be a pod's, of which the runtime never tells anything, stays undecided.
undecided=$(cgroup_root)/kubepods/besteffort/pod$(containerd_uid)
mkdir -p "$undecided/$(new_id)" && cleanup_add cleanup_cgroup "$undecided"
check_questions "while nothing happens, the runtime is not asked again and again"
run_container "$pod" between quotactl
check "an event is reason enough" wait_until 20 has_said quotactl

restart_containerd
pod=$(start_pod second)
run_container "$pod" after swapoff
check "after a restart of the runtime, containers are recorded" wait_until 20 has_said swapoff
check_questions "and its events are listened to again"
cleanup_cgroup "$undecided"
stop_recording
check "it ends in order" [ $? = 0 ]
check "each container is in the recording" equals names before between after
check "and knows its pod" jq -e '[.observations[].pod.name] | sort == ["first", "first", "second"]' \
	"$RECORDING"
tap_done
