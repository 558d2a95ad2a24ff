"""Build the course: text sources in notebooks/src become executed notebooks, the same bytes every time.

`python scripts/build_notebooks.py` builds all chapters, `... 01 02` builds those. `--check` runs nothing: it only says
where the notebooks and their sources disagree, or where a stored output is missing or was edited. `--time` stores
nothing: it runs every chapter alone, then all of them in order, and says how long each took.
"""

import argparse
import ast
import base64
import hashlib
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
SOURCES = NOTEBOOKS / "src"
SECONDS_PER_CELL = 120
SECONDS_PER_CHAPTER, SECONDS_IN_ALL = 30, 360
PHOTOGRAPH = 8_000  # pictures of more colors than this are not reduced to a palette
INTERACTIVE = "nbval-ignore-output"  # the tag of cells whose output is a widget: never stored, never compared
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


def sources(wanted: list[str]) -> list[Path]:
    """The chapters asked for by the start of their names ("01"); all of them when none is."""
    found = sorted(path for path in SOURCES.glob("*.py") if not wanted or path.name.startswith(tuple(wanted)))
    if not found:
        raise SystemExit(f"No chapter in {SOURCES} starts with {' or '.join(wanted) or 'anything'}.")
    return found


def notebook_of(source: Path) -> Path:
    """Where the notebook of a source is stored."""
    return NOTEBOOKS / f"{source.stem}.ipynb"


def read_source(source: Path) -> nbformat.NotebookNode:
    """The unexecuted notebook that a source stands for: same cells, settled names, no output."""
    notebook = jupytext.read(source)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{source.name[:2]}-{number:02}"
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
    return notebook


def execute(notebook: nbformat.NotebookNode, where: Path = NOTEBOOKS) -> nbformat.NotebookNode:
    """Run every cell in a fresh kernel, in the folder `where`, out of reach of the user's own IPython settings."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=SECONDS_PER_CELL,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(where)}},
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
        # the layerlab beside the notebooks, wherever the kernel runs and whatever is installed
        path = os.pathsep.join([str(NOTEBOOKS.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        client.execute(env=environment | {"IPYTHONDIR": folder, "PYTHONPATH": path})
    return notebook


def strip(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Remove what changes from run to run; outputs and execution counts stay, under a seal."""
    for cell in code_cells(notebook):
        cell.metadata.pop("execution", None)
        if is_interactive(cell):
            cell.outputs = []
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = smaller(output.data["image/png"])
    notebook.metadata = nbformat.from_dict({**METADATA, "layerlab": {"outputs": seal(notebook)}})
    return notebook


def seal(notebook: nbformat.NotebookNode) -> str:
    """A digest of all outputs, stored with them: who edits one by hand, a figure too, breaks it."""
    outputs = [[without_line_lists(output) for output in cell.outputs] for cell in code_cells(notebook)]
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()


def without_line_lists(output):
    """The same output with every text in one piece: a notebook may keep texts as lists of lines."""
    match output:
        case dict():
            return {key: without_line_lists(value) for key, value in output.items()}
        case [*lines] if lines and all(isinstance(line, str) for line in lines):
            return "".join(lines)
    return output


def smaller(png: str) -> str:
    """A figure with a palette of 256 colors: a third of the bytes, and no difference that an eye could see."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    if picture.getcolors(PHOTOGRAPH) is None:
        return png
    reduced = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    reduced.save(packed, "png", optimize=True)
    return base64.b64encode(packed.getvalue()).decode("ascii")


def code_cells(notebook) -> list:
    """The cells that run, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_interactive(cell) -> bool:
    """Whether a cell makes a control to play with, whose output is not stored."""
    return INTERACTIVE in cell.metadata.get("tags", [])


def faults(source, notebook) -> list[str]:
    """Everything in a stored notebook that its source, or the rules of this course, would not allow."""
    return [*disagreements(source, notebook), *output_faults(notebook), *volatile_faults(notebook)]


def disagreements(source, notebook) -> list[str]:
    """Cells that are not what the source says."""
    if len(source.cells) != len(notebook.cells):
        return [f"the source has {len(source.cells)} cells, the notebook {len(notebook.cells)}"]
    described = [
        [(c.cell_type, c.id, c.source, c.metadata.get("tags", [])) for c in n.cells] for n in (source, notebook)
    ]
    return [
        f"cell {ours[1]} differs from the source" for ours, theirs in zip(*described, strict=True) if ours != theirs
    ]


def output_faults(notebook) -> list[str]:
    """Cells that were not run in order, failed, or lost what they print or draw."""
    found: list[str] = []
    speaking: set[str] = set()
    for count, cell in enumerate(code_cells(notebook), start=1):
        if cell.execution_count != count:
            found.append(f"cell {cell.id} has execution count {cell.execution_count} instead of {count}")
        if any(output.output_type == "error" for output in cell.outputs):
            found.append(f"cell {cell.id} holds an error")
        if any(output.get("name") == "stderr" for output in cell.outputs):
            found.append(f"cell {cell.id} holds text from stderr")
        if speaks(cell.source, speaking) and not cell.outputs and not is_interactive(cell):
            found.append(f"cell {cell.id} prints or draws, and has no output")
    return found


def volatile_faults(notebook) -> list[str]:
    """Metadata that a rebuild would change, and outputs that are not those of the build."""
    found = [f"cell {c.id} keeps metadata {dict(c.metadata)}" for c in notebook.cells if set(c.metadata) - {"tags"}]
    metadata = {key: value for key, value in notebook.metadata.items() if key != "layerlab"}
    if metadata != METADATA:
        found.append(f"the notebook keeps metadata {sorted(metadata)}")
    if notebook.metadata.get("layerlab") != {"outputs": seal(notebook)}:
        found.append("an output was edited after the build")
    return found + [f"cell {c.id} keeps widget output" for c in code_cells(notebook) if is_interactive(c) and c.outputs]


def speaks(code: str, speaking: set[str]) -> bool:
    """Whether a cell prints, draws or ends in a value. `speaking` collects the functions that do, for later cells."""
    body = ast.parse(code).body
    for function in (node for node in body if isinstance(node, ast.FunctionDef)):
        if any(_is_loud(node, speaking) for node in ast.walk(function)):
            speaking.add(function.name)
    last = body[-1] if body else None
    shows_value = isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call)
    statements = [node for node in body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return shows_value or any(_is_loud(node, speaking) for statement in statements for node in ast.walk(statement))


def _is_loud(node: ast.AST, speaking: set[str]) -> bool:
    """Whether this is a call that leaves something under the cell: print, summary, a function of plots."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name == "print" or name in speaking
        case ast.Call(func=ast.Attribute(value=ast.Name(id="plots"), attr=name)):
            return name != "use_style"
        case ast.Call(func=ast.Attribute(attr="summary")):
            return True
    return False


def build(source: Path) -> None:
    """Make one notebook; a cell that fails stops the build and leaves the old notebook as it was."""
    notebook = strip(execute(read_source(source)))
    notebook_of(source).write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def check(source: Path) -> list[str]:
    """What is wrong with the stored notebook of this source."""
    target = notebook_of(source)
    if not target.exists():
        return ["not built yet"]
    return faults(read_source(source), nbformat.read(target, as_version=4))


def seconds(source: Path, where: Path) -> float:
    """How long one chapter takes in a fresh kernel, the start of the kernel included."""
    start = time.perf_counter()
    execute(read_source(source), where)
    return time.perf_counter() - start


def time_chapters(chapters: list[Path]) -> int:
    """Run each chapter alone in an empty folder, then all in order in another; a table, and 1 if any is too slow."""
    alone = []
    for source in chapters:
        with tempfile.TemporaryDirectory() as folder:
            alone.append(seconds(source, Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        in_order = [seconds(source, Path(folder)) for source in chapters]
    print(f"{'':24}{'alone':>8}{'in order':>10}")
    for source, *times in zip(chapters, alone, in_order, strict=True):
        print(f"{source.stem:24}{times[0]:7.1f}s{times[1]:9.1f}s{'  too slow' * (max(times) > SECONDS_PER_CHAPTER)}")
    print(f"{'together':24}{sum(alone):7.1f}s{sum(in_order):9.1f}s")
    return int(max(alone + in_order) > SECONDS_PER_CHAPTER or sum(in_order) > SECONDS_IN_ALL)


def main(arguments: list[str] | None = None) -> int:
    """Build or check, and report a line per chapter; 1 when something failed or is out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", nargs="*", metavar="NN", help="the chapters to build (default: all)")
    parser.add_argument("--check", action="store_true", help="run nothing; say what is out of date and fail if any is")
    parser.add_argument("--time", action="store_true", help="store nothing; run all, say how long each takes")
    options = parser.parse_args(arguments)
    if options.time:
        return time_chapters(sources(options.chapters))
    failed = False
    for source in sources(options.chapters):
        if not options.check:
            try:
                build(source)
            except CellExecutionError as error:
                print(f"{source.name}: {error}", file=sys.stderr)
                failed = True
                continue
        wrong = check(source)
        failed = failed or bool(wrong)
        print(f"{source.stem}: {'; '.join(wrong) or 'up to date'}")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
