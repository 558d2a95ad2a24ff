"""Set up and check everything: `python scripts/check.py [lint] [types] [tests]`; all three by default.

What passes here passes in CI, which runs this file and nothing else. `--fix` lets ruff mend what it can first.
"""

import argparse
import os
import subprocess
import sys
import time

from environment import ROOT, program, say, set_up

CHECKS = {
    "lint": [["ruff", "check", "."], ["ruff", "format", "--check", "."]],
    "types": [["mypy"]],
    # the notebooks run in the same pytest: every cell must print again what is stored under it
    "tests": [["pytest", "-q", "-n", "2", "--dist", "loadscope", "--nbval", "--nbval-current-env"]],
}
FIXES = [["ruff", "check", "--fix", "."], ["ruff", "format", "."]]


def main():
    """Run the checks that were asked for; exit with 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="check", help=f"any of {', '.join(CHECKS)}; all by default")
    parser.add_argument("--fix", action="store_true", help="let ruff mend what it can before the checks")
    options = parser.parse_args()
    if unknown := set(options.checks) - set(CHECKS):
        parser.error(f"unknown check: {', '.join(sorted(unknown))}. Choose from {', '.join(CHECKS)}.")
    set_up(["course", "grade", "test"])
    for command in FIXES if options.fix else []:
        call(command)
    commands = [command for name in options.checks or CHECKS for command in CHECKS[name]]
    failed = [" ".join(command) for command in commands if not call(command)]
    if failed:
        say("\nFailed: " + "; ".join(failed))
    sys.exit(bool(failed))


def call(command):
    """Run a program of the environment in the project's folder; True if it succeeded."""
    say(f"\n$ {' '.join(command)}")
    # two tests at a time, so one thread each: BLAS threads that fight for the same cores are slower than none
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    start = time.monotonic()
    code = subprocess.call([program(command[0]), *command[1:]], cwd=ROOT, env=env)
    say(f"[{command[0]}: {'ok' if code == 0 else f'exit {code}'}, {time.monotonic() - start:.0f} s]")
    return code == 0


if __name__ == "__main__":
    main()
