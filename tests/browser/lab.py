"""JupyterLab, moved as a person moves it: open a notebook, click in menus, type into cells, scroll, save."""

import json
import re
import time

PATIENCE = 300  # seconds for a chapter to run; a quiet machine needs a tenth of it


class Lab:
    """A page that shows JupyterLab, and the folder that it serves."""

    def __init__(self, page, folder, address):
        """A page of the browser, the learner's folder, and the address that `layerlab start` printed."""
        self.page, self.folder, self.address = page, folder, address
        page.set_default_timeout(60_000)

    def open(self, name):
        """Show a notebook, and wait for its kernel. `reset` forgets which others were open."""
        self.end_kernels()
        self.page.goto(re.sub(r"tree/[^?]*\?", f"tree/{name}?reset&", self.address))
        self.page.locator("#jp-bottom-panel").get_by_text("| Idle").wait_for()
        self.page.wait_for_timeout(2000)  # the kernel says idle once before it is connected

    def end_kernels(self):
        """Shut down what other notebooks started: nineteen kernels would fill the memory."""
        host, token = self.address.split("/lab")[0], self.address.split("token=")[1]
        headers = {"Authorization": f"token {token}"}
        for session in self.page.request.get(f"{host}/api/sessions", headers=headers).json():
            self.page.request.delete(f"{host}/api/sessions/{session['id']}", headers=headers)

    def run_all_cells(self, name):
        """Run > Run All Cells, and save until the file shows every cell run; the cells as they are then."""
        self.page.locator(".lm-MenuBar-itemLabel").get_by_text("Run", exact=True).click()
        self.page.locator("li[data-command='runmenu:run-all']").click()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.page.wait_for_timeout(2000)
            self.page.keyboard.press("Control+s")
            self.page.wait_for_timeout(1000)
            cells = code_cells(self.folder / name)
            if errors(cells) or (cells and all(cell["execution_count"] for cell in cells)):
                break
        return cells

    def scroll_to(self, wanted):
        """The first of `wanted` elements, from the top of the notebook; only cells in view are part of the page."""
        notebook = self.page.locator(".jp-WindowedPanel-outer").first
        for place in range(0, notebook.evaluate("it => it.scrollHeight"), 400):
            notebook.evaluate("(it, place) => it.scrollTo(0, place)", place)
            self.page.wait_for_timeout(150)
            if wanted.count() and wanted.first.is_visible():
                wanted.first.scroll_into_view_if_needed()
                return wanted.first
        return None

    def cell(self, text):
        """The first cell in view whose code has this text."""
        return self.page.locator(".jp-CodeCell").filter(has=self.page.locator(".jp-Editor", has_text=text)).first

    def write(self, cell, code):
        """Put code in the place of what stands in a cell, and run it."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)
        self.run(cell)

    def run(self, cell):
        """Run one cell, and give its output when it is done: an area that holds no more than its texts and pictures."""
        cell.locator(".cm-content").click()
        before = cell.locator(".jp-InputPrompt").first.inner_text()
        self.page.keyboard.press("Control+Enter")
        end = time.monotonic() + 60
        while (prompt := cell.locator(".jp-InputPrompt").first.inner_text()) == before or "*" in prompt:
            assert time.monotonic() < end, f"still running: {cell.inner_text()}"
            self.page.wait_for_timeout(100)
        return cell.locator(".jp-OutputArea").first


def forget_outputs(notebook):
    """Strip the learner's copy, so that what is there afterward was made in the browser."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    notebook.write_text(json.dumps(content), encoding="utf-8")


def code_cells(notebook):
    """The code cells of a notebook that JupyterLab may be writing at this moment; none if so."""
    try:
        return [c for c in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    except ValueError:
        return []


def errors(cells):
    """What the cells raised."""
    return [f"{o['ename']}: {o['evalue']}" for c in cells for o in c["outputs"] if o["output_type"] == "error"]
