"""Open the course and the site in a real browser, as people do: `python scripts/browser_check.py`.

What is tested stands in tests/browser. It needs Chromium (Debian: apt install chromium); where that is missing it only
says so.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from environment import ROOT, VENV, become, program, run, say, set_up

SCREENSHOTS = ROOT / "build" / "screenshots"
IN_THE_LAB = ("chapter", "exercise", "first", "picture")  # -k for these needs no site


def main():
    """Build the site if it is tested, then run the tests of the parts asked for; pytest's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapters", nargs="*", metavar="NN", help="how the chapters' names begin; all by default")
    parser.add_argument("-k", default="", metavar="TEST", help="only these tests: site, " + ", ".join(IN_THE_LAB))
    parser.add_argument(
        "-s", "--screenshots", type=Path, default=SCREENSHOTS, metavar="FOLDER", help="default: %(default)s"
    )
    parser.add_argument("--here", action="store_true", help="with this Python, not in .venv")
    options = parser.parse_args()
    if not shutil.which("chromium"):
        sys.exit(say("Skipped: no chromium on the path."))
    if not options.here and Path(sys.prefix) != VENV:
        set_up(["browser", "course", "docs", "test"])
        become([program("python"), *sys.argv])
    if options.k not in IN_THE_LAB:
        run([sys.executable, str(ROOT / "scripts" / "build_site.py"), "--here"])
    tests = [sys.executable, "-m", "pytest", "-v", "tests/browser", "-k", options.k, "--chapters", *options.chapters]
    os.chdir(ROOT)
    become([*tests, "--screenshots", str(options.screenshots.resolve())])


if __name__ == "__main__":
    main()
