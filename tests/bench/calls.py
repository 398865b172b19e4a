# SPDX-License-Identifier: Apache-2.0
"""What one system call costs more, with each variant attached, as ratios over the floor.

The floor is an empty program on sys_enter. The kernel leaves its fast path for every task as
soon as there is one, which no tool that attaches there can avoid.
"""
import contextlib
import functools
import os
import shutil
import statistics
import subprocess

import bench

DENIED = os.path.join(bench.PROGRAMS, "bpf/denied")
CALL = os.path.join(bench.PROGRAMS, "bpf/call")
FLOOR = "empty tp_btf/sys_enter (the floor)"
NOTHING = "nothing attached"
# Containers run under a filter. The call costs more there without any program, too.
FILTERED = ", under a filter"

QUANTILES = ("quartile", "median")

ROUNDS, ROUNDS_QUICK = 80, 8
# Short batches: the best of many has a chance not to be disturbed at all.
CALLS, BATCHES = 2000, 100
# A tracer that stops the process at each call is a hundred times slower.
CALLS_TRACED, BATCHES_TRACED = 1000, 3


# Cheap calls with recorded arguments (src/syscalls/arguments.tbl): one value, one of flags, and two
# of flags. With the arguments 0, they do little or nothing. Their numbers on x86-64 and arm64.
ARGUMENTS = {
    "personality, one value": {"x86_64": 135, "aarch64": 92},
    "mprotect, one of flags": {"x86_64": 10, "aarch64": 226},
    "mmap, two of flags": {"x86_64": 9, "aarch64": 222},
}


def loop(*prefix, calls=CALLS, batches=BATCHES, number=None):
    """Nanoseconds a call, in the batch that was disturbed least."""
    return bench.least([*prefix, bench.LOOP, str(calls), str(batches), *([str(number)] if number else [])])


def on_cpu(cpu):
    """No two processors of a virtual machine need be equally fast."""
    return ["taskset", "-c", str(cpu)]


def filtered(*prefix):
    return loop(*prefix, DENIED, "exec")


# By the end of a variant's name: another work than the loop of getppid(2). What it costs with nothing
# attached is measured too.
WORKS = {
    FILTERED: filtered,
    **{
        f": {call}": functools.partial(loop, number=numbers.get(os.uname().machine))
        for call, numbers in ARGUMENTS.items()
    },
}


def base_of(name):
    """The variant to compare with, and its work."""
    for suffix, work in WORKS.items():
        if suffix in name:
            return NOTHING + suffix, work
    return NOTHING, loop


def nothing(cpu, work=loop):
    return work(*on_cpu(cpu))


def attached(name, work=loop):
    program = os.path.join(bench.PROGRAMS, "bench/attach")
    objects = os.path.join(bench.PROGRAMS, "bench", name + ".bpf.o")

    def measure(cpu):
        with bench.background([program, objects], "ready", bench.close_input):
            return work(*on_cpu(cpu))

    return measure


def in_cgroup(path):
    return [bench.ENTER_CGROUP, path]


def recorder(recorded, denied, hook="btf", program=bench.RECORDER, work=loop):
    """program while that work is done. With a filter in sight it also watches how calls end."""

    def measure(cpu):
        with contextlib.ExitStack() as stack:
            cgroup = stack.enter_context(bench.cgroup())
            stack.enter_context(bench.recording("--hook", hook, "--cgroup", cgroup, program=program))
            if denied:
                # Twice: the first call under a filter makes the recorder attach sys_exit.
                for _ in range(2):
                    subprocess.run([*in_cgroup(cgroup), DENIED, "exec", CALL], check=True)
            return work(*on_cpu(cpu), *(in_cgroup(cgroup) if recorded else []))

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


def with_before(name, *arguments, **options):
    """A variant of the recorder, and the same of the build to compare with, if there is one."""
    result = {name: recorder(*arguments, **options)}
    if bench.BEFORE:
        result[name + ", before"] = recorder(*arguments, program=bench.BEFORE, **options)
    return result


def variants():
    """Name -> measure, in the order of the table; a reason instead where there is no measure."""
    result = {
        FLOOR: attached("empty_enter"),
        **with_before("recorder, process not recorded", False, False),
        **with_before("recorder, process recorded", True, False),
        "empty tp_btf/sys_enter and sys_exit": attached("empty_both"),
        **with_before("recorder watching denied calls, not recorded", False, True),
        **with_before("recorder watching denied calls, recorded", True, True),
        **with_before("recorder on classic tracepoints, not recorded", False, False, "tracepoint"),
        **with_before("recorder on classic tracepoints, recorded", True, False, "tracepoint"),
        FLOOR + FILTERED: attached("empty_enter", filtered),
        "empty tp_btf/sys_enter and sys_exit" + FILTERED: attached("empty_both", filtered),
        **with_before(
            "recorder watching denied calls, not recorded" + FILTERED, False, True, work=filtered
        ),
        **with_before("recorder watching denied calls, recorded" + FILTERED, True, True, work=filtered),
        "mount-namespace hash, classic tracepoint": attached("namespace_tracepoint"),
        "the same, raw tracepoint, comm and registers copied": attached("namespace_copying"),
    }
    for call in ARGUMENTS:
        name = f"recorder, process recorded: {call}"
        result |= with_before(name, True, False, work=base_of(name)[1])
    reason = perf_works()
    perf = traced("perf", "trace", "-s", "-o", "/dev/null", "--")
    result["perf trace -s"] = reason if reason else perf
    strace = traced("strace", "-f", "-c", "-o", "/dev/null")
    result["strace -f -c"] = strace if shutil.which("strace") else "strace is not installed"
    return result


def take_samples(measures, rounds):
    """By variant: nanoseconds a call, a sample a round.

    The machine's speed drifts, so that nothing attached is measured before each of the others.
    """
    cpus = sorted(os.sched_getaffinity(0))
    samples = {base_of(name)[0]: [] for name in measures}
    samples |= {name: [] for name, run in measures.items() if callable(run)}
    for round_ in range(rounds):
        cpu = cpus[round_ % len(cpus)]
        for name, run in measures.items():
            base, work = base_of(name)
            samples[base].append(nothing(cpu, work))
            if name in samples:
                samples[name].append(run(cpu))
    return samples


def compare(samples, i):
    """The i-th quartile of each variant's samples, against nothing attached and the floor."""
    taken = {name: statistics.quantiles(numbers, n=4)[i] for name, numbers in samples.items()}
    extra = {name: numbers - taken[base_of(name)[0]] for name, numbers in taken.items()}
    return {
        name: {"ns": taken[name], "extra_ns": extra[name], "floors": extra[name] / extra[FLOOR]}
        for name in samples
    }


def measure(quick):
    """By variant, at the first quartile and at the median: nanoseconds a call, how many more than
    with nothing attached, and that over the floor's.

    The first quartile is what other tenants of the hardware disturb least. A variant that cannot be
    measured here has a reason instead: {"skipped": reason}.
    """
    measures = variants()
    samples = take_samples(measures, ROUNDS_QUICK if quick else ROUNDS)
    quartile, median = (compare(samples, i) for i in range(2))
    result = {name: {"quartile": quartile[name], "median": median[name]} for name in quartile}
    return result | {
        name: {"skipped": reason} for name, reason in measures.items() if name not in samples
    }


def cells(name, numbers):
    if "skipped" in numbers:
        return ["skipped: " + numbers["skipped"]] + [""] * 5
    row = []
    for of in numbers.values():
        row.append(f"{of['ns']:.0f} ns")
        row += ["", ""] if name == base_of(name)[0] else [f"+{of['extra_ns']:.1f}", f"{of['floors']:.2f} x"]
    return row


def show(result):
    bench.table(
        "One getppid(2), what it costs more than with nothing attached, and that over the floor's",
        ["", "quartile", "more", "floors", "median", "more", "floors"],
        [[name, *cells(name, numbers)] for name, numbers in result.items()],
    )
