"""layerlab in a browser, as far as it can be told without one: the notebooks' form there, and a Python without threads.

In a browser, Pyodide's Python has no threads, no processes and no shared libraries: what would use them goes on alone.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "exercises").glob("*.ipynb")])

BROWSER = """
import ctypes, os, subprocess, sys, threading

def refuse(error):
    def call(*args, **kwargs):
        raise error
    return call

sys.platform = "emscripten"
sys.modules["_multiprocessing"] = None
threading.Thread.start = refuse(RuntimeError("can't start new thread"))
ctypes.CDLL = refuse(OSError("dynamic linking not enabled"))
subprocess.Popen = os.fork = refuse(OSError(138, "emscripten does not support processes."))
"""
WORK = """
import numpy as np
import layerlab
from layerlab.grading import check
from layerlab.layers import Conv2D, Dense, Embedding, Flatten

for name in layerlab.__all__:
    getattr(layerlab, name)
(x_train, y_train), _ = layerlab.datasets.mnist10k.load_data()
model = layerlab.Sequential([Conv2D(4, 3, activation="relu"), Flatten(), Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
history = model.fit(x_train[:256, ..., None].astype("float32") / 255, y_train[:256], epochs=2, verbose=0)
assert history.history["loss"][1] < history.history["loss"][0]
assert Embedding(3, 2)(np.array([[0, 2]])).shape == (1, 2, 2)
check("neuron", lambda inputs, weights, bias: max(inputs @ weights + bias, 0))
"""


@pytest.fixture(scope="module")
def build_lite():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        spec = importlib.util.spec_from_file_location("build_lite", ROOT / "scripts" / "build_lite.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def test_a_model_trains_where_there_are_no_threads_processes_and_libraries():
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BROWSER + WORK], env=env, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "One neuron: right, 1 point.\n"


def test_nothing_is_compiled():
    files = [path for path in (ROOT / "layerlab").rglob("*") if path.is_file() and path.parent.name != "__pycache__"]
    assert {path.suffix for path in files} <= {".py", ".md", ".npz", ".txt", ".json"}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notebook_for_the_browser_installs_what_it_needs_and_is_the_same_otherwise(build_lite, path):
    text = path.read_text(encoding="utf-8")
    notebook, original = json.loads(build_lite.for_browser(text)), json.loads(text)
    install, *cells = notebook["cells"]
    assert install["source"].splitlines()[-1] == "%pip install -q layerlab ipywidgets"
    assert cells == original["cells"]
    assert notebook["metadata"]["kernelspec"]["name"] == "python"


def test_notebooks_keep_their_folders(build_lite, tmp_path):
    build_lite.put_notebooks(tmp_path)
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.ipynb")) == [
        path.relative_to(ROOT) for path in sorted(CHAPTERS)
    ]


def test_the_first_page_is_there(build_lite):
    assert (ROOT / build_lite.FIRST_PAGE).is_file()
    assert f"?path={build_lite.FIRST_PAGE}" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


def test_a_command_that_fails_says_why(build_lite):
    with pytest.raises(SystemExit, match=r"no such file\n\nThis failed: "):
        build_lite.run([sys.executable, "-c", "import sys; print('no such file'); sys.exit(3)"])
