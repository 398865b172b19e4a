# SPDX-License-Identifier: Apache-2.0
"""Container cgroups made and removed by the thousand while their parent is recorded.

Hundreds of system calls are made once each, in cgroups spread over the run: one that is
missing from the recording was lost. The recorder's memory is read meanwhile.
"""
import json
import os
import subprocess
import tempfile
import time

import bench

CHURN = os.path.join(bench.PROGRAMS, "bench/churn")
CALL = os.path.join(bench.PROGRAMS, "bpf/call")
STORM = os.path.join(bench.PROGRAMS, "bpf/storm")

# The cgroups look like containers, but no runtime makes them.
CONTAINERS = ["--runtime-calls", "none"]


def seen(path):
    """The native numbers that a recording has, and whether it is complete."""
    with open(path, encoding="utf-8") as file:
        recording = json.load(file)
    calls = [call for one in recording["observations"] for call in one["systemCalls"]]
    numbers = {call["nr"] for call in calls if (call["abi"], call["origin"]) == ("native", "observed")}
    return numbers, recording["complete"]


def churn(recorder, parent, count, numbers):
    """Memory at the start, in the middle and at the end, and how long it took."""
    memory = [bench.memory_kib(recorder.pid)]
    start = time.monotonic()
    with subprocess.Popen(
        [CHURN, parent, str(count), CALL, *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for _ in ("half", "end"):
            process.stdout.readline()
            memory.append(bench.memory_kib(recorder.pid))
            process.stdin.write("\n")
            process.stdin.flush()
    return memory, time.monotonic() - start


def measure(quick):
    count = 1000 if quick else 100000
    numbers = subprocess.run([STORM, "list"], stdout=subprocess.PIPE, check=True).stdout.split()
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "recording.json")
        with bench.cgroup() as parent:
            with bench.recording(*CONTAINERS, "--output", path, "--cgroup", parent) as recorder:
                memory, seconds = churn(recorder, parent, count, numbers)
        found, complete = seen(path)
    return {
        "cgroups": count,
        "per_second": count / seconds,
        "rss_mib": [kib / 1024 for kib in memory],
        "calls": len(numbers),
        "lost": len(set(map(int, numbers)) - found),
        "complete": complete,
    }


def show(result):
    memory = [f"{mib:.1f} MiB" for mib in result["rss_mib"]]
    complete = "complete" if result["complete"] else "incomplete"
    bench.table(
        f"{result['cgroups']} cgroups made and removed, {result['per_second']:.0f} a second",
        ["recorder's memory at the start", "half-way", "at the end", "lost calls", "recording"],
        [[memory[0], memory[1], memory[2], f"{result['lost']} of {result['calls']}", complete]],
    )
