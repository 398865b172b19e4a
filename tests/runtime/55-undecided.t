#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# The runtime cannot say, or can no longer say, which pod a container belonged to. Or a
# container has no cgroup of its own. Each such container is in the recording, or the recording
# says what may be missing.
# shellcheck disable=SC2016,SC2154 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# A socket's path must be short, so the test uses its own directory instead of the harness's.
TEST_TMP=
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash
# shellcheck source=tests/lib/containerd.bash
. ../lib/containerd.bash

needs_root
needs_programs crun
missing=$(containerd_missing)
[ -z "$missing" ] || tap_skip_all "${missing//$'\n'/, }"
bundle_prepare_crun "$TEST_TMP" || exit 1
tap_plan 33

# Two runtimes. "bare" leaves its containers in its caller's cgroup, as rootless runtimes do if
# v2 has no controllers. "nameless" uses cgroups whose names do not show the container.
new_cgroup engine
# Both hang if somebody executes them with --version: recorder reads versions from files.
cat >"$TEST_TMP/hang" <<END
#!/bin/sh
case " \$* " in *" --version "*) echo >"$TEST_TMP/asked" && exec sleep 1000 ;; esac
END
{ cat "$TEST_TMP/hang" && cat <<'END'; } >"$TEST_TMP/bare"
exec crun --cgroup-manager=disabled "$@"
END
{ cat "$TEST_TMP/hang" && cat <<END; } >"$TEST_TMP/nameless"
bundle= previous=
for word; do
	[ "\$previous" != --bundle ] || bundle=\$word
	previous=\$word
done
[ -z "\$bundle" ] || {
	jq '.linux.cgroupsPath = "${engine#"$(cgroup_root)"}/any-'\$\$'"' "\$bundle/config.json" \
		>"\$bundle/config.new" && mv "\$bundle/config.new" "\$bundle/config.json"
}
exec crun "\$@"
END
chmod 755 "$TEST_TMP/bare" "$TEST_TMP/nameless"
cleanup_add bundle_cgroup_remove "${engine#"$(cgroup_root)"}"
eval "usual_$(declare -f containerd_config)"
containerd_config() { # DIRECTORY
	local name

	usual_containerd_config "$1"
	for name in bare nameless; do
		cat <<END
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$name]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$name.options]
BinaryName = "$TEST_TMP/$name"
END
	done
}
containerd_start "$TEST_TMP" && containerd_import_busybox || exit 1

endpoint=(--runtime-endpoint "unix://$CRI_ENDPOINT")

start_pod() { # NAME LABEL [HANDLER]
	cri runp "$1" --uid "$(containerd_uid)" --namespace default --label "$2" \
		--runtime "${3:-runc}"
}

create() { # POD NAME COMMAND...
	local pod=$1 name=$2

	shift 2
	cri create "$pod" "$name" "$CONTAINERD_BUSYBOX" --mount "$PROGRAMS:/test" -- "$@"
}

has_reason() { # REGEX
	jq -e --arg reason "$1" '(.complete | not)
		and ([.observations[].reasons[]] | any(test($reason)))' "$RECORDING" >/dev/null ||
		{ jq -c '.observations[] | {complete, reasons}' "$RECORDING" && return 1; }
}

names() {
	jq -r '.observations[].container.name' "$RECORDING"
}

has_cgroup() { # ID
	[ -n "$(find "$(cgroup_root)/kubepods" -type d -name "$1" 2>/dev/null)" ]
}

lacks_cgroup() { # ID
	! has_cgroup "$1"
}

is_stopped() { # PID
	! grep -qv '^State:[[:space:]]*T ' < <(grep -h '^State:' "/proc/$1"/task/*/status)
}

# On a busy machine, threads may run on for a while after the signal.
stop() { # PID
	kill -STOP "$1" && wait_until 20 is_stopped "$1"
}

# Stops the recorder, so that it asks the runtime only after what happens next.
stop_asking() {
	stop "$recorder"
}

# Ends a recording while the runtime hangs. The recorder may wait for the answer, but not for ever.
end_while_hung() { # PID
	local status=0

	kill -CONT "$recorder"
	kill -INT "$recorder"
	wait_until 20 has_ended "$recorder" || { status=1 && kill -KILL "$recorder"; }
	kill -CONT "$1"
	wait "$recorder" || status=$?
	return "$status"
}

# Runs a container, $gone, that is removed before the recorder can ask the runtime about it.
run_unasked() {
	stop_asking
	gone=$(create "$web" gone /test/call "${NR[add_key]}")
	cri start "$gone"
	cri wait "$gone" || :
	wait_until 20 lacks_cgroup "$gone"
	cri rm "$gone"
	kill -CONT "$recorder"
	stop_recording
}

# 1: the runtime hangs, but has reported the container before.
web=$(start_pod web app=web)
first=$(create "$web" first sh -c 'sleep 100')
second=$(create "$web" second sh -c '/test/call "$0"; sleep 1000' "${NR[quotactl]}")
cri start "$first"
start_recording --pod app=web "${endpoint[@]}"
stop_asking
cri start "$second"
stop "$CONTAINERD_PID"
end_while_hung "$CONTAINERD_PID"
check "a runtime that hangs at the end: the recording ends" [ $? = 0 ]
check "a container that it had reported before is in it" contains_all names second
check "with its calls" contains_all observed_calls native:quotactl

# 2: the runtime hangs, and has never reported the pod.
start_recording --pod app=web "${endpoint[@]}"
stop_asking
late=$(start_pod late app=web)
unknown=$(create "$late" unknown sh -c 'sleep 100')
cri start "$unknown"
stop "$CONTAINERD_PID"
end_while_hung "$CONTAINERD_PID"
check "a pod whose runtime does not answer: the recording ends" [ $? = 0 ]
check "and names the container and its cgroup, with the reason" has_reason \
	"container $unknown \(cgroup /kubepods/.*/$unknown\) may belong to the pods and is not in it: .*no answer within"
check "each observation has the reason, because each may become a profile" jq -e \
	'.observations | length >= 2 and all(.reasons | any(test("may belong to the pods")))' \
	"$RECORDING"
cri rmp "$late" 2>/dev/null

# 3: the container was removed before the runtime could be asked.
start_recording --pod app=web "${endpoint[@]}"
run_unasked
check "a container that was removed, of a pod that is there, is in it" \
	contains_all observed_calls native:add_key
check "with the reason why it has no name" has_reason 'before it forgot the container'

# 4: the same if only some containers are selected.
start_recording --pod app=web --container first "${endpoint[@]}"
run_unasked
check "with --container it is not" contains_none observed_calls native:add_key
check "and the recording says so" has_reason \
	"container $gone .* may belong to the pods and is not in it: the runtime has forgotten it"

# 5: the container's pod was removed as well.
start_recording --pod app=web "${endpoint[@]}"
stop_asking
late=$(start_pod late app=web)
gone=$(create "$late" gone /test/call "${NR[add_key]}")
cri start "$gone"
cri wait "$gone" || :
cri stopp "$late"
cri rmp "$late"
kill -CONT "$recorder"
stop_recording
check "a container whose pod was removed too is named" has_reason \
	"container $gone .* may belong to the pods and is not in it: the runtime has forgotten it"

# 6: pods that are not selected, and engines that run no pods, are no reason for incompleteness.
start_recording --pod app=web "${endpoint[@]}"
other=$(start_pod other app=other)
cri start "$(create "$other" main /test/call "${NR[add_key]}")"
engine_name=${engine##*/}
mkdir "$engine/docker-$(new_id).scope" "$engine/$(new_id)"
sleep 1
rmdir "$engine"/*/
stop_recording
check "other pods and engines leave the recording complete" jq -e \
	'[.observations[].reasons[]] | all(contains("before the recording began"))' "$RECORDING"
check "and are not in it" contains_none observed_calls native:add_key
cri rmp "$other" 2>/dev/null

# 7: an init system in the container has moved itself into a nested cgroup.
directory=$(find "$(cgroup_root)/kubepods" -type d -name "$first")
mkdir "$directory/init"
head -n 1 "$directory/cgroup.procs" >"$directory/init/cgroup.procs"
start_recording --pod app=web --container first "${endpoint[@]}"
cri exec "$first" -- /test/call "${NR[quotactl]}"
stop_recording
check "a first process in a nested cgroup: sibling cgroups are recorded" \
	contains_all observed_calls native:quotactl
check "as the container's" equals "jq -r '.observations[].attribution | split(\" \")[1]' $RECORDING" \
	"${directory#"$(cgroup_root)"}"

# 8: a user's cgroup that has a container's name.
mkdir "$engine/user"
chown nobody "$engine/user"
start_recording --pod app=web "${endpoint[@]}"
third=$(create "$web" third sh -c 'sleep 1; /test/call "$0"; sleep 100' "${NR[mq_unlink]}")
mkdir "$engine/user/$third"
"$ENTER_CGROUP" "$engine/user/$third" "$PROGRAMS/call" "${NR[swapoff]}"
cri start "$third"
wait_until 20 grep -q '^recorder: mq_unlink ' "$LOG"
rmdir "$engine/user/$third" "$engine/user"
stop_recording
check "a container whose name a user gave to a cgroup is recorded" \
	contains_all observed_calls native:mq_unlink
check "and the user's cgroup is not" contains_none observed_calls native:swapoff
check "the container is complete" jq -e \
	'.observations[] | select(.container.name == "third") | .complete' "$RECORDING"

# 9: the name of a container's cgroup does not show the container. Its process leads to the cgroup.
start_recording --pod app=nameless --wait "${endpoint[@]}"
pod=$(start_pod nameless app=nameless nameless)
nameless=$(create "$pod" main sh -c '/test/call "$0"; sleep 100' "${NR[delete_module]}")
cri start "$nameless"
wait_until 20 grep -q '^recorder: delete_module ' "$LOG"
stop_recording
check "a container in a cgroup of any name is recorded from its first call" contains_all \
	observed_calls native:execve native:delete_module
check "and the recording names the doubt" has_reason \
	"may share the cgroup ${engine#"$(cgroup_root)"}/any-[0-9]+: "
check "without its runtime having been run for its version" [ ! -e "$TEST_TMP/asked" ]
cri stopp "$pod"

# 10: containers without their own cgroup, which start while the recording runs.
echo "$CONTAINERD_PID" >"$engine/cgroup.procs"
start_recording --pod app=bare --wait "${endpoint[@]}"
bare=$(start_pod bare app=bare bare)
alone=$(create "$bare" alone sh -c 'sleep 100')
cri start "$alone"
pid=$(cri info "$alone" | jq .pid)
check "a container is in the cgroup of the engine" grep -q "^0::.*/$engine_name" \
	"/proc/$pid/cgroup"
sleep 6
stop_recording
status=$?
check "if it is the only one, the recording fails" [ "$status" = 1 ]
check "with the reason" grep -q \
	"nothing was recorded: container $alone (alone) of pod default/bare is not in it: container $alone has no cgroup of its own: process [0-9]* (.*), which does not belong to it, is in /$engine_name" \
	"$LOG"
record --pod app=bare "${endpoint[@]}" --duration 1s
status=$?
check "it is refused if it runs already" [ "$status" = 1 ]
check "with the same reason" grep -q \
	"nothing of pods app=bare in namespace default can be recorded: container $alone (alone) .*has no cgroup of its own" \
	"$LOG"
start_recording --pod 'app in (web, bare)' "${endpoint[@]}"
cri exec "$second" -- /test/call "${NR[io_destroy]}"
brief=$(create "$bare" brief /test/call "${NR[swapoff]}")
cri start "$brief"
cri wait "$brief" || :
stop_recording
check "if there are others, they are recorded" contains_all observed_calls native:io_destroy
check "and the reason is in the recording" has_reason \
	"container $alone \(alone\) of pod default/bare is not in it: .* has no cgroup of its own"
check "also of one that began and ended meanwhile" has_reason \
	"container $brief \(brief\) of pod default/bare is not in it: its cgroup was not seen"
check "none of their calls are in it" contains_none observed_calls native:swapoff

# 11: a container in the top cgroup, with the whole machine.
echo "$pid" >"$(cgroup_root)/cgroup.procs"
record --pod app=bare "${endpoint[@]}" --duration 1s
status=$?
check "a container in the root cgroup is refused" [ "$status" = 1 ]
check "because the whole machine is in it" grep -q "in the root cgroup, with the whole machine" "$LOG"
record --container-id "$alone" "${endpoint[@]}" --duration 1s
check "by its id as well" grep -q "in the root cgroup, with the whole machine" "$LOG"
tap_done
