"""Every chapter runs from top to bottom in JupyterLab, and its first control redraws its figure."""

import pytest

from tests.browser.lab import errors, forget_outputs

expect = pytest.importorskip("playwright.sync_api").expect

CONTROLS = ".noUi-handle, .widget-dropdown select"  # sliders and lists of ipywidgets


@pytest.fixture(scope="module")
def ran(lab, course, chapter):
    """The chapter's code cells after Run All; the chapter stays open."""
    name = f"notebooks/{chapter}"
    forget_outputs(course[0] / name)
    lab.open(name)
    return lab.run_all_cells(name)


def test_every_cell_of_a_chapter_runs(ran):
    assert not errors(ran)
    assert all(cell["execution_count"] for cell in ran)


def test_a_control_of_a_chapter_redraws_its_figure(ran, lab, chapter, screenshot):
    control = lab.scroll_to(lab.page.locator(CONTROLS))
    figure = lab.page.locator(f".jp-CodeCell:has({CONTROLS}) .jp-OutputArea img").first
    before = figure.get_attribute("src")
    screenshot(lab.page, f"control-{chapter[:2]}-before")
    if control.evaluate("it => it.tagName") == "SELECT":
        control.select_option(index=control.evaluate("it => (it.selectedIndex + 1) % it.length"))
    else:
        control.press("ArrowRight")
        control.press("ArrowRight")
    expect(figure).not_to_have_attribute("src", before)
    screenshot(lab.page, f"control-{chapter[:2]}-after")
