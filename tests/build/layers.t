#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tools/check-layers accepts the intended layers and names each line that breaks them.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_TMP:?is an empty directory}"

# Makes a project of one correct file.
project() {
	rm -rf "$TEST_TMP/project"
	mkdir -p "$TEST_TMP/project/bpf" "$TEST_TMP/project/src/profile/model"
	add src/container/cri.c '#include "profile/model/profile.h"'
}

add() { # FILE LINE
	mkdir -p "$(dirname "$TEST_TMP/project/$1")"
	printf '%s\n' "$2" >>"$TEST_TMP/project/$1"
}

accepts() { # TEXT FILE LINE
	project
	add "$2" "$3"
	tap_check "$1" tools/check-layers "$TEST_TMP/project"
}

refuses() { # TEXT FILE TEXT COMPLAINT [LINE]
	local said
	project
	add "$2" "$3"
	said=$(tools/check-layers "$TEST_TMP/project" 2>&1)
	tap_is "$1" "$? $said" "1 $2:${5:-1}: $4"
}

tap_plan 35
tap_check "this project keeps its layers" tools/check-layers
accepts "a folder may include its own headers" src/selection/a.c '#include "container/b.h"'
accepts "and those below" src/cli/a.c '#include "util/error.h"'
accepts "record/ knows the BPF program" src/record/a.c '#include "shared.h"'
accepts "main.c knows the commands" src/main.c '#include "cli/commands.h"'
refuses "a folder may not include headers of one above" src/profile/model/a.c '#include "container/cri.h"' \
	"profile/model/ may not include container/, which is above it"
refuses "nor of one above within profile/" src/profile/model/a.c '#include "profile/diff/diff.h"' \
	"profile/model/ may not include profile/diff/, which is above it"
refuses "nor in a header" src/util/a.h \
	$'#ifndef UTIL_A_H\n#define UTIL_A_H\n#include "profile/model/profile.h"\n#endif' \
	"util/ may not include profile/model/, which is above it" 3
accepts "a header is guarded by its path" src/util/a.h $'#ifndef UTIL_A_H\n#define UTIL_A_H\n#endif'
refuses "another guard is refused" src/util/a.h $'#ifndef A_H\n#define A_H\n#endif' \
	"its include guard is not its path, UTIL_A_H"
refuses "spaces do not hide an include" src/record/a.c '  #  include "cli/frame/cli.h"' \
	"record/ may not include cli/frame/, which is above it"
refuses "no other folder knows the BPF program" src/cli/a.c '#include "recorder.skel.h"' \
	"only record/ may include recorder.skel.h"
refuses "a path that does not begin at src/ is refused" src/selection/a.c '#include "cri.h"' \
	'include "cri.h" by its path from src/'
refuses "an unknown folder is refused" src/selection/a.c '#include "misc/a.h"' \
	'"misc/a.h" is in no layer'
refuses "the BPF program includes nothing of src/" bpf/a.c '#include "util/error.h"' \
	"bpf/ includes nothing of src/"
refuses "profile/ opens no file" src/profile/model/a.c '#include <fcntl.h>' \
	'profile/ and recording/ are bytes in, bytes out:#include <fcntl.h>'
accepts "a session runs on a loop" src/session/a.c '#include "util/loop.h"'
for header in '"util/log.h"' '<signal.h>' '<termios.h>' '<sys/signalfd.h>'; do
	refuses "a session does without $header" src/session/a.c "#include $header" \
		"session/ knows no signal, terminal or log:#include $header"
done
for header in '<poll.h>' '<sys/epoll.h>' '<sys/select.h>'; do
	refuses "only the loop polls, not with $header" src/cli/a.c "#include $header" \
		"only util/loop polls:#include $header"
done
accepts "the loop polls" src/util/loop.c '#include <poll.h>'
refuses "and does not ask about a terminal" src/session/a.c 'if (isatty(2))' \
	"session/ knows no signal, terminal or log:if (isatty(2))"
refuses "a command does not know the agent" src/cli/a.c '#include "agent/agent.h"' \
	"cli/ and agent/ do not include each other"
accepts "the agent may include the frame of commands" src/agent/a.c '#include "cli/frame/cli.h"'
accepts "the Kubernetes client may include net/" src/kube/a.c '#include "net/http2.h"'
refuses "and not recording/" src/kube/a.c '#include "recording/recording.h"' \
	"kube/ may not include recording/"
accepts "a folder that asks servers may include net/" src/container/a.c '#include "net/grpc.h"'
refuses "no other folder may" src/profile/model/a.c '#include "net/grpc.h"' \
	"profile/ asks no server: it may not include net/"
refuses "net/ may include only util/" src/net/a.c '#include "syscalls/syscalls.h"' \
	"net/ may not include syscalls/, which is above it"

# A misplaced declaration that the check of includes cannot see.
project
add src/util/a.h $'#ifndef UTIL_A_H\n#define UTIL_A_H\nint a_read(\n\tint a);\n#endif'
add src/json/a.c $'#include "util/a.h"\nint a_read(int a)\n{\n}'
tap_is "a function is declared in its own folder" "$(tools/check-layers "$TEST_TMP/project" 2>&1)" \
	'src/json/a.c:2: a_read() is declared in src/util, not in a header of its own folder'
mkdir -p "$TEST_TMP/empty/src/profile" "$TEST_TMP/empty/bpf"
tap_check_fails "a folder that is not the project is refused" tools/check-layers "$TEST_TMP/empty"
tap_done
