"""Progress: a bar on a terminal, few lines elsewhere."""

import io

from layerlab.grading import progress
from layerlab.grading.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar_that_moves():
    terminal = Terminal()
    bar = Progress(4, terminal)
    for _ in range(4):
        bar.step()
    frames = terminal.getvalue().split("\r")[1:]
    assert len(frames) == 4
    assert frames[1].startswith("[###############...............] graded 2 of 4")
    assert frames[3].startswith("[" + "#" * 30 + "] graded 4 of 4")
    assert terminal.getvalue().endswith("\n")


def test_a_log_gets_the_last_line_and_one_now_and_then(monkeypatch):
    log = io.StringIO()
    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    bar = Progress(5, log)
    for _ in range(5):
        now += 6.0
        bar.step()
    assert log.getvalue().splitlines() == [
        "graded 2 of 5, 12 s, about 18 s left",
        "graded 4 of 5, 24 s, about 6 s left",
        "graded 5 of 5, 30 s",
    ]
