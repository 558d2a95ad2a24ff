"""The files that a sandboxed Python needs: the interpreter, its library, NumPy, shared libraries, and our `inside`.

Nothing else is shown: no site-packages, no exercises with their references, no submissions, no home.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import numpy as np

__all__ = ["START", "folders", "hidden", "numpy_folders", "python", "readable"]

_GRADING = Path(__file__).resolve().parent.parent
START = _GRADING / "inside" / "start.py"
_OURS = ("inside", "plan.py", "wire.py")
_STDLIB = Path(sysconfig.get_path("stdlib"))
_PACKAGES = ("site-packages", "dist-packages")  # where others are installed, also inside the standard library
# what these need of the system, Python needs; the rest of the standard library needs no more
_LINKED = ("_bz2", "_ctypes", "_hashlib", "_lzma", "math", "zlib")
_CACHE = Path("/etc/ld.so.cache")  # which tells the loader where the libraries are
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")


def numpy_folders() -> list[str]:
    """Where `import numpy` looks in a sandbox."""
    return [str(Path(np.__file__).resolve().parent.parent)]


@cache
def folders() -> tuple[str, ...]:
    """All files and folders that a sandbox can read, at the paths that they have outside; see also `hidden`."""
    site = Path(np.__file__).resolve().parent
    ours = [*(_GRADING / name for name in _OURS), _GRADING.parent / "datasets"]
    ours += [Path(importlib.util.cache_from_source(str(path))) for path in ours if path.suffix == ".py"]  # saves time
    places = [_STDLIB, Path(python()), site, site.parent / "numpy.libs", *ours, *_libraries(), _CACHE]
    return tuple(str(place) for place in places if place.exists())


def readable() -> list[str]:
    """The same with nothing to hide, for Landlock: the standard library entry by entry, and the devices one needs."""
    library = [str(entry) for entry in _STDLIB.iterdir() if entry.name not in _PACKAGES]
    return library + [folder for folder in folders() if folder != str(_STDLIB)] + [*_DEVICES]


def hidden() -> list[str]:
    """The folders inside the standard library that hold other packages."""
    return [str(_STDLIB / name) for name in _PACKAGES if (_STDLIB / name).is_dir()]


def python() -> str:
    """The interpreter itself, not the link to it in a virtual environment, which would need the environment."""
    return os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]


def _libraries() -> list[Path]:
    """The shared libraries of Python and NumPy, where the loader looks for them, the loader itself among them."""
    extensions = [spec.origin for name in _LINKED if (spec := importlib.util.find_spec(name)) and spec.has_location]
    numpy_core = [str(path) for path in (Path(np.__file__).parent / "_core").glob("_multiarray_umath*.so")]
    command = ["ldd", python(), *filter(None, extensions), *numpy_core]
    try:
        told = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.defpath}, check=False).stdout
    except OSError:
        return []
    outside = (Path(found) for found in sorted(set(re.findall(r"(?:=>\s+|^\s+)(/\S+) \(0x", told, re.MULTILINE))))
    return [path for path in outside if "numpy.libs" not in path.parts]  # which is there as a whole
