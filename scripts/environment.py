"""The project's own virtual environment: made when missing, brought up to date when pyproject.toml has changed.

Plain standard library, for any Python that can then say that it is too old. Shared by start.py and check.py.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)

_STAMP = VENV / "layerlab-installed.json"  # written last, so a set-up that was interrupted is done again


def program(name):
    """The path of a program inside the environment: `program("python")`."""
    return str(VENV / ("Scripts" if os.name == "nt" else "bin") / (name + (".exe" if os.name == "nt" else "")))


def set_up(extras):
    """Make the environment hold layerlab, editable, with these extras; at once when it already does."""
    if sys.version_info < OLDEST:
        sys.exit(f"layerlab needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    wanted = {"pyproject": _digest(ROOT / "pyproject.toml"), "python": sys.version, "extras": sorted(extras)}
    installed = _installed()
    same = all(installed.get(key) == wanted[key] for key in ("pyproject", "python"))
    if same and set(extras) <= set(installed["extras"]):
        return
    wanted["extras"] = sorted({*extras, *installed.get("extras", [])})
    if installed.get("python") != sys.version or not Path(program("python")).exists():
        say(f"Making a virtual environment in {VENV}")
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], hint="On Debian and Ubuntu: apt install python3-venv")
    say(f"Installing layerlab[{','.join(wanted['extras'])}] there (the first time takes a minute or two)")
    what = f"{ROOT}[{','.join(wanted['extras'])}]"
    run([program("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", what])
    _STAMP.write_text(json.dumps(wanted), encoding="utf-8")


def current_version():
    """What layerlab calls itself, read without importing it."""
    text = (ROOT / "layerlab" / "__init__.py").read_text(encoding="utf-8")
    return re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)[0]


def run(command, hint=""):
    """Run a command in the project's folder; end with its exit code, and the hint, if it fails."""
    code = subprocess.call(command, cwd=ROOT)
    if code:
        say(f"This failed: {' '.join(command)}\n{hint}".rstrip())
        sys.exit(code)


def become(command):
    """Hand over to a command that runs until it is closed, so that Ctrl-C and signals reach it and only it."""
    if os.name == "posix":
        os.execv(command[0], command)
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            try:
                process.wait()
            except KeyboardInterrupt:
                continue  # the command got the same Ctrl-C, and is closing
        sys.exit(process.returncode)


def say(text):
    """Print at once, also when the output goes into a file."""
    print(text, flush=True)


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _installed():
    try:
        return json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
