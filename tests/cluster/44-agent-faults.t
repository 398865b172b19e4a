#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 900
#
# recorder agent when things go wrong: it is killed at any moment, and the API server goes away. Files
# are whole at any time, and right in the end.
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
tap_plan 15

agent_prepare "$AGENT_NAMESPACE" || exit 1

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
AGENT_ENVIRONMENT=("LD_PRELOAD=$TEST_PROGRAMS/cluster/later.so" "LATER_FILE=$TEST_TMP/ahead")
truncate --size 8 "$TEST_TMP/ahead"
agent_start node-1
wait_until 10 agent_said node-1 'Connection refused'
echo '{}' >"$directory/before.json"
tap_check 'also by an agent that starts meanwhile' wait_until 5 profile_allows node-1 \
	operator/before.json read
control_plane_start_api
profile after '["SCMP_ACT_ERRNO", ["write"]]' | apply
tap_check 'when it is back, profiles come' wait_until 40 profile_exists node-1 operator/after.json
kubectl delete sp before >/dev/null
tap_check 'and go' wait_until 10 profile_is_gone node-1 operator/before.json

# ---- for an hour, by the agent's clocks

# Sets the clocks of the agent ahead (later.c), and lets it look at them.
set_clocks_ahead() { # SECONDS
	local number=$1 bytes='' i
	for ((i = 0; i < 8; i++)); do
		printf -v bytes '%s\\x%02x' "$bytes" $((number & 255))
		number=$((number >> 8))
	done
	# Not truncated, because it is mapped.
	printf '%b' "$bytes" | dd of="$TEST_TMP/ahead" conv=notrunc status=none
	kill -STOP "$(service_process node-1-agent)" && kill -CONT "$(service_process node-1-agent)"
}

attempts() {
	grep -c 'Connection refused' "$CLUSTER_DIRECTORY/log/node-1-agent"
}

memory_in_kib() {
	awk '$1 == "RssAnon:" { print $2 }' "/proc/$(service_process node-1-agent)/status"
}

tap_check 'the agent leads' wait_until 40 agent_said node-1 leads
service_stop kube-apiserver
before=$(attempts)
for ((minute = 1; minute <= 60; minute++)); do
	set_clocks_ahead $((minute * 60))
	sleep 0.2
done
tap_check 'without an API server it gives up its lead' agent_said node-1 'no longer leads'
before=$(($(attempts) - before))
tap_check "and asks for it again and again, but not all the time: $before times in an hour" \
	[ $((before >= 10 && before <= 1000)) = 1 ]
size=$(memory_in_kib)
tap_check "it has no more than 4 MiB of its own: $size KiB" [ "$size" -le 4096 ]
echo '{}' >"$directory/after.json"
tap_check 'and restores files' wait_until 5 profile_allows node-1 operator/after.json write
control_plane_start_api
profile again '["SCMP_ACT_ERRNO", ["write"]]' | apply
tap_check 'after an hour it goes on' wait_until 40 profile_exists node-1 operator/again.json
kubectl delete sp --all >/dev/null
tap_check 'and profiles go' wait_until 10 test ! -e "$directory"

tap_done
