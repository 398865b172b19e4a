# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The proof that profiles derived from a recording permit nothing beyond a default profile but what
# was seen. Needs RECORDER and TEST_TMP.

# within PROFILE RECORDING BASELINE [ARGUMENT...]: prints verify's status; its report goes to a file.
within() {
	"$RECORDER" verify "$1" --recording "$2" --against "$3" "${@:4}" >"$TEST_TMP/within" 2>&1
	echo $?
}

# allows_clone BASELINE [ARGUMENT...]: with any arguments, so that a program that does nothing unusual
# stays within the baseline without a condition.
allows_clone() {
	"$RECORDER" baseline show --format json "$@" |
		jq -e '.calls[] | select(.name == "clone") | .allowed == "yes"' >/dev/null
}

# within_every_baseline RECORDING [ARGUMENT...]: under each built-in baseline, the profiles of
# --arguments default and exact are proven, and that of none is refuted, which shows that it can be.
# The arguments are options of convert, verify and baseline show.
within_every_baseline() {
	local name first mode expected status recording=$1
	shift
	while read -r name first _; do
		for mode in none default exact; do
			expected=0
			[ "$mode" != none ] || allows_clone "$name@$first" "$@" || expected=1
			"$RECORDER" convert "$recording" --arguments "$mode" --baseline "$name@$first" "$@" \
				-o "$TEST_TMP/within.json" 2>"$TEST_TMP/convert" || return
			status=$(within "$TEST_TMP/within.json" "$recording" "$name@$first" "$@")
			[ "$status" != "$expected" ] || continue
			# Something unusual was seen; then it is refuted everywhere.
			[ "$mode$status" != none1 ] || continue
			echo "$name $first, --arguments $mode: status $status"
			cat "$TEST_TMP/convert" "$TEST_TMP/within"
			return 1
		done
	done < <("$RECORDER" baseline list | sed 1d)
}
