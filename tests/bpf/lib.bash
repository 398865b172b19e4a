# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the tests of the BPF program: runs something under "recorder record" and checks the
# recording. A call is written ABI:NAME, such as native:acct or compat:getpid. A call without a
# name in any table is syscall_<number>.

bpf_directory=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/lib/tap.bash
. "$bpf_directory/../lib/tap.bash"
# shellcheck source=tests/lib/cleanup.bash
. "$bpf_directory/../lib/cleanup.bash"
# shellcheck source=tests/lib/wait.bash
. "$bpf_directory/../lib/wait.bash"

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

# RECORD_HOOK=tracepoint runs the same tests with another --hook.
record_hook=(${RECORD_HOOK:+--hook "$RECORD_HOOK"})

# Runs "recorder record ARG..." to its end. The recording goes to $RECORDING, the messages to $LOG.
record() {
	rm -f "$RECORDING"
	"$RECORDER" record "${record_hook[@]}" --format recording --output "$RECORDING" "$@" \
		2>"$LOG"
}

# Starts "recorder record ARG..." in the background as process $recorder. Waits until its
# standard error says that it is recording.
start_recording() {
	rm -f "$RECORDING"
	: >"$LOG"
	# Background processes of a shell ignore Ctrl-C, and their children inherit that.
	env --default-signal=INT,QUIT \
		"$RECORDER" record "${record_hook[@]}" -vv --format recording \
		--output "$RECORDING" "$@" 2>"$LOG" &
	recorder=$!
	cleanup_add cleanup_process "$recorder"
	wait_until 60 is_recording && return
	echo "# the recording did not begin in time"
	exit 1
}

is_recording() {
	grep -q '^recorder: recording ' "$LOG" || has_ended "$recorder"
}

# Ends the recording as Ctrl-C does. Returns the recorder's exit status.
stop_recording() {
	kill -INT "$recorder"
	wait_until 20 has_ended "$recorder" || kill -KILL "$recorder"
	wait "$recorder"
}

# open_gate releases a process that waits on a FIFO (wait= of steps_static). await_gate waits
# until a process reports on a FIFO (tell=).
open_gate() { # FIFO
	timeout $((20 * ${TESTS_PATIENCE:-1})) tee "$1" </dev/null
}

await_gate() { # FIFO
	timeout $((20 * ${TESTS_PATIENCE:-1})) cat "$1"
}

# Prints the mount point of the v2 hierarchy, which may be mounted next to v1 hierarchies.
cgroup_root() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# new_cgroup VARIABLE: makes a cgroup for the test. At the end it is removed, with its processes.
new_cgroup() {
	local -n new_cgroup_path=$1

	new_cgroup_path=$(cgroup_root)/recorder-test-$$-$RANDOM
	mkdir "$new_cgroup_path" && cleanup_add cleanup_cgroup "$new_cgroup_path"
}

# Prints the calls that the workload made, one per line.
observed_calls() {
	jq -r '.observations[].systemCalls[] | select(.origin == "observed")
		| .abi + ":" + (.name // "syscall_\(.nr)")' "$RECORDING"
}

denied_calls() {
	jq -r '.observations[].denied[] | .abi + ":" + (.name // "syscall_\(.nr)")' "$RECORDING"
}

# check TEXT COMMAND...: like tap_check, but a failure also shows the recorder's messages.
check() {
	local failures=$tap_failures

	tap_check "$@"
	[ "$tap_failures" = "$failures" ] || [ ! -s "$LOG" ] ||
		tap_note "recorder said: $(cat "$LOG")"
}

# Commands for check. The first argument is a shell command that prints a set, one element per
# line. The others are elements.
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

# Otherwise prints what the observations lack: each kind once, with their number and one of them.
is_complete() {
	jq -e '.complete' "$RECORDING" >/dev/null || {
		jq -r '[.observations[] | select(.complete | not)] | group_by([.reasons, .losses])[]
			| "\(length), such as \(.[0].container | .id // .name): "
				+ (.[0] | {reasons, losses} | tojson)' "$RECORDING"
		return 1
	}
}
