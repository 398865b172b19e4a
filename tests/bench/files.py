# SPDX-License-Identifier: Apache-2.0
"""What is done with files: thousands of recordings and profiles, as a fleet or a CI run has them.

The files are generated, the same for the same seed. Each command runs a few rounds, interleaved; the
time is that of the whole command, from its execve to its end, and the memory its peak. The time that
it had a processor says what it would take on a machine that does nothing else.
"""
import json
import os
import random
import statistics
import subprocess
import tempfile

import bench

COST = os.path.join(bench.PROGRAMS, "bench/cost")
TABLE = "src/syscalls/x86_64.tbl"
SEED = 2026
FILES, FILES_QUICK = 10000, 1000
ROUNDS, ROUNDS_QUICK = 5, 2
CALLS = 60  # calls that a service needs


def syscalls():
    """Native numbers and names, as the program knows them."""
    with open(TABLE, encoding="ascii") as table:
        rows = [line.split() for line in table if not line.startswith("#")]
    return [(int(row[0]), row[1]) for row in rows]


def call(index, nr, name):
    return {
        "nr": nr,
        "name": name,
        "abi": "native",
        "origin": "observed",
        "firstSeen": f"2026-11-22T14:{index % 60:02d}:03.{nr:09d}Z",
        "process": "server",
    }


def recording(chance, calls, index):
    """What one container did in its life: of a pod, as the recorder of a node writes it."""
    container = f"{chance.getrandbits(256):064x}"
    pod = f"shop-{index % 97:02d}-{index:05d}"
    seen = sorted(chance.sample(calls, CALLS))
    observation = {
        "container": {"name": "web", "id": container, "image": "registry.example/shop:1.4"},
        "pod": {"name": pod, "namespace": f"team-{index % 7}", "uid": f"uid-{index}"},
        "labels": {"app": "shop", "tier": "front"},
        "node": f"node-{index % 50}",
        "kernel": "6.1.0-49-amd64",
        "machine": "x86_64",
        "runtime": {"name": "runc", "version": "1.1.5"},
        "seccomp": "filtered",
        "noNewPrivs": False,
        "capabilities": ["CAP_CHOWN", "CAP_NET_BIND_SERVICE"],
        "start": f"2026-11-22T14:{index % 60:02d}:03.000000000Z",
        "attribution": f"cgroup /kubepods/besteffort/{container} matched pod label app=shop",
        "complete": True,
        "systemCalls": [call(index, nr, name) for nr, name in seen],
        "denied": [],
    }
    return {
        "format": "recorder.recording/v2",
        "name": "shop",
        "complete": True,
        "observations": [observation],
    }


def profile(names):
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": [{"names": sorted(names), "action": "SCMP_ACT_ALLOW"}],
    }


def write(directory, index, value):
    with open(os.path.join(directory, f"{index:05d}.json"), "w", encoding="ascii") as file:
        # In one go: the encoder's own writing to a file is ten times slower.
        file.write(json.dumps(value))


def generate(root, count):
    """Recordings, profiles, and the same profiles of which every tenth has changed."""
    chance = random.Random(SEED)
    calls = syscalls()
    for name in ("recordings", "old", "new"):
        os.mkdir(os.path.join(root, name))
    for index in range(count):
        write(os.path.join(root, "recordings"), index, recording(chance, calls, index))
        names = {name for _, name in chance.sample(calls, CALLS)}
        write(os.path.join(root, "old"), index, profile(names))
        if index % 10 == 0:
            names ^= {chance.choice(calls)[1]}
        write(os.path.join(root, "new"), index, profile(names))


def runtime_default(path):
    command = [bench.RECORDER, "baseline", "show", "containerd", "--format", "seccomp"]
    with open(path, "wb") as file:
        subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, check=True)


def variants(root, count):
    """Name -> (command, seconds that it may take, MiB that it may take)."""
    names = ("recordings", "old", "new", "union", "profile", "default")
    path = {name: os.path.join(root, name) for name in names}
    runtime_default(path["default"])
    merge = [bench.RECORDER, "merge", path["recordings"]]
    merge_evidence = [*merge, "--output", path["union"]]
    subprocess.run(merge_evidence, check=True)
    return {
        f"diff two directories of {count} profiles": (
            [bench.RECORDER, "diff", "--fail-on", "none", path["old"], path["new"]],
            2,
            None,
        ),
        f"merge {count} recordings into one": (merge_evidence, 2, 64),
        f"merge {count} recordings into a profile": (
            [*merge, "--format", "seccomp", "--output", path["profile"]],
            2,
            64,
        ),
        f"convert one recording of {count} containers": (
            [bench.RECORDER, "convert", path["union"]],
            None,
            None,
        ),
        "verify containerd's default profile": (
            [bench.RECORDER, "verify", path["default"]],
            0.05,
            None,
        ),
    }


def measure(quick):
    count = FILES_QUICK if quick else FILES
    with tempfile.TemporaryDirectory() as root:
        generate(root, count)
        commands = variants(root, count)
        samples = {name: [] for name in commands}
        for _ in range(ROUNDS_QUICK if quick else ROUNDS):
            for name, results in samples.items():
                output = subprocess.run(
                    [COST, *commands[name][0]], stdout=subprocess.PIPE, check=True
                )
                results.append([int(word) for word in output.stdout.split()])
    return {
        name: {
            "seconds": statistics.median(time for time, _, _ in results) / 1e6,
            "least_seconds": min(time for time, _, _ in results) / 1e6,
            "cpu_seconds": min(cpu for _, _, cpu in results) / 1e6,
            "peak_mib": max(memory for _, memory, _ in results) / 1024,
            "goal_seconds": commands[name][1],
            "goal_mib": commands[name][2],
        }
        for name, results in samples.items()
    }


def milliseconds(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds else ""


def mebibytes(number):
    return f"{number:.0f} MiB" if number else ""


def show(result):
    bench.table(
        "Files: the whole command, and at most how much it should take",
        ["", "median", "least", "processor", "goal", "peak memory", "goal"],
        [
            [
                name,
                milliseconds(numbers["seconds"]),
                milliseconds(numbers["least_seconds"]),
                milliseconds(numbers["cpu_seconds"]),
                milliseconds(numbers["goal_seconds"]),
                mebibytes(numbers["peak_mib"]),
                mebibytes(numbers["goal_mib"]),
            ]
            for name, numbers in result.items()
        ],
    )
