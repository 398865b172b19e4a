# SPDX-License-Identifier: Apache-2.0
"""What one system call costs under a filter: that of a profile as recorder emits it, beside that of
a runtime's default on the same kernel.

A call that a filter allows whatever its arguments are, the kernel remembers (since Linux 5.11), and
runs no filter for it; the others show how long the filter takes.
"""
import json
import os
import statistics
import subprocess
import tempfile

import bench

BASELINE = "containerd"
# The recorded workload: an interpreter with its libraries, children, and the loop.
WORKLOAD = 'python3 -c "import json, socket, ssl, sqlite3, subprocess; subprocess.run([\\"true\\"])"'
ROUNDS, ROUNDS_QUICK = 15, 4
CALLS, BATCHES = 2000, 60

# 1023 has no name, so both profiles refuse it.
KINDS = {"allowed": None, "refused": 1023}


def loop(profile, number):
    """Nanoseconds a call, in the batch that was disturbed least."""
    command = [bench.RECORDER, "run", "--quiet", "--profile", profile, "--"] if profile else []
    command += [bench.LOOP, str(CALLS), str(BATCHES)] + ([str(number)] if number else [])
    return bench.least(command)


def instructions(profile):
    """How long the filter is, and how many of its instructions a call takes at most."""
    command = [bench.RECORDER, "verify", "--format", "json", profile]
    result = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout)[0]
    return result["instructions"], result["longestPath"]


def record(path):
    command = f"{WORKLOAD}; {bench.LOOP} 10 1"
    subprocess.run(
        [bench.RECORDER, "record", "--quiet", "-o", path, "--", "sh", "-c", command],
        stdout=subprocess.DEVNULL,
        check=True,
    )


def show_baseline(path):
    with open(path, "wb") as output:
        command = [bench.RECORDER, "baseline", "show", BASELINE, "--format", "seccomp"]
        subprocess.run(command, stdout=output, check=True)


def measure(quick):
    with tempfile.TemporaryDirectory() as directory:
        emitted = os.path.join(directory, "emitted.json")
        default = os.path.join(directory, "default.json")
        record(emitted)
        show_baseline(default)
        profiles = {
            "no filter": None,
            f"{BASELINE}'s RuntimeDefault": default,
            "an emitted profile": emitted,
        }
        samples = {name: {kind: [] for kind in KINDS} for name in profiles}
        for _ in range(ROUNDS_QUICK if quick else ROUNDS):
            for name, profile in profiles.items():
                for kind, number in KINDS.items():
                    samples[name][kind].append(loop(profile, number))
        sizes = {name: instructions(path) if path else None for name, path in profiles.items()}
    return {
        name: {
            "nanoseconds": {kind: statistics.median(values) for kind, values in kinds.items()},
            "instructions": sizes[name] and sizes[name][0],
            "longest_path": sizes[name] and sizes[name][1],
        }
        for name, kinds in samples.items()
    }


def show(result):
    bench.table(
        "One call under a filter",
        ["", *KINDS, "instructions", "at most for a call"],
        [
            [name]
            + [f"{numbers['nanoseconds'][kind]:.0f} ns" for kind in KINDS]
            + [numbers["instructions"] or "", numbers["longest_path"] or ""]
            for name, numbers in result.items()
        ],
    )
