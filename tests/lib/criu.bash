# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Prepares CRIU, which checkpoints a running container to files and restores it from them.
# Debian 12's CRIU does not know the vDSO of newer kernels. If it fails its own check, the next
# release's CRIU is unpacked outside the system and runs with its own libraries.
#
#	criu_prepare "$dir" || tap_skip_all "$criu_reason"
#
# Afterwards, "criu" in PATH works on this machine.

criu_library=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/kernels/debian.bash
. "$criu_library/../kernels/debian.bash"

criu_works() {
	criu_reason=$(criu check 2>&1) || return
}

criu_fetch() { # DIRECTORY
	local suite=trixie architecture package root=$1/root

	architecture=$(dpkg --print-architecture)
	debian_update "$suite" "$architecture" &&
		debian_apt "$suite" "$architecture" apt-get --download-only --yes install criu || return
	mkdir -p "$root"
	for package in "$CACHE/apt/$suite-$architecture"/cache/archives/*.deb; do
		dpkg -x "$package" "$root" || return
	done
}

criu_prepare() { # DIRECTORY
	local directory=$1/criu loader

	criu_works && return
	criu_fetch "$directory" >"$1/criu.log" 2>&1 ||
		{ criu_reason="a newer CRIU cannot be fetched: $(tail -n 1 "$1/criu.log")" && return 1; }
	loader=$(find "$directory/root/usr/lib" -name 'ld-linux-*.so.*' | head -n 1)
	mkdir -p "$directory/bin"
	printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "$loader" "${loader%/*}" \
		"$directory/root/usr/sbin/criu" >"$directory/bin/criu"
	chmod 755 "$directory/bin/criu"
	PATH=$directory/bin:$PATH
	criu_works
}
