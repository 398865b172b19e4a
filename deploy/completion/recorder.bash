# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the tables are assigned before
#
# bash completion for recorder. The tables stand before this in the installed file and are
# made by the program from its own option tables ('recorder help --format bash'):
#
#   _recorder_options    command -> its options
#   _recorder_arguments  command -> what its arguments are
#   _recorder_values     "command option" -> what the option's argument is
#
# What an argument is: "W word..." one of the words, "S" a command of recorder, "-" nothing
# that could be proposed, any other letter an action of compgen.

# _recorder_propose KIND CURRENT
_recorder_propose() {
	local action=("-${1%% *}")
	case $1 in
	-) return ;;
	W*) action=(-W "${1#W }") ;;
	S) action=(-W "${!_recorder_options[*]}") ;;
	esac
	mapfile -t COMPREPLY < <(compgen "${action[@]}" -- "$2")
}

_recorder() {
	local command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]}
	local previous=${COMP_WORDS[COMP_CWORD - 1]} i
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_recorder_propose "W ${!_recorder_options[*]} --help --version" "$current"
		return
	fi
	[ -n "$command" ] && [ -n "${_recorder_options[$command]:-}" ] || return
	# What follows "--" is a command line of its own.
	for ((i = 2; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" = -- ] || continue
		[ "$i" = $((COMP_CWORD - 1)) ] && _recorder_propose c "$current"
		[ "$i" = $((COMP_CWORD - 1)) ] || _recorder_propose f "$current"
		return
	done
	# bash makes three words of --option=value.
	if [ "$current" = = ]; then
		current=
	elif [ "$previous" = = ]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ -n "${_recorder_values["$command $previous"]:-}" ]; then
		_recorder_propose "${_recorder_values["$command $previous"]}" "$current"
	elif [[ $current == -* ]]; then
		_recorder_propose "W ${_recorder_options[$command]}" "$current"
	else
		_recorder_propose "${_recorder_arguments[$command]}" "$current"
	fi
}

complete -o filenames -F _recorder recorder
