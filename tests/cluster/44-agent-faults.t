#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# recorder agent when things go wrong: it is killed at any moment, the API server goes away, and there
# are 2,000 profiles at once. Files are whole at any time, and right in the end.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/cluster/cluster.bash
. ./cluster.bash
# shellcheck source=tests/cluster/agent.bash
. ./agent.bash

[ "${CLUSTER_NODES:-2}" != 0 ] || tap_skip_all 'it needs a node'
[ -n "${TEST_TMP-}" ] || cleanup_directory TEST_TMP
AGENT_NAMESPACE=agent-faults
directory=$(profile_file node-1 operator)
KILLS=100
MANY=2000
tap_plan 16

agent_prepare "$AGENT_NAMESPACE" || exit 1

# Prints a figure of the agent in KiB, such as RssAnon.
memory() { # FIGURE
	awk -v name="$1:" '$1 == name { print $2 }' "/proc/$(service_process node-1-agent)/status"
}

# Prints the processor time of the agent in clock ticks.
processor_time() {
	sed 's/.*) //' "/proc/$(service_process node-1-agent)/stat" | awk '{ print $12 + $13 }'
}

# ---- killed at any moment

# Changes profiles until the file "stop" exists. Each state of a profile allows read, and either
# write or mkdir.
change_profiles() {
	local i=0 calls=(write mkdir)
	until [ -e "$TEST_TMP/stop" ]; do
		i=$((i + 1))
		profile "busy-$((i % 5))" "[\"SCMP_ACT_ERRNO\", [\"read\", \"${calls[i / 5 % 2]}\"]]" |
			apply
		[ $((i % 13)) != 0 ] || kubectl delete sp "busy-$((i % 5))" >/dev/null
	done
}

# Reads the files over and over, and prints those that are not whole.
read_files() {
	local file
	until [ -e "$TEST_TMP/stop" ]; do
		for file in "$directory"/busy-*.json; do
			[ -e "$file" ] || continue
			jq -e '.defaultAction == "SCMP_ACT_ERRNO" and (.syscalls | length > 0)' \
				"$file" >/dev/null 2>"$TEST_TMP/problem" ||
				grep -q 'No such file' "$TEST_TMP/problem" ||
				echo "$file: $(cat "$TEST_TMP/problem")"
		done
		sleep 0.01
	done
}

# True if the files are those of the profiles, with the same calls.
files_are_right() {
	diff <(kubectl get sp --output json | jq -r '.items[]
		| "\(.metadata.name) \([.spec.syscalls[].names[]] | sort | join(","))"' | sort) \
		<(for file in "$directory"/*.json; do
			echo "$(basename "$file" .json) $(jq -r '[.syscalls[] |
				select(.action == "SCMP_ACT_ALLOW") | .names[]] | sort | join(",")' "$file")"
		done | sort) >"$TEST_TMP/difference"
}

agent_start node-1
wait_until 20 test -d "$(profile_file node-1 .recorder)"
change_profiles &
changer=$!
cleanup_add cleanup_process "$changer"
read_files >"$TEST_TMP/broken" &
reader=$!
cleanup_add cleanup_process "$reader"
for ((i = 0; i < KILLS; i++)); do
	sleep "0.$((RANDOM % 400 + 100))"
	agent_kill node-1
	agent_start node-1
done
touch "$TEST_TMP/stop"
wait "$changer" "$reader"
tap_is "files were whole in spite of $KILLS times SIGKILL" "$(sort -u "$TEST_TMP/broken" | head -n 5)" ''
tap_check 'and are right in the end' wait_until 20 files_are_right || cat "$TEST_TMP/difference"
tap_is 'nothing else is left' "$(find "$directory" -mindepth 1 ! -name 'busy-*.json')" ''
kubectl delete sp --all >/dev/null
tap_check 'they all go' wait_until 20 test ! -e "$directory"

# ---- the API server goes away

profile before '["SCMP_ACT_ERRNO", ["read"]]' | apply
wait_until 10 profile_exists node-1 operator/before.json
service_stop kube-apiserver
echo '{}' >"$directory/before.json"
tap_check 'without an API server files are restored' wait_until 5 profile_allows node-1 \
	operator/before.json read
agent_kill node-1
agent_start node-1
sleep 2
tap_check 'and kept by an agent that starts' profile_allows node-1 operator/before.json read
tap_check 'which waits' service_process node-1-agent
control_plane_start_api
profile after '["SCMP_ACT_ERRNO", ["write"]]' | apply
tap_check 'when it is back, profiles come' wait_until 40 profile_exists node-1 operator/after.json
kubectl delete sp before >/dev/null
tap_check 'and go' wait_until 10 profile_is_gone node-1 operator/before.json
service_stop kube-apiserver
sleep 3
control_plane_start_api
profile again '["SCMP_ACT_ERRNO", ["write"]]' | apply
tap_check 'also for an agent that was there all the time' wait_until 40 profile_exists node-1 \
	operator/again.json
kubectl delete sp --all >/dev/null

# ---- many

files_are_many() {
	[ "$(find "$directory" -name 'many-*.json' 2>/dev/null | wc -l)" = "$1" ]
}

profile many '["SCMP_ACT_ERRNO", ["read", "write"]]' | "$TEST_PROGRAMS/cluster/kube_probe" \
	"$KUBECONFIG" fill security-profiles-operator.x-k8s.io/v1/seccompprofiles - "$MANY" >/dev/null
tap_check "$MANY profiles become files" wait_until 60 files_are_many "$MANY"
agent_stop node-1
agent_start node-1
tap_check 'an agent that finds them is ready' wait_until 60 agent_said node-1 'leads'
sleep 10
tap_check "it has at most 4 MiB of its own: $(memory RssAnon) KiB" \
	[ "$(memory RssAnon)" -le 4096 ]
ticks=$(processor_time)
sleep 20
# The leader renews its Lease every 2 seconds: at most 0.2 % of a processor.
tap_check "it does nothing while nothing happens: $(($(processor_time) - ticks)) ticks in 20 s" \
	[ "$(($(processor_time) - ticks))" -le 4 ]
# One request: kubectl would delete one after another.
kubectl delete --raw /apis/security-profiles-operator.x-k8s.io/v1/seccompprofiles >/dev/null
tap_check 'they all go' wait_until 60 test ! -e "$directory"
tap_is 'without a status of any node' "$(kubectl get spns --output name)" ''

tap_done
