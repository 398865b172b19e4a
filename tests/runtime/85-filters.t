#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# Under a profile, 'recorder run' answers calls as the installed runc and crun do. This includes
# numbers above the profile's highest one, which runc itself answers with ENOSYS. If runc or
# crun refuse to start a container with a profile, 'recorder verify' and 'recorder install'
# refuse the profile for them.
# shellcheck disable=SC2154 # names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/cleanup.bash
. ../lib/cleanup.bash
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs runc crun jq
bundle_prepare_crun "$TEST_TMP" || exit 1
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

ANSWERS=$TEST_PROGRAMS/runtime/answers_static
BUNDLE=$TEST_TMP/bundle
bundle_new "$BUNDLE" /answers && image_new "$BUNDLE/rootfs" && cp "$ANSWERS" "$BUNDLE/rootfs/answers" &&
	bundle_cgroup "$BUNDLE" "$parent/filters" || exit 1

case $(uname -m) in
x86_64) native=SCMP_ARCH_X86_64 other=SCMP_ARCH_X86 tables=../../src/syscalls/x86_64.tbl ;;
*) native=SCMP_ARCH_AARCH64 other=SCMP_ARCH_ARM tables=../../src/syscalls/aarch64.tbl ;;
esac
declare -A version
for runtime in runc crun; do
	version[$runtime]=$("$runtime" --version | sed -n 's/^.* version v\?\([0-9.]*\).*/\1/p' | head -n 1)
done

in_container() { # RUNTIME PROFILE ARGUMENT...
	bundle_seccomp "$BUNDLE" "$2" && bundle_args "$BUNDLE" /answers "${@:3}" || return
	timeout 20 "$1" run --bundle "$BUNDLE" "filters-$$" </dev/null
}

# Makes a profile with the calls that containers need, but only those with numbers below 400.
"$RECORDER" baseline show containerd --format seccomp >"$TEST_TMP/default.json" || exit 1
awk '!/^#/ && $1 >= 400 { print $2 }' "$tables" | jq -R . | jq -s . >"$TEST_TMP/newer.json"
allowing() { # FILE DEFAULT ARCHITECTURES [MEMBERS]
	jq --slurpfile newer "$TEST_TMP/newer.json" --argjson members "{${4:-}}" \
		--argjson architectures "$3" '{defaultAction: "SCMP_ACT_\($default)", architectures: $architectures,
			syscalls: [.syscalls[] | select(.action == "SCMP_ACT_ALLOW" and (.args | not))
			| .names -= $newer[0]]} + $members | del(.[] | nulls)' --arg default "$2" \
		"$TEST_TMP/default.json" >"$TEST_TMP/$1"
}
calls=(401 439 600 1000 0x3fffffff acct)
[ "$native" != SCMP_ARCH_X86_64 ] || calls+=(i386:500)
calls=("${calls[@]/acct/$(awk '$2 == "acct" { print $1 }' "$tables")}")

allowing listed.json ERRNO "[\"$native\", \"$other\"]"
allowing alone.json ERRNO "[\"$native\"]"
allowing unlisted.json ERRNO null
allowing foreign.json ERRNO "[\"$other\"]"
allowing eperm.json ERRNO "[\"$native\", \"$other\"]" '"defaultErrnoRet": 1'
allowing access.json ERRNO "[\"$native\", \"$other\"]" '"defaultErrnoRet": 13'
allowing kill.json KILL_PROCESS "[\"$native\", \"$other\"]"
allowing trace.json TRACE "[\"$native\", \"$other\"]"
allowing high.json ERRNO "[\"$native\", \"$other\"]"
jq '.syscalls += [{names: ["openat2"], action: "SCMP_ACT_ERRNO"}]' "$TEST_TMP/high.json" >"$TEST_TMP/higher.json"
profiles=(listed alone unlisted foreign eperm access trace higher)
[ "$native" != SCMP_ARCH_X86_64 ] || {
	allowing x32.json ERRNO "[\"$native\", \"$other\", \"SCMP_ARCH_X32\"]"
	profiles+=(x32)
}

# Profiles that the installed runtimes accept or refuse, as "TEXT|MEMBERS".
refusals=(
	'an errno for SCMP_ACT_ALLOW|{"defaultErrnoRet": 38}'
	'an errno in a rule|{"syscalls": [{"names": ["acct"], "action": "SCMP_ACT_LOG", "errnoRet": 1}]}'
	"an architecture of later versions|{\"architectures\": [\"$native\", \"SCMP_ARCH_RISCV64\"]}"
	'an architecture that no runtime has|{"architectures": ["SCMP_ARCH_M68K"]}'
	"an architecture of the other byte order|{\"architectures\": [\"$native\", \"SCMP_ARCH_S390X\"]}"
	'a 32-bit architecture alone|{"architectures": ["'"$other"'"]}'
	'a flag|{"flags": ["SECCOMP_FILTER_FLAG_LOG"]}'
	'a flag that is not for profiles|{"flags": ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]}'
	'a seventh argument|{"syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO",
		"args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}]}'
	'an errno that is none|{"syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "errnoRet": 40000}]}'
	'a usual profile|{"syscalls": [{"names": ["acct"], "action": "SCMP_ACT_KILL_PROCESS"}]}'
)
# crun starts a container with this profile, although no process answers the call. install
# refuses that, too.
refusal_of_runc='asking without a listener|{"syscalls": [{"names": ["acct"], "action": "SCMP_ACT_NOTIFY"}]}'
tap_plan $((1 + 2 * (${#profiles[@]} + 1 + ${#refusals[@]}) + 2))

# Calls that the profile refuses get the same answer in a container and under 'recorder run'.
same_answers() { # RUNTIME PROFILE CALL...
	local there here
	there=$(in_container "$1" "$TEST_TMP/$2.json" "${@:3}" 2>&1)
	here=$("$RECORDER" run --runtime "$1" --profile "$TEST_TMP/$2.json" "$ANSWERS" "${@:3}" 2>"$TEST_TMP/err")
	tap_is "$1, $2: run answers as a container is answered" "$here" "$there"
}
for runtime in runc crun; do
	for profile in "${profiles[@]}"; do
		used=("${calls[@]}")
		case $profile in
		alone | unlisted) unset 'used[6]' ;; # killed, because the architecture is not listed
		x32) used+=(0x40000000 0x40000400) ;;
		esac
		same_answers "$runtime" "$profile" "${used[@]}"
	done
done
# runc does so even if the default is to kill; crun kills.
same_answers runc kill 401 1000
tap_match 'and that is ENOSYS' "$(in_container runc "$TEST_TMP/kill.json" 401 1000 2>&1)" '^38 38$'
"$RECORDER" run --runtime crun --profile "$TEST_TMP/kill.json" "$ANSWERS" 401 >/dev/null 2>&1
tap_is 'crun, kill: run kills' $? 159
in_container crun "$TEST_TMP/kill.json" 401 >/dev/null 2>&1
tap_is 'as it does in a container' $? 159

mkdir -p "$TEST_TMP/seccomp"
# Checks that verify and install accept the profile if and only if the container starts. What
# the profile allows does not matter here.
agrees() { # RUNTIME TEXT MEMBERS
	local runtime=$1 file=$TEST_TMP/members.json started=refuses verified=starts installed=starts
	jq -n --argjson members "$3" '{defaultAction: "SCMP_ACT_ALLOW"} + $members' >"$file"
	in_container "$runtime" "$file" >"$TEST_TMP/out" 2>&1 && started=starts
	"$RECORDER" verify --runtime "$runtime@${version[$runtime]}" "$file" >"$TEST_TMP/verified" 2>&1 ||
		verified=refuses
	"$RECORDER" install --runtime "$runtime" --root "$TEST_TMP/seccomp" --name members "$file" \
		>"$TEST_TMP/installed" 2>&1 || installed=refuses
	tap_is "$runtime ${version[$runtime]}: $2" "verify $verified, install $installed" \
		"verify $started, install $started"
	[ "$verified $installed" = "$started $started" ] ||
		tap_note "$(cat "$TEST_TMP/out" "$TEST_TMP/verified" "$TEST_TMP/installed")"
}
for runtime in runc crun; do
	for refusal in "${refusals[@]}"; do
		agrees "$runtime" "${refusal%%|*}" "${refusal#*|}"
	done
done
agrees runc "${refusal_of_runc%%|*}" "${refusal_of_runc#*|}"
tap_done
