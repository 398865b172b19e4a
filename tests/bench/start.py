# SPDX-License-Identifier: Apache-2.0
"""From the execve of a tool that records /bin/true to its end: time, and peak memory."""
import os
import shutil
import statistics
import subprocess

import bench

COST = os.path.join(bench.PROGRAMS, "bench/cost")
VARIANTS = {
    "recorder record -- true": [bench.RECORDER, "record", "--", "/bin/true"],
    "strace -f -o /dev/null true": ["strace", "-f", "-o", "/dev/null", "/bin/true"],
}


def measure(quick):
    samples = {name: [] for name, command in VARIANTS.items() if shutil.which(command[0])}
    for _ in range(5 if quick else 20):
        for name, results in samples.items():
            output = subprocess.run([COST, *VARIANTS[name]], stdout=subprocess.PIPE, check=True)
            results.append([int(word) for word in output.stdout.split()])
    return {
        name: {
            "milliseconds": statistics.median(time for time, _, _ in results) / 1000,
            "peak_mib": max(memory for _, memory, _ in results) / 1024,
        }
        for name, results in samples.items()
    }


def show(result):
    bench.table(
        "To record /bin/true",
        ["", "median", "peak memory"],
        [
            [name, f"{numbers['milliseconds']:.0f} ms", f"{numbers['peak_mib']:.1f} MiB"]
            for name, numbers in result.items()
        ],
    )
