"""From a fresh process: seconds to import, to a first fit, to a trained digits model; memory of small and large steps.

Each time is that of a whole process started anew, the peers in turn.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable

from benchmarks.workloads import WORKLOADS, Workload, batches, first_weights

__all__ = ["cold_start", "digits"]

TASKS = ("import", "first fit", "five epochs", "convolutions")
PROGRAM = "import sys; from benchmarks.coldstart import run; run(*sys.argv[1:])"


def digits() -> Workload:
    """784-512-512-10 on the course's 8,000 digits."""
    return WORKLOADS[0]


def run(name: str, task: str) -> None:
    """What one fresh process does; it prints its largest memory."""
    from benchmarks.peers import load
    from benchmarks.worker import Bench

    peer = load(name)
    if task == "first fit":
        workload = WORKLOADS[1]
        peer.build(workload, first_weights(workload))
        peer.train(*_prepared(peer, *batches(workload, 10)))
    if task == "five epochs":
        peer.build(digits(), first_weights(digits()))
        x, y = _prepared(peer, *_digits_data())
        for _ in range(5):
            peer.train(x, y)
    if task == "convolutions":
        Bench(peer).build(WORKLOADS[2], 4)
    print(json.dumps(Bench(peer).peak()))


def _prepared(peer, x, y):
    return getattr(peer, "prepare", lambda x, y: (x, y))(x, y)


def _digits_data():
    from layerlab.datasets import mnist10k

    (x, y), _ = mnist10k.load_data()
    return x.reshape(len(x), -1).astype("float32") / 255, y.astype("int32")


def cold_start(names: Iterable[str], rounds: int) -> str:
    """A Markdown table: seconds of a whole process for each task, and megabytes after the first fit and W3's steps."""
    lines = [
        "| | import, s | first fit, s | 5 epochs of 8,000 digits, s | memory after the first fit, MB | after W3, MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in names:
        seconds: dict[str, list[float]] = {task: [] for task in TASKS}
        megabytes: dict[str, float] = {}
        for _ in range(max(1, rounds // 3)):
            for task in TASKS:
                took, peak = _process(name, task)
                if took is not None:
                    seconds[task].append(took)
                    megabytes[task] = peak
        if seconds["import"]:
            cells = [f"{statistics.median(seconds[task]):.2f}" if seconds[task] else "–" for task in TASKS[:3]]
            cells += [f"{megabytes[task]:.0f}" if task in megabytes else "–" for task in ("first fit", "convolutions")]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _process(name: str, task: str) -> tuple[float | None, float]:
    import time

    start = time.perf_counter()
    command = [sys.executable, "-c", PROGRAM, name, task]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # finds this package, too, wherever it lies
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    return (took, json.loads(done.stdout.splitlines()[-1])) if done.returncode == 0 else (None, 0.0)
