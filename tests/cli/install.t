#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# install, list and uninstall on a directory of the test's: what lies where, what is printed for
# people and machines, what is refused and how that is said.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
root=$TEST_TMP/seccomp out=$TEST_TMP/out err=$TEST_TMP/err status=0

run() { # COMMAND ARGUMENT...
	local command=$1
	shift
	"$RECORDER" "$command" --root "$root" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# succeeds TEXT COMMAND ARGUMENT...
succeeds() {
	local text=$1
	shift
	run "$@"
	if [ "$status" = 0 ]; then
		tap_ok "$text"
	else
		tap_not_ok "$text" "exit status $status: $(cat "$err")"
	fi
}

# refused TEXT SENTENCE COMMAND ARGUMENT...: exit status 1, nothing printed.
refused() {
	local text=$1 sentence=$2
	shift 2
	run "$@"
	tap_is "$text" "$status $(tail -n 1 "$err")$(cat "$out")" "1 recorder: error: $sentence"
}

state_of() { # LOCALHOST_PROFILE
	"$RECORDER" list --root "$root" --format json |
		jq -r --arg path "$1" '.[] | select(.localhostProfile == $path) | .state'
}

profile() { # JQ_FILTER
	jq -n '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: ["read", "write"],
		action: "SCMP_ACT_ALLOW"}]}' | jq "$1"
}

machine=SCMP_ARCH_X86_64 other=SCMP_ARCH_AARCH64
[ "$(uname -m)" = x86_64 ] || machine=SCMP_ARCH_AARCH64 other=SCMP_ARCH_X86_64
profile . >"$TEST_TMP/web.seccomp.json"
profile '.syscalls[0].names += ["close"]' >"$TEST_TMP/wider.json"
cat >"$TEST_TMP/two.yaml" <<'END'
apiVersion: security-profiles-operator.x-k8s.io/v1
kind: SeccompProfile
metadata:
  name: front
spec:
  defaultAction: SCMP_ACT_ERRNO
---
apiVersion: security-profiles-operator.x-k8s.io/v1beta1
kind: SeccompProfile
metadata:
  name: back
  namespace: shop
spec:
  defaultAction: SCMP_ACT_LOG
END

tap_plan 54

succeeds "a profile is installed" install "$TEST_TMP/web.seccomp.json"
tap_is "with a snippet for the pod" "$(cat "$out")" "# installed: $root/operator/web.json
securityContext:
  seccompProfile:
    type: Localhost
    localhostProfile: operator/web.json"
tap_check "the file means the same" "$RECORDER" convert "$root/operator/web.json" --to seccomp
tap_is "everybody can read it" "$(stat -c %a "$root/operator/web.json")" 644
tap_is "nothing else is there" "$(find "$root" -type f -not -path '*/.recorder/*' -printf %P,)" \
	operator/web.json,
before=$(stat -c %i.%Y "$root/operator/web.json")
succeeds "the same again" install "$TEST_TMP/web.seccomp.json"
tap_match "is unchanged" "$(cat "$out")" '^# unchanged: '
tap_is "and not written" "$(stat -c %i.%Y "$root/operator/web.json")" "$before"
succeeds "another one under the same name" install --name web "$TEST_TMP/wider.json"
tap_match "replaces it" "$(cat "$out")" '^# replaced: '

succeeds "prefix, namespace and name" install --prefix team -n shop --name a1 "$TEST_TMP/wider.json" \
	--format json
tap_is "as JSON" "$(jq -c '.[] | [.outcome, .localhostProfile, .securityContext]' "$out")" \
	'["installed","team/shop/a1.json",{"seccompProfile":{"type":"Localhost","localhostProfile":"team/shop/a1.json"}}]'
succeeds "several resources of one file" install "$TEST_TMP/two.yaml"
tap_is "are named after themselves" "$(grep -o 'localhostProfile: .*' "$out")" \
	"localhostProfile: operator/front.json
localhostProfile: operator/shop/back.json"
tap_check "each a document of its own" grep -qx -- --- "$out"

label="it takes 1 to 63 lower-case letters, digits and '-', with no '-' at either end"
name="it takes up to 240 lower-case letters, digits, '-' and '.', with a letter or digit at both ends and beside each '.'"
for bad in ../x /etc/x '' . .. A a_b; do
	refused "the name '$bad' is refused" \
		"$TEST_TMP/wider.json: '$bad' cannot be a profile's name: $name" \
		install --name "$bad" "$TEST_TMP/wider.json"
done
refused "so is a namespace" "$TEST_TMP/wider.json: '../..' cannot be a profile's namespace: $label" \
	install -n ../.. "$TEST_TMP/wider.json"
refused "two profiles with one name are refused" "$TEST_TMP/wider.json and $TEST_TMP/wider.json would both be installed as operator/wider.json: install them one by one with --name, or merge them" \
	install "$TEST_TMP/wider.json" "$TEST_TMP/wider.json"

profile ".architectures = [\"$other\"]" >"$TEST_TMP/foreign.json"
refused "a profile for another machine" \
	"$TEST_TMP/foreign.json cannot be enforced on this node as it is written: it is for another machine: it lists $other, but not this machine's $machine; --force installs it anyway" \
	install "$TEST_TMP/web.seccomp.json" "$TEST_TMP/foreign.json"
profile '.syscalls[0].names += ["no_such_call"]' >"$TEST_TMP/unknown.json"
run install "$TEST_TMP/unknown.json"
tap_match "a name that libseccomp does not know" "$status $(cat "$err")" \
	'^1 .* does not know no_such_call: .* --force installs it anyway$'
tap_is "leaves nothing" "$(state_of operator/unknown.json)" ''
succeeds "with --force it is installed" install --force "$TEST_TMP/unknown.json"
tap_match "with a warning" "$(cat "$err")" '^recorder: warning: .* does not know no_such_call: '

printf '%s\n' 'apiVersion: security-profiles-operator.x-k8s.io/v1beta1' 'kind: SeccompProfile' 'metadata: {name: based}' \
	'spec: {baseProfileName: runc-v1.3.0, disabled: true, defaultAction: SCMP_ACT_ALLOW}' \
	>"$TEST_TMP/based.yaml"
run install --runtime runc "$TEST_TMP/based.yaml"
tap_match "what only the operator does gives a warning" "$status $(paste -sd' ' "$err")" \
	'^0 .*based.yaml: it is installed without its base profile runc-v1.3.0, .*based.yaml: it is disabled, '
jq '.complete = false | .observations[0] |= (.complete = false | .reasons = ["late"])' \
	../golden/profile/pod.recording.json >"$TEST_TMP/late.json"
run install --force --runtime runc "$TEST_TMP/late.json"
tap_match "so is a recording that is not complete" "$status $(paste -sd' ' "$err")" \
	'^0 .*late.json: the recording is not complete: the workload may need more'
"$RECORDER" install --root "$root" - <"$TEST_TMP/web.seccomp.json" >"$out" 2>"$err"
tap_match "standard input needs a name" "$? $(cat "$err")" \
	'^2 .*a profile from standard input needs a --name'
profile '.flags = ["SECCOMP_FILTER_FLAG_LOG"]' >"$TEST_TMP/flags.json"
succeeds "flags, for a runtime that has them" install --runtime crun "$TEST_TMP/flags.json"

jq '.defaultAction = "SCMP_ACT_ALLOW" | .defaultErrnoRet = 38' "$TEST_TMP/web.seccomp.json" >"$TEST_TMP/errno.json"
refused "an errno without a meaning, for a runtime that refuses it" \
	"$TEST_TMP/errno.json cannot be enforced on this node as it is written: crun refuses defaultErrnoRet with SCMP_ACT_ALLOW, where it has no meaning; --force installs it anyway" \
	install --runtime crun "$TEST_TMP/errno.json"
succeeds "and for one that does not" install --runtime runc "$TEST_TMP/errno.json"

mkdir "$root/foreign" && echo '{}' >"$root/foreign/wider.json"
refused "a file of someone else stays" \
	"$root/foreign/wider.json exists, and recorder did not install it; --force replaces it" \
	install --prefix foreign "$TEST_TMP/wider.json"
mkdir "$TEST_TMP/elsewhere" && ln -s "$TEST_TMP/elsewhere" "$root/link"
refused "no symbolic link is followed" \
	"in $root: link is a symbolic link, such as the Security Profiles Operator makes; it is not followed, because the owner of the directory behind it could choose what is written there; --prefix names another directory" \
	install --prefix link "$TEST_TMP/wider.json"
tap_is "and its target stays empty" "$(ls "$TEST_TMP/elsewhere")" ''
run list
tap_match "the list says that it is a link" "$(cat "$out")" \
	'unknown .* link .*'$'\n'' +a symbolic link, which is not followed: the profiles behind it are not listed'
echo >"$root/file"
refused "a file is not a directory" "in $root: file is not a directory; --prefix names another directory" \
	install --prefix file "$TEST_TMP/wider.json"
rm "$root/file"

jq '.syscalls[0].names += ["bpf", "ptrace"]' "$root/operator/web.json" >"$TEST_TMP/x"
cp "$TEST_TMP/x" "$root/operator/web.json"
rm "$root/operator/front.json"
tap_is "a changed file" "$(state_of operator/web.json)" changed
tap_is "a missing one" "$(state_of operator/front.json)" missing
tap_is "one of someone else" "$(state_of foreign/wider.json)" unknown
tap_is "one as it was installed" "$(state_of operator/shop/back.json)" installed
run list
tap_match "the list says what a change does" "$(cat "$out")" $'\n'' +now allows bpf, ptrace'$'\n'
run list --check
tap_is "list --check fails" "$status" 1
succeeds "a changed file is restored" install --name web "$TEST_TMP/wider.json"
tap_match "and the output says so" "$(cat "$out")" '^# restored: '

succeeds "by name, and by path" uninstall web team/shop/a1.json
tap_is "both are gone, with their directories" "$(find "$root/team" "$root/.recorder/team" \
	"$root/operator/web.json" 2>/dev/null)" ''
refused "a profile that is not installed is an error" "there is no $root/operator/web.json" uninstall web
refused "a file of someone else is not removed" \
	"recorder did not install $root/foreign/wider.json; --force removes it anyway" \
	uninstall --prefix foreign wider
root=$TEST_TMP/nowhere
refused "a missing root directory is an error" \
	"open the directory $root: No such file or directory" uninstall web
tap_check_fails "and is not created" [ -e "$root" ]
tap_done
