"""The package as a whole: what can be imported, in which direction files import each other, and how light it stays."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import layerlab
from layerlab.naming import did_you_mean

ROOT = Path(layerlab.__file__).parent
FILES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
KERAS = json.loads((Path(__file__).parent / "golden" / "keras_names.json").read_text(encoding="utf-8"))

LEVELS = (  # a file imports its own level and those above it in this table
    "naming config changes messages dtype_policies registry serialization masking tree threads cores compiled",
    "autodiff",
    "variables random ops",
    "activations initializers constraints regularizers losses metrics optimizers",
    "layers",
    "models callbacks",
    "saving plots utils backend datasets",
    "grading cli __main__",
)
LEVEL = {unit: level for level, units in enumerate(LEVELS) for unit in units.split()}
STRICTER = {  # units that may import less than their level allows
    "callbacks": {unit for unit, level in LEVEL.items() if level <= 3} | {"callbacks"},
    "datasets": {"datasets"},
    "autodiff": {"autodiff", "threads"},
}
LATE = {  # files whose methods, when called, reach for a higher level
    "models/__init__.py": {"saving"},
    "models/model.py": {"saving"},
}
ABOVE_ALL = {"__version__"}  # what `from layerlab import` gives that is no module


LAZY = {"models": {"saving"}}  # imported inside a function all the same: `model.save` is `saving.save_model`


def source(file):
    return (ROOT / file).read_text(encoding="utf-8")


def imports(node):
    """The parts of layerlab that a syntax tree imports."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            names = [alias.name for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            names = [f"{child.module}.{alias.name}" for alias in child.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("layerlab."))


@pytest.mark.parametrize("file", FILES, ids=str)
def test_imports_run_one_way(file):
    unit = file.parts[0].removesuffix(".py")
    if unit == "__init__":
        pytest.skip("the table of contents names everything")
    allowed = STRICTER.get(unit) or {other for other, level in LEVEL.items() if level <= LEVEL[unit]}
    tree = ast.parse(source(file))
    inside = {name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for name in imports(node)}
    assert set(imports(tree)) - ABOVE_ALL - (inside & LAZY.get(unit, set())) <= allowed


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_file_opens_with_what_it_is_for(file):
    assert len(ast.get_docstring(ast.parse(source(file))) or "") > 40


def module_name(file):
    return ".".join(("layerlab", *file.with_suffix("").parts)).removesuffix(".__init__")


@pytest.mark.parametrize("file", [f for f in FILES if f.name != "__main__.py"], ids=str)
def test_all_lists_names_that_exist_once_each(file):
    module = import_module(module_name(file))
    if not hasattr(module, "__all__"):
        # rules of gradients are no names: they enter a table
        assert file.name.startswith("_") or file.parts[:2] == ("autodiff", "rules") or "import *" in source(file)
        return
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    assert not [name for name in module.__all__ if not hasattr(module, name)]


OURS = {  # public names that Keras does not have in that module
    "": {"autodiff", "plots"},
    "activations": {"hard_sigmoid_keras2"},
    "initializers": {"compute_fans"},
    "layers": {"LocallyConnected1D", "LocallyConnected2D"},  # Keras 2 had them
    "ops": {"exponential_linear"},
    "tree": {"nesting"},
    "config": {"standardize_data_format", "standardize_dtype"},
}


@pytest.mark.parametrize("module", KERAS)
def test_public_names_are_spelled_as_in_keras(module, public_names):
    names = public_names(import_module(f"layerlab.{module}".rstrip(".")))
    unknown = {name for name in names if not name.startswith("_")} - set(KERAS[module]) - OURS.get(module, set())
    assert not [f"{name}?{did_you_mean(name, KERAS[module])}" for name in unknown]


LEFT_OUT = {  # modules that are complete but for these names, which serve other frameworks, services or hardware
    "activations": set(),
    "backend": {"result_type"},
    "callbacks": {"OrbaxCheckpoint", "TensorBoard"},
    "constraints": set(),
    "initializers": set(),
    "losses": set(),
    "metrics": set(),
    "models": set(),
    "optimizers": {"legacy"},
    "optimizers.schedules": set(),
    "random": set(),
    "regularizers": set(),
    "saving": {"KerasFileEditor"},
}


@pytest.mark.parametrize("module", LEFT_OUT)
def test_nothing_else_of_keras_is_missing(module, public_names):
    assert set(KERAS[module]) - set(public_names(import_module(f"layerlab.{module}"))) == LEFT_OUT[module]


def test_everything_that_the_table_of_contents_names_is_there():
    assert set(layerlab.__all__) <= set(dir(layerlab))
    for name in layerlab.__all__:
        assert getattr(layerlab, name) is not None


def test_a_misspelt_name_is_guessed():
    with pytest.raises(AttributeError, match=r"has no attribute 'Sequental'\. Did you mean 'Sequential'\?"):
        _ = layerlab.Sequental


def python(code):
    """What a fresh Python prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


HEAVY = ("matplotlib", "h5py", "tqdm", "scipy", "numba", "jupyterlab", "ipykernel", "IPython", "ipywidgets", "pandas")
IMPORTS = {  # what -> the statement, and how many seconds it may take
    "the package": ("import layerlab", 0.25),
    "every public module": ("import layerlab; [getattr(layerlab, name) for name in layerlab.__all__]", 0.5),
}


@pytest.mark.parametrize(("statement", "limit"), IMPORTS.values(), ids=IMPORTS)
def test_importing_is_light(statement, limit):
    loaded = python(f"{statement}; import sys; print(*sys.modules)").split()
    assert not set(loaded) & set(HEAVY)
    # of the processor, and the best of some tries: a busy machine is no slow package
    timed = f"import time; start = time.process_time(); {statement}; print(time.process_time() - start)"
    seconds = []
    while not seconds or (min(seconds) >= limit and len(seconds) < 8):
        seconds.append(float(python(timed)))
    assert min(seconds) < limit, seconds
