#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# The evidence of real pods while a recording goes on, and after the process was killed: the pinned
# programs record on, and the next process has everything that was not stored, each container as the
# same lifetime.
# shellcheck disable=SC2016,SC2034,SC2154 # shells in shells; names given to functions
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
TAKES=$TEST_TMP/takes
BPFFS=$TEST_TMP/bpf
mkdir "$TAKES" "$BPFFS"
mount -t bpf bpf "$BPFFS" || tap_skip_all "a bpffs cannot be mounted"
cleanup_add umount "$BPFFS"
# The programs end with their pins, whatever happens.
cleanup_add rm -rf "$BPFFS/recorder"

start_container() { # POD NAME COMMAND...
	local container

	container=$(cri create "$1" "$2" "$CONTAINERD_BUSYBOX" --mount "$PROGRAMS:/test" -- "${@:3}") &&
		cri start "$container" && echo "$container"
}

# Runs a container that makes a call, and waits for its end.
run_container() { # POD NAME CALL
	cri wait "$(start_container "$1" "$2" /test/call "${NR[$3]}")"
}

start_probe() {
	coproc PROBE { exec "$TEST_PROGRAMS/runtime/take_probe" "$BPFFS/recorder" \
		"unix://$CRI_ENDPOINT" app=web shop 2>"$TEST_TMP/probe.log"; }
	probe=$PROBE_PID
	cleanup_add cleanup_process "$probe"
	read -r -t 60 said <&"${PROBE[0]}"
}

kill_probe() {
	kill -KILL "$probe"
	wait "$probe" 2>/dev/null
	return 0
}

tell() { # COMMAND
	local answer=

	echo "$1" >&"${PROBE[1]}"
	read -r -t 60 answer <&"${PROBE[0]}"
	[ "$answer" = 'done' ] || { cat "$TEST_TMP/probe.log" && return 1; }
}

# Takes into $TAKES/NAME.*, and stores nothing.
take() { # NAME
	tell "take $TAKES/$1"
}

names() { # FILE
	jq -r '.observations[].container.name' "$TAKES/$1" | sort
}

calls_of() { # FILE CONTAINER
	jq -r --arg name "$2" '.observations[] | select(.container.name == $name)
		| .systemCalls[] | select(.origin == "observed") | .name' "$TAKES/$1"
}

only_known_of() { # FILE CONTAINER FILTER_OF_JQ
	jq -e --arg name "$2" "[.observations[] | select(.container.name == \$name)]
		| length == 1 and all($3)" "$TAKES/$1" >/dev/null ||
		{ jq -c '.observations[] | del(.systemCalls)' "$TAKES/$1" && return 1; }
}

start_of() { # FILE CONTAINER
	jq -r --arg name "$2" '.observations[] | select(.container.name == $name) | .start' "$TAKES/$1"
}

# True once a take has all these containers, as ended or live. Earlier takes are kept beside it.
takes_all() { # NAME KIND CONTAINER...
	local name

	take "$1.new"
	cat "$TAKES/$1.new.gaps" >>"$TAKES/$1.gaps"
	jq -s '.[0].observations += (.[1].observations // []) | .[0]' "$TAKES/$1.new.ended" \
		"$TAKES/$1.ended" >"$TAKES/$1.all" && mv "$TAKES/$1.all" "$TAKES/$1.ended"
	mv "$TAKES/$1.new.live" "$TAKES/$1.live"
	for name in "${@:3}"; do
		names "$1.$2" | grep -qx "$name" || return 1
	done
}

take_until() { # NAME KIND CONTAINER...
	echo '{}' >"$TAKES/$1.ended"
	: >"$TAKES/$1.gaps"
	wait_until 20 takes_all "$@"
}

tap_plan 23
containerd_start "$TEST_TMP" && containerd_import_busybox || exit 1

start_probe
check "it starts" equals 'echo "$said"' started
web=$(cri runp web --uid "$(containerd_uid)" --namespace shop --label app=web)
main=$(start_container "$web" main sh -c '/test/call "$1"; sleep 1000' main "${NR[ioprio_get]}")
run_container "$web" short io_destroy
take_until first ended short
check "an ended one" equals 'names first.ended' short
check "it is complete" only_known_of first.ended short \
	'.complete and .runtime.name == "runc" and (.runtime.version | test("^[0-9]"))'
check "it has what it did" contains_all 'calls_of first.ended short' execve io_destroy exit_group
take_until live live main
check "a live one" equals 'names live.live' main
check "it is complete so far" only_known_of live.live main \
	'.complete and .pod.name == "web" and .runtime.name == "runc"'
check "it has what it did so far" contains_all 'calls_of live.live main' ioprio_get
check "without the runtime's set-up" contains_none 'calls_of live.live main' "${SETUP_CALLS[@]}"
check "the ended one is not returned again" equals 'names live.ended'
cri exec "$main" -- /test/call "${NR[timer_delete]}"
take later
check "it grows" contains_all 'calls_of later.live main' ioprio_get timer_delete
check "it is the same lifetime" equals 'start_of later.live main' "$(start_of live.live main)"
tell stored

# Two containers end before anybody takes them: one while the process lives, one after its death.
run_container "$web" untaken mq_unlink
sleep 2
kill_probe
run_container "$web" alone quotactl
cri exec "$main" -- /test/call "${NR[acct]}"
start_container "$web" second sh -c '/test/call "$1"; sleep 1000' second \
	"${NR[swapoff]}" >/dev/null
start_probe
check "it is taken over" equals 'echo "$said"' 'taken over'
take_until after ended untaken alone
check "what ended, without what was stored" equals 'names after.ended' alone untaken
check "one that ended while nobody was there is complete" only_known_of after.ended alone .complete
check "it has what it did" contains_all 'calls_of after.ended alone' execve quotactl exit_group
check "one that ended before is complete" only_known_of after.ended untaken .complete
take_until after-live live main second
check "those that live are complete" only_known_of after-live.live main .complete
check "also one that was started meanwhile" only_known_of after-live.live second .complete
check "they have what they did meanwhile" contains_all 'calls_of after-live.live main' ioprio_get \
	timer_delete acct
check "the same lifetime" equals 'start_of after-live.live main' "$(start_of live.live main)"
check "nothing is missing" equals 'cat "$TAKES/after.gaps" "$TAKES/after-live.gaps"'
tell stored

# A pod that nobody saw, and that the runtime has forgotten.
kill_probe
uid=$(containerd_uid)
gone=$(cri runp gone --uid "$uid" --namespace shop --label app=web)
forgotten=$(start_container "$gone" main /test/call "${NR[acct]}")
cri wait "$forgotten"
cri stopp "$gone"
cri rmp "$gone"
start_probe
gaps_name() { # TEXT...
	local text

	take_until gone live main
	for text; do
		grep -q "$text" "$TAKES/gone.gaps" || return 1
	done
}
check "a pod that is gone is a gap, with its uid and container" wait_until 20 gaps_name "$uid" \
	"$forgotten"
check "which is a reason in what is returned" only_known_of gone.live main '.complete | not'
