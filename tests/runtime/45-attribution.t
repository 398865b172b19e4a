#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# Attribution of cgroups: one that several share, one that had processes before, one that has
# the name of another's container, one with a path that is too long, and one that a user made.
# Calls that are certain are recorded. If calls may be missing or another's, the recording is
# refused or says so.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun busybox jq unshare
bundle_prepare_crun "$TEST_TMP" || tap_skip_all "crun cannot have its cgroup hierarchies"
tap_plan 43

# All cgroups of the tests are below one: $top is its directory, $parent its cgroup path.
new_cgroup top
parent=${top#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"
BUNDLE=$TEST_TMP/bundle
bundle_new "$BUNDLE" /bin/sh -c 'while :; do /bin/call "$0"; sleep 0.2; done' "${NR[acct]}"
image_new "$BUNDLE/rootfs"
image_add_busybox "$BUNDLE/rootfs"
install -m 755 "$PROGRAMS/call" "$BUNDLE/rootfs/bin/call"

has_reason() { # REGEX
	jq -e --arg reason "$1" '(.complete | not)
		and ([.observations[].reasons[]] | any(test($reason)))' "$RECORDING" >/dev/null ||
		{ jq -c '.observations[] | {complete, reasons}' "$RECORDING" && return 1; }
}

has_no_reason() { # REGEX
	jq -e --arg reason "$1" '[.observations[].reasons[]] | any(test($reason)) | not' \
		"$RECORDING" >/dev/null
}

attributions() {
	jq -r '.observations[].attribution' "$RECORDING"
}

# Makes a cgroup in $top, with its parents.
make_cgroup() { # NAME
	mkdir -p "$top/$1"
}

remove_cgroup() { # NAME
	rmdir -p --ignore-fail-on-non-empty "$top/$1" 2>/dev/null
}

# Starts a container that keeps running, by calling the runtime by hand. It is killed and
# removed at the end.
run_detached() { # RUNTIME ID [OPTION...]
	local runtime=$1 id=$2

	shift 2
	cleanup_add remove_container "$runtime" "$id"
	timeout 20 "$runtime" "$@" run --detach --bundle "$BUNDLE" "$id" \
		</dev/null >/dev/null 2>"$TEST_TMP/err" || { cat "$TEST_TMP/err" && return 1; }
}

pid_of() { # RUNTIME ID
	"$1" state "$2" | jq .pid
}

# Imitates a runtime's set-up: moves a process into a cgroup from outside, then executes the
# program in its own mount namespace.
run_in() { # DIRECTORY COMMAND...
	local directory=$1 status

	shift
	mkfifo "$TEST_TMP/moved"
	unshare --mount sh -c 'read -r line <"$0"; exec "$@"' "$TEST_TMP/moved" "$@" &
	echo "$!" >"$directory/cgroup.procs"
	echo go >"$TEST_TMP/moved"
	wait "$!"
	status=$?
	rm "$TEST_TMP/moved"
	return "$status"
}

# Waits for the recording, which ends with its container or cgroup.
await_recording() {
	wait_until 10 has_ended "$recorder" || kill -INT "$recorder"
	wait_until 10 has_ended "$recorder" || kill -KILL "$recorder"
	wait "$recorder"
}

# Calls that were made in a cgroup before the recording are missing.
make_cgroup plain/below
"$ENTER_CGROUP" "$top/plain/below" /bin/sleep 100 &
before=$!
cleanup_add cleanup_process "$before"
wait_until 10 grep -q . "$top/plain/below/cgroup.procs"
start_recording --cgroup "$parent/plain"
stop_recording
check "--cgroup of processes that ran before is not complete" \
	has_reason 'processes were in the cgroup before the recording began'
cleanup_process "$before"
start_recording --cgroup "$parent/plain"
"$ENTER_CGROUP" "$top/plain/below" "$PROGRAMS/call" "${NR[acct]}"
stop_recording
check "--cgroup of an empty cgroup is complete" is_complete
check "and has the calls of processes that entered it" contains_all observed_calls native:acct
remove_cgroup plain/below

# The same for a container that already runs. It is recorded apart from the named cgroup.
id=$(new_id)
bundle_cgroup "$BUNDLE" "$parent/$id"
run_detached runc "$id"
start_recording --cgroup "$parent"
runc exec "$id" /bin/call "${NR[quotactl]}"
stop_recording
check "a container that runs below a cgroup is an observation of its own" \
	equals "jq -r '.observations[] | .container.id + \" \" + (.complete | tostring)' $RECORDING" "$id false"
check "with the program that is executed in it" contains_all observed_calls native:quotactl
runc delete --force "$id"

# A path that is too long for the BPF program.
deep=$(printf "%0110d/%0110d/%0110d/%0110d" 1 2 3 4)
id=$(new_id)
make_cgroup "$deep"
start_recording --container-id "$id" --wait
mkdir "$top/$deep/$id"
run_in "$top/$deep/$id" "$PROGRAMS/call" "${NR[acct]}"
rmdir "$top/$deep/$id"
await_recording
check "a long path: the container that is waited for is found" \
	equals "jq -r '.observations[].container.id' $RECORDING" "$id"
check "and recorded" contains_all observed_calls native:acct

start_recording --container-id "$id" --wait
kill -STOP "$recorder"
mkdir "$top/$deep/$id" && rmdir "$top/$deep/$id"
kill -CONT "$recorder"
stop_recording
check "a cgroup that was gone before its path could be read is reported" grep -q \
	'nothing was recorded: a cgroup was gone before its path could be read' "$LOG"

start_recording --cgroup "$parent/$deep/$id" --wait
mkdir "$top/$deep/$id"
"$ENTER_CGROUP" "$top/$deep/$id" "$PROGRAMS/call" "${NR[acct]}"
rmdir "$top/$deep/$id"
await_recording
check "a long path: a cgroup that is waited for is found" contains_all observed_calls native:acct

start_recording --cgroup "$parent"
mkdir "$top/$deep/$id"
run_in "$top/$deep/$id" "$PROGRAMS/call" "${NR[acct]}"
rmdir "$top/$deep/$id"
stop_recording
check "a long path: a container below a cgroup is recognised by its full id" \
	equals "jq -r '.observations[].container.id // empty' $RECORDING" "$id"
check "and recorded" contains_all observed_calls native:acct
start_recording --cgroup "$parent"
kill -STOP "$recorder"
mkdir "$top/$deep/$id"
run_in "$top/$deep/$id" "$PROGRAMS/call" "${NR[acct]}"
rmdir "$top/$deep/$id"
kill -CONT "$recorder"
stop_recording
check "a container that was gone before its path could be read is in the recording" \
	contains_all observed_calls native:acct
check "with the reason" has_reason 'was gone before its path could be read'
remove_cgroup "$deep"

# A container in a cgroup that is not its own.
make_cgroup session
shared=recorder-test-shared-$$
start_shared() {
	(
		echo "$BASHPID" >"$top/session/cgroup.procs"
		run_detached crun "$shared" --cgroup-manager disabled
	)
}
cleanup_add remove_container crun "$shared"
start_shared
check "a container of crun without a cgroup of its own runs in that of its caller" \
	grep -qx "0::$parent/session" "/proc/$(pid_of crun "$shared")/cgroup"
"$ENTER_CGROUP" "$top/session" /bin/sleep 100 &
neighbour=$!
cleanup_add cleanup_process "$neighbour"
wait_until 10 grep -qx "$neighbour" "$top/session/cgroup.procs"
record --container-id "$shared" --duration 1s
status=$?
check "with a neighbour in it, it is refused" [ "$status" = 1 ]
check "the message names the neighbour" grep -q \
	"container $shared has no cgroup of its own: process $neighbour (sleep), which does not belong to it, is in $parent/session too" \
	"$LOG"
check "and nothing is written" [ ! -e "$RECORDING" ]
cleanup_process "$neighbour"
record --container-id "$shared" --duration 1s
check "without one, it is recorded" contains_all observed_calls native:acct
check "and the recording gives the reason why it is not complete" has_reason \
	"may share the cgroup $parent/session: "
crun delete --force "$shared"
remove_cgroup session

# Two containers whose bundles name the same cgroup.
twin=recorder-test-twin-$$
bundle_cgroup "$BUNDLE" "$parent/twins"
run_detached crun "$twin-a"
run_detached crun "$twin-b"
check "two containers are in one cgroup" [ "$(sed -n '/^0::/p' \
	"/proc/$(pid_of crun "$twin-a")/cgroup" "/proc/$(pid_of crun "$twin-b")/cgroup" |
	sort -u)" = "0::$parent/twins" ]
record --container-id "$twin-a" --duration 1s
check "the recording of one says that the other is in it" has_reason \
	"is in the container's cgroup $parent/twins but does not belong to the container"
twin_pid=$(pid_of crun "$twin-b") # deleting it would end all processes in its cgroup
kill -KILL "$twin_pid"
wait_until 10 has_ended "$twin_pid"
record --container-id "$twin-a" --duration 1s
check "the recording of one that is alone does not" has_no_reason 'does not belong|may share'

# An init system moves itself into a cgroup below the container's own.
mkdir "$top/twins/init"
pid_of crun "$twin-a" >"$top/twins/init/cgroup.procs"
start_recording --container-id "$twin-a"
crun exec "$twin-a" /bin/call "${NR[quotactl]}"
wait_until 10 grep -q '^recorder: acct ' "$LOG"
stop_recording
check "a first process in a nested cgroup leads to the container's own" \
	equals attributions "cgroup $parent/twins"
check "in which all of the container is recorded" contains_all observed_calls \
	native:acct native:quotactl
crun delete --force "$twin-a"

for runtime in runc crun; do
	id=recorder-test-own-$$-$runtime
	for path in "$parent/any/$runtime" "$parent/$id" "system.slice:any:$id"; do
		# Without systemd, the last form is a path like the others.
		bundle_cgroup "$BUNDLE" "$path"
		run_detached "$runtime" "$id"
		pid_in=$(sed -n 's/^0:://p' "/proc/$(pid_of "$runtime" "$id")/cgroup")
		cleanup_add bundle_cgroup_remove "$pid_in"
		start_recording --container-id "$id"
		"$runtime" exec "$id" /bin/call "${NR[quotactl]}"
		stop_recording
		check "$runtime, cgroupsPath ${path/$parent/…}: it is the container's own" \
			has_no_reason 'does not belong|may share'
		"$runtime" delete --force "$id"
		bundle_cgroup_remove "$pid_in"
	done
done

# Cgroups that have the name, or begin with it, and belong to something else.
name=recorder-test-web-$$
make_cgroup user.slice/app.slice
make_cgroup other
start_recording --container-id "$name" --wait
mkdir "$top/user.slice/app.slice/${name}x"
mkdir "$top/other/runc-${name}y.scope"
mkdir "$top/$name"
run_in "$top/$name" "$PROGRAMS/call" "${NR[acct]}"
rmdir "$top/$name"
await_recording
check "--wait: the whole name is recorded" contains_all observed_calls native:acct
check "and no cgroup that only begins so" equals attributions "cgroup $parent/$name"
rmdir "$top/user.slice/app.slice/${name}x" "$top/other/runc-${name}y.scope"

start_recording --container-id "$name" --wait
mkdir "$top/other/runc-${name}y.scope"
run_in "$top/other/runc-${name}y.scope" "$PROGRAMS/call" "${NR[acct]}"
rmdir "$top/other/runc-${name}y.scope"
await_recording
check "--wait: the beginning of an id in a known form is enough" equals attributions \
	"cgroup $parent/other/runc-${name}y.scope"

start_recording --container-id "$name" --wait
mkdir "$top/$name" "$top/other/runc-${name}.scope"
run_in "$top/other/runc-${name}.scope" "$PROGRAMS/call" "${NR[quotactl]}"
rmdir "$top/$name" "$top/other/runc-${name}.scope"
await_recording
check "--wait: the whole id in a known form comes before a cgroup of that name" \
	equals attributions "cgroup $parent/other/runc-${name}.scope"
check "and the recording says that there was one" has_reason \
	"another cgroup, $parent/$name, matches"

start_recording --container-id "$name" --wait
mkdir "$top/$name" "$top/other/$name"
run_in "$top/$name" "$PROGRAMS/call" "${NR[acct]}"
rmdir "$top/$name"
await_recording
check "--wait: two cgroups of the name: the first is recorded" equals attributions \
	"cgroup $parent/$name"
check "and the recording says that there was another" has_reason \
	"another cgroup, $parent/other/$name, matches"
rmdir "$top/other/$name"

chown nobody "$top/user.slice/app.slice"
start_recording --container-id "$name" --wait
mkdir "$top/user.slice/app.slice/$name" "$top/$name"
run_in "$top/$name" "$PROGRAMS/call" "${NR[acct]}"
rmdir "$top/$name"
await_recording
check "--wait: a cgroup that a user may have made is not believed" equals attributions \
	"cgroup $parent/$name"
check "nor reported as another match" has_no_reason 'another cgroup'
start_recording --container-id "$name" --wait
rmdir "$top/user.slice/app.slice/$name"
mkdir "$top/user.slice/app.slice/$name"
sleep 1
stop_recording
check "--wait: if it is the only one, the message gives the reason" grep -q \
	"nothing was recorded: the cgroup $parent/user.slice/app.slice/$name has the name, but a user other than root may have made it" \
	"$LOG"
rmdir "$top/user.slice/app.slice/$name"

# The same without --wait: the container that a prefix means.
id=$(new_id)
mkdir "$top/$id" "$top/user.slice/app.slice/${id/%????/0000}"
probe=$TEST_PROGRAMS/runtime/target_probe
check "a prefix that root's container and a user's cgroup have means root's" \
	equals "'$probe' resolve - ${id:0:20} | sed -n 's/^id //p'" "$id"
mkdir "$top/user.slice/app.slice/$id"
check "an id that both have leads to root's cgroup" \
	equals "'$probe' resolve - $id | sed -n 's/^cgroup //p'" "$parent/$id"
rmdir "$top/$id"
check "a container that only a user's cgroup names is found" \
	equals "'$probe' resolve - $id | sed -n 's/^cgroup //p'" \
	"$parent/user.slice/app.slice/$id"
rmdir "$top"/user.slice/app.slice/*/ "$top"/user.slice/app.slice "$top"/user.slice "$top"/other
tap_done
