# SPDX-License-Identifier: Apache-2.0
"""From the request for a pod to the first system calls of its container, with an agent on the node."""
import statistics

import bench
import in_cluster

NAMES = {"idle": "agent without a recording", "recorded": "agent that records the pod"}


def measure(quick):
    samples = {name: [] for name in NAMES}
    for name, nanoseconds in in_cluster.lines("pods.bash", 2 if quick else 10, nodes=1):
        samples[name].append(int(nanoseconds) / 1e6)
    return {
        name: {
            "pods": len(times),
            "quartiles_ms": statistics.quantiles(times, n=4),
        }
        for name, times in samples.items()
    }


def show(result):
    bench.table(
        "To start a pod",
        ["", "pods", "first quartile", "median", "third quartile"],
        [
            [NAMES[name], numbers["pods"], *(f"{time:.0f} ms" for time in numbers["quartiles_ms"])]
            for name, numbers in result.items()
        ],
    )
