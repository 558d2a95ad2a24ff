"""Open chapters in a real browser, as a learner does, and run them top to bottom: `python scripts/browser_check.py 02`.

Without a number, all of them. Needs Chromium and its driver (Debian: apt install chromium chromium-driver); where they
are missing it only says so.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from environment import VENV, become, program, say, set_up

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --force-device-scale-factor=1"
).split()
PATIENCE = 300  # seconds for a chapter to run; a quiet machine needs a tenth of it


def main():
    """Run the chapters; exit with 1 if a cell raised, or was not run."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        sys.exit(say("Skipped: no chromium and chromedriver on the path."))
    if Path(sys.prefix) != VENV:
        set_up(["course", "browser"])
        become([program("python"), *sys.argv])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapters", nargs="*", metavar="NN", help="how the notebooks' names begin; all by default")
    parser.add_argument("-s", "--screenshot", type=Path, help="where to put a picture of the (last) page")
    parser.add_argument("--scroll-to", default="", help="text of the heading at the top of the picture")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        problems = check(Path(temporary), options)
    say("\n".join(problems) or "Every cell ran, none raised.")
    sys.exit(bool(problems))


def check(temporary, options):
    """What is wrong after the chapters ran in the browser; empty when all is well."""
    from selenium.common.exceptions import WebDriverException

    problems = []
    with course(temporary / "course") as address:
        names = tuple(options.chapters) or ("",)
        notebooks = [
            path for path in (temporary / "course" / "notebooks").glob("*.ipynb") if path.name.startswith(names)
        ]
        for number, notebook in enumerate(sorted(notebooks)):
            try:
                with browser(temporary / f"profile{number}") as driver:
                    problems += run(driver, address, notebook, options)
            except WebDriverException as error:  # go on with the other chapters
                problems.append(f"{notebook.name}: {error.msg}")
            end_kernels(address)
        if not notebooks:
            problems.append(f"No chapter begins with {' or '.join(names)}.")
    return problems


def run(driver, address, notebook, options):
    """Open one chapter and run all of its cells; what is wrong then."""
    cells = forget_outputs(notebook)
    # reset: without the chapters that were open before
    driver.get(re.sub(r"tree/[^?]*\?", f"tree/notebooks/{notebook.name}?reset&", address))
    run_all_cells(driver)
    problems = wait_until_run(driver, notebook, cells)
    if options.screenshot:
        take_picture(driver, options)
    return [f"{notebook.name}: {problem}" for problem in problems]


def end_kernels(address):
    """Shut down what the chapter started: nineteen kernels would fill the memory."""
    host, token = address.split("/lab")[0], address.split("token=")[1]

    def ask(path, method):
        headers = {"Authorization": f"token {token}"}
        request = urllib.request.Request(f"{host}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    for session in json.loads(ask("sessions", "GET")):
        ask(f"sessions/{session['id']}", "DELETE")


@contextmanager
def course(folder):
    """The course, served by `layerlab start --no-open`; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [program("layerlab"), "start", str(folder), "--no-open", "--port", port]
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder.parent / "config")}  # a newcomer's, not this user's
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as server:
        try:
            lines = iter(server.stdout or ())
            yield next(found[0] for line in lines if (found := re.search(r"http://127\S+", line)))
        finally:
            server.terminate()


@contextmanager
def browser(profile):
    """A fresh headless Chromium."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1280,1060"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    driver.implicitly_wait(60)
    try:
        yield driver
    finally:
        driver.quit()


def forget_outputs(notebook):
    """Strip the learner's copy, so that what is there afterwards was made here; the number of code cells."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    for cell in code:
        cell.update(outputs=[], execution_count=None)
    notebook.write_text(json.dumps(content), encoding="utf-8")
    return len(code)


def run_all_cells(driver):
    """Click Run > Run All Cells, once the kernel is there."""
    from selenium.webdriver.common.by import By

    driver.find_element(By.XPATH, "//*[@id='jp-bottom-panel']//*[contains(text(), '| Idle')]")
    time.sleep(2)  # the kernel says idle once before it is connected
    click(driver, "//div[contains(@class, 'lm-MenuBar-itemLabel')][text()='Run']")
    click(driver, "//li[@data-command='runmenu:run-all']")


def click(driver, xpath):
    """Click the element when it can be."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support import expected_conditions
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 60).until(expected_conditions.element_to_be_clickable((By.XPATH, xpath))).click()


def wait_until_run(driver, notebook, cells):
    """Save until the file shows every cell run; what is wrong with it then, or when patience ends."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    end = time.monotonic() + PATIENCE
    while True:
        time.sleep(2)
        driver.find_element(By.TAG_NAME, "body").send_keys(Keys.CONTROL, "s")
        time.sleep(1)
        code = saved_code_cells(notebook)
        raised = [f"{o['ename']}: {o['evalue']}" for c in code for o in c["outputs"] if o["output_type"] == "error"]
        run = sum(cell["execution_count"] is not None for cell in code)
        if raised:
            return raised
        if run == cells:
            say(f"{notebook.name}: {run} code cells ran")
            return []
        if time.monotonic() > end:
            return [f"only {run} of {cells} code cells ran in {PATIENCE} s"]


def saved_code_cells(notebook):
    """The code cells of a notebook that JupyterLab may be writing at this moment; none if so."""
    try:
        return [c for c in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    except ValueError:
        return []


def take_picture(driver, options):
    """Hide the side bar and what popped up, scroll to a heading, and save the page as a PNG."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    driver.find_element(By.TAG_NAME, "body").send_keys(Keys.CONTROL, "b")
    driver.execute_script("document.querySelectorAll('.Toastify').forEach(popup => popup.remove())")
    heading = f"//*[self::h1 or self::h2 or self::h3][contains(., '{options.scroll_to}')]"
    for _ in range(3):  # what comes into view takes room, and moves the heading
        driver.execute_script("arguments[0].scrollIntoView()", driver.find_element(By.XPATH, heading))
        time.sleep(2)
    driver.save_screenshot(str(options.screenshot))


if __name__ == "__main__":
    main()
