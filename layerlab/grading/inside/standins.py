"""What a learner's imports find in the sandbox: NumPy and Python as they are, pictures that are not drawn, no layers.

An answer that is graded is written with NumPy. `from layerlab.layers import Dense` would be the answer itself, so it
fails and says why; `check` and everything that draws are there and do nothing, because cells use them in passing.
"""

import importlib
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["SILENT", "Silent", "install"]

SILENT = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "ipywidgets", "layerlab.plots")
_REAL = ("layerlab.datasets",)
_UNPACKED = {"hist": 3, "plot": 1}  # calls whose results are often taken apart: `line, = plt.plot(x)`
_EXPLANATION = "an exercise is answered with NumPy: where it is graded, layerlab has data sets and no layers"


class Silent(types.ModuleType):
    """Has every attribute, can be called with anything, and does nothing."""

    __path__: list[str] = []
    __parts__: tuple[Any, ...] = ()  # what it is taken apart into

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.__name__ == "subplots":
            return Silent("figure"), _axes(*args, **kwargs)
        count = _UNPACKED.get(self.__name__, 0)
        return tuple(Silent("part") for _ in range(count)) or Silent("result")

    def __getitem__(self, key: Any) -> Any:
        return Silent("part")

    def __iter__(self) -> Iterator[Any]:
        return iter(self.__parts__)

    def __len__(self) -> int:
        return len(self.__parts__)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *args: object) -> None:
        pass


def _axes(nrows: Any = 1, ncols: Any = 1, *args: Any, **kwargs: Any) -> Silent:
    """What `fig, ((a, b), (c, d)) = plt.subplots(2, 2)` takes apart: rows of plots, or one row where there is one."""
    axes = Silent("axes")
    counts = [n for n in (nrows, ncols) if isinstance(n, int) and 1 < n < 100]
    if counts:
        axes.__parts__ = tuple(_axes(*counts[1:]) for _ in range(counts[0]))
    return axes


class _Finder:  # without the base classes in importlib.abc, whose import takes a tenth of a submission's time
    """Answers imports of what is silent, and explains those of layerlab; leaves the rest to Python."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> Any:
        if _is_below(name, SILENT):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        if name.startswith("layerlab.") and not _is_below(name, _REAL):
            raise ImportError(f"{name} is not available here: {_EXPLANATION}")
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return Silent(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def _is_below(name: str, packages: Sequence[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def install() -> None:
    """Put the stand-ins in place, for every import from now on."""
    sys.meta_path.insert(0, _Finder())
    sys.modules["layerlab"].__dict__.update(plots=Silent("layerlab.plots"), __getattr__=_explain)
    sys.modules["layerlab.grading"].__dict__.update(check=Silent("check"), WrongAnswer=AssertionError)


def _explain(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name == "datasets":
        return importlib.import_module("layerlab.datasets")
    raise AttributeError(f"layerlab.{name} is not available here: {_EXPLANATION}")
