# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the tests of the BPF program: run something under "recorder record" and say what has to
# be in the recording. A call is written ABI:NAME, such as native:acct or compat:getpid; one
# that no table names is called syscall_<number>.

bpf_directory=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/lib/tap.bash
. "$bpf_directory/../lib/tap.bash"
# shellcheck source=tests/lib/cleanup.bash
. "$bpf_directory/../lib/cleanup.bash"

: "${RECORDER:?is the recorder to test}"
: "${TEST_PROGRAMS:?is where the test programs were built}"
[ -n "${TEST_TMP:-}" ] || cleanup_directory TEST_TMP

PROGRAMS=$TEST_PROGRAMS/bpf
ENTER_CGROUP=$TEST_PROGRAMS/runtime/enter_cgroup
RECORDING=$TEST_TMP/recording.json
LOG=$TEST_TMP/log

# Numbers of calls that ordinary programs do not make, and that fail without effect.
case $(uname -m) in
x86_64)
	declare -A NR=([acct]=163 [add_key]=248 [delete_module]=176 [io_destroy]=207
		[ioprio_get]=252 [mq_unlink]=241 [quotactl]=179 [request_key]=249 [swapoff]=168
		[timer_delete]=226)
	;;
aarch64)
	declare -A NR=([acct]=89 [add_key]=217 [delete_module]=106 [io_destroy]=1
		[ioprio_get]=31 [mq_unlink]=181 [quotactl]=60 [request_key]=218 [swapoff]=225
		[timer_delete]=111)
	;;
esac

needs_root() {
	[ "$(id -u)" = 0 ] || tap_skip_all "recording needs root"
}

# The same tests can be run with another --hook: RECORD_HOOK=tracepoint.
record_hook=(${RECORD_HOOK:+--hook "$RECORD_HOOK"})

# Runs "recorder record ARG..." to its end; the recording is in $RECORDING, what it said in $LOG.
record() {
	rm -f "$RECORDING"
	"$RECORDER" record "${record_hook[@]}" --format recording --output "$RECORDING" "$@" \
		2>"$LOG"
}

# Starts "recorder record ARG..." in the background as process $recorder and waits until it
# records. It says so on standard error.
start_recording() {
	rm -f "$RECORDING"
	: >"$LOG"
	# A shell's background processes ignore Ctrl-C, and pass that on.
	env --default-signal=INT,QUIT \
		"$RECORDER" record "${record_hook[@]}" -vv --format recording \
		--output "$RECORDING" "$@" 2>"$LOG" &
	recorder=$!
	cleanup_add cleanup_process "$recorder"
	wait_until 10 is_recording
}

is_recording() {
	grep -q '^recorder: recording ' "$LOG" || has_ended "$recorder"
}

# Ends it as Ctrl-C does and returns its exit status.
stop_recording() {
	kill -INT "$recorder"
	wait_until 20 has_ended "$recorder" || kill -KILL "$recorder"
	wait "$recorder"
}

# A process that is no more, or a zombie that this shell has not waited for.
has_ended() {
	[[ $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) != [!ZX]* ]]
}

# wait_until SECONDS COMMAND...: until the command succeeds; longer where the machine is slow.
wait_until() {
	local deadline=$((SECONDS + $1 * ${TESTS_PATIENCE:-1}))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.02
	done
}

# Lets what waits on a FIFO go on (wait= of steps_static), or waits until it is told (tell=).
open_gate() { # FIFO
	timeout $((20 * ${TESTS_PATIENCE:-1})) tee "$1" </dev/null
}

await_gate() { # FIFO
	timeout $((20 * ${TESTS_PATIENCE:-1})) cat "$1"
}

# The v2 hierarchy: the only one, or the one beside those of v1.
cgroup_root() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# new_cgroup VARIABLE: makes a cgroup for the test; removed, with what runs in it, at the end.
new_cgroup() {
	local -n new_cgroup_path=$1

	new_cgroup_path=$(cgroup_root)/recorder-test-$$-$RANDOM
	mkdir "$new_cgroup_path" && cleanup_add cleanup_cgroup "$new_cgroup_path"
}

# The calls that the workload made, one a line.
observed_calls() {
	jq -r '.observations[].systemCalls[] | select(.origin == "observed")
		| .abi + ":" + (.name // "syscall_\(.nr)")' "$RECORDING"
}

denied_calls() {
	jq -r '.observations[].denied[] | .abi + ":" + (.name // "syscall_\(.nr)")' "$RECORDING"
}

# check TEXT COMMAND...: as tap_check; when it fails, what the recorder said is shown too.
check() {
	local failures=$tap_failures

	tap_check "$@"
	[ "$tap_failures" = "$failures" ] || [ ! -s "$LOG" ] ||
		tap_note "recorder said: $(cat "$LOG")"
}

# For check. The first argument is a command, as one would type it, that prints a set one
# element a line; the others are elements.
contains_all() {
	local missing

	missing=$(printf '%s\n' "${@:2}" | sort -u | comm -23 - <(eval "$1" | sort -u))
	[ -z "$missing" ] || { echo "missing: $missing" && return 1; }
}

contains_none() {
	local there

	there=$(printf '%s\n' "${@:2}" | sort -u | comm -12 - <(eval "$1" | sort -u))
	[ -z "$there" ] || { echo "there: $there" && return 1; }
}

equals() {
	diff <(eval "$1" | sort -u) <([ $# -lt 2 ] || printf '%s\n' "${@:2}" | sort -u)
}

is_complete() {
	jq -e '.complete' "$RECORDING" >/dev/null ||
		{ jq -c '.observations[] | {complete, reasons, losses}' "$RECORDING" && return 1; }
}
