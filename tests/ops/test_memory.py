"""Freed memory is kept: a loop that makes the same large arrays again and again is given no new pages for them."""

import os
import subprocess
import sys

import pytest

from layerlab.ops.memory import keep_freed_memory

PROGRAM = """
import resource
import numpy as np
{first}
def work():
    x = np.ones(2**21, "float32")  # 8 MB, 2048 pages
    return sum(float(np.maximum(x, 0)[0]) for _ in range(4))
def pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
pages(), pages()
print(pages())
"""
SETTINGS = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")


def new_pages(first):
    environment = {key: value for key, value in os.environ.items() if key not in SETTINGS}
    environment["NUMPY_MADVISE_HUGEPAGE"] = "0"  # huge pages are few, and there are not always any
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(first=first)], env=environment, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="asks glibc's malloc")
def test_a_loop_gets_the_pages_of_its_last_turn():
    if not keep_freed_memory():
        pytest.skip("not glibc, or told otherwise by the environment")
    assert new_pages("import layerlab.ops") < 50


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_environment_has_the_last_word(monkeypatch, setting):
    monkeypatch.setenv(setting, "131072")
    assert not keep_freed_memory()
