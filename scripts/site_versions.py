"""One folder with the sites of several versions, for a web server or to be opened as files: `build_site.py --into`.

Each version has a folder; `latest` is a copy of the newest, under an address that stays; `index.html` lists them all.
Every page knows the others by `_static/versions.js` of its own folder, which is written anew when one is added.
"""

import json
import re
import shutil
from pathlib import Path

LATEST = "latest"
LIST = "_static/versions.js"
INDEX = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>layerlab: versions</title>
<body style="font: 1.1rem/1.8 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem">
<h1>layerlab</h1>
<p><a href="latest/index.html">The course, the how-to pages and the reference</a></p>
<p>By version:</p>
<ul>
{items}
</ul>
"""


def add(site, folder, version):
    """Put a built site into the folder as this version, beside those that are there; the folder's first page."""
    _replace(folder / version, site)
    versions = found(folder)
    _replace(folder / LATEST, folder / versions[0])
    pages = {name: pages_of(folder / name) for name in versions}
    for name in (*versions, LATEST):
        write_list(folder / name, versions[0] if name == LATEST else name, pages)
    items = "\n".join(f'<li><a href="{name}/index.html">{name}</a></li>' for name in versions)
    index = folder / "index.html"
    index.write_text(INDEX.format(items=items), encoding="utf-8")
    return index


def _replace(folder, source):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)


def found(folder):
    """The versions in a folder, the newest first: 0.10.0 before 0.9.0."""
    names = (path.parents[1].name for path in Path(folder).glob(f"*/{LIST}"))
    return sorted((name for name in names if name != LATEST), key=_number, reverse=True)


def _number(version):
    return [int(part) for part in re.findall(r"\d+", version)]


def pages_of(site):
    """The names of a site's own pages, without `.html`; the course for the browser has pages of another kind."""
    names = (path.relative_to(site).with_suffix("").as_posix() for path in Path(site).rglob("*.html"))
    return sorted(name for name in names if not name.startswith(("_static/", "lite/")))


def write_list(site, version, pages):
    """Tell the pages of a site which version they are, and what pages there are in each."""
    text = f"const layerlabSite = {json.dumps({'here': version, 'pages': pages})};\n"
    (site / LIST).write_text(text, encoding="utf-8")
