#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 600
#
# Profiles that recorder writes, under the programs that enforce them: runc and crun by themselves,
# containerd as the kubelet uses it, and Podman. Each accepts them and answers calls accordingly:
# every operator of conditions on 64 bits, ENOSYS, several architectures. The test begins with the
# recording of a pod and ends with another pod that runs under the profile installed on the node.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/cleanup.bash
. ../lib/cleanup.bash
# shellcheck source=tests/lib/images.bash
. ../lib/images.bash
# shellcheck source=tests/lib/bundle.bash
. ../lib/bundle.bash
# shellcheck source=tests/lib/containerd.bash
. ../lib/containerd.bash
# A socket's path must be short, so the test uses its own directory instead of the harness's.
TEST_TMP=
# shellcheck source=tests/bpf/lib.bash
. ../bpf/lib.bash
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs crun podman
missing=$(containerd_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"
bundle_prepare_crun "$TEST_TMP" || exit 1
tap_plan $((6 * 4 + 38))
containerd_start "$TEST_TMP" && containerd_import_busybox || exit 1

KUBELET=$TEST_TMP/kubelet/seccomp # as /var/lib/kubelet/seccomp on a node
endpoint=(--runtime-endpoint "unix://$CRI_ENDPOINT")
ANSWERS=$TEST_PROGRAMS/runtime/answers_static
mkdir -p "$TEST_TMP/kubelet" "$TEST_TMP/test"
cp "$ANSWERS" "$TEST_TMP/test/answers"

new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

# The ways to run a container, each "NAME PROFILE COMMAND...". They print the container's output.
# Without no_new_privs, the default of pods, the runtime itself runs under the filter for longer.

BUNDLE=$TEST_TMP/bundle
bundle_new "$BUNDLE" true && bundle_no_new_privs "$BUNDLE" false &&
	image_new "$BUNDLE/rootfs" && image_add_busybox "$BUNDLE/rootfs" &&
	mkdir "$BUNDLE/rootfs/test" && cp "$ANSWERS" "$BUNDLE/rootfs/test/answers" || exit 1

# Python, because jq would round large numbers.
put_profile() { # PROFILE
	python3 - "$BUNDLE/config.json" "$1" <<'END'
import json, sys
config = json.load(open(sys.argv[1]))
config["linux"]["seccomp"] = json.load(open(sys.argv[2]))
json.dump(config, open(sys.argv[1], "w"))
END
}

in_bundle() { # RUNTIME PROFILE COMMAND...
	local runtime=$1 profile=$2
	shift 2
	bundle_args "$BUNDLE" "$@" && bundle_cgroup "$BUNDLE" "$parent/accept" &&
		put_profile "$profile" || return
	timeout 20 "$runtime" run --bundle "$BUNDLE" "accept-$$" </dev/null
}

in_pod() { # HANDLER PROFILE COMMAND...
	local handler=$1 profile=$2 pod container status=0
	shift 2
	pod=$(cri runp accept --uid "$(containerd_uid)" --namespace shop --runtime "$handler" \
		--label app=accept) &&
		container=$(cri create "$pod" main "$CONTAINERD_BUSYBOX" --seccomp "$profile" \
			--mount "$TEST_TMP/test:/test" -- "$@") &&
		cri start "$container" && cri wait "$container" && cri logs "$container"
	status=$?
	cri stopp "$pod" && cri rmp "$pod"
	return "$status"
}

IMAGE=localhost/recorder-accept:test

podman_here() { # RUNTIME ARGUMENT...
	local runtime=$1
	shift
	timeout 60 podman --root "$TEST_TMP/storage" --runroot "$TEST_TMP/run" \
		--tmpdir "$TEST_TMP/tmp" --storage-driver vfs --cgroup-manager cgroupfs \
		--runtime "$runtime" "$@"
}

remove_containers() {
	podman_here runc rm --all --force --time 0
	podman_here runc system reset --force
}

podman_run() { # RUNTIME PROFILE ARGUMENT...
	local runtime=$1 profile=$2
	shift 2
	podman_here "$runtime" run --pull never --network none --cgroup-parent "$parent" \
		--ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
		--volume "$TEST_TMP/test:/test:ro" --security-opt "seccomp=$profile" "$@"
}

in_podman() { # RUNTIME PROFILE COMMAND...
	podman_run "$1" "$2" --rm "$IMAGE" "${@:3}"
}

cleanup_add remove_containers
image_archive "$BUNDLE/rootfs" "$IMAGE" "$TEST_TMP/image.tar" sh &&
	podman_here runc load --quiet --input "$TEST_TMP/image.tar" >/dev/null || exit 1

install_profile() { # ARGUMENT...
	"$RECORDER" install --root "$KUBELET" -n shop "$@" >"$TEST_TMP/snippet" 2>"$LOG"
}

list_of() { # FILTER_OF_JQ
	"$RECORDER" list --root "$KUBELET" --format json "${endpoint[@]}" | jq -c "$1"
}

# Makes a rule for a call that has no effect here, with one condition. Calls that meet it get a
# separate errno.
condition() { # CALL ERRNO INDEX OPERATOR VALUE [VALUE_TWO]
	printf '{"names": ["%s"], "action": "SCMP_ACT_ERRNO", "errnoRet": %s, "args": [
		{"index": %s, "op": "SCMP_CMP_%s", "value": %s, "valueTwo": %s}]},\n' \
		"$1" "$2" "$3" "$4" "$5" "${6:-0}"
}

case $(uname -m) in
x86_64) architectures='"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"' ;;
*) architectures='"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"' ;;
esac
cat >"$TEST_TMP/operators.json" <<END
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": [$architectures], "syscalls": [
$(condition acct 201 0 NE 5)
$(condition add_key 202 1 LT 4294967296)
$(condition delete_module 203 0 LE 7)
$(condition io_destroy 204 0 EQ 18446744073709551614)
$(condition ioprio_get 205 1 GE 9223372036854775808)
$(condition mq_unlink 206 0 GT 7)
$(condition quotactl 207 0 MASKED_EQ 65280 4608)
{"names": ["request_key"], "action": "SCMP_ACT_ERRNO", "errnoRet": 208, "args": [
	{"index": 0, "op": "SCMP_CMP_EQ", "value": 1}, {"index": 3, "op": "SCMP_CMP_EQ", "value": 2}]},
{"names": ["swapoff"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}
]}
END
HOLDS=("${NR[acct]},4" "${NR[add_key]},1,0xffffffff" "${NR[delete_module]},7"
	"${NR[io_destroy]},0xfffffffffffffffe" "${NR[ioprio_get]},9,0x8000000000000000"
	"${NR[mq_unlink]},8" "${NR[quotactl]},0xffffffffffff12ff" "${NR[request_key]},1,0,0,2"
	"${NR[swapoff]}")
HOLDS_NOT=("${NR[acct]},5" "${NR[add_key]},1,0x100000000" "${NR[delete_module]},8"
	"${NR[io_destroy]},0xffffffff" "${NR[ioprio_get]},9,0x7fffffffffffffff"
	"${NR[mq_unlink]},7" "${NR[quotactl]},0xffffffffffff13ff" "${NR[request_key]},1,0,0,3")

install_profile "$TEST_TMP/operators.json"
check "a profile with every operator is installed" [ $? = 0 ]
OPERATORS=$KUBELET/operator/shop/operators.json

# The recordings of pods of both runtimes, as if from two nodes, become one profile.
record_pod() { # HANDLER
	start_recording --pod app=accept -n shop --wait "${endpoint[@]}"
	in_pod "$1" unconfined /test/answers "${NR[ioprio_get]}" >"$TEST_TMP/answer"
	stop_recording
	cp "$RECORDING" "$TEST_TMP/node-$1.recording.json"
}

record_pod runc
check "recorded under runc" is_complete
record_pod crun
check "recorded under crun" is_complete
"$RECORDER" merge "$TEST_TMP"/node-*.recording.json -o "$TEST_TMP/web.recording.json"
check "both are merged" [ $? = 0 ]
"$RECORDER" convert "$TEST_TMP/web.recording.json" --to cr --name web -o "$TEST_TMP/web.yaml"
check "and become a custom resource" [ $? = 0 ]
install_profile "$TEST_TMP/web.yaml"
check "which is installed" [ $? = 0 ]
WEB=$KUBELET/operator/shop/web.json
LOCALHOST=$(sed -n 's/^ *localhostProfile: //p' "$TEST_TMP/snippet")
check "under the path that the snippet says" [ "$KUBELET/$LOCALHOST" = "$WEB" ]

CLONE3=435 # on every architecture; glibc falls back to clone(2) only on ENOSYS
check_runtime() { # HOW RUNTIME
	local name="$2, ${1#in_}" output

	output=$("$1" "$2" "$OPERATORS" /test/answers "${HOLDS[@]}" 2>"$TEST_TMP/err")
	tap_is "$name: every operator, where it holds" "$output$(cat "$TEST_TMP/err")" \
		"201 202 203 204 205 206 207 208 38"
	output=$("$1" "$2" "$OPERATORS" /test/answers "${HOLDS_NOT[@]}" 2>"$TEST_TMP/err")
	tap_is "$name: and where it does not" "$(grep -c '\<20[1-8]\>' <<<"$output")" 0
	output=$("$1" "$2" "$WEB" /test/answers "${NR[ioprio_get]}" "$CLONE3" "${NR[acct]}" \
		2>"$TEST_TMP/err")
	tap_is "$name: what was recorded, a fall-back, another call" \
		"$output$(cat "$TEST_TMP/err")" "$(cat "$TEST_TMP/answer") 38 1"
	make_kill "$WEB" "$KILL"
	output=$("$1" "$2" "$KILL" /test/answers "${NR[ioprio_get]}" 2>"$TEST_TMP/err")
	tap_is "$name: it needs nothing else" "$output$(cat "$TEST_TMP/err")" \
		"$(cat "$TEST_TMP/answer")"
}

for runtime in runc crun; do
	check_runtime in_bundle "$runtime"
	check_runtime in_pod "$runtime"
	check_runtime in_podman "$runtime"
done

# A call of an architecture that the list lacks is killed, except for the native one, which
# runtimes add. Each profile refuses getuid(2) of both ABIs.
list_of_architectures() { # FILE LIST
	cat >"$TEST_TMP/$1" <<END
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": [$2], "syscalls": [
	{"names": ["getuid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}]}
END
}

check_list() { # NAME LIST ANSWER_OF_I386
	local runtime output
	list_of_architectures list.json "$2"
	for runtime in runc crun; do
		output=$(in_bundle "$runtime" "$TEST_TMP/list.json" /test/answers 102 2>&1)
		tap_is "$1, $runtime: the native architecture is filtered" "$output" 77
		output=$(in_bundle "$runtime" "$TEST_TMP/list.json" /test/answers i386:24 2>/dev/null)
		tap_is "$1, $runtime: and i386 is ${3:+not }killed" "$output" "$3"
	done
	output=$("$RECORDER" verify --format json --arch amd64 "$TEST_TMP/both.json" \
		--against "$TEST_TMP/list.json" | jq -c '[.[].findings[].check | select(. == "subset")]')
	tap_is "$1: and that it does what it does when it is listed" "$output" '[]'
}

case $(uname -m) in
x86_64)
	list_of_architectures both.json '"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"'
	check_list "no list" '' ''
	check_list "i386 alone" '"SCMP_ARCH_X86"' 77
	check_list "arm64 alone" '"SCMP_ARCH_AARCH64"' ''
	output=$(in_bundle runc "$OPERATORS" /test/answers i386:20) # getpid
	check "a 32-bit call under a profile that lists its architecture" [ "$output" = 0 ]
	in_bundle runc "$WEB" /test/answers i386:20 >/dev/null 2>&1
	check "kills under one that does not" [ $? != 0 ]
	;;
*)
	for name in {1..17}; do
		tap_skip "a list of architectures ($name)" "no gate here"
	done
	;;
esac

# A pod that keeps running, started as the kubelet would with the snippet.
pod=$(cri runp web-0 --uid "$(containerd_uid)" --namespace shop)
container=$(cri create "$pod" main "$CONTAINERD_BUSYBOX" --seccomp "$KUBELET/$LOCALHOST" \
	--mount "$PROGRAMS:/test" -- sleep 1000)
in_use() {
	list_of '.[] | select(.usedBy != []) | [.localhostProfile, (.usedBy[] | .namespace, .pod, .container)]'
}
jq '.syscalls[0].names += ["nanosleep", "clock_nanosleep", "getuid", "setgid", "setuid"]' "$WEB" \
	>"$TEST_TMP/sleeper.json"
cri rm "$container"
install_profile "$TEST_TMP/sleeper.json"
container=$(cri create "$pod" main "$CONTAINERD_BUSYBOX" \
	--seccomp "$KUBELET/operator/shop/sleeper.json" -- sleep 1000)
cri start "$container"
tap_is "list shows the pod that uses a profile" "$(in_use)" \
	'["operator/shop/sleeper.json","shop","web-0","main"]'
"$RECORDER" uninstall --root "$KUBELET" "${endpoint[@]}" -n shop sleeper 2>"$LOG"
check "it is not uninstalled" [ $? = 1 ]
check "the pod is named" grep -q 'is used by 1 running container (shop/web-0/main)' "$LOG"
check "it is still there" [ -f "$KUBELET/operator/shop/sleeper.json" ]
cri stopp "$pod"
tap_is "nobody uses it when the pod has ended" "$(in_use)" ''
"$RECORDER" uninstall --root "$KUBELET" "${endpoint[@]}" -n shop sleeper >"$LOG" 2>&1
check "then it is uninstalled" [ $? = 0 ]
cri rmp "$pod"
in_pod runc "$KUBELET/operator/shop/sleeper.json" true >"$LOG" 2>&1
check "and no container is created with it any more" grep -q 'sleeper.json' "$LOG"

# Podman does not report the profile's file, so the container is found by its rules.
id=$(podman_run runc "$OPERATORS" --detach "$IMAGE" sleep 1000)
tap_is "list finds Podman's container by what its rules mean" \
	"$("$RECORDER" list --root "$KUBELET" --format json |
		jq -c '[.[] | select(.usedBy != []) | .localhostProfile, .usedBy[].id]')" \
	"[\"operator/shop/operators.json\",\"$id\"]"
podman_here runc rm --force --time 0 "$id" >/dev/null

# Prints the calls of a container that lives this long: 50 ms, or longer with the same program.
brief_calls() { # MICROSECONDS
	local pod container
	start_recording --pod app=brief -n shop --wait "${endpoint[@]}"
	pod=$(cri runp brief --uid "$(containerd_uid)" --namespace shop --label app=brief)
	container=$(cri create "$pod" brief "$CONTAINERD_BUSYBOX" -- usleep "$1")
	cri start "$container" && cri wait "$container" && cri stopp "$pod" && cri rmp "$pod"
	stop_recording && observed_calls | sort -u
}

# Passes if the program's first and last call are this many milliseconds apart. On a busy
# machine the time is a little longer.
lived_for() { # LEAST MOST
	jq -e --argjson least "$1" --argjson most "$2" '
		def ms: (.[0:19] + "Z" | fromdate) * 1000 + (.[20:23] | tonumber);
		[.observations[0].systemCalls[] | select(.origin == "observed")
			| {(.name): (.firstSeen | ms)}] | add
		| .exit_group - .execve | . >= $least and . < $most' "$RECORDING"
}

brief_calls 50000 >"$TEST_TMP/brief"
check "a pod of 50 ms is recorded" [ $? = 0 ]
check "completely" is_complete
check "that was its life" lived_for 50 500
check "once" [ "$(jq '.observations | length' "$RECORDING")" = 1 ]
check "from its first call to its last" contains_all "cat $TEST_TMP/brief" \
	native:execve native:exit_group
brief_calls 1500000 >"$TEST_TMP/long"
check "like one of 1.5 s" diff "$TEST_TMP/long" "$TEST_TMP/brief"
tap_done
