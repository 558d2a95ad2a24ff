"""The site opened from its folder: every page, the search, a phone's width, the dark; no page asks another host."""

import pytest

from tests.browser.conftest import ROOT

SITE = ROOT / "build" / "site"
PAGES = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html") if "_static" not in path.parts)
SHOWN = {"home": "index.html", "chapter": "notebooks/11_convolution.html", "api": "api/layers.html"}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"  # in pixels


class Watched:
    """A page of the site, and what its console complained of or its scripts asked for elsewhere."""

    def __init__(self, page):
        """Listen from now on."""
        self.page, self.complaints = page, []
        page.on("console", lambda note: note.type in ("error", "warning") and self.complaints.append(note.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.on("request", lambda request: self.elsewhere(request.url) and self.complaints.append(request.url))

    def open(self, name):
        """Go to a page; its Page."""
        self.page.goto(f"{SITE.as_uri()}/{name}", wait_until="load")
        return self.page

    @staticmethod
    def elsewhere(address):
        """Whether this is another host's."""
        return not address.startswith((SITE.as_uri(), "data:", "blob:"))


@pytest.fixture
def window(chromium):
    """Call with options of the browser's context: a new window, for a page of the site."""
    contexts = []

    def make(**options):
        contexts.append(chromium.new_context(**{"viewport": {"width": 1280, "height": 920}, **options}))
        return Watched(contexts[-1].new_page())

    yield make
    for context in contexts:
        context.close()


def test_there_is_a_site():
    assert len(PAGES) > 60, "build it: python scripts/build_site.py"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_complaint(window, name):
    watched = window()
    page = watched.open(name)
    assert page.title()
    assert page.locator("h1").count() or name in ("genindex.html", "py-modindex.html", "search.html")
    assert page.evaluate("[...document.images].filter(it => !it.naturalWidth).map(it => it.src)") == []
    assert page.locator("mjx-merror").count() == 0  # a formula that MathJax cannot read
    page.set_viewport_size(PHONE["viewport"])
    assert page.evaluate(TOO_WIDE) <= 0
    assert watched.complaints == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("BatchNormalization", "layerlab.layers.BatchNormalization"),
        ("fan-in", "3 · Initializers"),
        ("embedding", "15 · Embedding"),
        ("sandbox", "grade"),
    ],
)
def test_the_search_finds_what_the_course_is_about(window, words, found):
    watched = window()
    page = watched.open("index.html")
    page.locator(".search-button__button:visible").first.click()
    page.locator("input[type=search]:visible").first.fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    page.locator("#search-results li").first.wait_for()
    page.get_by_text("Search finished").wait_for()
    assert any(found in text for text in page.locator("#search-results li a").all_inner_texts())
    assert watched.complaints == []


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("width", ["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_the_screen_by_day_and_by_night(window, screenshot, shown, width, scheme):
    watched = window(color_scheme=scheme, **(PHONE if width == "phone" else {}))
    page = watched.open(SHOWN[shown])
    page.wait_for_timeout(500)  # formulas
    screenshot(page, f"site-{shown}-{width}-{scheme}")
    assert page.evaluate(TOO_WIDE) <= 0
    brightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    mean = sum(page.evaluate(brightness)) / 3
    assert mean > 200 if scheme == "light" else mean < 60
    assert watched.complaints == []
