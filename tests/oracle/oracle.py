#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""oracle.py PAIRS SEED - asks recorder about random pairs of profiles, and holds its answers to what the
filters of both really do.

Each line is "disagrees: QUESTION: …" with all that shows it again; the last one counts. A pair is
excused where 'recorder verify' names a fault of libseccomp in one of its filters (tests/fuzz/README.md):
recorder speaks about what the profile says, and the filter does something else."""

import itertools
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

from dice import change_profile, make_profile
from filters import AUDIT, MACHINES, X32_BIT, make_filter, number_of, permission, run_filter

RECORDER = os.environ["RECORDER"]
SECONDS = 5  # of CPU time: enough for libseccomp to make a filter of few rules
COMBINATIONS = 600  # of arguments that are tried for one call; a sample if there are more
ENOSYS = 0x00050000 + 38
MULTIPLEXERS = {"socketcall", "ipc"}


def edges(profiles, multiplexer):
    """For three arguments the values at which a condition of the profiles can change its mind. The first
    argument of a multiplexer says which call is meant."""
    values = [{0, 1, 0x80000000, 0xFFFFFFFF, (1 << 64) - 1} for _ in range(3)]
    used = set()
    for profile in profiles:
        for condition in itertools.chain(*(rule.get("args", []) for rule in profile["syscalls"])):
            index = condition["index"]
            used.add(index)
            for value in (condition["value"], condition.get("valueTwo", 0)):
                near = [value - 1, value, value + 1, value & 0xFFFFFFFF, value ^ (1 << 32)]
                values[index] |= {one % (1 << 64) for one in near}
    if multiplexer:
        used.add(0)
        values[0] |= set(range(25))
    return [sorted(values[index]) if index in used else [0] for index in range(3)]


def combine(profiles, multiplexer, dice):
    combinations = list(itertools.product(*edges(profiles, multiplexer)))
    if len(combinations) > COMBINATIONS:
        combinations = dice.sample(combinations, COMBINATIONS)
    return combinations


def numbers(profiles, architecture):
    """The calls that the profiles are about, the multiplexers, and some numbers without a name."""
    names = {name for profile in profiles for rule in profile["syscalls"] for name in rule["names"]}
    found = {number_of(name, architecture) for name in names | MULTIPLEXERS}
    bit = X32_BIT if architecture == "SCMP_ARCH_X32" else 0
    return sorted({one | bit for one in found | {0, 39, 400, 1000} if one >= 0})


def machines(profiles):
    """Those of which one of the profiles lists an architecture; without a list it is for this one."""
    listed = set()
    for profile in profiles:
        listed |= set(profile.get("architectures") or [MACHINES[0][0]])
    return [machine for machine in MACHINES if listed & set(machine)]


def calls(profiles, dice):
    """Each call that is worth a try, with what the profiles' filters answer."""
    for machine in machines(profiles):
        filters = [make_filter(profile, machine[0]) for profile in profiles]
        yield from calls_of(machine, profiles, filters, dice)


def calls_of(machine, profiles, filters, dice):
    usual, multiplexed = combine(profiles, False, dice), combine(profiles, True, dice)
    for architecture in machine:
        audit = AUDIT[architecture]
        multiplexers = {number_of(name, architecture) for name in MULTIPLEXERS}
        for number in numbers(profiles, architecture):
            for arguments in multiplexed if number in multiplexers else usual:
                made = (number, audit, list(arguments) + [0, 0, 0])
                ran = [run_filter(program, *made) for program in filters]
                yield architecture, number, arguments, [answer for answer, _ in ran]
                if not any(looked for _, looked in ran):
                    break


def find_wider(tried):
    """A call that the second filter permits more than the first."""
    for architecture, number, arguments, (old, new) in tried:
        if permission(new) > permission(old):
            return "%s %d %s: %#x, %#x" % (architecture, number, arguments, old, new)
    return None


def find_no_union(tried):
    """A call for which the third filter does not do what the wider of the others does."""
    for architecture, number, arguments, (old, new, union) in tried:
        if permission(union) != max(permission(old), permission(new)):
            shown = (architecture, number, arguments, old, new, union)
            return "%s %d %s: %#x, %#x together %#x" % shown
    return None


def find_broken(tried):
    """A call that the second filter allows for some arguments, and the first for none."""
    most = {}
    for architecture, number, _, (baseline, own) in tried:
        # The filter distinguishes x32 and x86-64 by the number.
        before = most.setdefault((AUDIT[architecture], number), [0, 0, architecture])
        before[0] = max(before[0], permission(baseline))
        before[1] = max(before[1], permission(own))
        if baseline == ENOSYS:
            before[0] = 2  # programs may have a fallback
    for (_, number), (baseline, own, architecture) in most.items():
        if own == 2 and baseline < 2 and number % X32_BIT < 400:
            return "%s %d" % (architecture, number)
    return None


def can_be_made(profile):
    """Tried in a process that can be ended: with some rules libseccomp 2.5 never ends."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        os._exit(0 if all(make_filter(profile, machine[0]) for machine in MACHINES) else 1)
    return os.waitpid(child, 0)[1] == 0


class Oracle:
    def __init__(self, directory, dice):
        self.directory, self.dice = pathlib.Path(directory), dice
        self.pairs = self.excused = self.disagreed = self.unions = 0

    def path(self, name):
        return str(self.directory / (name + ".json"))

    def recorder(self, *arguments):
        command = [RECORDER, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    def read(self, name):
        return json.loads(pathlib.Path(self.path(name)).read_text(encoding="utf-8"))

    def is_excused(self, names):
        """As the filters were made: with the native architecture of each machine first."""
        for native, *_ in machines([self.read(name) for name in names]):
            for name in names:
                listed = dict.fromkeys([native, *self.read(name).get("architectures", [])])
                options = ["--arch=" + architecture for architecture in listed]
                if "the filter answers" in self.recorder("verify", *options, self.path(name)).stdout:
                    return True
        return False

    def disagree(self, question, shown, names):
        if self.is_excused(names):
            self.excused += 1
            return
        self.disagreed += 1
        files = [pathlib.Path(self.path(name)).read_text(encoding="utf-8") for name in names]
        print("disagrees: %s: %s" % (question, shown), *files, flush=True)

    def ask_wider(self, wider):
        old, new = self.path("old"), self.path("new")
        questions = {
            "diff": ["diff", old, new],
            "verify --against": ["verify", new, "--against", old],
            "merge --check": ["merge", "--check", old, new],
        }
        for question, arguments in questions.items():
            status = self.recorder(*arguments).returncode
            if status not in (0, 1, 2) or (wider and status == 0):
                self.disagree(question, "%d, but %s" % (status, wider), ["old", "new"])

    def ask_union(self, profiles):
        old, new, union = self.path("old"), self.path("new"), self.path("union")
        if self.recorder("merge", old, new, "-o", union).returncode != 0:
            return
        self.unions += 1
        united = self.read("union")
        united.setdefault("syscalls", [])
        if not can_be_made(united):
            self.disagree("merge", "libseccomp refuses the union", ["old", "new", "union"])
            return
        wrong = find_no_union(calls([*profiles, united], self.dice))
        if wrong:
            self.disagree("merge", wrong, ["old", "new", "union"])

    def ask_compare(self, broken):
        compared = self.recorder("compare", self.path("new"), "--baseline", self.path("old"))
        if compared.returncode not in (0, 1) or (broken and compared.returncode == 0):
            shown = "%d, but %s" % (compared.returncode, broken)
            self.disagree("compare", shown + compared.stderr, ["old", "new"])

    def ask(self):
        old = make_profile(self.dice)
        changed = self.dice.random() < 0.7
        new = change_profile(old, self.dice) if changed else make_profile(self.dice)
        if not can_be_made(old) or not can_be_made(new):
            return
        self.pairs += 1
        for name, profile in (("old", old), ("new", new)):
            pathlib.Path(self.path(name)).write_text(json.dumps(profile), encoding="utf-8")
        tried = list(calls([old, new], self.dice))
        self.ask_wider(find_wider(tried))
        # The compared profile determines the machines.
        own = {AUDIT[architecture] for machine in machines([new]) for architecture in machine}
        self.ask_compare(find_broken([one for one in tried if AUDIT[one[0]] in own]))
        self.ask_union([old, new])


def main():
    pairs, seed = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as directory:
        oracle = Oracle(directory, random.Random(seed))
        while oracle.pairs < pairs:
            oracle.ask()
    counts = (oracle.pairs, oracle.unions, oracle.excused, oracle.disagreed)
    print("%d pairs, %d unions, %d excused, %d disagree" % counts)


if __name__ == "__main__":
    main()
