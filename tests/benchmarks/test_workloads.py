"""The benchmark's harness: weights fit the models, peers that compute the same agree, a ratio is theirs over ours."""

import re
import time

import numpy as np
import pytest

from benchmarks import engine, report
from benchmarks.busy import busy
from benchmarks.peers import PEERS, load
from benchmarks.report import machine, notes, table
from benchmarks.rounds import Result, _compare
from benchmarks.worker import Bench, one_by_one
from benchmarks.workloads import WORKLOADS, Workload, batches, first_weights, scaling


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_the_weights_fit_layerlabs_model(workload):
    peer = load("layerlab")
    peer.build(workload, first_weights(workload))
    assert np.isfinite(peer.loss(*batches(workload, 1)))


SMALL = Workload("small", "CNN", (8, 8, 2), (("conv", 3, 3, "relu"), ("maxpool", 2), ("flatten",), ("dense", 10, None)))
MLP = Workload("mlp", "MLP", (5,), (("dense", 7, "relu"), ("dense", 10, None)), batch=10)


@pytest.mark.parametrize("workload", [SMALL, MLP], ids=lambda workload: workload.name)
@pytest.mark.parametrize("name", [name for name in PEERS if not name.startswith(("Keras", "tf", "layerlab"))])
def test_a_peer_computes_the_same_losses(name, workload):
    pytest.importorskip(PEERS[name][2])
    if not workload.kinds <= load(name).kinds:
        pytest.skip("it has no such layers")
    ours, theirs = (Bench(load(peer)).build(workload, 4) for peer in ("layerlab", name))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_sizes_grow_along_one_axis_at_a_time():
    names = [workload.name for workload in scaling()]
    assert len(names) == len(set(names))
    assert {name.split()[0] for name in names} == {"batch", "width", "depth", "image"}


def test_the_table_divides_their_time_by_ours():
    results = {MLP: {"layerlab": Result([0.001, 0.002, 0.004]), "torch": Result([0.006, 0.005, 0.001])}}
    assert "| mlp MLP, batch 10 | 2 (1) | 2.50 |" in table(results)


def test_who_computes_something_else_is_left_out():
    results = {MLP: {"layerlab": Result(), "torch": Result()}}
    _compare({"layerlab": [2.3, 2.2], "torch": [2.3, 2.1]}, results[MLP])
    assert notes(results) == ["torch on mlp: other losses: 2.3000, 2.1000 instead of 2.3000, 2.2000"]


def test_the_machine_is_named_with_its_kernels(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    line = machine({"layerlab": "0.1", "torch": "2.0"})
    blas = r"[\w-]+( \d+\.\d+\.\d+ \(\w+ kernels\))?"
    assert re.search(rf"NumPy {re.escape(np.__version__)} with {blas}; layerlab 0.1", line)
    assert "\n" not in line


def test_kernels_that_somebody_chose_are_said_to_be_so(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    _, said = machine({}).splitlines()
    assert said.startswith("OPENBLAS_CORETYPE=Prescott was set")
    assert "env -u OPENBLAS_CORETYPE" in said


def test_another_blas_is_named_without_kernels(monkeypatch):
    monkeypatch.setattr(report, "openblas", lambda name: None)
    assert "kernels" not in machine({}).splitlines()[0]


def test_convolution_stands_beside_the_product(monkeypatch):
    monkeypatch.setattr(engine, "SIZES", (((2, 6, 6, 3), (3, 3), 4, "valid"), ((2, 9, 3), (5,), 4, "same")))
    monkeypatch.setattr(engine, "LAYERS", {"W9": engine.SIZES, "W8": (((4, 4, 1), (2,), 1, "valid"),)})
    _, _, *rows, empty, together = engine.engine(2).splitlines()
    assert empty == ""
    assert re.fullmatch(r"- W9's convolutions in a step: [\d.]+ ms, their products [\d.]+ \(\d+%\)", together)
    assert [row.split(" | ")[0] for row in rows] == [
        "| 2 x 6 x 6 x 3, window 3 x 3, 4 filters, valid",
        "| 2 x 9 x 3, window 5, 4 filters, same",
    ]
    cells = [cell for row in rows for cell in row.split(" | ")[1:4]]
    assert all(re.fullmatch(r"\d+ of \d+ \(\d+%\)", cell) for cell in cells)


def test_a_convolution_and_its_products_are_the_same_work():
    operations, tasks = engine._tasks((2, 6, 6, 3), (3, 3), 4, "valid")
    assert operations == 2 * (2 * 4 * 4) * (3 * 3 * 3) * 4
    found = {task: call() for task, call in tasks.items()}
    assert found["product", "outputs"].size == found["convolution", "outputs"].size == 2 * 4 * 4 * 4
    assert found["product", "kernel's gradient"].size == found["convolution", "kernel's gradient"][0].size == 27 * 4
    assert found["product", "input's gradient"].shape == (2 * 4 * 4, 27)  # which the convolution then adds up


class Slow:
    """A peer whose steps take one second; beside other work two, one in nine three, and the slowest four.

    Its first steps, which take nine, do not count.
    """

    def __init__(self):
        self.times = [[9.0] * 40, [1.0] * 40, [2.0] * 88 + [3.0] * 10 + [4.0] * 3]

    def able(self, workload):
        return ["slow"]

    def ask(self, name, order, *rest):
        return True, self.times.pop(0) if order == "singly" else []


def test_a_busy_machine_is_compared_with_a_quiet_one(monkeypatch):
    monkeypatch.setattr("benchmarks.busy.one_by_one", lambda step: [0.5] * 40)
    _, _, row, loop = busy(Slow(), [MLP], lambda line: None).splitlines()
    assert row == "| mlp | slow | 1e+03 | 2.0 x | 3.0 x | 4.0 x |"
    assert loop == "| mlp | a loop that counts | 500 | 1.0 x | 1.0 x | 1.0 x |"


def test_steps_are_timed_one_by_one():
    assert all(0.001 < seconds < 1 for seconds in one_by_one(lambda: time.sleep(0.001), least=5, seconds=0))
    assert len(one_by_one(lambda: None, least=5, seconds=0)) == 5
    assert len(one_by_one(lambda: time.sleep(0.001), least=1, seconds=0.02)) > 5
