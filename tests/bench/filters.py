# SPDX-License-Identifier: Apache-2.0
"""What one system call costs under a filter: that of a profile as recorder emits it, beside that of
a runtime's default on the same kernel.

A call that a filter allows whatever its arguments are, the kernel remembers (since Linux 5.11), and
runs no filter for it; the others show how long the filter takes. personality(2) has conditions in
every default profile, and in profiles with --arguments default and exact.
"""
import json
import os
import platform
import statistics
import subprocess
import tempfile

import bench

BASELINE = "containerd"
# The recorded workload: an interpreter with its libraries, children, and the loop.
WORKLOAD = (
    'python3 -c "import ctypes, json, socket, ssl, sqlite3, subprocess; '
    'subprocess.run([\\"true\\"]); ctypes.CDLL(None).personality(0)"'
)
MODES = ("none", "default", "exact")
ROUNDS, ROUNDS_QUICK = 15, 4
CALLS, BATCHES = 2000, 60

# personality(0) changes nothing. 1023 has no name, so all profiles refuse it.
PERSONALITY = {"x86_64": 135, "aarch64": 92}[platform.machine()]
KINDS = {"allowed": None, "allowed for some arguments": PERSONALITY, "refused": 1023}


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
        [bench.RECORDER, "record", "--quiet", "--format", "recording", "-o", path, "--"]
        + ["sh", "-c", command],
        stdout=subprocess.DEVNULL,
        check=True,
    )


def convert(recording, mode, path):
    subprocess.run(
        [bench.RECORDER, "convert", "--quiet", "--arguments", mode, "--baseline", BASELINE]
        + ["-o", path, recording],
        check=True,
    )


def show_baseline(path):
    with open(path, "wb") as output:
        command = [bench.RECORDER, "baseline", "show", BASELINE, "--format", "seccomp"]
        subprocess.run(command, stdout=output, check=True)


def measure(quick):
    with tempfile.TemporaryDirectory() as directory:
        recording = os.path.join(directory, "recording.json")
        default = os.path.join(directory, "runtime-default.json")
        record(recording)
        show_baseline(default)
        profiles = {"no filter": None, f"{BASELINE}'s RuntimeDefault": default}
        for mode in MODES:
            path = os.path.join(directory, f"emitted-{mode}.json")
            convert(recording, mode, path)
            profiles[f"an emitted profile, --arguments {mode}"] = path
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
