#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 600
#
# ProfileRecordings of every kind of workload. Each makes calls of its own, so that it is known which
# calls its profile must have, and which it must not have.
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
AGENT_NAMESPACE=workloads
shared=$CLUSTER_DIRECTORY/shared
static_pod=$CLUSTER_DIRECTORY/node-2/static-pods/static.json
tap_plan 28

remove_shared() {
	rm -rf "$static_pod" "$shared"
}

# Prints a container that makes calls.
calls() { # NAME CALL...
	echo "{name: $1, image: '$CLUSTER_IMAGE', imagePullPolicy: Never, command: [call$(
		[ $# = 1 ] || printf ", '%s'" "${@:2}")]}"
}

# Prints a container with a script. It has a directory that all pods share.
script() { # NAME SCRIPT
	echo "{name: $1, image: '$CLUSTER_IMAGE', imagePullPolicy: Never, command: [sh, -c, '$2'],
		volumeMounts: [{name: shared, mountPath: /shared}]}"
}

# Prints the beginning of a pod, whose containers follow.
pod_with() { # NAME NODE RESTART_POLICY
	cat <<-END
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: $1, labels: {app: $1}}
		spec:
		  nodeName: $2
		  restartPolicy: $3
		  terminationGracePeriodSeconds: 0
		  volumes: [{name: shared, hostPath: {path: $shared}}]
	END
}

# Each replica makes another call: the first to make a directory does what belongs to it.
replicas() {
	cat <<-END
		---
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: replicas}
		spec:
		  replicas: 3
		  selector: {matchLabels: {app: replicas}}
		  template:
		    metadata: {labels: {app: replicas}}
		    spec:
		      terminationGracePeriodSeconds: 0
		      topologySpreadConstraints:
		      - maxSkew: 1
		        topologyKey: kubernetes.io/hostname
		        whenUnsatisfiable: DoNotSchedule
		        labelSelector: {matchLabels: {app: replicas}}
		      volumes: [{name: shared, hostPath: {path: $shared}}]
		      containers:
		      - $(script main 'mkdir /shared/1 && exec rmdir /shared/1/no;
		          mkdir /shared/2 && exec ln -s x /tmp/x; mkdir /shared/3 && exec mkfifo /tmp/x;
		          exec sleep 1000')
	END
}

# Deployments whose containers have one name.
deployment() { # NAME CALL
	cat <<-END
		---
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: $1}
		spec:
		  selector: {matchLabels: {app: several, part: $1}}
		  template:
		    metadata: {labels: {app: several, part: $1}}
		    spec:
		      terminationGracePeriodSeconds: 0
		      containers: [$(calls main "$2")]
	END
}

workloads() {
	pod_with nothing node-1 Never
	echo "  containers: [$(calls main)]"
	pod_with phases node-2 Never
	cat <<-END
		  initContainers:
		  - $(calls init "$quotactl")
		  - {restartPolicy: Always, $(calls sidecar "$timer_delete" "$pause" | cut -c 2-)
		  containers: [$(calls main "$mq_unlink")]
	END
	pod_with crash node-1 Always
	echo "  containers: [$(script main "mkdir /shared/crash && call $shmdt || call $msgctl; exit 1")]"
	pod_with entered node-2 Never
	echo "  containers: [$(calls main "$pause")]"
	cat <<-END
		---
		apiVersion: batch/v1
		kind: Job
		metadata: {name: job}
		spec:
		  template:
		    metadata: {labels: {app: job}}
		    spec: {restartPolicy: Never, containers: [$(calls main "$inotify_rm_watch")]}
	END
	replicas
	deployment first "$io_destroy"
	deployment second "$vmsplice"
}

static() {
	{ pod_with static node-2 Never && echo "  containers: [$(calls main "$acct")]"; } |
		kubectl create --dry-run=client --filename - --output json |
		jq --arg namespace "$AGENT_NAMESPACE" 'del(.spec.nodeName) | .metadata.namespace = $namespace'
}

on_pod() { # POD COMMAND...
	on_namespace exec "$1" -- "${@:2}"
}

# Prints why calls may be missing.
gaps() {
	on_namespace get profilerecordings --output json | jq -r '.items[] | .metadata.name as $name
		| .status.conditions[] | select(.type == "Incomplete") | "\($name): \(.message)"'
}

# Prints the part of a pod's name that was generated.
suffix_of() { # LABEL
	on_namespace get pods --selector "$1" --output jsonpath='{.items[0].metadata.name}' |
		sed 's/.*-//'
}

all_calls() {
	printf '%s\n' quotactl timer_delete mq_unlink shmdt msgctl mq_getsetattr tee inotify_rm_watch \
		io_destroy vmsplice acct
}

# True if a profile has these calls, and no other call that the pods of this test make.
has_of_all() { # PROFILE CALL...
	[ "$(comm -12 <(profile_calls "$1") <(all_calls | sort))" = "$(printf '%s\n' "${@:2}" | sort)" ]
}

agent_prepare "$AGENT_NAMESPACE" || exit 1
recording_image || exit 1
mkdir "$shared" && cleanup_add remove_shared
chmod 777 "$shared"
agents_start
together='{mergeStrategy: "Containers"}'
for name in nothing phases crash entered job replicas static; do
	recording "$name" "$name" "$together"
done | on_namespace apply --filename - >/dev/null
recording together several "$together" | on_namespace apply --filename - >/dev/null
recording apart several | on_namespace apply --filename - >/dev/null
tap_check 'both nodes record' recordings_begin nothing phases crash entered job replicas static \
	together apart
workloads | on_namespace apply --filename - >/dev/null
static >"$static_pod"

tap_check 'a container that only ends has a profile' wait_until 60 profile_has nothing-main exit_group
tap_check 'the profile of a Job is there when it ends' profile_has_exactly job nothing inotify_rm_watch

tap_check 'an init container has what it did' profile_has_exactly phases-init nothing quotactl
tap_check 'the container has what it did' profile_has_exactly phases-main nothing mq_unlink
tap_check 'the sidecar has what it did' profile_has_exactly phases-sidecar nothing timer_delete pause
tap_check 'the whole pod has all that' profile_has_exactly phases nothing quotactl mq_unlink \
	timer_delete pause

tap_check 'a container that crashes has what it did each time' wait_until 60 \
	profile_has crash-main shmdt msgctl mkdir
tap_check 'and nothing else' has_of_all crash shmdt msgctl

tap_check 'a pod runs' wait_until 60 has_phase entered Running
on_pod entered call "$tee"
on_namespace debug entered --image="$CLUSTER_IMAGE" --image-pull-policy=Never --container=debugger \
	--profile=general -- call "$mq_getsetattr"
tap_check 'an ephemeral container has what it did' wait_until 60 \
	profile_adds entered-debugger nothing mq_getsetattr
on_namespace delete pod entered --grace-period=0 --force >/dev/null 2>&1
tap_check 'what a program did that somebody executed in a container is there' wait_until 20 \
	profile_has entered-main tee pause
tap_check 'and nothing else' has_of_all entered-main tee
tap_check 'the whole pod has both' has_of_all entered tee mq_getsetattr

tap_check 'a static pod has what it did' profile_has_exactly static nothing acct

tap_check 'pods of several Deployments have one profile' profile_has_exactly together-main nothing \
	io_destroy vmsplice
first=apart-main-$(suffix_of part=first) second=apart-main-$(suffix_of part=second)
tap_check 'or one each: the first' profile_has_exactly "$first" nothing io_destroy
tap_check 'the second' profile_has_exactly "$second" nothing vmsplice
tap_check 'and one of both' profile_has_exactly apart nothing io_destroy vmsplice

tap_is 'replicas are on both nodes' "$(on_namespace get pods --selector app=replicas --output \
	jsonpath='{range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort -u | tr '\n' ' ')" 'node-1 node-2 '
tap_check 'their profile has what each of them did' wait_until 60 \
	profile_has replicas rmdir symlink mknodat
tap_check 'so has that of the container' profile_has replicas-main rmdir symlink mknodat
tap_check 'and nothing else' has_of_all replicas
for node in node-1 node-2; do
	wait_until 10 profile_exists $node "operator/$AGENT_NAMESPACE/replicas.json"
	worker "again-$node" $node again 'mkdir /tmp/a && rmdir /tmp/a && ln -s x /tmp/x &&
		mkfifo /tmp/y && ! chroot / true' "operator/$AGENT_NAMESPACE/replicas.json" | apply
done
for node in node-1 node-2; do
	tap_check "under it a pod can do all that on $node, and nothing else" \
		wait_until 60 has_phase "again-$node" Succeeded
done
tap_is 'no call of all that can be missing' "$(gaps)" ''
on_namespace delete profilerecordings --all >/dev/null
for node in node-1 node-2; do
	tap_check "$node stops to watch when there is no recording" wait_until 20 agent_said $node \
		'BPF programs: detached'
done

tap_done
