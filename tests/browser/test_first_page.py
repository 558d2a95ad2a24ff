"""The first thing that a newcomer sees: the course, and nothing that lies over a corner of it."""

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

POP_UP = ".Toastify__toast, .jp-Dialog"


def test_no_question_covers_the_first_page(lab, screenshot):
    lab.open("notebooks/00_start_here.ipynb")
    lab.page.wait_for_timeout(5000)  # JupyterLab's questions come late
    screenshot(lab.page, "start")
    expect(lab.page.locator(POP_UP)).to_have_count(0)
