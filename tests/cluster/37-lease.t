#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# Candidates of src/kube/lease.h lead one after another, beside each other and beside one of
# client-go: a kube-controller-manager.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash

probe=$TEST_PROGRAMS/cluster/kube_probe
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
tap_plan 21

# Starts a candidate. What it says goes to $TEST_TMP/NAME, the process to $candidate.
candidate() { # NAME LEASE
	"$probe" "$KUBECONFIG" lead lease "$2" "$1" >"$TEST_TMP/$1" 2>&1 &
	candidate=$!
	cleanup_add cleanup_process "$candidate"
}

# Waits until the candidate has said a line. Prints what it said if it does not.
said() { # NAME REGEX
	wait_until 60 grep -qE "$2" "$TEST_TMP/$1" || { cat "$TEST_TMP/$1" && return 1; }
}

record() { # LEASE MEMBER
	kubectl --namespace lease get lease "$1" --output jsonpath="{.spec.$2}"
}

cluster_namespace lease || exit 1

# ---- after a death

export PROBE_LEASE_S=5
candidate a short
a=$candidate
tap_check 'a candidate leads where nobody does' said a '^started$'
tap_is 'its name is in the lease' "$(record short holderIdentity)" a
tap_is 'and how long it holds' "$(record short leaseDurationSeconds)" 5
candidate b short
b=$candidate
renewed=$(record short renewTime)
sleep 6
tap_check 'it renews the lease' test "$(record short renewTime)" != "$renewed"
tap_is 'another candidate waits, for longer than the lease holds' "$(cat "$TEST_TMP/b")" ''
kill -KILL "$a"
tap_check 'until the leader dies' said b '^started$'
tap_is 'the lease says so' "$(record short holderIdentity) $(record short leaseTransitions)" 'b 1'

# ---- after a standstill

candidate c short
c=$candidate
kill -STOP "$b"
cleanup_add kill -CONT "$b"
tap_check 'a leader that stands still is replaced' said c '^started$'
kill -USR1 "$b"
kill -CONT "$b"
tap_check 'and notices' said b '^stopped$'
tap_is 'before it does anything' "$(sed -n 2p "$TEST_TMP/b")" 'does not lead'

# ---- without a server

service_stop kube-apiserver
tap_check 'a leader that cannot renew stops' said c '^stopped$'
control_plane_start_api
leads_again() {
	[ "$(grep -c '^started$' "$TEST_TMP/c")" = 2 ] || [ "$(grep -c '^started$' "$TEST_TMP/b")" = 2 ]
}
tap_check 'when the server is back, one candidate leads' wait_until 60 leads_again
kill -KILL "$b" "$c"

# ---- a clean end. Only who waits for 600 s could take over otherwise.

export PROBE_LEASE_S=600 PROBE_RETRY_MS=200
candidate d long
d=$candidate
said d '^started$'
candidate e long
e=$candidate
kill -TERM "$d"
tap_check 'a leader that ends hands over' said e '^started$'
wait "$d"
tap_is 'and ends well' "$? $(tr '\n' ' ' <"$TEST_TMP/d")" '0 started stopped released '
kubectl --namespace lease label lease long a=b >/dev/null
sleep 1
tap_is 'a label changes nothing' "$(cat "$TEST_TMP/e")" started
kubectl --namespace lease patch lease long --type=merge \
	--patch '{"spec": {"holderIdentity": "thief"}}' >/dev/null
tap_check 'a leader whose lease was taken stops' said e '^stopped$'
kill -TERM "$e"
wait "$e"
tap_is 'and does not give up what is not its own' "$(record long holderIdentity)" thief
unset PROBE_RETRY_MS

# ---- beside client-go

client_go() {
	service_start lease-candidate kube-controller-manager --kubeconfig="$KUBECONFIG" \
		--controllers=ttl --secure-port=0 --leader-elect=true \
		--leader-elect-resource-namespace=lease --leader-elect-resource-name=shared \
		--leader-elect-lease-duration=5s --leader-elect-renew-deadline=3s \
		--leader-elect-retry-period=600ms
}

log=$CLUSTER_DIRECTORY/log/lease-candidate
cleanup_add service_stop lease-candidate
export PROBE_LEASE_S=5
candidate f shared
said f '^started$'
client_go
wait_until 60 grep -q 'ttempting to acquire leader lease' "$log"
sleep 6
tap_is 'a candidate of client-go waits' "$(record shared holderIdentity)" f
kill -KILL "$candidate"
tap_check 'and takes over from ours' wait_until 60 grep -q 'uccessfully acquired lease' "$log" ||
	tail -n 5 "$log"
candidate g shared
sleep 6
tap_is 'ours waits' "$(cat "$TEST_TMP/g")" ''
service_stop lease-candidate
tap_check 'and takes over from it' said g '^started$'

tap_done
