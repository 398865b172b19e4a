#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""strace_calls.py TRACE: the system calls of a trace, as lines "ABI NUMBER NAME".

The trace is one of "strace -f -n -e raw=all -o TRACE enter_cgroup ...". What the first process
does up to and with the write that moves it into the cgroup is left out.

A call that never returned, because its task was killed, is followed by "?": strace stops a task
before the kernel looks whether it has to die, and one that has to does not make the call.
"""
import re
import sys

LINE = re.compile(r"(\d+) +\[ *(-?\d+|\?+)\] (.*)")
MODE = re.compile(r"\[ Process PID=(\d+) runs in (.*) mode\. \]")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
CALL = re.compile(r"(\w+)\(")
# The line of a call that creates a process ends with its pid, at once or when resumed.
CHILD = re.compile(r"(?:(?:fork|clone3?)\(|<\.\.\. v?(?:fork|clone3?) resumed>).* = (\w+)$")
ENDINGS = ("exit", "exit_group", "rt_sigreturn", "sigreturn")
ABIS = {"64 bit": "native", "32 bit": "compat", "x32": "x32"}
# i386 calls that strace shows under the name of the operation that they carry out.
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


def returned(name, text):
    """Whether the line shows the end of a call, or it is one that has no other end."""
    return not text.endswith(("<unfinished ...>", "= ?")) or name in ENDINGS


def calls_of(lines):
    """Each call as (pid, number, name, whether it returned)."""
    pending = {}

    for pid, number, text in lines:
        match = CALL.match(text)
        if match:
            pending[pid] = None
            if text.endswith("<unfinished ...>"):
                pending[pid] = (number, match.group(1))
            yield pid, number, match.group(1), returned(match.group(1), text)
        elif RESUMED.match(text) and pending.get(pid) and returned("", text):
            yield pid, *pending.pop(pid), True
        elif MODE.match(text):
            yield (*MODE.match(text).groups(), None, None)


def main(path):
    lines = list(parse(path))
    parent_of = parents(lines)
    first = lines[0][0] if lines else None
    entered = False
    abi_of = {}
    calls = {}

    for pid, number, name, whole in calls_of(lines):
        if name is None:  # "number" is the mode that the process changed to
            abi_of[pid] = ABIS[number]
            continue
        if pid == first and not entered:
            entered = name == "write" and whole
            continue
        abi = abi_of.setdefault(pid, abi_of.get(parent_of.get(pid), "native"))
        if number.strip("?") == "":  # -1: no call
            continue
        number = int(number) & ~X32_BIT
        call = (abi, number, MULTIPLEXERS.get((abi, number), name))
        calls[call] = calls.get(call, False) or whole
    for call, whole in sorted(calls.items()):
        print(*call, *([] if whole else ["?"]))


main(sys.argv[1])
