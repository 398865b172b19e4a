#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 480
#
# Profiles are minimal. Each name is removed in turn, and the same container under the rest of
# its profile ends or answers differently. A name may be removed without effect only if the
# recording itself marks it as implied or the runtime's, or if it is listed below with a reason.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun jq nginx redis-server dash sort
bundle_prepare_crun "$TEST_TMP" || exit 1
tap_plan 15

# Observed calls that are not made in each run: "PROGRAM CALL", and when the call is made.
declare -A sometimes=(
	["redis futex"]="threads wait for each other only where they meet"
	["redis madvise"]="the allocator gives memory back after a time"
)
TRIES=3

new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# converse REQUEST: connects to the server as soon as it listens. Prints the answer until the
# connection ends or is silent for a second.
converse() {
	local connection line i

	for ((i = 0; i < 100; i++)); do
		! has_ended "$program" || return
		{ exec {connection}<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null && break
		sleep 0.02
	done
	printf '%b' "$1" >&"$connection" || return
	while IFS= read -r -t 1 -u "$connection" line; do
		echo "$line"
	done
	exec {connection}>&-
}

prepare_script() {
	bundle_new "$bundle" /bin/dash -ec 'echo "b a" >/tmp/list; cd /tmp; umask 77
		for word in $(cat list); do echo "$word" >>words; done
		sort words >sorted; echo done >>sorted | cat; cat sorted; rm list words sorted
		if [ -e words ]; then exit 3; fi'
	image_new "$bundle/rootfs"
	image_add_program "$bundle/rootfs" /bin/dash /bin/cat /usr/bin/sort /bin/rm
}
use_script() { :; }

prepare_nginx() {
	bundle_new "$bundle" /usr/sbin/nginx -e /tmp/error -c /etc/nginx.conf
	bundle_capabilities "$bundle" CAP_CHOWN CAP_SETGID CAP_SETUID
	image_new "$bundle/rootfs"
	image_add_program "$bundle/rootfs" /usr/sbin/nginx
	echo hello >"$bundle/rootfs/index.html"
	cat >"$bundle/rootfs/etc/nginx.conf" <<-CONF
		daemon off;
		user nobody nogroup;
		worker_processes 1;
		pid /tmp/pid;
		events { }
		http {
			access_log /tmp/access;
			client_body_temp_path /tmp/body;
			proxy_temp_path /tmp/proxy;
			fastcgi_temp_path /tmp/fastcgi;
			uwsgi_temp_path /tmp/uwsgi;
			scgi_temp_path /tmp/scgi;
			server {
				listen 127.0.0.1:$port;
				root /;
			}
		}
	CONF
}
use_nginx() {
	converse 'GET /index.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' | grep -v '^Date:'
	timeout 5 crun kill "$id" QUIT 2>/dev/null
}

prepare_redis() {
	bundle_new "$bundle" /usr/bin/redis-server --port "$port" --bind 127.0.0.1 --dir /tmp \
		--save '' --logfile /tmp/log
	image_new "$bundle/rootfs"
	image_add_program "$bundle/rootfs" /usr/bin/redis-server
}
use_redis() {
	converse 'SET key value\r\nGET key\r\nEVAL "return redis.call(\x27incr\x27, \x27n\x27)" 0\r\nQUIT\r\n'
	converse 'SHUTDOWN NOSAVE\r\n'
}

# Runs the container once. Its exit status and its answer go to $result.
run_once() { # PROGRAM
	local answer

	id=$(new_id)
	bundle_cgroup "$bundle" "$parent/$id"
	find "$bundle/rootfs/tmp" -mindepth 1 -delete
	crun run --bundle "$bundle" "$id" >"$TEST_TMP/out" 2>/dev/null </dev/null &
	program=$!
	answer=$("use_$1")
	wait_until 2 has_ended "$program" || crun delete --force "$id"
	wait "$program"
	result="status $?
$answer
$(<"$TEST_TMP/out")"
}

# True if the container does the same without a name, in each of several runs.
does_without() { # PROGRAM NAME
	local try

	jq --arg name "$2" '.syscalls[] |= (if .action == "SCMP_ACT_ALLOW" then .names -= [$name]
		else . end) | .syscalls |= map(select(.names != []))' "$KILL" >"$TEST_TMP/less.json"
	bundle_seccomp "$bundle" "$TEST_TMP/less.json"
	for ((try = 0; try < TRIES; try++)); do
		run_once "$1"
		[ "$result" = "$expected" ] || return 1
	done
}

try_program() { # PROGRAM EXPECTED_ANSWER
	local name status needless=() taken=0

	bundle=$TEST_TMP/$1
	port=$(free_port)
	"prepare_$1"
	start_both --cgroup "$parent"
	run_once "$1"
	expected=$result
	run_once "$1"
	stop_both >"$TEST_TMP/said" 2>&1
	status=$?
	check "$1: recorded" [ "$status" = 0 ]
	tap_match "$1: it does its work" "$expected" "$2"
	bundle_seccomp "$bundle" "$KILL"
	run_once "$1"
	tap_is "$1: it does the same under its profile, where any other call kills" "$result" "$expected"

	for name in $(allowed_calls "$PROFILE"); do
		taken=$((taken + 1))
		! does_without "$1" "$name" || needless+=("$name")
	done
	check "$1: names were taken out" [ "$taken" -gt 20 ]
	needless_names=$(printf '%s\n' "${needless[@]}" |
		grep -vxF -f <(calls_of_origin implied runtime) | while read -r name; do
		[ -n "${sometimes["$1 $name"]-}" ] || echo "$name"
	done)
	tap_is "$1: no name of the workload's can be taken out ($taken tried, ${#needless[@]} implied or the runtime's)" \
		"$needless_names" ""
}

try_program script $'^status 0\n\na\nb\ndone$'
try_program nginx '^status 0.*200 OK.*hello'
try_program redis '^status 0.*OK.*value.*:1'
tap_done
