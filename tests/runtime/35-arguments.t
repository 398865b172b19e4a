#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 1200
#
# Programs run under profiles with conditions on arguments. Each is recorded in 20 runs, the
# recordings are merged, and it runs 20 times more under the profile of --arguments default and under
# that of exact, with SCMP_ACT_KILL_PROCESS as the default action: C libraries fall back from clone3
# as they do under RuntimeDefault, and nothing is killed for an argument that it needs.

# shellcheck disable=SC2317 # commands given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ../bpf/lib.bash

needs_root
RUNS=${ARGUMENTS_RUNS:-20}
SOURCES=$PWD/arguments
WORK=$PWD/work.c
cd "$TEST_TMP" || exit 1

# The commands, and what each needs.
declare -A command_of=(
	[glibc]=$TEST_PROGRAMS/runtime/work
	[musl]=$TEST_TMP/work-musl
	[go]=$TEST_TMP/work-go
	[python]="/usr/bin/python3 $SOURCES/work.py"
	[node]="/usr/bin/node $SOURCES/work.js"
	[java]="java -cp $TEST_TMP Work"
	[erlang]="erl -noshell -eval io:put_chars(os:cmd(\"/bin/true\")),halt(0)."
)
declare -A compiler_of=([musl]=musl-gcc [go]=go [java]=javac)
programs=(glibc musl go python node java erlang)

compile() { # PROGRAM
	case $1 in
	musl) musl-gcc -static -O2 -pthread -o work-musl "$WORK" ;;
	go) GOCACHE=$TEST_TMP/cache CGO_ENABLED=0 GO111MODULE=off go build -o work-go "$SOURCES/work.go" ;;
	java) javac -d "$TEST_TMP" "$SOURCES/Work.java" ;;
	esac
}

# needed PROGRAM: prints what it needs and is not installed.
needed() {
	local tool
	read -ra command <<<"${command_of[$1]}"
	tool=${compiler_of[$1]:-${command[0]}}
	command -v "$tool" >/dev/null || echo "$tool"
}

recorded() {
	local run
	rm -f run-*.json
	for ((run = 0; run < RUNS; run++)); do
		"$RECORDER" record --format recording -o "run-$run.json" -- "${command[@]}" \
			>out 2>"$LOG" </dev/null || { echo "run $run: status $?"; cat out "$LOG"; return 1; }
	done
	"$RECORDER" merge run-*.json -o all.json
}

# The profile stays within RuntimeDefault and what was seen, and without conditions it would not.
limited() { # MODE
	"$RECORDER" convert all.json --arguments "$1" --baseline containerd -o "$1.json" 2>"$LOG" &&
		"$RECORDER" verify "$1.json" --against containerd --recording all.json
}

wide() {
	! limited none
}

# rare_call: prints the call that killed the program, unless the recordings have it. V8 and others
# make some calls, such as sched_yield, only if threads meet, which may happen in none of 20 runs.
# That says nothing about arguments.
rare_call() {
	local call
	call=$(sed -n 's/.* was killed by the filter for \([a-z0-9_]*\).*/\1/p' out)
	[ -n "$call" ] && ! jq -e --arg call "$call" \
		'[.observations[].systemCalls[].name] | index([$call])' all.json >/dev/null && echo "$call"
}

works() { # MODE
	local run status call rare=()
	jq '.defaultAction = "SCMP_ACT_KILL_PROCESS"' "$1.json" >kill.json || return
	for ((run = 0; run < RUNS; run++)); do
		"$RECORDER" run --profile kill.json -- "${command[@]}" >out 2>&1 </dev/null && continue
		status=$?
		if call=$(rare_call) && [ "${#rare[@]}" -lt 3 ]; then
			rare+=("$call")
			jq --arg call "$call" '.syscalls[0].names += [$call]' kill.json >more.json &&
				mv more.json kill.json
			continue
		fi
		echo "run $run: status $status, rare calls: ${rare[*]}"
		tail out
		return 1
	done
}

clone3_is_refused() {
	jq -e '[.syscalls[] | select(.action == "SCMP_ACT_ERRNO" and .errnoRet == 38).names[]] |
		index(["clone3"])' default.json >/dev/null
}

tap_plan $((7 * ${#programs[@]}))
for program in "${programs[@]}"; do
	missing=$(needed "$program")
	if [ -n "$missing" ]; then
		for _ in {1..7}; do tap_skip "$program" "$missing is not installed"; done
		continue
	fi
	read -ra command <<<"${command_of[$program]}"
	compile "$program" >compiled 2>&1 || tap_note "$(cat compiled)"
	check "$program: $RUNS runs are recorded" recorded
	for mode in default exact; do
		check "$program: its $mode profile is within RuntimeDefault and what was seen" limited "$mode"
		check "$program: it works under it, where all else kills" works "$mode"
	done
	check "$program: clone3 is answered with ENOSYS" clone3_is_refused
	check "$program: without conditions it would not be within it" wide
done
tap_done
