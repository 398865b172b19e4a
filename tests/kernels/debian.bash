# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Fetches Debian's packages of any suite and architecture without touching the installed system:
# apt uses separate lists, cache and package status. Signatures are checked as usual.

CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/recorder/kernels
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Prints the mirror from which this machine gets its own packages.
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

# debian_update SUITE ARCHITECTURE: updates package lists that are older than a day. If the
# mirror is out of reach, the old lists stay in use.
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
