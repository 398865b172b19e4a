#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 120
#
# Files that an ordinary user writes prove nothing about a container of root: neither its
# runtime, nor its process, nor if a text means one container or several, whichever was first. A
# user's own container is recorded by the files of the user's runtime.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc busybox jq unshare setpriv
tap_plan 17

USER_ID=65533 # used by no account
BUNDLE=$TEST_TMP/bundle
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"
image_new "$BUNDLE/rootfs" && image_add_busybox "$BUNDLE/rootfs" &&
	install -m 755 "$PROGRAMS/call" "$BUNDLE/rootfs/bin/call" || exit 1
bundle_new "$BUNDLE" /bin/sh -c "sleep 1; call ${NR[ioprio_get]}; exec sleep 100"
bundle_seccomp "$BUNDLE" ''

USER_STATE=/run/user/$USER_ID
remove_user_state() {
	rm -rf "$USER_STATE"
	rmdir /run/user
}
[ ! -e "$USER_STATE" ] || tap_skip_all "user $USER_ID exists"
cleanup_add remove_user_state

# claim RUNTIME ID JSON: writes a state file as the user's runtime would.
claim() {
	local file=status

	[ "$1" = crun ] || file=state.json
	mkdir -p "$USER_STATE/$1/$2" && echo "$3" >"$USER_STATE/$1/$2/$file" &&
		chown -R "$USER_ID:$USER_ID" "$USER_STATE"
}

forget_claims() {
	rm -rf "$USER_STATE/runc" "$USER_STATE/crun"
}

start_container() { # ID
	bundle_cgroup "$BUNDLE" "$parent/$1"
	timeout 20 runc run --detach --bundle "$BUNDLE" "$1" </dev/null >"$TEST_TMP/out" 2>&1 &&
		cleanup_add remove_container runc "$1"
}

recorded() { # FILTER
	jq -cr ".observations[0] | $1" "$RECORDING"
}

record_shortly() { # REFERENCE
	record --duration 300ms --container-id "$1"
}

# A container of containerd, whose shim names its runtime. Without a state directory of runc,
# the user's file used to win.
id=$(new_id)
TASK=/run/containerd/io.containerd.runtime.v2.task/recorder-test/$id
mkdir -p "$TASK"
remove_task() {
	rm -rf "${TASK%/*}"
	rmdir /run/containerd/io.containerd.runtime.v2.task /run/containerd
}
cleanup_add remove_task
printf /usr/bin/containerd-shim-runc-v2 >"$TASK/shim-binary-path"
ln -s "$BUNDLE/config.json" "$TASK/config.json"
claim crun "$id" '{"pid":1,"bundle":"/nowhere"}'
start_recording --container-id "$id" --wait
start_container "$id"
wait_until 10 grep -q '^recorder: ioprio_get ' "$LOG"
runc delete --force "$id"
wait_until 10 has_ended "$recorder" || kill -INT "$recorder"
wait "$recorder"
tap_is "--wait: a user's state file does not decide which runtime root's container has" \
	"$(recorded .runtime.name)" runc
check 'its calls are recorded' contains_all observed_calls native:ioprio_get
rm -rf "$TASK"

# A running container. The user's files name another process of the machine as its process.
id=$(new_id)
sleep 1000 &
decoy=$!
cleanup_add cleanup_process "$decoy"
claim crun "$id" "{\"pid\":$decoy,\"bundle\":\"/nowhere\"}"
claim runc "$id" "{\"init_process_pid\":$decoy}"
start_container "$id"
check 'running: it is recorded' record_shortly "$id"
tap_is "in its own cgroup, whatever process a user names" "$(recorded .attribution)" \
	"cgroup $parent/$id"
tap_is 'with its own runtime' "$(recorded .runtime.name)" runc

# A beginning of an id that is unique among root's containers stays unique.
claim crun "${id:0:12}$(new_id | cut -c 13-)" "{\"pid\":$decoy}"
claim crun "${id:0:12}" "{\"pid\":$decoy}"
check "a user's ids do not make a prefix ambiguous" record_shortly "${id:0:12}"
tap_is 'nor does the full id of a user take precedence' "$(recorded .container.id)" "$id"
other=${id:0:60}$(new_id | cut -c 61-)
start_container "$other"
check_ambiguous() {
	! record_shortly "${id:0:60}" && grep -q "$other" "$LOG" && grep -q '2 containers' "$LOG"
}
check "two of root's are ambiguous, and a user's is not counted" check_ambiguous
remove_container runc "$other"
remove_container runc "$id"
forget_claims

# Only a user's file exists. It names a process that is not the user's, or one in root's cgroup.
claim crun claimed "{\"pid\":$decoy}"
check_refused() {
	! record_shortly "$1" && grep -q "container $1 is not running" "$LOG"
}
check "a user's state file cannot claim root's process" check_refused claimed
setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups sleep 1000 &
victim=$!
cleanup_add cleanup_process "$victim"
claim crun claimed "{\"pid\":$victim}"
check "nor a process of the user in root's cgroup" check_refused claimed
start_recording --container-id claimed --wait --duration 1s
wait "$recorder"
check '--wait does not accept it either' grep -q 'never ran' "$LOG"

# A user's own container, in a part of the tree that was given to the user.
given=$cgroup/given
mkdir "$given" && mkdir "$given/box" && chown -R "$USER_ID" "$given"
"$ENTER_CGROUP" "$given/box" "$(command -v setpriv)" --reuid "$USER_ID" --regid "$USER_ID" \
	--clear-groups "$(command -v unshare)" --user --map-root-user \
	"$(command -v busybox)" sh -c 'while :; do busybox sleep 0.1; done' &
boxed=$!
cleanup_add cleanup_process "$boxed"
# Until then it is still root's.
wait_until 10 grep -qx busybox "/proc/$boxed/comm"
mkdir "$TEST_TMP/own" && cp "$BUNDLE/config.json" "$TEST_TMP/own" && chmod 711 "$TEST_TMP" &&
	chown -R "$USER_ID" "$TEST_TMP/own"
claim crun boxed "{\"pid\":$boxed,\"bundle\":\"$TEST_TMP/own\"}"
check "a user's own container is recorded" record_shortly boxed
tap_is "as the user's state file describes it" "$(recorded '[.container.id, .runtime.name, .noNewPrivs]')" \
	'["boxed","crun",true]'
check 'with its calls' contains_all observed_calls native:execve

# A user's file about a container of root in a given part of the tree. Root's runtime has a file
# too.
bundle_cgroup "$BUNDLE" "$parent/given/inner"
claim crun inner "{\"pid\":$boxed,\"bundle\":\"$TEST_TMP/own\"}"
timeout 20 runc run --detach --bundle "$BUNDLE" inner </dev/null >"$TEST_TMP/out" 2>&1 &&
	cleanup_add remove_container runc inner
record_shortly inner
tap_is "root's state file takes precedence there too" "$(recorded .runtime.name)" runc

# While root's container is waited for, a user is the first to make a cgroup with its name.
late=$(new_id)
start_recording --container-id "$late" --wait
mkdir "$given/$late" && chown "$USER_ID" "$given/$late"
claim crun "$late" "{\"pid\":$boxed}"
"$ENTER_CGROUP" "$given/$late" "$PROGRAMS/call" "${NR[io_destroy]}"
start_container "$late"
wait_until 10 grep -q '^recorder: ioprio_get ' "$LOG"
remove_container runc "$late"
wait_until 10 has_ended "$recorder" || kill -INT "$recorder"
wait "$recorder"
tap_is "--wait does not take a user's cgroup" "$(recorded .attribution)" "cgroup $parent/$late"
check 'nor what is done there' contains_none observed_calls native:io_destroy
tap_done
