# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2016 # jq has variables of its own
#
# OCI bundles for runc and crun called by hand. A bundle is a directory with config.json and
# rootfs, which image_new and its companions fill:
#
#	bundle_new "$dir/bundle" /bin/sh -c 'echo hello'
#	image_new "$dir/bundle/rootfs"; image_add_busybox "$dir/bundle/rootfs"
#	bundle_seccomp "$dir/bundle" profile.json
#	runc run --bundle "$dir/bundle" name

# Applies a jq filter to config.json. jq's own arguments come before the filter.
bundle_edit() { # BUNDLE JQ_ARGUMENT...
	local bundle=$1
	shift
	jq "$@" "$bundle/config.json" >"$bundle/config.json.new" &&
		mv "$bundle/config.json.new" "$bundle/config.json"
}

# Makes a bundle with no terminal, no separate network namespace and no filter. no_new_privs is
# as runc spec sets it.
bundle_new() { # BUNDLE COMMAND...
	local bundle=$1
	shift
	mkdir -p "$bundle/rootfs" && rm -f "$bundle/config.json" &&
		runc spec --bundle "$bundle" &&
		bundle_edit "$bundle" '.process.terminal = false
			| .root.readonly = false
			| del(.process.rlimits)
			| .linux.namespaces |= map(select(.type != "network"))' &&
		bundle_args "$bundle" "$@"
}

bundle_args() { # BUNDLE COMMAND...
	local bundle=$1
	shift
	jq '.process.args = $ARGS.positional' "$bundle/config.json" --args -- "$@" \
		>"$bundle/config.json.new" && mv "$bundle/config.json.new" "$bundle/config.json"
}

# Sets the profile (OCI JSON). "" removes it.
bundle_seccomp() { # BUNDLE PROFILE
	if [ -n "$2" ]; then
		bundle_edit "$1" --slurpfile profile "$2" '.linux.seccomp = $profile[0]'
	else
		bundle_edit "$1" 'del(.linux.seccomp)'
	fi
}

bundle_no_new_privs() { # BUNDLE true|false
	bundle_edit "$1" --argjson on "$2" '.process.noNewPrivileges = $on'
}

# Sets the bounding, effective and permitted capabilities. Without arguments there are none.
bundle_capabilities() { # BUNDLE [CAP_NAME...]
	local bundle=$1
	shift
	jq '.process.capabilities = ({bounding: $ARGS.positional, effective: $ARGS.positional,
		permitted: $ARGS.positional})' "$bundle/config.json" --args -- "$@" \
		>"$bundle/config.json.new" && mv "$bundle/config.json.new" "$bundle/config.json"
}

bundle_user() { # BUNDLE UID GID
	bundle_edit "$1" --argjson uid "$2" --argjson gid "$3" \
		'.process.user = {uid: $uid, gid: $gid}'
}

bundle_cgroup() { # BUNDLE PATH
	bundle_edit "$1" --arg path "$2" '.linux.cgroupsPath = $path'
}

# crun refuses a hybrid system on which a controller is left to the v2 hierarchy. Mounting the
# controller as v1 takes it from v2, for all processes, until the last such mount is gone. This
# mount goes at the end of the test. So a test also mounts the controllers that another test has
# taken.
bundle_prepare_crun() { # DIRECTORY
	local controller
	for controller in $(bundle_v2_controllers); do
		[ ! -d "$1/v1-$controller" ] || continue
		mkdir -p "$1/v1-$controller"
		bundle_mount_controller "$controller" "$1/v1-$controller" || return
		cleanup_add umount "$1/v1-$controller"
	done
}

# Prints the controllers that a hybrid system leaves to the v2 hierarchy, some of them twice.
bundle_v2_controllers() {
	grep -q ' cgroup .*name=systemd' /proc/mounts || return 0
	# In the order in which a controller returns to v2, so that none is missed.
	sed -n 's|^[^ ]* [^ ]*/v1-\([a-z_]*\) cgroup .*|\1|p' /proc/mounts
	bundle_returning_controllers
	cat "$(bundle_cgroup_mount)/cgroup.controllers"
}

# Prints controllers that are in no mounted hierarchy and not back in v2 yet. It takes some time
# after another test has unmounted them.
bundle_returning_controllers() {
	awk '$3 == "cgroup" { n = split($4, options, ","); while (n) mounted[options[n--]] }
		FILENAME == "/proc/cgroups" && $4 == 1 && $2 != 0 && !($1 in mounted) { print $1 }' \
		/proc/mounts /proc/cgroups
}

# Mounts a controller as v1. The kernel refuses while a v2 cgroup has the controller enabled, as
# runc does for its containers, or while such a cgroup is being removed.
bundle_mount_controller() { # CONTROLLER DIRECTORY
	local i control
	for ((i = 0; i < 100; i++)); do
		mount -t cgroup -o "$1" cgroup "$2" 2>/dev/null && return 0
		while read -r control; do
			echo "-$1" >"$control"
		done < <(find "$(bundle_cgroup_mount)" -depth -name cgroup.subtree_control) 2>/dev/null
		sleep 0.1
	done
	echo "cannot take the controller $1 from the cgroup v2 hierarchy, for crun" >&2
	return 1
}

# Prints the mount point of the v2 hierarchy.
bundle_cgroup_mount() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# Removes what runtimes leave of a cgroup, which they make in every hierarchy.
bundle_cgroup_remove() { # PATH
	local mount
	awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts | while read -r mount; do
		[ ! -d "$mount$1" ] || find "$mount$1" -depth -type d -exec rmdir {} + 2>/dev/null
	done
}
