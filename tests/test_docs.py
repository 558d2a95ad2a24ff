"""What is written down is so: commands exist, links lead somewhere, every public object says what it is."""

import inspect
import re
import shlex
import tomllib
from pathlib import Path

import pytest

import layerlab
from layerlab import cli

ROOT = Path(layerlab.__file__).parent.parent
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "layerlab/datasets/README.md")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def shell_commands():
    """Every line of every shell block of the pages."""
    for page in PAGES:
        for block in re.findall(r"```shell\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            yield from (line.partition("  #")[0].strip() for line in block.splitlines())
        yield from re.findall(r"`(layerlab [a-z]+ [^`]*)`", page.read_text(encoding="utf-8"))


def test_the_readme_has_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 scripts/start.py" in readme
    assert "python3 scripts/check.py" in readme
    assert "python3 scripts/check.py" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(set(shell_commands())))
def test_commands_exist(command):
    program, *arguments = shlex.split(command)
    if program == "layerlab":
        cli._parser().parse_args(arguments)
    elif program == "pip":
        extras = re.findall(r"\[([\w,]+)\]", command)
        assert {name for group in extras for name in group.split(",")} <= set(
            PROJECT["project"]["optional-dependencies"]
        )
    elif program.startswith(".venv/bin/"):
        assert all((ROOT / path).exists() for path in arguments if "/" in path)
    else:
        assert program == "python3"
        assert (ROOT / arguments[0]).is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.fixture
def public_objects(public_names):
    """Every class and function that `layerlab.<module>` offers, once."""
    seen = {}
    for name in layerlab._MODULES:
        module = getattr(layerlab, name)
        for key in public_names(module):
            obj = getattr(module, key)
            if inspect.isclass(obj) or inspect.isfunction(obj):
                seen.setdefault(obj, f"{name}.{key}")
    return seen


def test_every_public_object_says_what_it_is(public_objects):
    assert not [name for obj, name in public_objects.items() if not inspect.getdoc(obj)]


def explained(cls, method):
    """Whether a method has a docstring, here or in a base class, or is spoken of in the docstring of one of them."""
    docs = [(base.__doc__, vars(base).get(method)) for base in cls.__mro__]
    return any(getattr(function, "__doc__", None) or f"`{method}" in (doc or "") for doc, function in docs)


def test_every_public_method_says_what_it_does(public_objects):
    assert not [
        f"{name}.{key}"
        for obj, name in public_objects.items()
        if inspect.isclass(obj)
        for key, value in vars(obj).items()
        if inspect.isfunction(value) and not key.startswith("_") and not explained(obj, key)
    ]


def test_every_extra_is_in_all():
    extras = PROJECT["project"]["optional-dependencies"]
    (everything,) = extras["all"]
    assert set(re.findall(r"\w+", everything)) == {"layerlab", *extras} - {"all"}


def test_the_citation_names_this_version():
    assert f"\nversion: {layerlab.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_the_workflow_runs_scripts_that_exist():
    workflow = (ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")
    scripts = re.findall(r"run: python (\S+)", workflow)
    assert "scripts/check.py" in scripts
    assert all((ROOT / script).is_file() for script in scripts)
    for system in ("ubuntu", "macos", "windows"):
        assert f"{system}-latest" in workflow


def test_the_workflow_opens_chapters_that_exist():
    workflow = (ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")
    chapters = re.search(r"run: python scripts/browser_check.py (.+)", workflow)[1].split()
    assert all(list((ROOT / "notebooks").glob(f"{chapter}_*.ipynb")) for chapter in chapters)
