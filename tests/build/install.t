#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# make install puts everything under DESTDIR and PREFIX and nowhere else. make uninstall removes
# all of it.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_TMP:?is an empty directory}"
root=$TEST_TMP/root

installed() {
	(cd "$root" && find . ! -type d -printf '%P %m\n' | sort)
}

tap_plan 7
tap_check "make install" make install DESTDIR="$root" PREFIX=/opt/x
tap_is "installs the program, its documentation and the schemas" "$(installed)" \
	"opt/x/bin/recorder 755
opt/x/share/bash-completion/completions/recorder 644
opt/x/share/man/man1/recorder.1 644
opt/x/share/recorder/compare.schema.json 644
opt/x/share/recorder/diff.schema.json 644
opt/x/share/recorder/recording.schema.json 644"
tap_match "the program runs" "$("$root/opt/x/bin/recorder" version)" '^recorder [0-9]'
tap_check "the completion is bash" bash -n "$root/opt/x/share/bash-completion/completions/recorder"
tap_match "the manual page is complete" "$(cat "$root/opt/x/share/man/man1/recorder.1")" \
	'Sh NAME.*Sh COMMANDS.*Sh EXAMPLES.*Sh SEE ALSO'
tap_check "make uninstall" make uninstall DESTDIR="$root" PREFIX=/opt/x
tap_is "leaves nothing" "$(installed)" ""
tap_done
