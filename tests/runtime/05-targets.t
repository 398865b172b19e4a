#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks what src/container finds out about real containers: pods of containerd under runc and
# crun, asked through CRI. The same containers and those of runc, crun and Podman are also
# resolved by the beginning of their id, from the files that the runtimes leave on the machine.
# timeout: 180
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/cleanup.bash
. ../lib/cleanup.bash
# shellcheck source=tests/lib/images.bash
. ../lib/images.bash
# shellcheck source=tests/lib/bundle.bash
. ../lib/bundle.bash
# shellcheck source=tests/lib/containerd.bash
. ../lib/containerd.bash

probe=$TEST_PROGRAMS/runtime/target_probe
[ -x "$probe" ] || tap_skip_all "$probe is not built"
missing=$(containerd_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"

cleanup_directory dir
bundle_prepare_crun "$dir" || exit 1

tap_plan 54
containerd_start "$dir" && containerd_import_busybox || exit 1

# Prints the value of a key in the last output of the probe.
value_of() { # KEY
	sed -n "s/^$1 //p" <<<"$output"
}

version_of() { # RUNTIME
	"$1" --version | sed -n '1s/.* version \([0-9.]*\).*/\1/p'
}

# Starts a pod with two containers: a default one that has ended, and a confined one that runs.
start_pod() { # HANDLER
	uid=$(containerd_uid)
	pod=$(cri runp "web-$1" --uid "$uid" --namespace shop --label app=web \
		--label tier=front --runtime "$1")
	ended=$(cri create "$pod" ended "$CONTAINERD_BUSYBOX" -- sh -c 'exit 3')
	running=$(cri create "$pod" running "$CONTAINERD_BUSYBOX" --seccomp default \
		--no-new-privs --cap-drop ALL --cap-add CHOWN --label a=b -- sleep 1000)
	cri start "$ended" "$running"
	cri wait "$ended"
}

check_cri() { # HANDLER
	output=$("$probe" cri "unix://$CRI_ENDPOINT" 2>&1)
	tap_match "$1: the runtime gives its name" "$(value_of runtime)" '^containerd [0-9]+\.'
	tap_match "$1: the pod is listed with its labels" "$output" \
		"sandbox $pod shop/web-$1 uid=$uid handler=$1 state=0 .*app=web"
	tap_match "$1: a container that ended is listed" "$output" \
		"container $ended sandbox=$pod name=ended image=$CONTAINERD_BUSYBOX ref=[^ ]*sha256:[0-9a-f]+ state=2"
	tap_match "$1: a container that runs is listed" "$output" \
		"container $running sandbox=$pod name=running [^ ]+ [^ ]+ state=1 labels=1"

	output=$("$probe" status "$CRI_ENDPOINT" "$running" 2>&1)
	pid=$(value_of pid)
	tap_is "$1: its status has the process" "$(tr '\0' ' ' <"/proc/$pid/cmdline")" 'sleep 1000 '
	tap_is "$1: and the filter of its bundle" "$(value_of seccomp)" 1
	tap_is "$1: and its capabilities" "$(value_of capabilities)" CAP_CHOWN
}

# Checks the results that must be the same with and without the runtime's help.
check_resolved() { # HANDLER ENDPOINT HOW
	output=$("$probe" resolve "$2" "${running:0:12}" 2>&1)
	tap_is "$1, $3: a prefix gives the id" "$(value_of id)" "$running"
	tap_is "$1, $3: the process" "$(value_of pid)" "$pid"
	tap_is "$1, $3: the cgroup" "$(value_of cgroup)" "/kubepods/besteffort/pod$uid/$running"
	tap_is "$1, $3: the runtime and its version" "$(value_of runtime)" "$1 $(version_of "$1")"
	tap_is "$1, $3: no_new_privs, seccomp, capabilities" \
		"$(value_of no_new_privs) $(value_of seccomp) $(value_of capabilities)" \
		'1 1 CAP_CHOWN'
	tap_is "$1, $3: the pod and the name" "$(value_of pod) $(value_of name)" \
		"shop/web-$1 $uid running"
}

for handler in runc crun; do
	start_pod "$handler"
	check_cri "$handler"
	check_resolved "$handler" "$CRI_ENDPOINT" 'with CRI'
	check_resolved "$handler" - 'from files'
done

output=$("$probe" status "$CRI_ENDPOINT" 0123456789 2>&1)
tap_match 'an unknown container is not found' "$output" 'not found'

output=$("$probe" resolve "$CRI_ENDPOINT" "$ended" 2>&1)
tap_match 'a container that ended is refused' "$output" 'no container|is not running'

# Several containers whose ids begin alike. The id of one is the beginning of the others'.
image_new "$dir/bundle/rootfs" && image_add_busybox "$dir/bundle/rootfs"
bundle_new "$dir/bundle" sleep 1000
bundle_capabilities "$dir/bundle"
cleanup_add bundle_cgroup_remove /recorder-test
name=recorder-test-$$

start_by_hand() { # RUNTIME NAME
	bundle_cgroup "$dir/bundle" "/recorder-test/$2"
	"$1" run --detach --bundle "$dir/bundle" "$2" </dev/null >/dev/null 2>"$dir/error"
	cleanup_add "$1" delete --force "$2"
}

start_by_hand runc "$name"
start_by_hand crun "$name-crun"
start_by_hand runc "$name-runc"

output=$("$probe" resolve - "$name-" 2>&1)
tap_match 'a prefix of two ids is refused, with both' "$output" \
	"2 containers .*: $name-crun, $name-runc; write more of it"

output=$("$probe" resolve - "$name" 2>&1)
tap_is 'a full id takes precedence over longer ones' "$(value_of id)" "$name"
for runtime in runc crun; do
	output=$("$probe" resolve - "$name-${runtime:0:1}" 2>&1)
	tap_is "$runtime by hand: its cgroup" "$(value_of cgroup)" \
		"/recorder-test/$name-$runtime"
	tap_is "$runtime by hand: version and bundle" \
		"$(value_of runtime) $(value_of bundle) $(value_of seccomp)" \
		"$runtime $(version_of $runtime) 1 0"
done

# Podman with its own storage, and with limits that need not be raised. The OCI runtime's state
# is in its usual place.
image_archive "$dir/bundle/rootfs" localhost/recorder-podman:test "$dir/podman.tar" sleep 1000
podman() {
	command podman --root "$dir/storage" --runroot "$dir/runroot" --storage-driver vfs \
		--cgroup-manager cgroupfs --events-backend file --runtime crun "$@"
}
if ! command -v podman >/dev/null || ! command -v conmon >/dev/null; then
	tap_skip 'Podman: found' 'podman is not installed'
	tap_skip 'Podman: its cgroup' 'podman is not installed'
elif ! podman load --quiet --input "$dir/podman.tar" >"$dir/error" 2>&1 ||
	! container=$(podman run --detach --network none --cgroup-parent /recorder-test \
		--ulimit nofile=1024 --ulimit nproc=1024 \
		localhost/recorder-podman:test 2>"$dir/error"); then
	tap_not_ok 'Podman: found' "$(cat "$dir/error")"
	tap_not_ok 'Podman: its cgroup'
else
	cleanup_add podman rm --force --time 0 "$container"
	output=$("$probe" resolve - "${container:0:8}" 2>&1)
	tap_is 'Podman: found' "$(value_of id) $(value_of engine) $(value_of bundle)" \
		"$container podman 1"
	tap_is 'Podman: its cgroup' "$(value_of cgroup)" "/recorder-test/libpod-$container"
fi

# A cgroup that appears only after the time of --until-stable is long over.
late=/recorder-test-late-$$
"$RECORDER" record -q --cgroup "$late" --wait --until-stable 2s --format recording \
	-o "$dir/late.json" &
waiter=$!
cleanup_add cleanup_process "$waiter"
cleanup_add bundle_cgroup_remove "$late"
sleep 3
mkdir "$(bundle_cgroup_mount)$late"
sleep 1
"$TEST_PROGRAMS/runtime/enter_cgroup" "$(bundle_cgroup_mount)$late" /bin/true
wait "$waiter"
tap_is "--until-stable counts from the first match on" \
	"$(jq -r '[.observations[].systemCalls[].name] | index("execve") != null' "$dir/late.json")" true

# Cgroups that appear while the recorders start.
waiters=()
for delay in 0 0.02 0.04 0.06 0.08 0.1 0.15 0.2; do
	"$RECORDER" record -q --cgroup "$late/$delay" --wait --duration 2s \
		-o "$dir/late-$delay.json" 2>>"$dir/late.log" &
	waiters+=("$!")
	cleanup_add cleanup_process "$!"
	(sleep "$delay" && exec mkdir "$(bundle_cgroup_mount)$late/$delay") &
done
missed=0
for waiter in "${waiters[@]}"; do
	wait "$waiter" || missed=$((missed + 1))
done
tap_is "--wait misses nothing that appears meanwhile" "$missed $(cat "$dir/late.log")" '0 '

output=$("$RECORDER" record -q --cgroup / --duration 1s --format recording 2>&1)
tap_is 'the root cgroup is the whole machine' \
	"$(jq -r '.observations[] | select(.container.id | not) | .container.name' <<<"$output")" machine
tap_is 'a user has a name, or a number' \
	"$("$RECORDER" record -q -o "$dir/profile.json" --user 65534 -- id -un 2>&1)" nobody

# A command's cgroup: processes that the command leaves behind return to their original cgroup.
output=$("$probe" command sh -c 'sleep 1000 >/dev/null 2>&1 & echo pid $!' 2>&1)
left=$(value_of pid)
cleanup_add kill "$left"
tap_is "a command's cgroup is removed" "$(ls -d "$(value_of directory)" 2>/dev/null)" ''
tap_is 'a process that it left lives on where it came from' \
	"$(grep ^0:: "/proc/$left/cgroup")" "$(grep ^0:: /proc/self/cgroup)"

tap_done
