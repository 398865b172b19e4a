#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# src/net asks real containerds: this machine's, and a newer one that streams container events.
# It also asks one that hangs, and one that is restarted.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/cleanup.bash
. ../lib/cleanup.bash
# shellcheck source=tests/lib/images.bash
. ../lib/images.bash
# shellcheck source=tests/lib/containerd.bash
. ../lib/containerd.bash

PROBE=${TEST_PROGRAMS:?is where the C programs were built}/runtime/grpc_probe
missing=$(containerd_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"
# A socket's path must be short, so the test uses its own directory instead of the harness's.
cleanup_directory TEST_TMP

probe() { # ARGUMENT...
	"$PROBE" "unix://$CRI_ENDPOINT" "$@" 2>&1
}

start_container() {
	pod=$(cri runp web --uid "$(containerd_uid)") &&
		container=$(cri create "$pod" main "$CONTAINERD_BUSYBOX" -- sleep 1000) &&
		cri start "$container"
}

# Ends the server and starts it again in the same place.
restart() {
	kill "$CONTAINERD_PID" && wait "$CONTAINERD_PID"
	containerd_start "$TEST_TMP"
}

tap_plan 12
containerd_start "$TEST_TMP" && containerd_import_busybox && start_container || exit 1

version=$(probe version </dev/null)
tap_is "it tells its version" "$version" "containerd $(containerd --version | cut -d' ' -f3)"
tap_is "it lists its container" "$(probe containers)" "$container"
tap_is "what it does not know is named" "$(probe unknown)" \
	"ask unix://$CRI_ENDPOINT for runtime.v1.RuntimeService/Unheard: unknown method Unheard for service runtime.v1.RuntimeService"
tap_match "one that streams no events says so" "$(probe events 1)" \
	'GetContainerEvents: method GetContainerEvents not implemented'

kill -STOP "$CONTAINERD_PID"
tap_match "one that hangs ends with the deadline" "$(probe version </dev/null)" \
	'Version: no answer within 2000 ms \(waiting for '
kill -CONT "$CONTAINERD_PID"
tap_is "and answers when it goes on" "$(probe version </dev/null)" "$version"

coproc ASKER { probe version; }
asker=$ASKER_PID input=${ASKER[1]}
read -r -u "${ASKER[0]}" before
restart
echo >&"$input"
read -r -u "${ASKER[0]}" after
exec {input}>&-
wait "$asker"
tap_is "one that was restarted is asked on a new connection" "$before, $after" "$version, $version"
containerd_stop

architecture=$(dpkg --print-architecture 2>/dev/null)
newer=$(../kernels/fetch package "$architecture" trixie containerd 2>"$TEST_TMP/fetch.log")
if [ -z "$newer" ]; then
	for text in "a newer one" "events" "their order" "their end" "its reason"; do
		tap_skip "$text" "Debian's trixie has no containerd here: $(tail -n 1 "$TEST_TMP/fetch.log")"
	done
	tap_done
	exit
fi
# The newer containerd's shim is found through PATH, too.
PATH=$newer/usr/bin:$PATH
hash -r
rm -rf "$TEST_TMP/containerd"
containerd_start "$TEST_TMP" && containerd_import_busybox || exit 1
tap_is "a newer one tells its version" "$(probe version </dev/null)" \
	"containerd $(containerd --version | cut -d' ' -f3)"

# A late listener misses earlier events, so pods are made until it has heard of one.
probe events 1000 >"$TEST_TMP/events" &
watcher=$!
cleanup_add cleanup_process "$watcher"
for ((i = 0; i < 100; i++)); do
	[ ! -s "$TEST_TMP/events" ] || break
	cri runp "early$i" --uid "$(containerd_uid)" >/dev/null
	sleep 0.1
done
tap_check "it streams what happens" [ -s "$TEST_TMP/events" ]
start_container && cri stop "$container" >/dev/null

events_of_container() {
	awk -v id="$container" '$1 == id { printf "%s ", $2 }' "$TEST_TMP/events"
}

# The types of the interface: 0 is created, 1 started, 2 stopped.
for ((i = 0; i < 100; i++)); do
	[ "$(events_of_container)" != "0 1 2 " ] || break
	sleep 0.1
done
tap_is "to a container, in order" "$(events_of_container)" "0 1 2 "
containerd_stop
wait "$watcher"
tap_is "and fails when the runtime ends" $? 1
tap_match "with a reason" "$(tail -n 1 "$TEST_TMP/events")" \
	'ask unix:.* for runtime\.v1\.RuntimeService/GetContainerEvents: '
tap_note "$(tail -n 1 "$TEST_TMP/events")"
tap_done
