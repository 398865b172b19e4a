#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
for number in {1..50}; do
	echo "line $number" >"file$number"
done
cat file* | sort | uniq -c | tail -n 3
tar cf - . | tar tf - | wc -l
tr '[:lower:]' '[:upper:]' <<TEXT
a here document
TEXT
for number in {1..20}; do
	(sleep 0.01 && mv "file$number" "moved$number") &
done
wait
trap 'echo signal' USR1
kill -USR1 $$
coproc cat
echo through >&"${COPROC[1]}"
read -r answer <&"${COPROC[0]}"
# shellcheck disable=SC1083,SC2093 # closes the descriptor that the array names; no program
exec {COPROC[1]}>&-
wait
find . -name 'moved*' -newer file50 -exec grep -l line {} + | head -n 1
ln -s moved1 link && readlink link && stat link >/dev/null && test -e link
diff file30 file31 || echo "$answer"
