"""The table of ratios, and what it was measured on."""

from __future__ import annotations

import ctypes
import os
import platform
from pathlib import Path

import numpy as np

from benchmarks.rounds import Result
from benchmarks.workloads import Workload
from layerlab.threads import openblas

__all__ = ["machine", "notes", "table"]

US = "layerlab"


def table(results: dict[Workload, dict[str, Result]], what: str = "train") -> str:
    """A Markdown table: layerlab's milliseconds, and each peer's time divided by layerlab's.

    Args:
        results: per workload and peer.
        what: "train" for a training step, "infer" for the outputs of a batch.
    """
    peers = [name for name in _names(results) if name != US]
    lines = [
        f"| workload | {US}, ms (least) | {' | '.join(peers)} |",
        f"|---|---:|{'---:|' * len(peers)}",
    ]
    for workload, found in results.items():
        ours = found[US]
        cells = [_ratio(found.get(name), ours, what) for name in peers]
        milliseconds = f"{1e3 * ours.median(what):.3g} ({1e3 * ours.best(what):.3g})"
        title = f"{workload.name} {workload.title}, batch {workload.batch}"
        lines.append(f"| {title} | {milliseconds} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _names(results: dict[Workload, dict[str, Result]]) -> list[str]:
    names: dict[str, None] = {}
    for found in results.values():
        names |= dict.fromkeys(found)
    return list(names)


def _ratio(theirs: Result | None, ours: Result, what: str) -> str:
    if theirs is None:
        return ""
    if theirs.note or not getattr(theirs, what):
        return "–"
    return f"{theirs.median(what) / ours.median(what):.2f}"


def notes(results: dict[Workload, dict[str, Result]]) -> list[str]:
    """Why a peer is missing from a line."""
    return [
        f"{name} on {workload.name}: {result.note}"
        for workload, found in results.items()
        for name, result in found.items()
        if result.note
    ]


def machine(versions: dict[str, str]) -> str:
    """The processor, the system and the versions, in a paragraph; what holds NumPy to other kernels in a second one."""
    libraries = ", ".join(f"{name} {version}" for name, version in versions.items())
    line = (
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {np.__version__} with {_blas()}; {libraries}."
    )
    return "\n".join([line, *_held()])


def _blas() -> str:
    """The library of NumPy's matrix products, and for which processors those in use were written."""
    config, core = openblas("get_config"), openblas("get_corename")
    if not config or not core:
        return np.show_config(mode="dicts")["Build Dependencies"]["blas"].get("name", "an unknown BLAS")
    config.restype = core.restype = ctypes.c_char_p
    name, version, *_ = config().decode().split()
    return f"{name} {'.'.join(version.split('.')[:3])} ({core().decode()} kernels)"


def _held() -> list[str]:
    """That OpenBLAS was not free to choose its kernels."""
    chosen = os.environ.get("OPENBLAS_CORETYPE")
    if not chosen:
        return []
    return [
        f"OPENBLAS_CORETYPE={chosen} was set: it holds NumPy to these kernels, but not the peers that bring matrix "
        "products of their own; `env -u OPENBLAS_CORETYPE` before the command lifts it."
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
