"""Makes the numbers of real Keras in tests/golden anew: `python scripts/make_golden.py [name ...]`; all by default.

It needs a Python with Keras 3.15.1, jax and h5py: `pip install -e ".[parity]"` gives one, and LAYERLAB_KERAS_PYTHON may
name another; for the locally connected layers one with Keras 2 (tf-keras), which LAYERLAB_KERAS2_PYTHON may name. Each
tests/golden/make_<name>.py runs on its own, with the backends that its first lines name: only the NumPy one draws the
random numbers that layerlab draws, only jax has gradients. A second run leaves every file as it was, but for the last
digits of some numbers on another machine; `git diff tests/golden` shows what changed.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"
NAMES = sorted(path.stem.removeprefix("make_") for path in GOLDEN.glob("make_*.py"))


def main():
    """Run the scripts that were asked for; exit with 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(NAMES)}; all by default")
    names = parser.parse_args().names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Choose from {', '.join(NAMES)}.")
    failed = [name for name in names if not make(name)]
    if failed:
        print("Failed: " + ", ".join(failed))
    sys.exit(bool(failed))


def make(name):
    """Run one script beside its files, with each of its backends; True if it succeeded."""
    which = "KERAS2" if "tensorflow" in backends(name) else "KERAS"
    python = os.environ.get(f"LAYERLAB_{which}_PYTHON", sys.executable)
    start = time.monotonic()
    code = 0
    for backend in backends(name):
        env = {**os.environ, "KERAS_BACKEND": backend, "COLUMNS": "80"}  # summaries are as wide as the terminal
        code = code or subprocess.call([python, f"make_{name}.py"], cwd=GOLDEN, env=env)
    print(f"{name}: {'made' if code == 0 else f'exit {code}'}, {time.monotonic() - start:.0f} s", flush=True)
    return code == 0


def backends(name):
    """The backends that the script says it is to be run with."""
    return re.findall(r"KERAS_BACKEND=(\w+)", (GOLDEN / f"make_{name}.py").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
