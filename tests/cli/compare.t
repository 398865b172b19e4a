#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# compare and baseline: what they print, what they exit with, and where they take the context from.
# UPDATE_GOLDEN=1 writes the golden files anew, to be read before they are committed.
set -u
# shellcheck source=tests/lib/tap.bash
. "$(dirname "$0")/../lib/tap.bash"
# shellcheck source=tests/lib/schema.bash
. "$(dirname "$0")/../lib/schema.bash"

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
golden=tests/golden/cli recordings=tests/golden/profile
builder=$recordings/buildkit.recording.json pod=$recordings/pod.recording.json
out=$TEST_TMP/out err=$TEST_TMP/err status=0

run() {
	"$RECORDER" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# prints GOLDEN STATUS ARGUMENT...
prints() {
	local file=$golden/$1 expected=$2
	shift 2
	run "$@"
	[ -z "${UPDATE_GOLDEN:-}" ] || cp "$out" "$file"
	tap_is "recorder $*: exit status" "$status" "$expected"
	tap_check "recorder $*: as $file" diff "$file" "$out"
}

refused() { # STATUS SENTENCE ARGUMENT...
	local expected=$1 sentence=$2
	shift 2
	run "$@"
	tap_is "recorder $*" "$status $(cat "$err")" "$expected recorder: error: $sentence"
}

# verdict ARGUMENT...: the verdict lines of compare, without what follows the numbers.
verdict() {
	run compare "$@"
	sed -n 's/^  fits RuntimeDefault: //p' "$out" | paste -sd' '
}

tap_plan 56

prints compare.txt 1 compare "$builder"
prints baseline-list.txt 0 baseline list cri-o --arch amd64
prints baseline-show.txt 0 baseline show containerd@1.6.20 --arch amd64 --cap NONE

# names KEY: the calls under a key of the JSON, with their conditions.
names() {
	jq -r --arg key "$1" '[.comparisons[0][$key][] |
		"\(.name)\(.capabilities // [] | map(" " + .) | add // "")"] | join(", ")' "$out"
}
run compare --format json "$builder" "$recordings/applied.recording.json" \
	"$recordings/conditions.seccomp.json" --baseline docker@24.0.7
if [ -n "$schema_python" ]; then
	tap_check 'JSON is valid by its schema' schema_accepts deploy/compare.schema.json "$out"
else
	tap_skip 'JSON is valid by its schema' 'python3-jsonschema is not installed'
fi
run compare --format json "$builder"
tap_is 'JSON has the calls that are not allowed' "$(names notAllowed)" \
	'syscall_999, mount CAP_SYS_ADMIN, unshare CAP_SYS_ADMIN, pivot_root'
tap_is 'and the calls that are answered with ENOSYS' "$(names fallback)" 'clone3 CAP_SYS_ADMIN'
tap_is 'and the calls that are allowed conditionally' "$(names conditional)" \
	'chroot CAP_SYS_CHROOT, clone CAP_SYS_ADMIN'
tap_is 'and the denied calls' "$(names denied)" 'ptrace, kexec_load'
tap_is 'and as many unused calls as it counts' \
	"$(jq -c '.comparisons[] | [.name, .fits, .complete, (.unused | length) == .removed]' "$out" | paste -sd' ')" \
	'["buildkit",false,false,true] ["cache",true,true,true]'
run baseline show podman@4.3.1 --arch arm64 --cap ALL --format json
tap_is 'the JSON of a baseline has every call' \
	"$(jq -c '.calls | group_by(.allowed) | map([.[0].allowed, length])' "$out")" \
	"$(awk '$1 == "podman" && $2 == "4.3.0" && $3 == "aarch64" && $4 == "all" {
		printf "[[\"no\",%d],[\"some\",%d],[\"yes\",%d]]", $7, $6, $5
	}' "$recordings/baseline-counts.txt")"

tap_is 'a container that fits is exit status 0' "$(verdict "$pod") $status" \
	'yes; own profile removes 293 of 311 allowed calls 0'
tap_is 'all containers are compared' \
	"$(verdict "$pod" "$builder" | grep -o -e yes -e no | paste -sd' ')" 'yes no yes'
tap_is 'with CAP_SYS_ADMIN a builder fits, except for a call that no profile allows' \
	"$(run compare --cap SYS_ADMIN --cap SYS_CHROOT "$builder" && :
	sed -n '/would break/,/^$/s/^    \([a-z0-9_]*\): .*/\1/p' "$out" | paste -sd' ')" \
	'syscall_999 pivot_root'
tap_match 'capabilities of a recording count' "$(run compare "$builder"; cat "$out")" \
	'capabilities: CAP_CHOWN CAP_SYS_CHROOT'
tap_match 'capabilities that are not given are assumed, with a note' "$(run compare "$builder"; cat "$out")" \
	'capabilities \(the usual ones, because none are given\): CAP_AUDIT_WRITE'
jq '.observations[] |= (del(.container.id) | .capabilities += ["CAP_SYS_ADMIN"])' "$builder" \
	>"$TEST_TMP/command.json"
tap_match "those of a command are the host's, and do not count" \
	"$(run compare "$TEST_TMP/command.json"; cat "$out")" \
	'capabilities \(the usual ones, because none are given\): CAP_AUDIT_WRITE.*fits RuntimeDefault: no'
tap_match 'the report names an incomplete recording' "$(cat "$out")" \
	'- the container ran before the recording began'
tap_is '--arch arm64 leaves out containers of x86-64' \
	"$(run compare --arch arm64 "$builder"; grep -c '^  fits' "$out")" 1
run compare "$recordings/machines.recording.json"
tap_is 'a container of two machines is compared on each' \
	"$(grep -c '^web (.*machines.recording.json, 1 observation)$' "$out")" 2
tap_is 'a profile without a name is named after its file' \
	"$(run compare "$recordings/conditions.seccomp.json"; head -n 1 "$out")" \
	"$recordings/conditions.seccomp.json"
tap_match 'a version without a table gets a note' \
	"$(run compare --baseline docker@24.0.7 "$pod"; cat "$out")" \
	'note: there is no table for docker 24.0.7; using the nearest, that of 23.0.18 to 23.0.18'

"$RECORDER" baseline show docker@27.5.1 --arch amd64 --cap NONE --format seccomp >"$TEST_TMP/docker.json"
tap_is 'a baseline printed as a profile allows what the baseline allows' \
	"$(verdict --baseline docker@27.5.1 --arch amd64 --cap NONE "$TEST_TMP/docker.json")" \
	'yes; own profile removes 0 of 300 allowed calls'
tap_is 'a baseline can be a file' \
	"$(verdict --baseline "$TEST_TMP/docker.json" "$pod" | cut -d' ' -f1-5)" \
	'yes; own profile removes 282'
jq --slurpfile docker "$TEST_TMP/docker.json" '.profiles = $docker | .observations[0].profile = 0' \
	"$pod" >"$TEST_TMP/started.json"
tap_is 'without --baseline, the baseline is the profile that the container was started under' \
	"$(verdict "$TEST_TMP/started.json")" 'yes; own profile removes 282 of 300 allowed calls'
tap_match 'which the report says' "$(cat "$out")" 'compared with the profile that it was started under'
tap_is 'but not with --baseline' "$(verdict --baseline containerd "$TEST_TMP/started.json")" \
	"$(verdict "$pod")"
cp src/profile/baseline/tables/docker-25.0.5.json "$TEST_TMP/template.json"
tap_is "and one in Docker's form, which asks for capabilities" \
	"$(verdict --baseline "$TEST_TMP/template.json" --cap SYS_ADMIN --cap SYS_CHROOT "$builder" | wc -w
	sed -n '/would break/,/^$/s/^    \([a-z0-9_]*\): .*/\1/p' "$out" | paste -sd' ')" \
	"$(printf '18\nsyscall_999 pivot_root')"
tap_is 'a profile that allows everything does not fit' \
	"$(echo '{"defaultAction":"SCMP_ACT_ALLOW"}' >"$TEST_TMP/all.json"
	verdict --arch amd64 "$TEST_TMP/all.json")" \
	'no; own profile removes 0 of 312 allowed calls'

# with_engine FILTER: the recording that has an engine, edited.
with_engine() {
	jq "$1" "$recordings/engine.recording.json" >"$TEST_TMP/engine.json"
	run compare "$TEST_TMP/engine.json"
	sed -n '/compared with/,/note:/p' "$out"
}
tap_is 'without --baseline and a filter, it is the table of the recorded engine and version' \
	"$(with_engine .)" \
	'  compared with containerd 1.6.20, SCMP_ARCH_X86_64, kernel 6.1.0-49-amd64
  note: the container ran under that engine, as the recording says'
tap_is 'and its verdict' "$(verdict "$recordings/engine.recording.json")" \
	"$(verdict --baseline containerd@1.6.20 "$recordings/engine.recording.json")"
tap_match 'another engine has its own table' \
	"$(with_engine '.observations[].engine = {name: "docker", version: "20.10.24"}')" \
	'docker 20.10.24,.*note: the container ran under that engine, as the recording says; there is no table'
tap_match 'without a version, it is the newest table' \
	"$(with_engine 'del(.observations[].engine.version)')" \
	'containerd 2\.[0-9.]*,.*that engine, of a version that is not known'
tap_match 'for several versions, it is the oldest' \
	"$(with_engine '.observations += [.observations[0] | .container.id = "1" | .engine.version = "1.6.9"]')" \
	'containerd 1\.6\.9,.*several versions of that engine, .*the oldest'
tap_match 'for several engines, it is that of containerd' \
	"$(with_engine '.observations += [.observations[0] | .container.id = "1" | .engine.name = "podman"]')" \
	'containerd 2\.[0-9.]*,'
tap_match "so it is for an engine without tables, whose name is not taken for a file's" \
	"$(with_engine '.observations[].engine.name = "/etc/passwd"')" 'containerd 2\.[0-9.]*,'
tap_match '--baseline takes precedence' \
	"$(run compare --baseline podman "$recordings/engine.recording.json"; cat "$out")" 'podman 5\.'

refused 1 "open /nonexistent: No such file or directory" compare /nonexistent
refused 1 "$recordings/empty.recording.json: nothing was observed" \
	compare "$recordings/empty.recording.json"
refused 2 "--baseline rkt: there is no such file and no such runtime; there are tables of containerd, cri-o, docker and podman; see 'recorder help compare'" \
	compare --baseline rkt "$pod"
refused 2 "'new' is not a version of docker; write for example docker@1.36.3; see 'recorder help compare'" \
	compare --baseline docker@new "$pod"
refused 2 "--arch riscv64: compare knows amd64 and arm64; see 'recorder help compare'" \
	compare --arch riscv64 "$pod"
refused 2 "there is no built-in table 'rkt'; 'recorder baseline list' names them; see 'recorder help baseline'" \
	baseline show rkt
refused 2 "no tables of 'rkt' are built in; there are tables of containerd, cri-o, docker and podman; see 'recorder help baseline'" \
	baseline list rkt
refused 2 "'print' is neither list nor show; see 'recorder help baseline'" baseline print
refused 2 "name the table to show, such as containerd@2.3.4; see 'recorder help baseline'" baseline show
refused 2 "--format seccomp prints one table: name it with 'recorder baseline show'; see 'recorder help baseline'" \
	baseline list --format seccomp
printf '%s\n' 'apiVersion: security-profiles-operator.x-k8s.io/v1beta1' 'kind: SeccompProfile' 'metadata: {name: web}' \
	'spec: {baseProfileName: runc-v1.3.0, defaultAction: SCMP_ACT_ERRNO}' >"$TEST_TMP/based.yaml"
run compare "$TEST_TMP/based.yaml"
tap_check 'a base profile gets a note' grep -q \
	'^  note: the operator merges the base profile runc-v1.3.0 into it, which is not read: it may use more than this report shows$' "$out"
run compare --format json "$TEST_TMP/based.yaml"
tap_is 'so does the JSON' "$(jq -r '.comparisons[0].baseProfile' "$out")" runc-v1.3.0
tap_check 'each table has as many rows as the index' \
	test "$("$RECORDER" baseline list | tail -n +2 | wc -l)" = \
	"$(grep -cE '^(containerd|cri-o|docker|podman) ' src/profile/baseline/tables/index.tbl)"

# Arguments are judged by the values that were seen.
arguments=$recordings/arguments.recording.json
run compare "$arguments"
tap_is 'an argument that is not allowed breaks' "$status $(tr -s ' \n' ' ' <"$out" | grep -c 'it had AF_VSOCK (0x28) as')" '1 1'
run compare --format json "$arguments"
tap_is 'JSON has its value' "$(jq -c '.comparisons[0].notAllowed[] | select(.refused) |
	[.name, .refused.value, .refused.flag, .refused.name]' "$out" | paste -sd' ')" \
	'["clone",null,268435456,"CLONE_NEWUSER"] ["personality",262144,null,"ADDR_NO_RANDOMIZE"] ["socket",40,null,"AF_VSOCK"]'
if [ -n "$schema_python" ]; then
	tap_check 'and is valid by its schema' schema_accepts deploy/compare.schema.json "$out"
else
	tap_skip 'and is valid by its schema' 'python3-jsonschema is not installed'
fi
jq '(.observations[].systemCalls |= map(select(.name | IN("keyctl", "mount", "unshare") | not))) |
	del(.. | objects | select(.value | IN(40, 262144, 268435456)))' "$arguments" \
	>"$TEST_TMP/fits.json"
run compare "$TEST_TMP/fits.json"
tap_is 'without them it fits, and nothing is conditional' "$status $(grep -c 'only for some' "$out")" '0 0'
tap_done
