# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Nodes: each a containerd and a kubelet in network and mount namespaces of its own, which a sleeping
# process holds. Processes and cgroups are the machine's, so that what is recorded is real.
#
# Node 3 is for the tests that start it. Its containerd and runc are newer than this machine's, and it
# has the snapshotter that user namespaces of pods need.
#
# Node N has the address 10.200.0.N, its pods 10.244.N.0/24. The kubelet's directory is
# $CLUSTER_DIRECTORY/node-N/kubelet, which is /var/lib/kubelet in the node's namespaces.

NODE_PLACES=(/var/lib/kubelet /var/log/pods /var/log/containers /run/containerd)
# What a kubelet sets for the whole machine.
NODE_SETTINGS=(vm/overcommit_memory kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys
	kernel/keys/root_maxbytes)

# Runs a command in the namespaces of a node.
cluster_on() { # NODE COMMAND...
	nsenter --target "$(service_process "$1")" --mount --net -- "${@:2}"
}

node_service() { # NODE NAME COMMAND...
	service_start "$1-$2" nsenter --target "$(service_process "$1")" --mount --net -- "${@:3}"
}

# The path of the node's cgroup in all hierarchies. Other clusters on this machine have others.
cluster_cgroup() { # NODE
	echo "/cluster-${CLUSTER_DIRECTORY##*.}-$1"
}

node_ctr() { # NODE ARGUMENT...
	ctr --address "$CLUSTER_DIRECTORY/$1/containerd/containerd.sock" --namespace k8s.io "${@:2}"
}

# Prepares this machine, and the mount namespace from which the nodes' are copied.
nodes_prepare() {
	local place setting mount
	for place in "${NODE_PLACES[@]}"; do
		[ -d "$place" ] || { mkdir -p "$place" && cleanup_add rmdir "$place"; } || return
	done
	for setting in "${NODE_SETTINGS[@]}"; do
		cleanup_add node_write_setting "$setting" "$(cat "/proc/sys/$setting")"
	done
	nodes_mount_controllers || return
	# The kubelet uses every cgroup hierarchy that is mounted anywhere, and dies if one goes.
	while read -r mount; do
		umount --lazy "$mount" || return
	done < <(awk '$3 ~ /^cgroup2?$/ && $2 !~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts)
	nodes_image
}

# For crun (bundle_prepare_crun), where the kubelet looks for hierarchies.
nodes_mount_controllers() {
	local controller directory
	for controller in $(bundle_v2_controllers); do
		directory=/sys/fs/cgroup/$controller
		! mountpoint --quiet "$directory" || continue
		[ -d "$directory" ] || { mkdir "$directory" && cleanup_add rmdir "$directory"; } || return
		bundle_mount_controller "$controller" "$directory" || return
		cleanup_add umount "$directory"
	done
}

node_write_setting() { # NAME VALUE
	echo "$2" >"/proc/sys/$1"
}

nodes_image() {
	local rootfs=$CLUSTER_DIRECTORY/image
	image_new "$rootfs" && image_add_busybox "$rootfs" &&
		image_archive "$rootfs" "$CLUSTER_IMAGE" "$rootfs.tar" sleep 1000000 && rm -rf "$rootfs"
}

# The node's namespaces, and the way there.
node_namespaces() { # NUMBER
	local name=node-$1 place
	service_start "$name" unshare --mount --net --propagation private sleep infinity
	wait_until 10 node_is_apart "$name" &&
		ip link add "$name" type veth peer name eth0 netns "$(service_process "$name")" &&
		ip link set "$name" up &&
		cluster_on "$name" ip link set lo up && cluster_on "$name" ip link set eth0 up &&
		cluster_on "$name" ip addr add "10.200.0.$1/32" dev eth0 &&
		cluster_on "$name" ip route add "$CLUSTER_ADDRESS" dev eth0 src "10.200.0.$1" &&
		cluster_on "$name" ip route add default via "$CLUSTER_ADDRESS" dev eth0 onlink &&
		ip route add "10.200.0.$1" dev "$name" src "$CLUSTER_ADDRESS" &&
		ip route add "10.244.$1.0/24" via "10.200.0.$1" dev "$name" onlink || return
	mkdir -p "$CLUSTER_DIRECTORY/$name/kubelet"
	cluster_on "$name" mount --bind "$CLUSTER_DIRECTORY/$name/kubelet" /var/lib/kubelet || return
	for place in "${NODE_PLACES[@]:1}"; do
		mkdir -p "$CLUSTER_DIRECTORY/$name$place"
		cluster_on "$name" mount --bind "$CLUSTER_DIRECTORY/$name$place" "$place" || return
	done
}

# True once the process that holds the namespaces has left those of the tests.
node_is_apart() { # NODE
	local process
	process=$(service_process "$1") &&
		[ "$(readlink "/proc/$process/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
		[ "$(cat "/proc/$process/comm")" = sleep ]
}

# Puts the newer programs in place of this machine's. A mount on the files themselves would not do: runc
# seals itself with an overlay of the directory, which has what is below such a mount.
node_programs() { # NUMBER
	local directory
	[ "$1" = 3 ] || return 0
	for directory in /usr/bin /usr/sbin; do
		cluster_on "node-$1" mount -t overlay -o "lowerdir=$CLUSTER_RUNTIME:$directory" overlay \
			"$directory" || return
	done
}

node_containerd_config() { # NUMBER
	local snapshotter=native
	[ "$1" != 3 ] || snapshotter=overlayfs
	containerd_config "$CLUSTER_DIRECTORY/node-$1/containerd" |
		sed "s/^snapshotter = .*/snapshotter = \"$snapshotter\"/"
	cat <<-END
		[plugins."io.containerd.grpc.v1.cri".cni]
		bin_dir = "/usr/lib/cni"
		conf_dir = "$CLUSTER_DIRECTORY/node-$1/network"
	END
}

node_network_config() { # NUMBER
	jq -n --arg number "$1" --arg data "$CLUSTER_DIRECTORY/node-$1/addresses" '{
		cniVersion: "0.4.0", name: "test", plugins: [{
			type: "ptp", ipMasq: false, ipam: {
				type: "host-local", dataDir: $data,
				ranges: [[{subnet: "10.244.\($number).0/24"}]], routes: [{dst: "0.0.0.0/0"}]
			}
		}]
	}'
}

# Containers outlive it.
node_restart_containerd() { # NODE
	service_stop "$1-containerd" TERM
	node_service "$1" containerd containerd --config "$CLUSTER_DIRECTORY/$1/containerd/config.toml"
	service_wait "$1-containerd" 30 node_ctr "$1" version
}

node_start_containerd() { # NUMBER
	local name=node-$1 directory=$CLUSTER_DIRECTORY/node-$1
	mkdir -p "$directory"/{containerd,network}
	# Its usual place. The socket itself is elsewhere, because its path tells shims apart.
	ln -s "$directory/containerd/containerd.sock" "$directory/run/containerd/"
	node_containerd_config "$1" >"$directory/containerd/config.toml"
	node_network_config "$1" >"$directory/network/10-test.conflist"
	node_restart_containerd "$name" &&
		node_ctr "$name" images import "$CLUSTER_DIRECTORY/image.tar" >/dev/null
}

node_kubelet_config() { # NUMBER
	local directory=$CLUSTER_DIRECTORY/node-$1
	cat <<-END
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		authentication:
		  anonymous: {enabled: false}
		  webhook: {enabled: true}
		  x509: {clientCAFile: $CLUSTER_DIRECTORY/pki/ca.crt}
		authorization: {mode: Webhook}
		tlsCertFile: $CLUSTER_DIRECTORY/pki/node-$1.crt
		tlsPrivateKeyFile: $CLUSTER_DIRECTORY/pki/node-$1.key
		containerRuntimeEndpoint: unix://$directory/containerd/containerd.sock
		cgroupDriver: cgroupfs
		cgroupRoot: $(cluster_cgroup "node-$1")
		failCgroupV1: false
		failSwapOn: false
		# A container may not lower its score or raise its limits.
		oomScoreAdj: 0
		maxOpenFiles: 20000
		makeIPTablesUtilChains: false
		resolvConf: $directory/resolv.conf
		clusterDNS: [10.96.0.10]
		staticPodPath: $directory/static-pods
		volumePluginDir: $directory/volume-plugins
		# The image comes from a file, and nobody could pull it again.
		imageGCHighThresholdPercent: 100
		evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
		nodeStatusUpdateFrequency: 2s
		syncFrequency: 10s
		fileCheckFrequency: 2s
	END
}

node_start_kubelet() { # NUMBER
	local name=node-$1 directory=$CLUSTER_DIRECTORY/node-$1 mount
	while read -r mount; do
		mkdir -p "$mount$(cluster_cgroup "$name")"
	done < <(node_hierarchies)
	mkdir -p "$directory"/{static-pods,volume-plugins}
	echo nameserver 127.0.0.1 >"$directory/resolv.conf"
	cluster_certificate "$name" "/CN=$name" serverAuth "DNS:$name,IP:10.200.0.$1" || return
	node_kubelet_config "$1" >"$directory/kubelet.yaml"
	node_service "$name" kubelet kubelet --config="$directory/kubelet.yaml" \
		--kubeconfig="$CLUSTER_DIRECTORY/kubeconfig/$name" --root-dir="$directory/kubelet" \
		--cert-dir="$directory/pki" --hostname-override="$name" --node-ip="10.200.0.$1"
}

node_is_ready() { # NODE
	kubectl wait --for=condition=Ready "node/$1" --timeout=1s
}

node_start() { # NUMBER
	node_namespaces "$1" && node_programs "$1" && node_start_containerd "$1" && node_start_kubelet "$1" &&
		service_wait "node-$1-kubelet" 60 node_is_ready "node-$1"
}

# Prints where the cgroup hierarchies are mounted.
node_hierarchies() {
	awk '$3 ~ /^cgroup2?$/ && $2 ~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts
}

# Ends the node with all its containers. Deleting pods through the API would take up to 30 s.
node_stop() { # NUMBER
	local name=node-$1 tasks
	service_stop "$name-agent" # of a test that was ended before it could clean up
	service_stop "$name-record"
	service_stop "$name-kubelet"
	while service_process "$name-containerd" >/dev/null; do
		mapfile -t tasks < <(node_ctr "$name" tasks list --quiet)
		[ "${#tasks[@]}" -gt 0 ] || break
		node_ctr "$name" tasks remove --force "${tasks[@]}"
	done
	service_stop "$name-containerd" TERM
	CRI_ENDPOINT=$CLUSTER_DIRECTORY/$name/containerd/containerd.sock containerd_kill_shims
	node_remove_cgroups "$name"
	service_stop "$name"
}

node_remove_cgroups() { # NODE
	local mount path
	path=$(cluster_cgroup "$1")
	while read -r mount; do
		node_kill_cgroup "$mount$path"
		wait_until 10 node_remove_cgroup "$mount$path"
	done < <(node_hierarchies)
}

# Kills what is left in a cgroup. Those of v1 have no cgroup.kill.
node_kill_cgroup() { # DIRECTORY
	local processes
	mapfile -t processes < <(find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u)
	[ "${#processes[@]}" = 0 ] || kill -KILL "${processes[@]}"
}

node_remove_cgroup() { # DIRECTORY
	find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
	[ ! -d "$1" ]
}
