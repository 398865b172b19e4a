#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# The client of src/kube, against the real API server. One request in fifty is answered with GOAWAY
# (--goaway-chance), so all of this also holds while connections end.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash

probe=$TEST_PROGRAMS/cluster/kube_probe
group=security-profiles-operator.x-k8s.io
profiles=$group/v1/seccompprofiles
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
tap_plan 45

# Calls with a body of jq. Prints the answer, or the error.
call() { # CONFIG VERB RESOURCE NAMESPACE NAME [SUBRESOURCE]
	timeout 400 "$probe" "$@" 2>&1 || { [ $? != 124 ] || echo 'no end after 400 seconds'; }
}

# Prints who the API server takes the client for.
who_am_i() { # CONFIG
	local answer
	answer=$(jq -n '{apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview"}' |
		call "$1" create authentication.k8s.io/v1/selfsubjectreviews - -)
	jq -r .status.userInfo.username <<<"$answer" 2>/dev/null || echo "$answer"
}

config_map() { # NAME VALUE
	jq -n --arg name "$1" --arg value "$2" \
		'{apiVersion: "v1", kind: "ConfigMap", metadata: {name: $name}, data: {key: $value}}'
}

# Starts to follow. What it says goes to $TEST_TMP/NAME, the process to $follower.
follow() { # NAME CONFIG RESOURCE [SELECTOR]
	"$probe" "$2" follow "${@:3}" >"$TEST_TMP/$1" 2>&1 &
	follower=$!
	cleanup_add cleanup_process "$follower"
}

# Waits until the follower has said a line. Prints the last ones if it does not.
said() { # NAME REGEX
	wait_until 60 grep -qE "$2" "$TEST_TMP/$1" || { tail -n 3 "$TEST_TMP/$1" && return 1; }
}

said_times() { # NAME REGEX
	grep -cE "$2" "$TEST_TMP/$1"
}

# Waits until the follower has said so many such lines.
said_often() { # NAME REGEX COUNT
	wait_until 60 has_said_often "$@" || { said_times "$1" "$2" && return 1; }
}

has_said_often() {
	[ "$(said_times "$1" "$2")" -ge "$3" ]
}

# ---- who asks

mkdir "$TEST_TMP/files"
cluster_certificate probe /O=testers/CN=probe clientAuth
cluster_kubeconfig "{client-certificate-data: $(base64 -w 0 "$CLUSTER_DIRECTORY/pki/probe.crt"),
    client-key-data: $(base64 -w 0 "$CLUSTER_DIRECTORY/pki/probe.key")}" >"$TEST_TMP/certificate"
cluster_kubeconfig "{tokenFile: files/token}" >"$TEST_TMP/file"
tap_is 'a token says who asks' "$(who_am_i "$KUBECONFIG")" admin
tap_is 'a client certificate does' "$(who_am_i "$TEST_TMP/certificate")" probe
echo kube-scheduler-token >"$TEST_TMP/files/token"
tap_is 'a file with a token does' "$(who_am_i "$TEST_TMP/file")" system:kube-scheduler
echo nobody-token >"$TEST_TMP/files/token"
tap_match 'a wrong token is refused' "$(who_am_i "$TEST_TMP/file")" '^EACCES: .*: Unauthorized$'
sed 's/certificate-authority:.*}/certificate-authority: files\/ca}/' "$KUBECONFIG" >"$TEST_TMP/ca"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -days 1 \
	-keyout "$TEST_TMP/files/other.key" -out "$TEST_TMP/files/ca" 2>/dev/null
tap_match 'a server of another authority is refused' "$(who_am_i "$TEST_TMP/ca")" \
	'^EKEYREJECTED: .*certificate'

# ---- one object

cluster_namespace client || exit 1
maps=/v1/configmaps
tap_match 'an object is made' "$(config_map a 1 | call "$KUBECONFIG" create $maps client a)" \
	'"data":\{"key":"1"\}'
tap_match 'not twice' "$(config_map a 1 | call "$KUBECONFIG" create $maps client a)" \
	'^EEXIST: POST /api/v1/namespaces/client/configmaps.*: configmaps "a" already exists$'
version=$(call "$KUBECONFIG" get $maps client a | jq -r .metadata.resourceVersion)
tap_match 'it is changed' "$(jq -n '{data: {more: "2"}}' |
	call "$KUBECONFIG" patch $maps client a)" '"data":\{"key":"1","more":"2"\}'
tap_match 'not if somebody else has changed it since it was read' "$(jq -n --arg version "$version" \
	'{metadata: {resourceVersion: $version}, data: {more: "3"}}' |
	call "$KUBECONFIG" patch $maps client a)" '^ESTALE: .*the object has been modified'
tap_match 'it is applied' "$(config_map b 1 | call "$KUBECONFIG" apply $maps client b)" \
	'"manager":"recorder","operation":"Apply"'
kubectl --namespace client patch configmap b --type merge --patch '{"data": {"key": "theirs"}}' >/dev/null
tap_match 'not over the field of somebody else' \
	"$(config_map b 2 | call "$KUBECONFIG" apply $maps client b)" '^ESTALE: .*conflict with "kubectl'
tap_match 'what is missing is missing' "$(call "$KUBECONFIG" get $maps client c)" \
	'^ENOENT: GET /api/v1/namespaces/client/configmaps/c: configmaps "c" not found$'
tap_match 'what is wrong is refused' "$(config_map A_B 1 | call "$KUBECONFIG" create $maps client x)" \
	'^EINVAL: .*metadata\.name: Invalid value: "A_B"'
tap_match 'what is not permitted is refused' "$(call "$TEST_TMP/certificate" get $maps client a)" \
	'^EACCES: .*User "probe" cannot get resource "configmaps"'
tap_match 'an unknown kind is missing' "$(call "$KUBECONFIG" get example.com/v1/things - a)" '^ENOENT: '
tap_match 'it is deleted' "$(call "$KUBECONFIG" delete $maps client a)" '"status":"Success"'
tap_check_fails 'and gone' kubectl --namespace client get configmap a
head -c 1000000 /dev/zero | tr '\0' x >"$TEST_TMP/megabyte"
jq -n --rawfile value "$TEST_TMP/megabyte" '{apiVersion: "v1", kind: "ConfigMap",
	metadata: {name: "large"}, data: {key: $value}}' |
	call "$KUBECONFIG" create $maps client large >"$TEST_TMP/answer"
tap_is 'an object of a megabyte comes back whole' \
	"$(jq -j .data.key "$TEST_TMP/answer" | cmp - "$TEST_TMP/megabyte" && echo same)" same
call "$KUBECONFIG" event client web 'it was tried' >/dev/null
tap_match 'an event is shown' "$(kubectl --namespace client get events)" \
	'Warning +Tried +pod/web +it was tried'

# ---- patience

# The API server takes one request of this user at a time, and answers the others with 429.
limit() { # USER
	kubectl apply --filename - >/dev/null <<-END
		apiVersion: flowcontrol.apiserver.k8s.io/v1
		kind: PriorityLevelConfiguration
		metadata: {name: one-at-a-time}
		spec: {type: Limited, limited: {nominalConcurrencyShares: 0, lendablePercent: 0,
		  borrowingLimitPercent: 0, limitResponse: {type: Reject}}}
		---
		apiVersion: flowcontrol.apiserver.k8s.io/v1
		kind: FlowSchema
		metadata: {name: one-at-a-time}
		spec:
		  priorityLevelConfiguration: {name: one-at-a-time}
		  matchingPrecedence: 5
		  rules:
		  - subjects: [{kind: User, user: {name: $1}}]
		    resourceRules: [{verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"],
		      clusterScope: true}]
	END
}

unlimit() {
	kubectl delete flowschema/one-at-a-time prioritylevelconfiguration/one-at-a-time
}

# Prints how often the API server has answered with 429.
rejections() {
	kubectl get --raw /metrics | awk '/^apiserver_flowcontrol_rejected_requests_total.*one-at-a-time/ {
		sum += $NF } END { print sum + 0 }'
}

is_limited() {
	who_am_i "$TEST_TMP/certificate" >/dev/null
	kubectl get --raw /metrics |
		grep -q '^apiserver_flowcontrol_dispatched_requests_total.*one-at-a-time'
}

cleanup_add unlimit
limit probe
kubectl --namespace client create rolebinding probe --clusterrole=admin --user=probe >/dev/null
tap_check 'the API server can be short of patience' wait_until 30 is_limited
tap_is 'who is told to wait asks again' \
	"$(config_map many 1 | call "$TEST_TMP/certificate" fill $maps client 100)" ''
tap_is 'until it has all' "$(kubectl --namespace client get configmaps --output name |
	grep -c /many-)" 100
rejected=$(rejections)
tap_check "after ${rejected:-no} answers of 429" test "${rejected:-0}" -gt 0
unlimit >/dev/null

# ---- all objects

delete_profiles() {
	kubectl delete --filename ../../crds
}
cleanup_add delete_profiles
kubectl apply --filename ../../crds >/dev/null
kubectl wait --for=condition=Established --filename ../../crds >/dev/null
wait_until 30 cluster_can 'kubectl get seccompprofiles'

# Prints a profile of about a kilobyte.
profile() { # NAME
	jq -n --arg name "$1" --arg version "$group/v1" '{apiVersion: $version, kind: "SeccompProfile",
		metadata: {name: $name}, spec: {defaultAction: "SCMP_ACT_ERRNO", syscalls: [{
			action: "SCMP_ACT_ALLOW", names: [range(60) | "some_call_\(.)"]}]}}'
}

follow all "$KUBECONFIG" $profiles
tap_check 'an empty list ends' said all '^listed 0$'
profile first | call "$KUBECONFIG" create $profiles - first >/dev/null
tap_check 'a new object is reported' said all '^object first$'
tap_match 'its status is changed' "$(jq -n '{status: {status: "Installed"}}' |
	call "$KUBECONFIG" patch $profiles - first status)" '"status":\{"status":"Installed"\}'
tap_check 'and reported' said_often all '^object first$' 2
call "$KUBECONFIG" delete $profiles - first >/dev/null
tap_check 'so is its end' said all '^deleted first$'

tap_is '20,000 objects are made in spite of GOAWAY' \
	"$(profile many | call "$KUBECONFIG" fill $profiles - 20000)" ''
follow pages "$KUBECONFIG" $profiles
tap_check 'they are listed in pages' said pages '^listed 20000$'
tap_is 'each of them once' "$(grep '^object ' "$TEST_TMP/pages" | sort | uniq -d | wc -l)" 0
kill -USR1 "$follower"
said pages '^memory'
memory=$(sed -n 's/^memory //p' "$TEST_TMP/pages")
tap_check "with ${memory:-?} KiB of memory" test "${memory:-9999}" -lt 4096
tap_check 'they were reported too as they were made' said_often all '^object many-' 20000

# The next page is of a past that etcd forgets. The API server still knows it, until it is restarted.
compact() {
	local revision
	revision=$(curl --silent http://127.0.0.1:2379/v3/kv/range --data '{"key": "AA=="}' |
		jq -r .header.revision)
	curl --silent --fail http://127.0.0.1:2379/v3/kv/compaction \
		--data "{\"revision\": \"$revision\", \"physical\": true}"
}

PROBE_PAGE=50 follow expired "$KUBECONFIG" $profiles
said expired '^object '
kill -STOP "$follower"
jq -n '{metadata: {labels: {a: "b"}}}' | call "$KUBECONFIG" patch $profiles - many-1 >/dev/null
compact >/dev/null
service_stop kube-apiserver
control_plane_start_api
kill -CONT "$follower"
tap_check 'a list whose pages have expired begins again, and ends' said expired '^listed 20000$'
tap_note "$(grep -nE '^(begin|listed|trouble)' "$TEST_TMP/expired")"
tap_check 'because the server said so' said_often expired '^begin$' 2

# ---- what goes wrong

echo nobody-token >"$TEST_TMP/files/token"
follow rotated "$TEST_TMP/file" $maps metadata.namespace=client
tap_check 'a refused token is reported' said rotated '^trouble EACCES: '
echo admin-token >"$TEST_TMP/files/token.new"
mv "$TEST_TMP/files/token.new" "$TEST_TMP/files/token"
tap_check 'and its successor used' said rotated '^object large$'

follow authority "$TEST_TMP/ca" $maps metadata.namespace=client
tap_check 'a server that is not known is reported' said authority '^trouble EKEYREJECTED: '
cp "$CLUSTER_DIRECTORY/pki/ca.crt" "$TEST_TMP/files/ca.new"
mv "$TEST_TMP/files/ca.new" "$TEST_TMP/files/ca"
tap_check 'and trusted once its authority is' said authority '^listed'

api=$(service_process kube-apiserver)
kill -STOP "$api"
cleanup_add kill -CONT "$api"
tap_match 'a call to a server that hangs ends' \
	"$(PROBE_TIMEOUT_MS=500 call "$KUBECONFIG" get $maps client b)" '^ETIMEDOUT: '
kill -CONT "$api"

service_stop kube-apiserver
tap_check 'the end of the server is reported' said all '^trouble E'
control_plane_start_api
config_map last 1 | call "$KUBECONFIG" create $maps client last >/dev/null
profile last | call "$KUBECONFIG" create $profiles - last >/dev/null
tap_check 'after its return, what is new is reported' said all '^object last$'
tap_check 'on each connection' said rotated '^object last$'

# The server ends a watch when its time is over, after a bookmark.
PROBE_WATCH_MS=4000 follow short "$KUBECONFIG" $profiles metadata.name=many-7
said short '^listed 1$'
sleep 5
jq -n '{metadata: {labels: {a: "b"}}}' | call "$KUBECONFIG" patch $profiles - many-7 >/dev/null
tap_check 'a watch goes on where the last one ended' said_often short '^object many-7$' 2
tap_is 'without another list, or trouble' "$(said_times short '^(begin|trouble)')" 1

tap_done
