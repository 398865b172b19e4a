# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Makes container images from this machine's files, without a registry.
#
#	image_new "$dir/rootfs"
#	image_add_busybox "$dir/rootfs"
#	image_add_program "$dir/rootfs" /usr/sbin/nginx
#	image_archive "$dir/rootfs" localhost/nginx:test "$dir/nginx.tar" nginx -g 'daemon off;'
#
# The archive is a docker-archive: ctr, podman and skopeo all read it. A root file system can
# also be the rootfs of a bundle for runc or crun (bundle.bash).

image_new() { # ROOTFS
	mkdir -p "$1"/{bin,dev,etc,lib,proc,root,run,sys,usr/bin,usr/lib,var/log,var/run}
	install -d -m 1777 "$1/tmp"
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' \
		>"$1/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$1/etc/group"
}

# Adds the statically linked shell and tools of busybox-static.
image_add_busybox() { # ROOTFS
	local tool
	install -m 755 "$(command -v busybox)" "$1/bin/busybox" || return
	while read -r tool; do
		[ "$tool" = busybox ] || ln -sf busybox "$1/bin/$tool"
	done < <("$1/bin/busybox" --list)
}

# Adds files at the same paths, with their directories. Symbolic links are resolved.
image_add_file() { # ROOTFS FILE...
	local rootfs=$1 file
	shift
	for file in "$@"; do
		mkdir -p "$rootfs$(dirname "$file")" && cp -aL "$file" "$rootfs$file" || return
	done
}

# Adds a program with the libraries that it is linked to. The caller adds what the program loads
# later (name service, plug-ins).
image_add_program() { # ROOTFS PROGRAM...
	local rootfs=$1 program library
	shift
	for program in "$@"; do
		image_add_file "$rootfs" "$program" || return
		while read -r library; do
			[ -e "$rootfs$library" ] || image_add_file "$rootfs" "$library" || return
		done < <(ldd "$program" 2>/dev/null | grep -o '/[^ ]*')
	done
}

image_digest_of() { # FILE
	sha256sum "$1" | cut -d' ' -f1
}

image_machine() {
	case $(uname -m) in
	aarch64) echo arm64 ;;
	*) echo amd64 ;;
	esac
}

# Packs a root file system, with the command that its containers run.
image_archive() { # ROOTFS NAME ARCHIVE [COMMAND...]
	local rootfs=$1 name=$2 archive=$3 work layer config
	shift 3
	work=$(mktemp -d) || return
	tar -C "$rootfs" --sort=name --numeric-owner --owner=0 --group=0 -cf "$work/layer.tar" . &&
		layer=$(image_digest_of "$work/layer.tar") &&
		jq -n --arg layer "sha256:$layer" --arg machine "$(image_machine)" '{
			architecture: $machine, os: "linux",
			config: {
				Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
				Cmd: $ARGS.positional, WorkingDir: "/"
			},
			rootfs: {type: "layers", diff_ids: [$layer]},
			history: [{created: "1970-01-01T00:00:00Z"}], created: "1970-01-01T00:00:00Z"
		}' --args -- "$@" >"$work/config.json" &&
		config=$(image_digest_of "$work/config.json").json &&
		mv "$work/config.json" "$work/$config" &&
		jq -n --arg config "$config" --arg name "$name" \
			'[{Config: $config, RepoTags: [$name], Layers: ["layer.tar"]}]' \
			>"$work/manifest.json" &&
		tar -C "$work" -cf "$archive" manifest.json "$config" layer.tar
	local status=$?
	rm -rf "$work"
	return $status
}
