# SPDX-License-Identifier: Apache-2.0
"""Random profiles of few names and values, so that rules meet."""

import copy

from filters import COMPARISONS

# Some calls exist on one machine only, some are made through socketcall or ipc, one does not exist.
NAMES = """read clone socket personality ioctl mount ipc shmat socketcall keyctl time getpid vm86
    kexec_file_load fcntl clone3 accept4 accept arch_prctl no_such_call""".split()
# Values at which comparisons are most likely to go wrong: the ends of words and halves, single
# bits.
VALUES = [0, 1, 2, 3, 40, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x100000001]
VALUES += [1 << 63, (1 << 64) - 1, 0x7E020000]
ACTIONS = ["ALLOW", "ERRNO", "LOG"]
RARE_ACTIONS = ["TRACE", "KILL_PROCESS", "TRAP", "KILL", "NOTIFY"]
DEFAULTS = ["ERRNO"] * 4 + ["ALLOW", "LOG", "TRACE", "KILL_PROCESS"]
X86_64, X86, X32 = "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"
ARCHITECTURES = [[X86_64], [X86_64, X86], [X86_64, X86, X32], [], [X86], [X32]]
ARCHITECTURES += [["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"], [X86_64, "SCMP_ARCH_AARCH64"]]


def make_condition(dice):
    operator = dice.choice(COMPARISONS)
    condition = {"index": dice.choice([0, 0, 1, 2]), "value": dice.choice(VALUES)}
    condition["op"] = "SCMP_CMP_" + operator
    if operator == "MASKED_EQ":
        condition["valueTwo"] = dice.choice(VALUES)
        if dice.random() < 0.8:
            condition["valueTwo"] &= condition["value"]
    return condition


def make_rule(dice):
    rule = {"names": dice.sample(NAMES, dice.randint(1, 3))}
    action = dice.choice(ACTIONS * 2 + RARE_ACTIONS)
    rule["action"] = "SCMP_ACT_" + action
    if action in ("ERRNO", "TRACE") and dice.random() < 0.5:
        rule["errnoRet"] = dice.choice([0, 1, 38])
    if dice.random() < 0.6:
        rule["args"] = [make_condition(dice) for _ in range(dice.randint(1, 2))]
    return rule


def make_profile(dice):
    default = dice.choice(DEFAULTS)
    profile = {"defaultAction": "SCMP_ACT_" + default}
    profile["architectures"] = list(dice.choice(ARCHITECTURES))
    profile["syscalls"] = [make_rule(dice) for _ in range(dice.randint(1, 5))]
    if default in ("ERRNO", "TRACE") and dice.random() < 0.3:
        profile["defaultErrnoRet"] = dice.choice([0, 1, 38])
    return profile


def change_rule(rule, dice):
    if dice.random() < 0.5:
        rule["action"] = "SCMP_ACT_" + dice.choice(ACTIONS + ["TRACE"])
        rule.pop("errnoRet", None)
    for condition in rule.get("args", []):
        if dice.random() < 0.5:
            condition["value"] = dice.choice(VALUES)


def change_profile(profile, dice):
    """A copy with something else in it."""
    changed = copy.deepcopy(profile)
    rules = changed["syscalls"]
    for _ in range(dice.randint(1, 2)):
        kind = dice.randrange(4)
        if kind == 0 and rules:
            change_rule(dice.choice(rules), dice)
        elif kind == 1 and rules:
            rules.pop(dice.randrange(len(rules)))
        elif kind == 2:
            rules.append(make_rule(dice))
        elif kind == 3:
            changed["architectures"] = list(dice.choice(ARCHITECTURES))
    return changed
