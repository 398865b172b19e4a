#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# ProfileRecordings whose names collide, which are deleted in any order, and whose evidence on the node
# somebody damages.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash
# shellcheck source=tests/cluster/recording.bash
. ./recording.bash

[ "${CLUSTER_NODES:-2}" = 2 ] || tap_skip_all 'it needs two nodes'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=recording-objects
OTHER_NAMESPACE=recording-other
tap_plan 46

in_other() { # COMMAND...
	AGENT_NAMESPACE=$OTHER_NAMESPACE "$@"
}

# Runs a pod on node-1 to its end.
work() { # NAME LABEL_APP SCRIPT
	worker "$1" node-1 "$2" "$3" | apply && on_namespace wait \
		--for=jsonpath='{.status.phase}'=Succeeded "pod/$1" --timeout=60s >/dev/null
}

run() { # NAME SCRIPT
	worker "$1" node-1 "$1" "$2" | apply && pod_runs "$1" >/dev/null
}

# The directory is another one in the node's mounts.
kept_on_node() { # RECORDING
	[ -n "$(pinned_programs node-1)" ] && cluster_on node-1 find "$evidence" \
		-path "*/$AGENT_NAMESPACE/$1.*.object.json" | grep -q .
}

# Prints the profile of a recording: the name of the object with these labels.
recorded_name() { # RECORDING [CONTAINER]
	kubectl get sp --output json | jq -r --arg namespace "$AGENT_NAMESPACE" --arg recording "$1" \
		--arg container "${2-}" '.items[] | select(.metadata.labels as $labels
			| $labels["spo.x-k8s.io/recording-namespace"] == $namespace
			and $labels["spo.x-k8s.io/recording-id"] == $recording
			and ($labels["spo.x-k8s.io/container-id"] // "") == $container) | .metadata.name'
}

# True if the profile of a recording has all of these calls.
recorded_has() { # RECORDING CALL...
	local name
	name=$(recorded_name "$1") && [ -n "$name" ] && profile_has "$name" "${@:2}"
}

# True if a file on node-2 allows a call and not the other.
file_allows() { # PATH CALL OTHER_CALL
	jq -e --arg call "$2" --arg other "$3" '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW")
		| .names[]] | index($call) and (index($other) | not)' "$(profile_file node-2 "$1")"
}

no_profile() { # NAME
	! kubectl get sp "$1" >/dev/null 2>&1
}

agent_prepare "$AGENT_NAMESPACE" && cluster_namespace "$OTHER_NAMESPACE" || exit 1
agents_start

# ---- names

record web && work web-1 web 'mkdir /tmp/x'
tap_check 'the first recording of a name has the name' wait_until 20 profile_has web mkdir
tap_check 'which is its own' [ "$(recorded_name web)" = web ]
in_other record web && in_other work web-1 web 'chroot / true'
tap_check 'the second one, in another namespace, has a profile too' wait_until 20 in_other recorded_has \
	web chroot
hashed=$(in_other recorded_name web)
tap_match 'with a hash' "$hashed" '^web\.[0-9a-f]{8}$'
tap_check 'the recording says so' wait_until 10 in_other recording_says web Renamed True NameTaken
tap_check_fails 'but not the first one' recording_says web Renamed True NameTaken
tap_check 'the file of the first is below its namespace' wait_until 10 file_allows \
	"operator/$AGENT_NAMESPACE/web.json" mkdir chroot
tap_check 'and that of the second below the other one, without a hash' wait_until 10 file_allows \
	"operator/$OTHER_NAMESPACE/web.json" chroot mkdir
tap_check 'the plain file is that of the first' file_allows operator/web.json mkdir chroot

record site && work site-1 site 'mkdir /tmp/x'
wait_until 20 profile_has site-main mkdir
record site-main && work site-main-1 site-main 'chroot / true'
tap_check 'a recording with the name of the profile of a container of another has a profile' \
	wait_until 20 recorded_has site-main chroot
tap_match 'with a hash' "$(recorded_name site-main)" '^site-main\.[0-9a-f]{8}$'
tap_check 'and says so' wait_until 10 recording_says site-main Renamed True NameTaken
tap_check 'the profile of the container is as it was' profile_lacks site-main chroot
tap_check 'and so is its file' wait_until 10 file_allows "operator/$AGENT_NAMESPACE/site-main.json" \
	mkdir chroot
tap_check 'the other one has a path of its own' wait_until 10 file_allows \
	"operator/$AGENT_NAMESPACE/$(recorded_name site-main).json" chroot mkdir

profile hand '["SCMP_ACT_ERRNO", ["read"]]' | apply
before=$(kubectl get sp hand --output json | jq -S .spec)
record hand && work hand-1 hand 'mkdir /tmp/x'
tap_check 'a profile that somebody made is in the way' wait_until 20 recorded_has hand mkdir
tap_is 'it is not touched' "$(kubectl get sp hand --output json | jq -S .spec)" "$before"
hashed_hand=$(recorded_name hand)
kubectl delete sp hand >/dev/null
work hand-2 hand 'chroot / true'
tap_check 'without it, the other one goes on' wait_until 20 profile_has "$hashed_hand" mkdir chroot
tap_check 'under its name' no_profile hand

# ---- deletion in any order

on_namespace delete profilerecording web >/dev/null
kubectl delete sp web >/dev/null
in_other work web-2 web sync
tap_check 'without the first recording, the second keeps its name' wait_until 20 profile_has "$hashed" \
	chroot sync
tap_check 'and the first has no profile any more' no_profile web

record again && work again-1 again 'mkdir /tmp/x'
wait_until 20 profile_has again mkdir
on_namespace delete pod again-1 >/dev/null
kubectl delete sp again again-main >/dev/null
tap_check 'a deleted profile is made again, with all that was recorded' wait_until 20 profile_has again mkdir
on_namespace delete profilerecording again >/dev/null
wait_until 20 evidence_is_over node-1 again
record again && work again-2 again 'chroot / true'
tap_check 'a recording that is made again goes on with its profile' wait_until 20 profile_has again \
	mkdir chroot
on_namespace delete profilerecording again >/dev/null
kubectl delete sp again >/dev/null
wait_until 20 evidence_is_over node-1 again
tap_check 'a profile that is deleted after its recording stays away' no_profile again

record runs && run runs 'mkdir /tmp/x; sleep 1000'
on_namespace delete profilerecording runs >/dev/null
tap_check 'a recording that is deleted before its pod has a profile at once' wait_until 10 profile_has \
	runs mkdir
on_namespace delete pod runs --grace-period=0 --force >/dev/null 2>&1

in_other run web 'swapoff /x; sleep 1000'
kubectl delete namespace "$OTHER_NAMESPACE" --timeout=60s >/dev/null
tap_check 'a recording ends with its namespace' wait_until 20 in_other evidence_is_over node-1 web
tap_check 'and its profile has the last calls' wait_until 20 profile_has "$hashed" chroot sync swapoff
cluster_namespace "$OTHER_NAMESPACE"

agent=$(service_process node-1-agent)
record defined && run defined 'mkdir /tmp/x; sleep 1000'
kubectl delete --filename ../../crds --timeout=60s >/dev/null
tap_check 'recordings end with their definition' wait_until 20 evidence_is_over node-1 site
kubectl apply --filename ../../crds >/dev/null
kubectl wait --for=condition=Established --timeout=60s --filename ../../crds >/dev/null
wait_until 30 cluster_can 'kubectl get profilerecordings'
tap_check 'when it is back, so is the last profile' wait_until 60 profile_has defined mkdir
tap_check 'and recordings can be made' record defined
on_namespace delete pod defined --grace-period=0 --force >/dev/null 2>&1
work defined-2 defined 'chroot / true'
tap_check 'which record' wait_until 60 profile_has defined mkdir chroot
tap_is 'by the same agent' "$(service_process node-1-agent)" "$agent"

# ---- a damaged directory of evidence

evidence=$CLUSTER_DIRECTORY/node-1/evidence
record damaged && work damaged-1 damaged 'mkdir /tmp/x'
wait_until 20 profile_has damaged mkdir
agent_stop node-1
for file in "$evidence/$AGENT_NAMESPACE"/damaged.*.recording.json; do
	head -c 1000 "$file" >"$TEST_TMP/half" && cp "$TEST_TMP/half" "$file"
done
echo '{"spec": ' >"$evidence/$AGENT_NAMESPACE/bad.0.object.json"
mkfifo "$evidence/$AGENT_NAMESPACE/pipe.0.object.json"
agent_start node-1
tap_check 'of evidence that cannot be read the recording says so' wait_until 60 recording_says damaged \
	Incomplete True CallsMayBeMissing
tap_check 'and where it is' wait_until 10 recording_told damaged \
	'damaged\.[-0-9a-f]*\.unreadable\.recording\.json'
work damaged-2 damaged 'chroot / true'
tap_check 'it goes on' wait_until 20 profile_has damaged mkdir chroot
rm "$evidence/$AGENT_NAMESPACE"/{bad,pipe}.0.object.json

mkdir "$TEST_TMP/elsewhere"
rm -rf "${evidence:?}/$OTHER_NAMESPACE"
ln -s "$TEST_TMP/elsewhere" "$evidence/$OTHER_NAMESPACE"
in_other recording linked linked | apply
tap_check 'a symbolic link in place of a directory is not followed' wait_until 20 in_other \
	recording_says linked NodeFailure True CannotRecord
tap_is 'nothing is behind it' "$(ls -A "$TEST_TMP/elsewhere")" ''
rm "$evidence/$OTHER_NAMESPACE"
tap_check 'without it, the node records' wait_until 30 in_other recording_says linked NodeFailure \
	False Recovered
in_other on_namespace delete profilerecording linked >/dev/null

agent_stop node-1
cluster_on node-1 mount -t tmpfs -o size=1m tmpfs "$evidence"
agent_start node-1
wait_until 30 kept_on_node damaged
cluster_on node-1 dd if=/dev/zero of="$evidence/full" bs=4k >/dev/null 2>&1
work damaged-3 damaged sync
tap_check 'with a full disk a node goes on' wait_until 20 profile_has damaged mkdir chroot sync
tap_check 'and says what may be lost' wait_until 20 recording_says damaged NodeFailure True CannotRecord
tap_match 'and why' "$(recording_message damaged NodeFailure)" 'No space left on device'
cluster_on node-1 rm "$evidence/full"
tap_check 'when there is room again, it says that too' wait_until 60 recording_says damaged NodeFailure \
	False Recovered
agent_stop node-1
cluster_on node-1 umount "$evidence"
agent_start node-1

# ---- a tenant's selector of 64 KiB

# 16 expressions with 64 values of 62 bytes are the most that the definition has room for.
recording large large | jq '.spec.podSelector = {matchExpressions: [
	{key: "app", operator: "In", values: ["large"]},
	(range(16) as $i | {key: "app", operator: "NotIn",
		values: [range(64) | "v\($i * 64 + . + 10000)" + 56 * "x"]})]}' >"$TEST_TMP/large"
on_namespace create --filename "$TEST_TMP/large" >/dev/null
tap_check 'a selector of 64 KiB works' wait_until 20 recording_says large Ready True Recording
wait_until 20 node_records node-1 large
work large-1 large 'mkdir /tmp/x'
tap_check 'it has a profile' wait_until 20 profile_has large mkdir

# ---- nothing is left

mapfile -t programs < <(pinned_programs node-1; pinned_programs node-2)
on_namespace delete profilerecordings --all >/dev/null
tap_check 'without recordings no program is left' wait_until 60 programs_are_gone "${programs[@]}"
tap_is 'no recording is kept' "$(find "$CLUSTER_DIRECTORY"/node-*/evidence -name '*.object.json')" ''

tap_done
