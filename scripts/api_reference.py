"""The API reference as Markdown, made from the docstrings: one page for each public module, every public name on it.

Signatures become Sphinx's py directives, so that names can be linked and searched for; build_site.py calls this.
"""

import inspect
import re
import textwrap
from functools import cache
from types import ModuleType

import layerlab

__all__ = ["pages", "public_names"]

TITLES = {"Args", "Attributes", "Call arguments", "Raises", "Returns", "Shapes", "Warns"}
LISTED = {"Args", "Attributes", "Call arguments", "Raises", "Warns"}  # sections of `name: what it is`
ITEM = re.compile(r"(?P<names>[\w*`., ]+): (?P<text>.*)", re.DOTALL)


def pages() -> dict[str, str]:
    """File name -> Markdown, for the package itself and for each of its modules."""
    made = {f"{name}.md": _page(f"layerlab.{name}", getattr(layerlab, name)) for name in layerlab._MODULES}
    objects = [name for name in layerlab.__all__ if name not in layerlab._MODULES]
    return {"layerlab.md": _page("layerlab", layerlab, objects), **made, "index.md": _contents()}


def public_names(module: ModuleType) -> list[str]:
    """What a module offers: its `__all__`, or whatever in it is no module of its own."""
    own = [name for name, obj in vars(module).items() if not name.startswith("_") and not inspect.ismodule(obj)]
    return sorted(getattr(module, "__all__", own))


def _contents() -> str:
    rows = [f"| [`layerlab.{n}`]({n}.md) | {_first_line(getattr(layerlab, n))} |" for n in layerlab._MODULES]
    tree = "\n".join(["layerlab", *layerlab._MODULES])
    return (
        "# API reference\n\nEvery public name, from the docstrings of the code. Names, arguments, defaults are those "
        "of Keras 3; only layerlab has `autodiff`, `plots`, `datasets`, and the locally connected layers.\n\n"
        "| module | what it is for |\n|---|---|\n| [`layerlab`](layerlab.md) | what can be imported from the top |\n"
        + "\n".join(rows)
        + f"\n\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"
    )


def _page(path: str, module: ModuleType, names: list[str] | None = None) -> str:
    names = public_names(module) if names is None else names
    links = {name: f"{path}.{name}" for name in names}
    entries = [_entry(path, name, getattr(module, name), links) for name in names]
    table = [f"| {{py:obj}}`{name} <{path}.{name}>` | {_first_line(getattr(module, name))} |" for name in names]
    listed = "\n".join([":::{container} names", "| name | |", "|---|---|", *table, ":::"])
    head = [f"# {path}", _markdown(inspect.getdoc(module) or "", links), listed]
    return "\n\n".join([*head, "## In full", *entries]) + "\n"


def _entry(path: str, name: str, obj, links: dict[str, str], fence: str = "::::::") -> str:
    kind, signature, inside = "data", "", []
    if inspect.ismodule(obj):
        inside = [_entry(f"{path}.{name}", key, getattr(obj, key), links, fence[1:]) for key in public_names(obj)]
    elif inspect.isclass(obj):
        kind, signature = "class", _signature(obj)
        inside = [_member(key, value, links, fence[1:]) for key, value in _members(obj).items()]
    elif callable(obj):
        kind, signature = "function", _signature(obj)
    described = inspect.getdoc(obj) if kind != "data" or inspect.ismodule(obj) else f"`{obj!r}`"
    if getattr(obj, "__name__", name) not in (name, name.lower()) and not inspect.ismodule(obj):
        described = f"Another name of `{obj.__name__}`.\n\n{described}"
    body = "\n\n".join(filter(None, [_markdown(described or "", links), *inside]))
    return f"{fence}{{py:{kind}}} {path}.{name}{signature}\n\n{body}\n{fence}"


@cache
def _public_classes() -> set[type]:
    modules = [getattr(layerlab, name) for name in layerlab._MODULES]
    found = [getattr(module, name) for module in modules for name in public_names(module)]
    return {obj for obj in found if inspect.isclass(obj)}


def _members(cls: type) -> dict:
    """Its documented methods, with those of its bases that have no entry of their own."""
    elsewhere = {base for other in cls.__mro__[1:] if other in _public_classes() for base in other.__mro__}
    bases = [base for base in cls.__mro__ if base not in elsewhere and base.__module__.startswith("layerlab")]
    found = {key: value for base in reversed(bases) for key, value in vars(base).items()}
    return {key: value for key, value in sorted(found.items()) if _is_shown(key, value)}


def _is_shown(key: str, value) -> bool:
    function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    return not key.startswith("_") and inspect.isfunction(function) and bool(function.__doc__)


def _member(key: str, value, links: dict[str, str], fence: str) -> str:
    if isinstance(value, property):
        kind, signature = "property", ""
    else:
        kind, signature = (
            "method",
            _signature(getattr(value, "__func__", value), method=not isinstance(value, staticmethod)),
        )
    text = _markdown(inspect.getdoc(value) or "", links)
    return f"{fence}{{py:{kind}}} {key}{signature}\n\n{text}\n{fence}"


def _signature(obj, method: bool = False) -> str:
    try:
        signature = inspect.signature(obj)
    except ValueError:
        return "()"
    parameters = list(signature.parameters.values())[method:]
    return f"({', '.join(_ordered(parameters))})"


def _ordered(parameters):
    """Parameters as text, with the lone `*` where only keywords follow."""
    starred = False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        starred = starred or parameter.kind is parameter.VAR_POSITIONAL
        default = parameter.default
        if callable(default) or "<" in repr(default) or "object at" in repr(default):
            default = inspect.Parameter.empty
        yield str(parameter.replace(annotation=inspect.Parameter.empty, default=default))


def _first_line(obj) -> str:
    lines = (inspect.getdoc(obj) or "").split("\n\n")[0] if callable(obj) or inspect.ismodule(obj) else ""
    return _escaped(" ".join(lines.split())).replace("|", "\\|")


def _markdown(text: str, links: dict[str, str]) -> str:
    """A docstring as Markdown: paragraphs, sections, examples."""
    return "\n\n".join(_block(block, links) for block in _blocks(text))


def _blocks(text: str):
    """Paragraphs; a section is one with its heading, an example with what it prints."""
    block: list[str] = []
    for line in text.splitlines():
        inside = bool(block) and block[0].removesuffix(":") in TITLES and (not line or line.startswith(" "))
        starts = line.startswith(">>>") and bool(block) and not block[0].startswith(">>>")
        if (not line.strip() and not inside) or starts or (block and line and _is_heading(line)):
            yield from filter(None, ["\n".join(block).strip("\n")])
            block = []
        if line.strip() or inside:
            if inside or not block or block[0].removesuffix(":") not in TITLES:
                block.append(line)
            else:  # the section has ended
                yield "\n".join(block).strip("\n")
                block = [line]
    yield from filter(None, ["\n".join(block).strip("\n")])


def _is_heading(line: str) -> bool:
    return line.endswith(":") and line.removesuffix(":") in TITLES


def _block(block: str, links: dict[str, str]) -> str:
    first, _, rest = block.partition("\n")
    if block.startswith(">>>"):
        return f"```pycon\n{block}\n```"
    if block.startswith("    "):
        return f"```text\n{textwrap.dedent(block)}\n```"
    if _is_heading(first):
        rest = textwrap.dedent(rest)
        body = _listed(rest, links) if first.removesuffix(":") in LISTED else _escaped(rest, links)
        return f"**{first.removesuffix(':')}**\n\n{body}"
    return _escaped(block, links)


def _listed(text: str, links: dict[str, str]) -> str:
    items = re.split(r"\n(?=\S)", text)
    return "\n".join(_item(" ".join(item.split()), links) for item in items if item.strip())


def _item(item: str, links: dict[str, str]) -> str:
    match = ITEM.fullmatch(item)
    if not match:
        return f"- {_escaped(item, links)}"
    names = ", ".join(f"`{name.strip('` ')}`" for name in match["names"].split(","))
    return f"- {names}: {_escaped(match['text'], links)}"


def _escaped(text: str, links: dict[str, str] | None = None) -> str:
    """What Markdown would read as markup, made plain; `code` stays, and names of this page become links."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(
        _code(p, links or {}) if p.startswith("`") else re.sub(r"([\\*_\[\]<>#$|{}])", r"\\\1", p) for p in pieces
    )


def _code(code: str, links: dict[str, str]) -> str:
    name = code.strip("`")
    return f"{{py:obj}}`{name} <{links[name]}>`" if name in links else code
