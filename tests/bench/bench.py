# SPDX-License-Identifier: Apache-2.0
"""What the parts of the benchmark share: programs, cgroups, a recorder in the background."""
import contextlib
import os
import random
import re
import signal
import subprocess
import time

RECORDER = os.environ["RECORDER"]
PROGRAMS = os.path.join(os.environ["O"], "tests")
LOOP = os.path.join(PROGRAMS, "bench/loop")
ENTER_CGROUP = os.path.join(PROGRAMS, "runtime/enter_cgroup")
READY_SECONDS = 20


def cgroup_root():
    """The v2 hierarchy: the only one, or the one beside those of v1."""
    with open("/proc/mounts", encoding="ascii") as mounts:
        for line in mounts:
            fields = line.split()
            if fields[2] == "cgroup2":
                return fields[1]
    raise SystemExit("no cgroup v2 hierarchy is mounted")


@contextlib.contextmanager
def cgroup():
    """A new cgroup; what is left in it and below goes at the end."""
    path = f"{cgroup_root()}/recorder-bench-{os.getpid()}-{random.randrange(1 << 32):08x}"
    os.mkdir(path)
    try:
        yield path
    finally:
        for directory, _, _ in os.walk(path, topdown=False):
            os.rmdir(directory)


@contextlib.contextmanager
def background(command, ready, stop):
    """A process for a while, from when a line of its standard error or output matches ready."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if re.search(ready, line):
                break
        else:
            raise RuntimeError(f"{' '.join(command)}: {''.join(said).strip()}")
        yield process
    finally:
        stop(process)
        process.communicate(timeout=READY_SECONDS)


def interrupt(process):
    process.send_signal(signal.SIGINT)


def close_input(process):
    process.stdin.close()
    process.stdin = None


def recording(*arguments):
    """A recorder that records."""
    # -vv: it says when everything is attached.
    command = [RECORDER, "record", "-vv", "--format", "recording", *arguments]
    return background(command, r"recording ", interrupt)


def memory_kib(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    raise RuntimeError(f"process {pid} has no {field}")


def table(title, heads, rows):
    """Prints rows of text, the first column to the left, the others to the right."""
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    print(f"\n{title}\n")
    for row in [heads, ["-" * width for width in widths], *rows]:
        cells = [str(row[0]).ljust(widths[0])]
        cells += [str(cell).rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells).rstrip())
