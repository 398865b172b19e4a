#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# The definitions of crds/: manifests of all releases of the Security Profiles Operator are accepted,
# and bad objects are refused with a message that says what to do.
# shellcheck disable=SC2016 # shells in shells, and jq has variables of its own
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash

group=security-profiles-operator.x-k8s.io
mapfile -t refused < <(grep -vE '^(#|$)' crds/refused.tbl)
tap_plan $((22 + ${#refused[@]}))

delete_all() {
	local kind
	for kind in seccompprofiles securityprofilenodestatuses; do
		kubectl delete "$kind" --all
	done
	kubectl delete --filename ../../crds
}

apply() { # FILE
	kubectl apply --validate=strict --filename "$1"
}

# Prints an object as JSON. An object is such as seccompprofile/shop.
object() { # OBJECT [VERSION]
	kubectl --namespace crds get "${1%/*}${2:+.$2.$group}" "${1#*/}" --output json
}

cleanup_add delete_all
cluster_namespace crds || exit 1
tap_check 'the definitions are accepted' apply ../../crds
tap_check 'and established' kubectl wait --for=condition=Established --timeout=60s \
	"--filename=../../crds"
tap_is 'without a complaint' "$(kubectl get --filename ../../crds --output json | jq -c '[.items[] |
	.status.conditions[] | select(.type | IN("NonStructuralSchema", "NamesAccepted"))
	| [.type, .status]] | unique')" '[["NamesAccepted","True"]]'
tap_is 'every field has a description' "$(kubectl get --filename ../../crds --output json | jq -r '
	.items[] | .spec.names.kind as $kind | .spec.versions[0].schema.openAPIV3Schema
	| .properties.spec, .properties.status | paths(type == "object" and has("type")) as $path
	| select($path[-2] == "properties" and ($path | index("conditions") | not))
	| select(getpath($path) | has("description") | not) | "\($kind) \($path | join("."))"')" ''
# A new definition's objects can be made some time after it was established.
wait_until 30 cluster_can 'kubectl --namespace crds get seccomp'

for release in 0.8 0.9 1.0; do
	tap_check "manifests of release $release are accepted" apply "crds/release-$release.yaml"
done
tap_check "manifests with recorder's own fields are accepted" apply crds/own.yaml
tap_check 'spellings of one release are accepted in the version of another' apply crds/mixed.yaml
tap_is 'a profile of release 0.8 loses nothing, in any version' \
	"$(object seccompprofile/shop-08 v1 | jq --sort-keys .spec)" \
	"$(kubectl create --dry-run=client --output json --filename crds/release-0.8.yaml |
		jq --sort-keys 'select(.kind == "SeccompProfile") | .spec')"
tap_is 'and no default decides about "disabled"' \
	"$(object seccompprofile/shop-08 v1 | jq -c '[.spec.state, .spec.disabled]')" '[null,true]'
tap_is 'a recording of release 1.0 can be read by who knows 0.8' \
	"$(object profilerecording/shop-10 v1alpha1 | jq -c '.apiVersion, .spec.recorder')" \
	"\"$group/v1alpha1\"
\"Bpf\""
tap_is 'an unknown option of the daemon is kept' \
	"$(object securityprofilesoperatordaemon/spod-10 | jq -c .spec.scheduling)" \
	'{"priorityClassName":"system-node-critical"}'
tap_check 'a profile that recorder writes is accepted' bash -c '
	set -o pipefail
	"$RECORDER" baseline show containerd --format seccomp |
		"$RECORDER" convert - --to cr --name baseline |
		kubectl apply --validate=strict --filename -'
tap_check 'an object of almost 1 MiB is accepted' bash -c '
	jq -n "{apiVersion: \"$1/v1\", kind: \"SeccompProfile\", metadata: {name: \"large\"}, spec: {
		defaultAction: \"SCMP_ACT_ERRNO\", syscalls: [range(1000) | {action: \"SCMP_ACT_ALLOW\",
			names: [range(50) | \"some_call_number_\(.)\"]}]}}" |
		kubectl create --filename -' bash "$group"

status='{"status": {"status": "Installed", "localhostProfile": "operator/own.json", "conditions": [{
	"type": "Ready", "status": "True", "reason": "Available", "message": "",
	"lastTransitionTime": "2026-01-01T00:00:00Z"}]}}'
tap_check 'the status is written apart from the rest' kubectl patch seccompprofile own --type merge \
	--subresource status --patch "$status"
tap_match 'and shown' "$(kubectl get sp own --output wide)" \
	'NAME +STATUS +AGE +LOCALHOSTPROFILE.own +Installed +[0-9]+s +operator/own.json$'
tap_match 'a status that is none is refused' "$(kubectl patch seccompprofile own --type merge \
	--subresource status --patch '{"status": {"status": "installed"}}' 2>&1)" \
	'supported values: "Partial", "Disabled"'
tap_match 'recordings have short columns' "$(kubectl --namespace crds get prec)" \
	'^NAME +READY +REASON +AGE'
tap_match 'bindings too' "$(kubectl --namespace crds get pbind own)" \
	'NAME +PROFILE +IMAGE +READY +AGE.own +own '
tap_is 'all of them are one category' "$(kubectl --namespace crds get seccomp --output name |
	sed 's,\..*,,' | sort -u | tr '\n' ' ')" \
	'profilebinding profilerecording seccompprofile securityprofilenodestatus securityprofilesoperatordaemon '
tap_match 'fields are explained' "$(kubectl explain profilerecording.spec.duration)" \
	'Ends the recording that long after it was made'

# A "|" in the change is jq's.
for row in "${refused[@]}"; do
	object=${row%% | *} message=${row##* | } change=${row#* | }
	change=${change% | *}
	answer=$(object "$object" | jq "del(.metadata.resourceVersion, .metadata.uid, .metadata.annotations)
		| $change" | kubectl apply --dry-run=server --validate=strict --filename - 2>&1)
	status=$?
	if [ "$status" != 0 ] && [[ $answer == *"$message"* ]]; then
		tap_ok "$object is refused: $change"
	else
		tap_not_ok "$object is refused: $change" "exit status $status: $answer"
	fi
done

tap_done
