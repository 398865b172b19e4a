# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Debian's packages of any suite and architecture, without touching what is installed: an apt
# with lists, cache and idea of the system of its own. Signatures are checked as ever.

CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/recorder/kernels
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Where this machine gets its own packages from.
debian_mirror() {
	# shellcheck disable=SC2016 # names of apt's
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
		sed -n 's/^Debian|Debian|//p' | head -n 1
}

# debian_apt SUITE ARCHITECTURE TOOL ARGUMENT...: runs apt-get or apt-cache for that suite.
debian_apt() {
	local root=$CACHE/apt/$1-$2

	"$3" -qq -o APT::Architecture="$2" -o APT::Architectures="$2" \
		-o APT::Install-Recommends=false -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o Acquire::Retries=3 \
		-o Dir::Etc="$root/etc" -o Dir::State="$root/state" \
		-o Dir::State::status="$root/status" -o Dir::Cache="$root/cache" "${@:4}"
}

# debian_update SUITE ARCHITECTURE: package lists that are at most a day old, or, where the mirror
# is out of reach, those that were there.
debian_update() {
	local root=$CACHE/apt/$1-$2

	[ -z "$(find "$root/updated" -mtime -1 2>/dev/null)" ] || return 0
	mkdir -p "$root/etc/preferences.d" "$root/state/lists/partial" "$root/cache/archives/partial"
	: >"$root/status"
	echo "deb [signed-by=$KEYRING] $(debian_mirror) $1 main" >"$root/etc/sources.list"
	if debian_apt "$1" "$2" apt-get -o APT::Update::Error-Mode=any update >&2; then
		touch "$root/updated"
	elif [ -e "$root/updated" ]; then
		echo "the lists of $1 could not be refreshed; the old ones are used" >&2
	else
		return 1
	fi
}
