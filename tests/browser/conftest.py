"""A headless Chromium, the course as `layerlab start` serves it, and a folder for pictures of what was seen.

These tests take minutes and need Chromium, so they run only when asked for: `python scripts/browser_check.py`.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.lab import Lab

ROOT = Path(__file__).parent.parent.parent
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update".split()


def pytest_addoption(parser):
    parser.addoption("--chapters", nargs="*", default=[], metavar="NN", help="how the chapters' names begin")
    parser.addoption("--screenshots", type=Path, default=ROOT / "build" / "screenshots", metavar="FOLDER")


def pytest_generate_tests(metafunc):
    """A test of a chapter runs for each that was asked for."""
    if "chapter" in metafunc.fixturenames:
        names = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
        wanted = tuple(metafunc.config.getoption("chapters")) or ("",)
        metafunc.parametrize("chapter", [name for name in names if name.startswith(wanted)], scope="module")


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or pytest.skip("no chromium on the path")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshot(pytestconfig):
    """Call with a page and a name: a picture of what it shows, in the folder for pictures."""
    folder = pytestconfig.getoption("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png")


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The course in a new folder, served by `layerlab start --no-open`: (the folder, the address that was printed)."""
    folder = tmp_path_factory.mktemp("course")
    command = [sys.executable, "-m", "layerlab", "start", str(folder / "course"), "--no-open"]
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config")}  # a newcomer's, not this user's
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as server:
        lines = iter(server.stdout)
        yield folder / "course", next(found[0] for line in lines if (found := re.search(r"http://127\S+", line)))
        server.terminate()


@pytest.fixture(scope="module")
def lab(chromium, course):
    """JupyterLab in a window of its own, and the kernels that were started there ended afterward."""
    page = chromium.new_page(viewport={"width": 1280, "height": 920}, device_scale_factor=1)
    lab = Lab(page, *course)
    yield lab
    page.close()
