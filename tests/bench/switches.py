# SPDX-License-Identifier: Apache-2.0
"""What one context switch costs more while recorder is at work, with the read(2) that waits and the
write(2) that wakes: watching denied calls, recorder looks at switches too.
"""
import os
import statistics

import bench
import calls

SWITCH = os.path.join(bench.PROGRAMS, "bench/switch")
SWITCHES, BATCHES = 400, 60
ROUNDS, ROUNDS_QUICK = 40, 6


def switch(*prefix):
    """Nanoseconds a switch, in the batch that was disturbed least."""
    return bench.least([*prefix, SWITCH, str(SWITCHES), str(BATCHES)])


def variants():
    """Name -> measure, in the order of the table."""
    return {
        "nothing attached": lambda cpu: switch(*calls.on_cpu(cpu)),
        **calls.with_before("recorder, not recorded", False, False, work=switch),
        **calls.with_before("recorder, recorded", True, False, work=switch),
        **calls.with_before("recorder watching denied calls, not recorded", False, True, work=switch),
        **calls.with_before("recorder watching denied calls, recorded", True, True, work=switch),
    }


def measure(quick):
    """By variant: nanoseconds a switch, at the first quartile and at the median."""
    measures = variants()
    samples = {name: [] for name in measures}
    cpus = sorted(os.sched_getaffinity(0))
    for round_ in range(ROUNDS_QUICK if quick else ROUNDS):
        for name, run in measures.items():
            samples[name].append(run(cpus[round_ % len(cpus)]))
    return {
        name: dict(zip(("quartile", "median"), statistics.quantiles(numbers, n=4)))
        for name, numbers in samples.items()
    }


def show(result):
    bench.table(
        "One context switch, with a read(2) and a write(2)",
        ["", "quartile", "median"],
        [[name, *(f"{ns:.0f} ns" for ns in of.values())] for name, of in result.items()],
    )
