"""The progress bar in a log file, in a terminal of any width, and in a notebook."""

import io
import os
import re
import sys
import types

import numpy as np
import pytest

from layerlab import callbacks, utils
from layerlab.callbacks import display, progress
from layerlab.callbacks.display import LogFile, Notebook, Terminal, display_for, say
from layerlab.callbacks.progress import Progbar

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Screen(io.StringIO):
    """A terminal: knows what one would see."""

    def isatty(self):
        return True

    @property
    def lines(self):
        shown = re.sub(r"\x1b\[\d+m", "", self.getvalue())
        return [re.split(r"\r\x1b\[K|\r", line)[-1] for line in shown.split("\n")]


@pytest.fixture
def screen(monkeypatch):
    stdout = set_stdout(monkeypatch, Screen())
    monkeypatch.setattr(Terminal, "unfinished", None)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(display.shutil, "get_terminal_size", lambda: os.terminal_size((80, 24)))
    return stdout


def set_stdout(monkeypatch, stream):
    """Only for the progress bar: pytest has its own for the rest."""
    monkeypatch.setattr(progress, "sys", types.SimpleNamespace(stdout=stream))
    return stream


def train(verbose, epochs=2, steps=3, before_end=lambda: None):
    members = callbacks.CallbackList(add_progbar=True, verbose=verbose, epochs=epochs, steps=steps)
    members.on_train_begin()
    for epoch in range(epochs):
        members.on_epoch_begin(epoch)
        for batch in range(3):
            members.on_train_batch_begin(batch)
            members.on_train_batch_end(batch, {"loss": 1.0 / (batch + 1), "data_loss": 0.0, "penalty": 0.0})
        members.on_test_begin()
        members.on_test_batch_end(0, {"loss": 9.0})
        members.on_test_end({"loss": 9.0})
        before_end()
        members.on_epoch_end(epoch, {"loss": 0.25, "data_loss": 0.2, "penalty": 0.05, "val_loss": 0.0001})
    members.on_train_end()
    return members


VALUES = "data_loss: 0.2000 - loss: 0.2500 - penalty: 0.0500 - val_loss: 1.0000e-04"


@pytest.mark.parametrize("verbose", [1, "auto"])
def test_a_log_file_gets_one_line_an_epoch_without_control_characters(capsys, verbose):
    train(verbose)
    out = capsys.readouterr().out
    assert not CONTROL.search(out)
    expected = [rf"Epoch {n}/2 - 3/3 - 0s \d+(us|ms)/step - {VALUES.replace('.', '[.]')}" for n in (1, 2)]
    assert re.fullmatch("\n".join(expected) + "\n", out)


def test_verbose_2_is_the_same_every_time(capsys):
    train(2)
    assert capsys.readouterr().out == f"Epoch 1/2 - 3/3 - {VALUES}\nEpoch 2/2 - 3/3 - {VALUES}\n"


def test_verbose_2_is_the_same_in_a_terminal(screen):
    train(2, epochs=1)
    assert screen.getvalue() == f"3/3 - {VALUES}\n"


def test_a_terminal_shows_kerass_lines(screen):
    train(1)
    bar = "━" * 20
    first, second = [rf"3/3 {bar} 0s \d+(us|ms)/step - {VALUES}"] * 2
    for line, expected in zip(screen.lines, ["Epoch 1/2", first, "Epoch 2/2", second, ""], strict=True):
        assert re.fullmatch(expected, line)


def test_a_line_wider_than_the_terminal_is_cut_until_it_is_done(screen, monkeypatch):
    monkeypatch.setattr(display.shutil, "get_terminal_size", lambda: os.terminal_size((40, 24)))
    bar = Progbar(target=2, interval=0)
    values = [("a_rather_long_name", 1.0), ("another", 2.0)]
    bar.update(1, values)
    assert len(screen.lines[-1]) == 39
    bar.update(2, values)
    assert screen.lines[-2].endswith("- a_rather_long_name: 1.0000 - another: 2.0000")


def test_a_message_does_not_run_into_the_bar(screen):
    train(1, epochs=1, before_end=lambda: say("Epoch 1: saving"))
    assert screen.lines[0] == "Epoch 1: saving"
    assert screen.lines[1].startswith("3/3 ━━━")


def test_a_second_bar_leaves_the_first_alone(screen):
    outer, inner = Progbar(target=2, interval=0), Progbar(target=1)
    outer.update(1)
    inner.update(1)
    outer.update(2)
    assert [line[:3] for line in screen.lines] == ["1/2", "1/1", "2/2", ""]


def test_an_interrupted_line_is_ended(screen):
    with callbacks.CallbackList(add_progbar=True, verbose=1, epochs=1, steps=3) as members:
        members.on_train_begin()
        members.on_epoch_begin(0)
        members.on_train_batch_end(0, {})
        assert Terminal.unfinished is not None
    assert screen.getvalue().endswith("\n")
    assert Terminal.unfinished is None


def test_colors_can_be_switched_off_and_plain_alphabets_get_a_plain_bar(screen, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(Screen, "encoding", "ascii")
    Progbar(target=4, width=4, interval=0).update(3)
    assert re.fullmatch(r"\r\x1b\[K3/4 ==== \d+s \d+[mu]s/step", screen.getvalue())


def test_updates_are_rate_limited(screen):
    bar = Progbar(target=1000)
    for step in range(999):
        bar.update(step + 1)
    assert screen.getvalue().count("\r") <= 3


def test_a_notebook_updates_one_output_in_place(monkeypatch):
    outputs = []

    class Handle:
        def update(self, data, raw):
            outputs[-1] = data["text/plain"]

    def show(data, raw, display_id):
        outputs.append(data["text/plain"])
        return Handle()

    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=show))
    kind = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})
    stdout = set_stdout(monkeypatch, kind())
    train(1)
    assert stdout.getvalue() == ""
    assert len(outputs) == 2
    assert re.fullmatch(rf"Epoch 2/2\n3/3 {'━' * 20} 0s \d+(us|ms)/step - {VALUES}", outputs[1])
    train(2, epochs=1)
    assert stdout.getvalue() == f"3/3 - {VALUES}\n"


@pytest.mark.parametrize(
    ("stream", "term", "kind"),
    [
        (Screen(), "xterm", Terminal),
        (Screen(), "dumb", LogFile),
        (io.StringIO(), "xterm", LogFile),
        (object(), "", LogFile),
    ],
)
def test_the_display_fits_the_stream(monkeypatch, stream, term, kind):
    monkeypatch.setenv("TERM", term)
    assert type(display_for(stream)) is kind
    assert type(display_for(stream, live=False)) is LogFile
    assert Notebook.live


def test_without_a_number_of_steps_the_bar_counts_and_learns_it(screen):
    members = train(1, epochs=1, steps=None)
    assert members.callbacks[-1].target == 3
    assert screen.lines[-2].startswith("3/3 ━━━")


def test_evaluate_and_predict_have_a_bar_of_their_own(capsys):
    for phase, logs in (("test", {"loss": 0.5}), ("predict", {"outputs": np.zeros((2, 2))})):
        members = callbacks.CallbackList(add_progbar=True, verbose=2, epochs=1, steps=2)
        getattr(members, f"on_{phase}_begin")()
        for batch in range(2):
            getattr(members, f"on_{phase}_batch_end")(batch, logs)
        getattr(members, f"on_{phase}_end")(logs if phase == "test" else None)
    assert capsys.readouterr().out == "2/2 - loss: 0.5000\n2/2\n"


@pytest.mark.parametrize(
    ("stateful", "stateless", "expected"),
    [([], None, "1.0000"), (["value"], None, "2.0000"), (None, [], "2.0000"), (None, ["value"], "1.0000")],
)
def test_values_are_averaged_or_shown_as_they_come(capsys, stateful, stateless, expected):
    bar = utils.Progbar(target=3, stateful_metrics=stateful, stateless_metrics=stateless, interval=0.0)
    bar.update(1, [("value", 0.0)])
    capsys.readouterr()
    bar.update(2, values=[("value", 2.0)])
    assert f"value: {expected}" in capsys.readouterr().out


def test_averages_weigh_the_steps_they_stand_for(capsys):
    bar = Progbar(target=10, interval=0)
    bar.add(3, [("loss", 1.0)])
    bar.add(1, [("loss", 5.0)])
    assert "loss: 2.0000" in capsys.readouterr().out


def test_an_epoch_that_was_ended_shows_the_steps_it_made(capsys):
    members = callbacks.CallbackList(add_progbar=True, verbose=2, epochs=1, steps=10)
    members.on_epoch_begin(0)
    for batch in range(3):
        members.on_train_batch_end(batch, {"loss": 1.0})
    members.on_epoch_end(0, {"loss": 1.0, "note": "a callback wrote this"})
    assert capsys.readouterr().out == " 3/10 - loss: 1.0000\n"


def test_odd_targets_and_values_are_borne(capsys):
    for verbose in (0, 1, 2):
        Progbar(target=0, verbose=verbose).update(0, finalize=True)
    Progbar(target=1, verbose=2).update(1, [("list", [0.0, 1.0]), ("array", np.array(2.0)), ("none", -0.5)])
    assert capsys.readouterr().out.endswith("1/1 - list: 0.5000 - array: 2.0000 - none: -0.5000\n")
    with pytest.raises(ValueError, match="Only one of `stateful_metrics` or `stateless_metrics` can be provided"):
        Progbar(target=1, stateful_metrics=[], stateless_metrics=[])


def test_the_time_left_is_estimated_without_the_first_step(screen, monkeypatch):
    clock = iter([0.0, 100.0, 160.0, 220.0])
    monkeypatch.setattr("layerlab.callbacks.progress.time.perf_counter", lambda: next(clock))
    bar = Progbar(target=5, interval=0)
    for _ in range(3):
        bar.add(1)
    assert screen.lines[-1].endswith("2:00 60s/step")
