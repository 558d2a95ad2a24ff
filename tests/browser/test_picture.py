"""The README's picture of chapter 1, taken anew: `python scripts/browser_check.py -k picture -s docs`."""

import io

from PIL import Image

NAME = "notebooks/01_what_is_a_layer.ipynb"


def test_the_picture_of_chapter_1_can_be_taken(lab, pytestconfig):
    lab.open(NAME)
    lab.page.keyboard.press("Control+b")  # without the list of files
    heading = lab.scroll_to(lab.page.get_by_role("heading", name="One neuron"))
    for _ in range(3):  # what comes into view above it takes its place meanwhile
        heading.evaluate("it => it.scrollIntoView()")
        lab.page.wait_for_timeout(1000)
    assert lab.page.locator(".jp-OutputArea img:visible").count()
    assert lab.page.locator("mjx-container:visible").count()
    folder = pytestconfig.getoption("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(lab.page.screenshot())).quantize(256)  # a third of the bytes
    picture.save(folder / "chapter_1.png", optimize=True)
