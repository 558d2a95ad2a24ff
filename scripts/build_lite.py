"""Build the course for the browser alone: `python scripts/build_lite.py` makes build/lite, to be put on any web server.

JupyterLite's pages, the notebooks, and layerlab's wheel, which Pyodide (Python, compiled for browsers) installs from
there. Pyodide itself comes from its own host, or with `--pyodide FOLDER` from an unpacked release of it.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from environment import ROOT, VENV, become, program, say, set_up

BUILD = ROOT / "build"
COURSE = ("notebooks", "exercises")
FIRST_PAGE = "notebooks/00_start_here.ipynb"
SLIDERS = ("ipywidgets", "jupyterlab_widgets")  # the pages bring the version that is installed here
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
INSTALL = "# this notebook runs in your browser; here it gets what it needs\n%pip install -q layerlab ipywidgets"


def main():
    """Build, and say where the result is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--here", action="store_true", help="with this Python, not in .venv")
    parser.add_argument("--pyodide", type=Path, metavar="FOLDER", help="Pyodide's files, then served by the same host")
    options = parser.parse_args()
    if not options.here and Path(sys.prefix) != VENV:
        set_up(["lite"])
        become([program("python"), *sys.argv])
    start = time.monotonic()
    target = build(BUILD / "lite", options.pyodide)
    megabytes = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    say(f"{megabytes:.0f} MB in {time.monotonic() - start:.0f} s: {target}")
    say(f"To try it: {sys.executable} -m http.server -b 127.0.0.1 -d {target} 8000")
    say(f"and open http://127.0.0.1:8000/lab/index.html?path={FIRST_PAGE}")


def build(target, pyodide=None):
    """Gather notebooks and wheels, and run JupyterLite; the folder that it made."""
    source = BUILD / "lite-source"
    for folder in (source, target):
        shutil.rmtree(folder, ignore_errors=True)
    put_notebooks(source / "course")
    put_wheels(source / "pypi")  # this name and the next are where JupyterLite looks
    if pyodide:
        shutil.copytree(pyodide, source / "static" / "pyodide")
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--no-sourcemaps", "--contents", "course"]
    run([*command, "--output-dir", str(target)], cwd=source)
    return target


def put_notebooks(folder):
    """The course in the form for the browser, in its two folders, so that its links hold."""
    for part in COURSE:
        (folder / part).mkdir(parents=True)
        for path in sorted((ROOT / part).glob("*.ipynb")):
            (folder / part / path.name).write_text(for_browser(path.read_text(encoding="utf-8")), encoding="utf-8")


def for_browser(text):
    """A notebook that begins by installing what it needs, and asks for the browser's Python."""
    notebook = json.loads(text)
    notebook["metadata"]["kernelspec"] = KERNEL
    cell = {"cell_type": "code", "id": "install", "source": INSTALL, "execution_count": None}
    notebook["cells"].insert(0, cell | {"metadata": {}, "outputs": []})
    return json.dumps(notebook)


def put_wheels(folder):
    """layerlab's wheel, and those that Pyodide does not have: the build serves them itself."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run([*pip, "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)])
    wanted = [f"{name}=={version(name)}" for name in SLIDERS]
    run([*pip, "download", "-q", "--no-deps", "--only-binary=:all:", "-d", str(folder), *wanted, "comm"])


def run(command, **options):
    """Run a command and show what it says only if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        sys.exit(f"{done.stdout}\nThis failed: {' '.join(command)}")


if __name__ == "__main__":
    main()
