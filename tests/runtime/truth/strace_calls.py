#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""strace_calls.py TRACE: the system calls of a trace, as lines "ABI NUMBER NAME".

The trace is one of "strace -f -n -e raw=all -o TRACE enter_cgroup ...". What the first process
does up to and with the write that moves it into the cgroup is left out.
"""
import re
import sys

LINE = re.compile(r"(\d+) +\[ *(-?\d+|\?+)\] (.*)")
MODE = re.compile(r"\[ Process PID=(\d+) runs in (.*) mode\. \]")
CALL = re.compile(r"(\w+)\(")
# The call that makes a process ends with the process's number, at once or when resumed.
CHILD = re.compile(r"(?:(?:fork|clone3?)\(|<\.\.\. v?(?:fork|clone3?) resumed>).* = (\w+)$")
ABIS = {"64 bit": "native", "32 bit": "compat", "x32": "x32"}
# i386 calls that strace shows as the one of many that they carry out.
MULTIPLEXERS = {("compat", 102): "socketcall", ("compat", 117): "ipc"}
X32_BIT = 0x40000000


def parse(path):
    with open(path, encoding="utf-8", errors="replace") as trace:
        for line in trace:
            match = LINE.match(line)
            if match:
                yield match.groups()


def parents(lines):
    """Who made whom; strace may print a child's first calls before it."""
    result = {}
    for pid, _, text in lines:
        match = CHILD.search(text)
        if match:
            result[str(int(match.group(1), 0))] = pid
    return result


def main(path):
    lines = list(parse(path))
    parent_of = parents(lines)
    first = lines[0][0] if lines else None
    entered = False
    abi_of = {}
    calls = set()

    for pid, number, text in lines:
        mode = MODE.match(text)
        if mode:
            abi_of[mode.group(1)] = ABIS[mode.group(2)]
            continue
        match = CALL.match(text)
        if not match:  # a signal, an end, the second half of a call
            continue
        if pid == first and not entered:
            entered = match.group(1) == "write"
            continue
        abi = abi_of.setdefault(pid, abi_of.get(parent_of.get(pid), "native"))
        if number.strip("?") == "":  # -1: no call
            continue
        number = int(number) & ~X32_BIT
        calls.add((abi, number, MULTIPLEXERS.get((abi, number), match.group(1))))
    for call in sorted(calls):
        print(*call)


main(sys.argv[1])
