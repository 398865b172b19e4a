# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # read by the test
#
# The same as a 32-bit program: Debian's i386 package, unpacked without being installed.
busybox=$TRUTH_TMP/i386/bin/busybox
. "$TRUTH/busybox.bash"
workload_needs=()
workload_prepare() {
	local options=(-qq -o "Dir::State::Lists=$TRUTH_TMP/lists" -o "Dir::Cache=$TRUTH_TMP/cache"
		-o APT::Architecture=i386 -o APT::Architectures=i386 -o APT::Sandbox::User=root)

	mkdir -p "$TRUTH_TMP/lists/partial" "$TRUTH_TMP/cache/archives/partial"
	# It does not matter if some of the many indexes cannot be read.
	apt-get "${options[@]}" update || true
	(cd "$TRUTH_TMP" && apt-get "${options[@]}" download busybox-static) &&
		dpkg -x "$TRUTH_TMP"/busybox-static_*_i386.deb "$TRUTH_TMP/i386"
}
