#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# Docker's containers, by the names that a user gives them: recorded from their start and while
# they run, with other capabilities, users and inits, with restarts and health checks. They run
# a program that makes exactly the calls of its command line, so that the observed set is known.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# A socket's path must be short, so the test uses its own directory instead of the harness's.
TEST_TMP=
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash
# shellcheck source=tests/lib/docker.bash
. ../lib/docker.bash

needs_root
missing=$(docker_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"
needs_programs runsc catatonit busybox
tap_plan 42

new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"
docker_start "$TEST_TMP" "$parent" || exit 1
image_new "$TEST_TMP/rootfs" && image_add_busybox "$TEST_TMP/rootfs" &&
	install -m 755 "$PROGRAMS/call" "$TEST_TMP/rootfs/bin/call" &&
	docker_import "$TEST_TMP/rootfs" || exit 1
version=$(docker_here version --format '{{.Server.Version}}')
version=${version%%[+~]*}

create() { # NAME [OPTION...] -- COMMAND...
	local name=$1 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	docker_here create --name "$name" --network none "${options[@]}" "$DOCKER_IMAGE" "${@:2}" \
		>/dev/null
}

recorded() { # FILTER: applies it to the only observation
	jq -cr "if .observations | length == 1 then .observations[0] | $1 else length end" "$RECORDING"
}

# Passes if exactly these calls are observed, with the program's execve and exit_group.
observed_exactly() { # CALL...
	equals observed_calls native:execve native:exit_group "${@/#/native:}"
}

# record_start REFERENCE: records a container from before its start to its end.
record_start() {
	start_recording --container-id "$1" --wait
	docker_here start "${1#*://}" >/dev/null
	wait_until 20 has_ended "$recorder" || kill -INT "$recorder"
	wait "$recorder"
}

create web1 -- call "${NR[ioprio_get]}" "${NR[acct]}"
id=$(docker_here inspect --format '{{.Id}}' web1)
image=$(docker_here inspect --format '{{.Image}}' web1)
record_start web1
check 'a container by its name, from its start: exactly its calls' observed_exactly ioprio_get
check 'the call that its filter refused is denied' equals denied_calls native:acct
check 'the recording is complete' is_complete
tap_is 'and has the id, the name, the image and its digest' \
	"$(recorded '.container | [.id, .name, .image, .imageDigest]')" \
	"[\"$id\",\"web1\",\"$DOCKER_IMAGE\",\"$image\"]"
tap_is 'and the engine with its version' "$(recorded '.engine | [.name, .version]')" \
	"[\"docker\",\"$version\"]"
tap_is 'and the runtime' "$(recorded .runtime.name)" runc
tap_match 'compare takes the profile that it was started under' "$("$RECORDER" compare "$RECORDING")" \
	'compared with the profile that it was started under'

create web2 --security-opt seccomp=unconfined -- call "${NR[io_destroy]}"
record_start docker://web2
check 'by engine and name' observed_exactly io_destroy
tap_match 'one without a filter is compared with the table of its engine and version' \
	"$("$RECORDER" compare "$RECORDING")" "compared with docker $version,"

start_recording --container-id later --wait
docker_here run --name later --network none "$DOCKER_IMAGE" call "${NR[io_destroy]}"
wait_until 20 has_ended "$recorder" || kill -INT "$recorder"
wait "$recorder"
check 'by a name that no container had when recording began' observed_exactly io_destroy
tap_is 'and the container has it' "$(recorded .container.name)" later

create refused -- call 0
tap_match 'an engine without that container does not match' \
	"$("$RECORDER" record --container-id containerd://refused -o - 2>&1)" \
	"no container of containerd has the name 'refused'"
tap_match 'the beginning of a name does not match' \
	"$("$RECORDER" record --container-id refus -o - 2>&1)" "no container has the name 'refus'"
tap_match 'a container that does not run is refused' \
	"$("$RECORDER" record --container-id refused -o - 2>&1)" 'is not running'
tap_match 'a scheme that no engine has is refused' \
	"$("$RECORDER" record --container-id rkt://refused -o - 2>&1)" 'does not begin with a known engine'

create capable --cap-drop ALL --cap-add SYS_PACCT -- call "${NR[acct]}" "${NR[quotactl]}"
record_start capable
check 'capabilities dropped and added: the call that one allows is observed' observed_exactly acct
check 'and the other is denied' equals denied_calls native:quotactl
tap_is 'the recording has the set' "$(recorded .capabilities)" '["CAP_SYS_PACCT"]'
tap_is 'and the profile that Docker made for it' \
	"$(jq '[.profiles[0].syscalls[] | select(.action == "SCMP_ACT_ALLOW").names[]]
		| [index("acct") != null, index("quotactl") != null]' -c "$RECORDING")" '[true,false]'

create inited --init -- call "${NR[ioprio_get]}"
record_start inited
check '--init: the calls of the init and of the program' contains_all observed_calls \
	native:ioprio_get native:execve native:exit_group native:wait4
check 'and not the set-up' contains_none observed_calls "${SETUP_CALLS[@]/#/native:}"
check 'complete' is_complete

create privileged_not --security-opt no-new-privileges -- call "${NR[ioprio_get]}"
record_start privileged_not
check 'no_new_privs: exactly its calls' observed_exactly ioprio_get
tap_is 'and the recording says so' "$(recorded .noNewPrivs)" true

create user --user 1000:1000 -- call "${NR[ioprio_get]}"
record_start user
check '--user: exactly its calls' observed_exactly ioprio_get
tap_is 'without no_new_privs' "$(recorded .noNewPrivs)" false
check 'complete' is_complete

# The container fails at first, and does something else when it is restarted.
create restarted --restart on-failure:3 --volume "$TEST_TMP/volume:/data" -- sh -c '
	[ ! -e /data/lived ] || exec call "$1"
	touch /data/lived
	call "$0"
	exit 1' "${NR[ioprio_get]}" "${NR[io_destroy]}"
start_recording --container-id restarted --wait
docker_here start restarted >/dev/null
wait_until 30 has_ended "$recorder"
check 'a restart policy: the recording continues until the last run has ended' has_ended "$recorder"
kill -INT "$recorder" 2>/dev/null
wait "$recorder"
tap_is 'both runs are in it' "$(jq '[.observations[].container.name]' -c "$RECORDING")" \
	'["restarted","restarted"]'
check 'with the calls of each' contains_all observed_calls native:ioprio_get native:io_destroy
check 'complete' is_complete

create loop --restart always -- sh -c 'while :; do sleep 0.1; done'
docker_here start loop >/dev/null
start_recording --container-id loop
docker_here exec loop call "${NR[mq_unlink]}"
kill -KILL "$(docker_here inspect --format '{{.State.Pid}}' loop)"
has_restarted() {
	[ "$(docker_here inspect --format '{{.RestartCount}} {{.State.Restarting}}' loop)" = '1 false' ]
}
wait_until 30 has_restarted
docker_here exec loop call "${NR[timer_delete]}"
docker_here stop --time 0 loop >/dev/null
wait_until 30 has_ended "$recorder"
check 'one that is killed and started again, until it is stopped' has_ended "$recorder"
kill -INT "$recorder" 2>/dev/null
wait "$recorder"
check 'docker exec in both runs' contains_all observed_calls native:mq_unlink native:timer_delete
check 'without the set-up of either' contains_none observed_calls "${SETUP_CALLS[@]/#/native:}"

create healthy --health-cmd "call ${NR[ioprio_get]}" --health-interval 1s -- sleep 100
start_recording --container-id healthy --wait
docker_here start healthy >/dev/null
is_healthy() {
	[ "$(docker_here inspect --format '{{.State.Health.Status}}' healthy)" = healthy ]
}
wait_until 30 is_healthy
docker_here kill healthy >/dev/null
wait_until 20 has_ended "$recorder" || kill -INT "$recorder"
wait "$recorder"
check 'a health check is work of the container' contains_all observed_calls native:ioprio_get
check 'and its set-up is not' contains_none observed_calls "${SETUP_CALLS[@]/#/native:}"

# gVisor's kernel is a program on this machine. Its calls are not the application's.
refused_for_gvisor() {
	[[ $1 == *"runs in a kernel of its own (runsc)"* ]] || { echo "said: $1"; return 1; }
}
for runtime in runsc sandboxed; do
	create "$runtime" --runtime "$runtime" -- sleep 100
	check "$runtime, created: refused at once" refused_for_gvisor \
		"$(timeout 20 "$RECORDER" record --container-id "$runtime" --wait -o - 2>&1)"
	docker_here start "$runtime" >/dev/null
	check "$runtime, running: refused" refused_for_gvisor \
		"$(timeout 20 "$RECORDER" record --container-id "$runtime" -o - 2>&1)"
	start_recording --container-id "later-$runtime" --wait
	docker_here run --detach --name "later-$runtime" --runtime "$runtime" --network none \
		"$DOCKER_IMAGE" sleep 100 >/dev/null
	wait_until 20 has_ended "$recorder" || kill -INT "$recorder"
	wait "$recorder"
	check "$runtime, waited for: refused when it starts" refused_for_gvisor "$(cat "$LOG")"
	docker_here rm --force "$runtime" "later-$runtime" >/dev/null
done
tap_done
