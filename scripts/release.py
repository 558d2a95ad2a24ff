"""The release checklist as a command: `python scripts/release.py` does each point and says which hold.

`--only NAME ...` does some of them: version, tree, wheel, site, browser, oldest, fast, check. Nothing is published.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from pathlib import Path

from check import CHECKS
from environment import ROOT, VENV, become, current_version, program, say, set_up

DIST = ROOT / "dist"
OF_THEIR_TIME = ("pyparsing<3.3",)  # what old versions use; later ones warn about what matplotlib 3.9 calls
MEGABYTES, SECONDS = 450, 120  # what an environment with the course may take


def main():
    """Do the points that were asked for; exit with 1 if one does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=POINTS, default=list(POINTS), metavar="NAME")
    options = parser.parse_args()
    if Path(sys.prefix) != VENV:
        set_up(["course", "test", "docs"])
        become([program("python"), *sys.argv])
    failed = [name for name in options.only if not _holds(name)]
    say(f"Not ready: {', '.join(failed)}" if failed else "All of it holds.")
    if not failed and options.only == list(POINTS):
        say(f"To release: git tag v{current_version()}, push the tag, upload what is in {DIST}; and add the site to")
        say("those of earlier versions, in the folder that the web server shows: scripts/build_site.py --into FOLDER")
    sys.exit(bool(failed))


def _holds(name):
    say(f"\n== {name}: {POINTS[name].__doc__}")
    start = time.monotonic()
    try:
        POINTS[name]()
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        say(f"{name}: no: {error}")
        return False
    say(f"{name}: yes, {time.monotonic() - start:.0f} s")
    return True


def version():
    """The version is the same wherever it is written, and the changelog has a section for it."""
    number = current_version()
    citation = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert citation, "CITATION.cff has no version"
    assert citation[1] == number, f"CITATION.cff says {citation[1]}, layerlab says {number}"
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{number}]" in changes, f"CHANGELOG.md has no section [{number}]: rename [Unreleased], with the date"


def tree():
    """Everything is committed."""
    status = subprocess.run(["git", "status", "--short"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not status, f"not committed:\n{status}"


def wheel():
    """From the wheel, in an empty environment and an empty folder, the course starts and chapter 1 runs."""
    shutil.rmtree(DIST, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "build", "-o", str(DIST), str(ROOT)], check=True, stdout=subprocess.DEVNULL)
    (built,) = DIST.glob("*-py3-none-any.whl")  # nothing in it is compiled, so browsers can install it, too
    with tempfile.TemporaryDirectory() as temporary:
        start, before, folder = time.monotonic(), _of_processor(), Path(temporary)
        python = _environment(folder / "venv", f"{built}[course]")
        _start_the_course(python, folder)
        _run_a_chapter(python, folder / "layerlab-course" / "notebooks" / "01_what_is_a_layer.ipynb")
        seconds, size = time.monotonic() - start, _megabytes(folder / "venv")
    used = _of_processor() - before
    say(f"{built.stat().st_size / 1e6:.1f} MB of wheel; installed {size:.0f} MB; {seconds:.0f} s, {used:.0f} s of work")
    assert size <= MEGABYTES, f"{size:.0f} MB are more than {MEGABYTES}"
    if _busy():
        seconds = used  # the rest went to other programs
    assert seconds <= SECONDS, f"{seconds:.0f} s are more than {SECONDS}"


def _of_processor():
    """Seconds that the processor spent on this program and those it started."""
    return sum(os.times()[:4])


def _busy():
    """Whether more than twice as many programs want to run as there are processors."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def _environment(place, *packages):
    """A new virtual environment with these packages; the path of its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    quiet = ["-q", "--disable-pip-version-check"]
    subprocess.run([str(python), "-m", "pip", "install", *quiet, *packages], check=True)
    return str(python)


def _start_the_course(python, folder):
    """`layerlab start --no-open` serves chapter 1 at the address that it prints."""
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    command = [python, "-m", "layerlab", "start", "--no-open"]
    pipe, out = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, cwd=folder, env=env, stdout=pipe, stderr=out, text=True) as server:
        try:
            matches = (re.search(r"(http://127[^/]+)/\S+(token=\S+)", line) for line in server.stdout or ())
            found = next(filter(None, matches), None)
            assert found, "no address was printed"
            page = f"{found[1]}/api/contents/notebooks/01_what_is_a_layer.ipynb?{found[2]}"
            assert json.load(_answer(page))["type"] == "notebook"
        finally:
            server.send_signal(signal.SIGTERM)


def _answer(page, patience=60):
    """What a server that may be about to listen answers."""
    try:
        return urllib.request.urlopen(page, timeout=60)
    except OSError:
        if not patience:
            raise
        time.sleep(1)
        return _answer(page, patience - 1)


def _run_a_chapter(python, notebook):
    """Every cell runs, in the kernel of that environment."""
    command = [python, "-m", "jupyter", "execute", "--inplace", str(notebook)]
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    subprocess.run(command, check=True, env=env)


def _megabytes(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_symlink()) / 1e6


def oldest():
    """The tests pass, and every cell of every notebook, with the oldest versions that pyproject.toml allows."""
    _run_the_tests(f"{ROOT}[course,test]", *oldest_versions(), *OF_THEIR_TIME)


def fast():
    """The tests pass, and every cell, with the extra [fast], too: with SciPy's sums and numba's compiled loops."""
    _run_the_tests(f"{ROOT}[course,test,fast]")


def _run_the_tests(*packages):
    """All of them, in a new environment that has layerlab, editable, with these packages."""
    with tempfile.TemporaryDirectory() as temporary:
        python = _environment(Path(temporary) / "venv", "-e", *packages)
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
        subprocess.run([python, "-m", *CHECKS["tests"][0]], cwd=ROOT, env=env, check=True)


def oldest_versions():
    """`numpy==2.0.*` for `numpy>=2.0`, and so on, as pip takes it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    least = [*project["dependencies"], *project["optional-dependencies"]["course"]]
    return [re.sub(r">=([\d.]+)$", r"==\1.*", requirement) for requirement in least]


def site():
    """The site builds without a warning, asks no other host for anything, and finds its place beside other versions."""
    with tempfile.TemporaryDirectory() as temporary:
        earlier = Path(temporary) / "0.0" / "_static" / "versions.js"
        earlier.parent.mkdir(parents=True)
        earlier.touch()
        subprocess.run([sys.executable, str(ROOT / "scripts" / "build_site.py"), "--into", temporary], check=True)
        known = earlier.read_text(encoding="utf-8")
        assert f'"{current_version()}": ["api/' in known, f"version 0.0 does not know of this one: {known}"


def browser():
    """Chapters, exercises and the site work in a real browser, if Chromium is there."""
    subprocess.run([sys.executable, str(ROOT / "scripts" / "browser_check.py")], check=True)


def check():
    """Style, types, tests, and every cell of every notebook."""
    subprocess.run([sys.executable, str(ROOT / "scripts" / "check.py")], check=True)


POINTS = {point.__name__: point for point in (version, tree, wheel, site, browser, oldest, fast, check)}


if __name__ == "__main__":
    main()
