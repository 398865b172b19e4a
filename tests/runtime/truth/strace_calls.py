#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""strace_calls.py TRACE: the system calls of a trace, as lines "ABI NUMBER NAME".
strace_calls.py TRACE TABLE: the values of their arguments, as lines "ABI NAME ARGUMENT VALUE".

The table is src/syscalls/arguments.tbl. Flags are separate lines. Values in memory are left out:
strace prints where they are.

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
CALL = re.compile(r"(\w+)\(([^)<]*)")
# The line of a call that creates a process ends with its pid, at once or when resumed.
CHILD = re.compile(r"(?:(?:fork|clone3?)\(|<\.\.\. v?(?:fork|clone3?) resumed>).* = (\w+)$")
ENDINGS = ("exit", "exit_group", "rt_sigreturn", "sigreturn")
ABIS = {"64 bit": "native", "32 bit": "compat", "x32": "x32"}
# i386 calls that strace shows under the name of the operation that they carry out.
MULTIPLEXERS = {("compat", 102): "socketcall", ("compat", 117): "ipc"}
X32_BIT = 0x40000000
# The tables of x86-64's ABIs: the only machine of this test.
TABLES = {"native": "x86_64", "compat": "i386", "x32": "x32"}


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
    """Each call as (pid, number, name, text of its arguments, whether it returned)."""
    pending = {}

    for pid, number, text in lines:
        match = CALL.match(text)
        if match:
            pending[pid] = None
            if text.endswith("<unfinished ...>"):
                pending[pid] = (number, *match.groups())
            yield pid, number, *match.groups(), returned(match.group(1), text)
        elif RESUMED.match(text) and pending.get(pid) and returned("", text):
            yield pid, *pending.pop(pid), True
        elif MODE.match(text):
            yield (*MODE.match(text).groups(), None, None, None)


def read_table(path):
    """By call: the arguments that are recorded, as (index, kind, ignored bits, tables)."""
    rows = {}
    with open(path, encoding="utf-8") as table:
        for line in table:
            words = line.split()
            if not words or line.startswith("#") or "+" in words[1]:
                continue
            options = dict(word.split("=") for word in words[3:] if "=" in word)
            rows.setdefault(words[0], []).append((
                int(words[1]), words[2], int(options.get("ignore", "0"), 16),
                options["on"].split(",") if "on" in options else None,
            ))
    return rows


def values_of(rows, abi, name, text):
    """The values of a call's recorded arguments, as (index, value)."""
    numbers = [int(word, 0) for word in text.split(",") if word.strip()]
    for index, kind, ignored, tables in rows.get(name, []):
        if tables and TABLES[abi] not in tables:
            continue
        value = numbers[index] & 0xFFFFFFFF & ~ignored
        flags = [1 << bit for bit in range(32) if value >> bit & 1] or [0]
        for each in flags if kind == "flags" else [value]:
            yield index, each


def main(path, table=None):
    lines = list(parse(path))
    parent_of = parents(lines)
    rows = read_table(table) if table else {}
    first = lines[0][0] if lines else None
    entered = False
    abi_of = {}
    calls = {}

    for pid, number, name, text, whole in calls_of(lines):
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
        found = [(abi, number, MULTIPLEXERS.get((abi, number), name))]
        if table and (abi, number) in MULTIPLEXERS:
            found = []
        elif table:
            found = [(abi, name, *value) for value in values_of(rows, abi, name, text)]
        for call in found:
            calls[call] = calls.get(call, False) or whole
    for call, whole in sorted(calls.items()):
        print(*call, *([] if whole else ["?"]))


main(*sys.argv[1:])
