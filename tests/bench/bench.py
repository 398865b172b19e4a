# SPDX-License-Identifier: Apache-2.0
"""What the parts of the benchmark share: programs, cgroups, a recorder in the background."""
import contextlib
import os
import random
import re
import signal
import subprocess
import tempfile
import time

BUILD = os.environ.get("O", "build")
RECORDER = os.environ.get("RECORDER", os.path.join(BUILD, "recorder"))
BEFORE = os.environ.get("BEFORE")  # another build, measured for comparison
PROGRAMS = os.path.join(BUILD, "tests")
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


def least(command):
    """Of the numbers that a command prints, that of the batch that was disturbed least."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return min(float(line) for line in result.stdout.split())


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


def wait_for(pattern, process, output):
    """Until the process says so. It writes to a file: nobody has to read for it to go on."""
    deadline = time.monotonic() + READY_SECONDS
    said = ""
    while not re.search(pattern, said):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{' '.join(process.args)}: {said.strip()}")
        time.sleep(0.005)
        output.seek(0)
        said = output.read()


@contextlib.contextmanager
def background(command, ready, stop):
    """A process for a while, from when its standard output or error matches ready."""
    with tempfile.TemporaryFile("w+") as output, subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
    ) as process:
        try:
            wait_for(ready, process, output)
            yield process
        finally:
            stop(process)
            process.wait(READY_SECONDS)


def interrupt(process):
    process.send_signal(signal.SIGINT)


def close_input(process):
    process.stdin.close()


def recording(*arguments, program=RECORDER):
    """A recorder that records."""
    # With -vv it reports when everything is attached.
    command = [program, "record", "-vv", "--format", "recording", *arguments]
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
