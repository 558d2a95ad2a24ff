"""What a learner's code finds in each sandbox that works here."""

import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from layerlab.grading.inside import seccomp
from layerlab.grading.plan import Call
from layerlab.grading.sandbox import places
from layerlab.grading.sandbox.limits import Limits
from layerlab.grading.sandbox.probe import fault
from layerlab.grading.sandbox.session import Session
from layerlab.grading.sandbox.tiers import TIERS
from tests.grading.small import notebook

LOOK = """
import os, sys
import numpy as np

def modules():
    return sorted({name.partition(".")[0] for name in sys.modules})

def importable(names):
    found = []
    for name in names:
        try:
            __import__(name)
            found.append(name)
        except ImportError:
            pass
    return found

def readable(paths):
    found = []
    for path in paths:
        try:
            os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
            found.append(path)
        except OSError:
            pass
    return found

def writable(paths):
    found = []
    for path in paths:
        try:
            open(path + "/written by a test", "w").close()
            found.append(path)
        except OSError:
            pass
    return found

def identity():
    return [os.getuid(), os.geteuid(), os.getcwd()]

def solve():
    return np.linalg.solve(np.eye(3) * 2, np.ones(3))
"""


@pytest.fixture(scope="module", params=[tier for tier in TIERS if tier.name != "none"], ids=lambda tier: tier.name)
def ask(request):
    tier = request.param
    if reason := fault(tier):
        pytest.skip(f"no {tier.name} here: {reason}")
    with Session(tier, Limits(seconds=60.0)) as talk:
        talk.load(notebook([LOOK]), seed=1)

        def value(name, *arguments):
            ((outcome,),) = talk.perform([[Call(name, arguments)]])
            assert outcome.error == "", outcome.message
            return outcome.value

        value.tier = tier.name
        yield value


def test_numpy_works(ask):
    np.testing.assert_array_equal(ask("solve"), [0.5] * 3)


def test_the_standard_library_is_there_and_other_packages_are_not(ask):
    library = ["json", "random", "zlib", "bz2", "lzma", "ctypes", "hashlib", "sqlite3", "unittest", "dataclasses"]
    found = ask("importable", [*library, "pytest", "pip", "h5py", "hypothesis"])
    assert set(found) >= set(library) - {"sqlite3"}  # which needs a library that is not shown
    assert not set(found) & {"pytest", "pip", "h5py", "hypothesis"}


def test_of_layerlab_there_is_what_runs_in_the_sandbox_alone(ask):
    grading = Path(places.START).parent.parent
    ours = ["plan.py", "wire.py", "inside/child.py", "verdict.py", "grader.py", "exercises", "exercise.py", "seeds.py"]
    found = ask("readable", [str(grading / name) for name in ours] + [str(grading.parent / "layers/core.py")])
    assert found == [str(grading / name) for name in ours[:3]]


def test_the_system_is_not_shown(ask):
    assert (
        ask("readable", ["/etc/passwd", "/etc/shadow", "/bin/sh", "/proc/1/environ", "/proc/self/maps", "/sys", "/var"])
        == []
    )


def test_what_can_be_written_is_scratch(ask):
    code = str(places.START.parent)
    folders = ["/", "/tmp", "/dev/shm", "/dev", "/etc", "/usr", code, *places.numpy_folders(), *places.hidden()]
    assert ask("writable", folders) == (["/tmp", "/dev/shm"] if ask.tier == "bwrap" else [])


def test_it_is_nobody_when_it_was_root(ask):
    user, effective, folder = ask("identity")
    assert user == effective
    assert user != 0
    assert (user == os.getuid()) == (os.getuid() != 0)
    assert folder == ("/tmp" if ask.tier == "bwrap" else "/")


def test_the_trusted_side_has_left_nothing_in_memory(ask):
    assert not {"verdict", "catalog"} & set(ask("modules"))


HEADERS = {"x86_64-linux-gnu/asm/unistd_64.h": 0, "asm-generic/unistd.h": 1}  # aarch64 has the generic numbers


@pytest.mark.parametrize("header", HEADERS)
def test_the_numbers_of_system_calls_are_those_of_the_kernel(header):
    path = Path("/usr/include", header)
    if not path.exists():
        pytest.skip(f"no {path} here")
    text = path.read_text()
    defined = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    defined |= {"fcntl": defined.get("fcntl"), "newfstatat": defined.get("newfstatat", defined.get("fstatat"))}
    ours = {name: row[HEADERS[header]] for name, row in seccomp._ALLOWED.items() if row[HEADERS[header]] is not None}
    assert {name: defined.get(name) for name in ours} == ours


X86, I386 = 0xC000003E, 0x40000003
ALLOWED, REFUSED, KILLED = 0x7FFF0000, 0x00050001, 0x80000000


def verdict(number, architecture=X86, second=0):
    """What the filter says to a call, found by a small machine of our own."""
    program = seccomp._program(0, X86)
    lines = [struct.unpack("=HBBI", program[i : i + 8]) for i in range(0, len(program), 8)]
    fields = {0: number, 4: architecture, 24: second}
    at, value = 0, 0
    while True:
        code, true, false, operand = lines[at]
        at += 1
        if code == 0x20:
            value = fields[operand]
        elif code == 0x15:
            at += true if value == operand else false
        else:
            return operand


def test_the_filter_allows_what_is_listed_and_nothing_else():
    listed = {row[0] for row in seccomp._ALLOWED.values()} | {72}
    assert not listed & {16, 41, 42, 56, 57, 58, 59, 62, 101, 302, 435}  # ioctl, sockets, processes, signals, ptrace
    for number in [*range(1000), 0x40000000, 0x40000001]:
        assert verdict(number) == (ALLOWED if number in listed else REFUSED)
        assert verdict(number, I386) == KILLED


def test_the_filter_lets_no_signals_be_ordered():
    """F_SETOWN and F_SETSIG have the kernel kill somebody when a pipe is written to."""
    allowed = {command for command in range(2000) if verdict(72, second=command) == ALLOWED}
    assert allowed == {0, 1, 2, 3, 4, 1030}
