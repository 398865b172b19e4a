# SPDX-License-Identifier: Apache-2.0
"""What one system call costs more, with each variant attached, as ratios over the floor.

The floor is an empty program on sys_enter. The kernel leaves its fast path for every task as
soon as there is one, which no tool that attaches there can avoid.
"""
import contextlib
import os
import shutil
import statistics
import subprocess

import bench

DENIED = os.path.join(bench.PROGRAMS, "bpf/denied")
CALL = os.path.join(bench.PROGRAMS, "bpf/call")
FLOOR = "empty tp_btf/sys_enter (the floor)"
NOTHING = "nothing attached"

ROUNDS, ROUNDS_QUICK = 40, 8
# Short batches: the best of many has a chance not to be disturbed at all.
CALLS, BATCHES = 2000, 100
# A tracer that stops the process at each call is a hundred times slower.
CALLS_TRACED, BATCHES_TRACED = 1000, 3


def loop(*prefix, calls=CALLS, batches=BATCHES):
    """Nanoseconds a call, in the batch that was disturbed least."""
    command = [*prefix, bench.LOOP, str(calls), str(batches)]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return min(float(line) for line in result.stdout.split())


def attached(name):
    program = os.path.join(bench.PROGRAMS, "bench/attach")
    objects = os.path.join(bench.PROGRAMS, "bench", name + ".bpf.o")

    def measure():
        with bench.background([program, objects], "ready", bench.close_input):
            return loop()

    return measure


def in_cgroup(path):
    return [bench.ENTER_CGROUP, path]


def recorder(recorded, denied, hook="btf"):
    """A recorder at work. With a filter in sight it also watches how calls end."""

    def measure():
        with contextlib.ExitStack() as stack:
            cgroup = stack.enter_context(bench.cgroup())
            stack.enter_context(bench.recording("--hook", hook, "--cgroup", cgroup))
            if denied:
                # Twice: the first call under a filter makes the recorder attach sys_exit.
                for _ in range(2):
                    subprocess.run([*in_cgroup(cgroup), DENIED, "exec", CALL], check=True)
            return loop(*(in_cgroup(cgroup) if recorded else []))

    return measure


def traced(*prefix):
    return lambda: loop(*prefix, calls=CALLS_TRACED, batches=BATCHES_TRACED)


def perf_works():
    """perf trace needs a perf of the running kernel's kind, and tracefs."""
    if not shutil.which("perf"):
        return "perf is not installed"
    result = subprocess.run(
        ["perf", "trace", "-s", "-o", "/dev/null", "true"], capture_output=True, text=True
    )
    return None if result.returncode == 0 else "perf trace: " + result.stderr.strip()


def variants():
    """Name -> measure, in the order of the table; a reason instead where there is no measure."""
    result = {
        NOTHING: loop,
        FLOOR: attached("empty_enter"),
        "recorder, process not recorded": recorder(False, False),
        "recorder, process recorded": recorder(True, False),
        "empty tp_btf/sys_enter and sys_exit": attached("empty_both"),
        "recorder watching denied calls, not recorded": recorder(False, True),
        "recorder watching denied calls, recorded": recorder(True, True),
        "recorder on classic tracepoints, not recorded": recorder(False, False, "tracepoint"),
        "recorder on classic tracepoints, recorded": recorder(True, False, "tracepoint"),
        "mount-namespace hash, classic tracepoint": attached("namespace_tracepoint"),
        "the same, raw tracepoint, comm and registers copied": attached("namespace_copying"),
    }
    reason = perf_works()
    perf = traced("perf", "trace", "-s", "-o", "/dev/null", "--")
    result["perf trace -s"] = reason if reason else perf
    strace = traced("strace", "-f", "-c", "-o", "/dev/null")
    result["strace -f -c"] = strace if shutil.which("strace") else "strace is not installed"
    return result


def measure(quick):
    """By variant: nanoseconds a call, and how many more than with nothing attached.

    For the median, that is the median of the differences to the same round's call with nothing
    attached: the machine's speed drifts, and a round is short. A variant that cannot be
    measured here has a reason instead: {"skipped": reason}.
    """
    measures = variants()
    samples = {name: [] for name, run in measures.items() if callable(run)}
    for _ in range(ROUNDS_QUICK if quick else ROUNDS):
        for name, results in samples.items():
            results.append(measures[name]())
    result = {}
    for name, run in measures.items():
        if name not in samples:
            result[name] = {"skipped": run}
            continue
        pairs = zip(samples[name], samples[NOTHING])
        result[name] = {
            "median": statistics.median(samples[name]),
            "min": min(samples[name]),
            "extra": statistics.median(with_it - without for with_it, without in pairs),
        }
        result[name]["extra_min"] = result[name]["min"] - result[NOTHING]["min"]
    for name in samples:
        for extra in ("extra", "extra_min"):
            result[name][extra + "_over_floor"] = result[name][extra] / result[FLOOR][extra]
    return result


def ratio(numbers, extra):
    return [f"+{numbers[extra]:.0f} ns", f"{numbers[extra + '_over_floor']:.2f} x"]


def show(result):
    rows = []
    for name, numbers in result.items():
        if "skipped" in numbers:
            rows.append([name, "skipped: " + numbers["skipped"], "", "", "", "", ""])
            continue
        row = [name]
        for kind, extra in (("median", "extra"), ("min", "extra_min")):
            row.append(f"{numbers[kind]:.0f} ns")
            row += ["", ""] if name == NOTHING else ratio(numbers, extra)
        rows.append(row)
    bench.table(
        "One getppid(2), what it costs more than with nothing attached, and that over the floor's",
        ["", "median", "more", "floors", "least", "more", "floors"],
        rows,
    )
