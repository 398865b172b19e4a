# SPDX-License-Identifier: Apache-2.0
"""The filter that runc and crun make of a profile, and what it answers: written for itself, with nothing
of recorder's. libseccomp is called through ctypes in the way in which the runtimes call it."""

import ctypes
import os
import struct

ERRNO, TRACE = 0x00050000, 0x7FF00000  # SECCOMP_RET_*, linux/seccomp.h
ACTIONS = {
    "SCMP_ACT_KILL_PROCESS": 0x80000000,
    "SCMP_ACT_KILL_THREAD": 0,
    "SCMP_ACT_KILL": 0,
    "SCMP_ACT_TRAP": 0x00030000,
    "SCMP_ACT_ERRNO": ERRNO,
    "SCMP_ACT_NOTIFY": 0x7FC00000,
    "SCMP_ACT_TRACE": TRACE,
    "SCMP_ACT_LOG": 0x7FFC0000,
    "SCMP_ACT_ALLOW": 0x7FFF0000,
}
# enum scmp_compare of seccomp.h.
COMPARISONS = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"]
# AUDIT_ARCH_*, which the kernel gives to filters, and libseccomp's own token for x32.
AUDIT = {
    "SCMP_ARCH_X86_64": 0xC000003E,
    "SCMP_ARCH_X86": 0x40000003,
    "SCMP_ARCH_X32": 0xC000003E,
    "SCMP_ARCH_AARCH64": 0xC00000B7,
    "SCMP_ARCH_ARM": 0x40000028,
}
TOKENS = dict(AUDIT, SCMP_ARCH_X32=0x4000003E)
X32_BIT = 0x40000000
# The architectures of a machine, the native one first.
MACHINES = [
    ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
]


class Comparison(ctypes.Structure):  # struct scmp_arg_cmp
    _fields_ = [
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    ]


scmp = ctypes.CDLL("libseccomp.so.2")
scmp.seccomp_init.restype = ctypes.c_void_p
scmp.seccomp_init.argtypes = [ctypes.c_uint32]
scmp.seccomp_arch_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
scmp.seccomp_arch_remove.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
scmp.seccomp_rule_add_array.argtypes = [
    ctypes.c_void_p,
    ctypes.c_uint32,
    ctypes.c_int,
    ctypes.c_uint,
    ctypes.POINTER(Comparison),
]
scmp.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
scmp.seccomp_release.argtypes = [ctypes.c_void_p]
scmp.seccomp_api_set(6)  # even if the running kernel has less


def answer_of(action, number):
    answer = ACTIONS[action]
    return answer | (1 if number is None else number) if answer in (ERRNO, TRACE) else answer


def number_of(name, architecture=None):
    """Negative for a call that has no number."""
    if architecture is None:
        return scmp.seccomp_syscall_resolve_name(name.encode())
    return scmp.seccomp_syscall_resolve_name_arch(
        ctypes.c_uint32(TOKENS[architecture]), name.encode()
    )


def groups_of(rule):
    """Where two conditions are about one argument, runtimes make a rule of each condition."""
    conditions = rule.get("args", [])
    indices = [condition["index"] for condition in conditions]
    return [[one] for one in conditions] if len(set(indices)) < len(indices) else [conditions]


def add_rule(context, rule, answer):
    for name in rule["names"]:
        number = number_of(name)
        if number == -1:
            continue
        for group in groups_of(rule):
            array = (Comparison * max(1, len(group)))()
            for place, condition in enumerate(group):
                operator = COMPARISONS.index(condition["op"][len("SCMP_CMP_") :]) + 1
                array[place] = Comparison(
                    condition["index"], operator, condition["value"], condition.get("valueTwo", 0)
                )
            if scmp.seccomp_rule_add_array(context, answer, number, len(group), array) < 0:
                return False
    return True


def compile_rules(context, profile, default, native):
    # A new filter has the native architecture. Here that must be the one of the machine that
    # the filter is for.
    scmp.seccomp_arch_remove(context, 0)
    for architecture in [native, *profile.get("architectures", [])]:
        scmp.seccomp_arch_add(context, TOKENS[architecture])
    for rule in profile["syscalls"]:
        answer = answer_of(rule["action"], rule.get("errnoRet"))
        if answer != default and not add_rule(context, rule, answer):
            return None
    fd = os.memfd_create("filter")
    try:
        if scmp.seccomp_export_bpf(context, fd) < 0:
            return None
        return list(struct.iter_unpack("HBBI", os.pread(fd, 1 << 20, 0)))
    finally:
        os.close(fd)


def make_filter(profile, native):
    """The instructions that a runtime makes on a machine of that architecture, or None where
    libseccomp refuses the profile."""
    default = answer_of(profile["defaultAction"], profile.get("defaultErrnoRet"))
    context = scmp.seccomp_init(default)
    try:
        return compile_rules(context, profile, default, native)
    finally:
        scmp.seccomp_release(context)


JUMPS = {
    0x10: lambda a, k: a == k,
    0x20: lambda a, k: a > k,
    0x30: lambda a, k: a >= k,
    0x40: lambda a, k: a & k != 0,
}


def run_filter(program, number, audit, arguments):
    """The answer, and whether any argument was looked at. libseccomp makes these instructions only."""
    words = struct.unpack("<16I", struct.pack("<IIQ6Q", number, audit, 0, *arguments))
    a, place, looked = 0, 0, False
    memory = {}
    while True:
        code, yes, no, k = program[place]
        place += 1
        if code == 0x20:  # load a word of struct seccomp_data
            a = words[k // 4]
            looked |= k >= 16
        elif code == 0x06:  # return
            return k, looked
        elif code == 0x05:  # jump
            place += k
        elif code & 7 == 5:
            place += yes if JUMPS[code & 0xF0](a, k) else no
        elif code == 0x54:
            a &= k
        elif code == 0x02:
            memory[k] = a
        elif code == 0x60:
            a = memory[k]
        else:
            raise ValueError("instruction %#x" % code)


def permission(answer):
    """2: allowed; 1: another process decides; 0: refused."""
    action = answer & 0xFFFF0000
    if action in (ACTIONS["SCMP_ACT_ALLOW"], ACTIONS["SCMP_ACT_LOG"]):
        return 2
    return 1 if action in (TRACE, ACTIONS["SCMP_ACT_NOTIFY"]) else 0
