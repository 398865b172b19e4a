#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The manual page and the shell completion have every command and every option that the help
# has, and bash proposes what the tables say. README.md and CONTRIBUTING.md name only commands, paths
# and words that exist, and the map of src/ is complete.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
manual=$TEST_TMP/recorder.1 completion=$TEST_TMP/recorder.bash

"$RECORDER" help --format man-commands >"$TEST_TMP/commands"
"$RECORDER" help --format man-examples >"$TEST_TMP/examples"
sed -e "/^@COMMANDS@$/{r $TEST_TMP/commands" -e 'd}' -e "/^@EXAMPLES@$/{r $TEST_TMP/examples" \
	-e 'd}' ../../deploy/man/recorder.1.in >"$manual"
{ "$RECORDER" help --format bash && cat ../../deploy/completion/recorder.bash; } >"$completion"
mandoc -Tascii "$manual" 2>/dev/null | col -bx >"$TEST_TMP/rendered"

commands() {
	"$RECORDER" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]\+\) .*/\1/p'
}

options_of() { # COMMAND
	"$RECORDER" help "$1" | grep -oE '^  (-., |    )--[a-z-]+' | grep -oE -- '--[a-z-]+'
}

everything_in_manual() {
	local command option
	for command in $(commands); do
		grep -q "^   recorder $command$" "$TEST_TMP/rendered" || { echo "$command"; return 1; }
		for option in $(options_of "$command"); do
			sed -n "/^   recorder $command$/,/^   recorder /p" "$TEST_TMP/rendered" |
				grep -qE -- "^ +(-., )?$option" || { echo "$command $option"; return 1; }
		done
	done
}

# propose WORD...: what bash proposes for the last word, in one line.
propose() {
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _recorder
		printf "%s\n" "${COMPREPLY[@]}"' "$completion" "$@" | sort | paste -sd' '
}

everything_in_completion() {
	local command option
	for command in $(commands); do
		[[ " $(propose recorder '') " == *" $command "* ]] || { echo "$command"; return 1; }
		for option in $(options_of "$command"); do
			[ "$(propose recorder "$command" "$option" | cut -d' ' -f1)" = "$option" ] ||
				{ echo "$command $option"; return 1; }
		done
	done
}

# paths_of FILE: the paths that a page names from the top of the tree, and those that it links to. Those of
# templates, such as src/cli/<name>.c, are left out.
paths_of() {
	local folder
	folder=$(dirname "$1")
	grep -oE '(^|[ `(=])(\.ci|bpf|crds|deploy|src|tests|tools)/[]A-Za-z0-9_./<>*-]*' "$1" |
		sed -E 's/^[ `(=]//; s/[.:]+$//; /[<>*]/d; s|^|../../|'
	grep -oE '\]\([^)#]+' "$1" | sed -E '/:\/\//d; s/^..//' | sed "s|^|$folder/|"
}

every_path_exists() { # FILE...
	local file path
	for file; do
		for path in $(paths_of "$file"); do
			[ -e "$path" ] || { echo "${file#../../}: ${path#../../}"; return 1; }
		done
	done
}

# rows_of FILE HEADING: the first cells of the first table below a heading, without its own heading.
rows_of() {
	sed -n "/^## $2$/,/^## /p" "$1" | awk -F ' *[|] *' '
		/^[|]/ { n++; if (n > 2) print $2; next }
		n { exit }'
}

# The layers of tools/check-layers that have files, in their order.
layers() {
	local layer
	sed -n '/^layers=(/,/)$/p' ../../tools/check-layers | sed 's/^layers=(//; s/)$//' |
		tr -s ' \t' '\n' | while IFS= read -r layer; do
		if [ "$layer" = main ]; then
			echo src/main.c
		elif compgen -G "../../src/$layer/*.c" >/dev/null; then
			echo "src/$layer/"
		fi
	done
}

every_word_is_used() {
	local word
	while IFS= read -r word; do
		grep -rqiw --include='*.[ch]' -- "$word" ../../src ../../bpf || { echo "$word"; return 1; }
	done < <(rows_of "$CONTRIBUTING" Words)
}

README=../../README.md CONTRIBUTING=../../CONTRIBUTING.md
tap_plan 21
tap_check "there are commands" test "$(commands | wc -l)" -ge 5
tap_check "there are options" test "$(options_of record | wc -l)" -ge 20
tap_check "the manual page has every command and option" everything_in_manual
tap_check "bash proposes every command and option" everything_in_completion
tap_check "no template mark is left in the manual page" test -z "$(grep "^@" "$manual")"
tap_is "a command is completed" "$(propose recorder rec)" record
tap_is "choices are proposed" "$(propose recorder record --format '')" "cr recording seccomp"
tap_is "also after a separate equals sign" "$(propose recorder record --format = s)" seccomp
tap_is "and directly after it" "$(propose recorder record --format =)" "cr recording seccomp"
tap_is "a short option has the values of the long one" \
	"$(propose recorder record -o "$manual")" "$manual"
tap_is "nothing is proposed for a number" "$(propose recorder record --pid '')" ""
tap_is "help is about commands" "$(propose recorder help doc)" doctor
tap_is "after -- comes a command" "$(propose recorder record -- mkdi | cut -d' ' -f1)" mkdir
tap_is "and then files" "$(propose recorder record -- cat "$manual")" "$manual"
tap_is "an unknown command has no options" "$(propose recorder nonsense --)" ""
tap_check "every path in the pages exists" every_path_exists "$README" "$CONTRIBUTING" \
	../*/README.md
tap_check "which are many" test "$(paths_of "$CONTRIBUTING" | wc -l)" -ge 40
tap_is "README.md has every command" \
	"$(rows_of "$README" Commands | grep -o '[a-z]*' | sort | paste -sd' ')" \
	"$(commands | sort | paste -sd' ')"
tap_is "CONTRIBUTING.md has every layer, from top to bottom" \
	"$(rows_of "$CONTRIBUTING" 'Source tree' | tr -d '`')" "$(layers)"
tap_check "its words are those of the code" every_word_is_used
tap_is "and sorted" "$(rows_of "$CONTRIBUTING" Words)" \
	"$(rows_of "$CONTRIBUTING" Words | LC_ALL=C sort -f)"
tap_done
