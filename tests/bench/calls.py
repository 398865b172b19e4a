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


def on_cpu(cpu):
    """No two processors of a virtual machine need be equally fast."""
    return ["taskset", "-c", str(cpu)]


def nothing(cpu):
    return loop(*on_cpu(cpu))


def attached(name):
    program = os.path.join(bench.PROGRAMS, "bench/attach")
    objects = os.path.join(bench.PROGRAMS, "bench", name + ".bpf.o")

    def measure(cpu):
        with bench.background([program, objects], "ready", bench.close_input):
            return loop(*on_cpu(cpu))

    return measure


def in_cgroup(path):
    return [bench.ENTER_CGROUP, path]


def recorder(recorded, denied, hook="btf"):
    """A recorder at work. With a filter in sight it also watches how calls end."""

    def measure(cpu):
        with contextlib.ExitStack() as stack:
            cgroup = stack.enter_context(bench.cgroup())
            stack.enter_context(bench.recording("--hook", hook, "--cgroup", cgroup))
            if denied:
                # Twice: the first call under a filter makes the recorder attach sys_exit.
                for _ in range(2):
                    subprocess.run([*in_cgroup(cgroup), DENIED, "exec", CALL], check=True)
            return loop(*on_cpu(cpu), *(in_cgroup(cgroup) if recorded else []))

    return measure


def traced(*prefix):
    """A tracer has a processor of its own, if there is one."""
    return lambda _: loop(*prefix, calls=CALLS_TRACED, batches=BATCHES_TRACED)


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
        NOTHING: nothing,
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


def sample(run, cpu):
    """What a call takes, and how much more than with nothing attached just before and after.

    The machine's speed drifts: what is compared has to be neighbours, on one processor.
    """
    before = nothing(cpu)
    taken = run(cpu)
    return taken, taken - (before + nothing(cpu)) / 2


def summary(samples):
    taken, extra = zip(*samples)
    return {
        "median": statistics.median(taken),
        "extra": statistics.median(extra),
        "extra_quartiles": statistics.quantiles(extra, n=4)[::2],
    }


def measure(quick):
    """By variant: nanoseconds a call, and how many more than with nothing attached.

    A variant that cannot be measured here has a reason instead: {"skipped": reason}.
    """
    cpus = sorted(os.sched_getaffinity(0))
    measures = variants()
    samples = {name: [] for name, run in measures.items() if callable(run)}
    for round_ in range(ROUNDS_QUICK if quick else ROUNDS):
        for name, results in samples.items():
            results.append(sample(measures[name], cpus[round_ % len(cpus)]))
    result = {
        name: summary(samples[name]) if name in samples else {"skipped": run}
        for name, run in measures.items()
    }
    for name in samples:
        result[name]["extra_over_floor"] = result[name]["extra"] / result[FLOOR]["extra"]
    return result


def show(result):
    rows = []
    for name, numbers in result.items():
        row = [name]
        if "skipped" in numbers:
            row += ["skipped: " + numbers["skipped"], "", "", ""]
        elif name == NOTHING:
            row += [f"{numbers['median']:.0f} ns", "", "", ""]
        else:
            low, high = numbers["extra_quartiles"]
            row += [f"{numbers['median']:.0f} ns", f"+{numbers['extra']:.1f} ns"]
            row += [f"{low:.1f} to {high:.1f}", f"{numbers['extra_over_floor']:.2f} x"]
        rows.append(row)
    bench.table(
        "One getppid(2), what it costs more than with nothing attached, and that over the floor's",
        ["", "median", "more", "quartiles", "floors"],
        rows,
    )
