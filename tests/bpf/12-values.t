#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The values of arguments, in each ABI: where the kernel finds them, and what is kept of them.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
case $(uname -m) in
x86_64)
	declare -A N=([clone]=56 [ioctl]=16 [mmap]=9 [openat]=257 [personality]=135 [prctl]=157
		[setsockopt]=54 [socket]=41)
	more=8
	;;
aarch64)
	declare -A N=([clone]=220 [ioctl]=29 [mmap]=222 [openat]=56 [personality]=92 [prctl]=167
		[setsockopt]=208 [socket]=198)
	more=0
	;;
esac
# The same numbers everywhere.
N+=([clone3]=435 [io_uring_setup]=425 [openat2]=437)
tap_plan $((11 + more))

# Prints ABI:NAME:ARGUMENT[+OFFSET]=VALUE for each recorded value and flag of the workload, and
# …=any, …=wide and …=unrecorded.
values() {
	jq -r '.observations[] | '"${1:-.systemCalls}"'[] | select(.origin == "observed" or .origin == null)
		| . as $call | .arguments // [] | .[]
		| "\($call.abi):\($call.name):\(.argument)\(if .offset then "+\(.offset)" else "" end)=" as $key
		| ((.values // .flags)[].value, (("any", "wide", "unrecorded") as $word
			| select(.[$word]) | $word)) | $key + tostring' "$RECORDING"
}

# Prints the values of one call.
values_of() { # ABI:NAME [KIND]
	values "${2:-}" | grep "^$1:"
}

# A call with a value of each kind. They all fail.
native=("${N[socket]}:99,0x80803,17" "${N[setsockopt]}:-1,1,9" "${N[setsockopt]}:-1,6,1"
	"${N[ioctl]}:-1,0x5401" "${N[ioctl]}:-1,0xffffffff80045431" "${N[mmap]}:0,0,0x5,0x22"
	"${N[mmap]}:0,0,0,0x1" "${N[clone]}:0x10010011" "${N[clone3]}:@,88" "${N[clone3]}:@,64"
	"${N[openat2]}:-1,-1,@,24" "${N[io_uring_setup]}:0,@" "${N[prctl]}:0x7fffffff")
record -- "$PROGRAMS/call" "${native[@]}"
check "a family, a type without its flags, a protocol" equals 'values_of native:socket' \
	native:socket:0=99 native:socket:1=3 native:socket:2=17
check "two arguments of one call" equals 'values_of native:setsockopt' \
	native:setsockopt:{1=1,1=6,2=1,2=9}
check "32 bits of a request, and that another was wider" equals 'values_of native:ioctl' \
	native:ioctl:1={21505,2147767345,wide}
check "each flag, and that a call had none" equals 'values_of native:mmap' \
	native:mmap:{2=0,2=1,2=4,3=1,3=2,3=32}
check "flags of clone, with the signal" equals 'values_of native:clone' \
	native:clone:0={1,16,65536,268435456}
check "a structure, as far as the call says that it reaches" equals 'values_of native:clone3' \
	native:clone3:{0=4096,0+4=1,0+4=4096,0+32=4104,0+72=0,0+72=1}
check "a structure that a later argument points to" equals 'values_of native:openat2' \
	native:openat2:{2=4096,2+16=4,2+16=4096}
check "a structure without a size" equals 'values_of native:io_uring_setup' \
	native:io_uring_setup:1+8={2,4096}
check "nothing was lost" is_complete

record -- "$PROGRAMS/call" "${N[openat2]}:-1,-1,@,24" "${N[openat2]}:-1,-1,-1,24"
check "that a structure could not be read is said" equals 'values_of native:openat2' \
	native:openat2:{2=4096,2=unrecorded,2+16=4,2+16=4096,2+16=unrecorded}

record -- "$PROGRAMS/denied" argument
check "a denied call has its own values" equals 'values_of native:personality .denied' \
	native:personality:0=6 # PER_BSD

if [ "$more" != 0 ]; then
	record -- "$PROGRAMS/call" i386:102:5 i386:117:0x15 i386:359:1,2,3 i386:120:0x10010011 \
		i386:192:0,0,0x4,0x22 i386:54:-1,0x80045430 i386:221:-1,12 i386:5:-1,0x8000 i386:90:-1 \
		x32:41:16,3,15 x32:9:0,0,0x2,0x1 x32:514:-1,0x5413
	check "i386: operations of multiplexers" equals 'values_of compat:"\(socketcall\|ipc\)"' \
		compat:socketcall:0=5 compat:ipc:0=21
	check "i386: a call with other registers" equals 'values_of compat:socket' \
		compat:socket:{0=1,1=2,2=3}
	check "i386: clone" equals 'values_of compat:clone' compat:clone:0={1,16,65536,268435456}
	check "i386: mmap2, and mmap has none" equals 'values_of compat:mmap2; values_of compat:mmap' \
		compat:mmap2:{2=4,3=2,3=32}
	check "i386: no value is wide" equals 'values_of compat:ioctl' compat:ioctl:1=2147767344
	check "i386: calls that only it has" equals 'values_of compat:fcntl64; values_of compat:open' \
		compat:fcntl64:1=12 compat:open:1=32768
	check "x32: numbers of its own, registers of x86-64" \
		equals 'values_of "x32:\(socket\|mmap\|ioctl\)"' \
		x32:socket:{0=16,1=3,2=15} x32:mmap:{2=2,3=1} x32:ioctl:1=21523
	record -- "$PROGRAMS/call32" 359:1,2,3 102:1
	check "a 32-bit process" equals 'values_of compat:"\(socket\|socketcall\)"' \
		compat:socket:{0=1,1=2,2=3} compat:socketcall:0=1
fi
tap_done
