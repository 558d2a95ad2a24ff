"""Build the site: `python scripts/build_site.py` makes build/site/index.html, to be opened or put on any server.

The course from the notebooks with their stored outputs, the reference from the docstrings, the pages of docs/. Nothing
is run, warnings are errors, and a page that asks another host for anything fails the build. `--into FOLDER` adds the
site to a folder with those of other versions, `--lite` the course for the browser (build_lite.py) to the site.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import build_lite
import site_versions
from environment import ROOT, VENV, become, current_version, program, say, set_up

BUILD = ROOT / "build"
COURSE = ("notebooks", "exercises")
# pages of the site that lie elsewhere in the repository
PAGES = {
    "grader": "layerlab/grading/README.md",
    "tape": "layerlab/autodiff/README.md",
    "benchmarks": "benchmarks/README.md",
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
}
LOADED = re.compile(r"<(?:script|link|img|iframe|source|video)\b[^>]*?(?:src|href)=[\"'](?:https?:)?//[^>]*>")
FILE_LINK = re.compile(r"\[`?([^\]`]+)`?\]\((?!https?:)[^)]*\)")  # to code, which is not on the site
NAVIGATION = re.compile(r"rel=[\"'](?:canonical|prev|next|license)")


def main():
    """Build, and say where the result is; exit with 1 if Sphinx warned or a page loads something from elsewhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--here", action="store_true", help="with this Python, not in .venv")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="add it to a folder of versions")
    parser.add_argument("--lite", action="store_true", help="with the course for the browser, as lite/")
    parser.add_argument("--pyodide", type=Path, metavar="FOLDER", help="for --lite: see build_lite.py")
    options = parser.parse_args()
    if not options.here and Path(sys.prefix) != VENV:
        set_up(["docs", *(["lite"] if options.lite else [])])
        become([program("python"), *sys.argv])
    code = build(["lite"] if options.lite else [])
    if not code and options.lite:
        say(f"The course for the browser: {build_lite.build(BUILD / 'site' / 'lite', options.pyodide)}")
    if not code and options.into:
        say(f"Added to {site_versions.add(BUILD / 'site', options.into, current_version())}")
    sys.exit(code)


def build(tags=()):
    """Gather, run Sphinx, look for other hosts; the exit code."""
    start = time.monotonic()
    gather(BUILD / "site-source")
    target = BUILD / "site"
    shutil.rmtree(target, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-j",
        "auto",
        "-d",
        str(BUILD / "site-doctrees"),
        *(f"--tag={tag}" for tag in tags),
    ]
    if subprocess.call([*command, str(BUILD / "site-source"), str(target)]):
        return 1
    site_versions.write_list(target, current_version(), {current_version(): site_versions.pages_of(target)})
    if fetched := elsewhere(target):
        say("These are fetched from another host:\n" + "\n".join(fetched))
        return 1
    say(f"{len(list(target.rglob('*.html')))} pages in {time.monotonic() - start:.0f} s: {target / 'index.html'}")
    return 0


def gather(source):
    """Put all pages into one folder, as Sphinx wants them; the course keeps its two folders, so its links hold."""
    from api_reference import pages

    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source)
    for part in COURSE:
        (source / part).mkdir()
        for path in sorted((ROOT / part).glob("*.ipynb")):
            (source / part / path.name).write_text(page_of(path), encoding="utf-8")
    (source / "api").mkdir()
    for name, text in pages().items():
        (source / "api" / name).write_text(text, encoding="utf-8")
    for name, origin in PAGES.items():
        text = (ROOT / origin).read_text(encoding="utf-8")
        (source / f"{name}.md").write_text(linked_on_site(text), encoding="utf-8")
    put_mathjax(source)


def linked_on_site(text):
    """A page of the repository as one of the site, where all pages lie in the folder that docs/ is here."""
    text = re.sub(r"\((?:\.\./)*docs/", "(", text).replace("(CHANGELOG.md)", "(changelog.md)")
    return FILE_LINK.sub(keep_pages, text)


def keep_pages(link):
    """A link of a page that is on the site stays one."""
    return link[0] if link[0].endswith(".md)") else f"`{link[1]}`"


def page_of(path):
    """A notebook for the site: links to headings as Sphinx spells them."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = re.sub(r"\]\([^)]*#[^)]*\)", lambda link: link[0].lower(), "".join(cell["source"]))
    return json.dumps(notebook)


def put_mathjax(source):
    """MathJax is one file of an installed package, and goes to where the pages look for it."""
    import mathjax

    (source / "_mathjax").mkdir()
    shutil.copy(Path(mathjax.__path__[0]) / "static" / "mathjax" / "es5" / "tex-svg.js", source / "_mathjax")


def elsewhere(site):
    """Every tag that would load something from another host, with the page it is on."""
    return [
        f"{page.relative_to(site)}: {tag}"
        for page in sorted(site.rglob("*.html"))
        for tag in LOADED.findall(page.read_text(encoding="utf-8"))
        if not NAVIGATION.search(tag)
    ]


if __name__ == "__main__":
    main()
