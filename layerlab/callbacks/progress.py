"""The progress bar of `fit`, `evaluate` and `predict`, also for loops of your own.

It is redrawn at most twenty times a second; between two drawings a step costs about a microsecond.
"""

import sys
import time
from typing import Any

import numpy as np

from layerlab.callbacks.callback import Callback
from layerlab.callbacks.display import display_for

__all__ = ["Progbar", "ProgbarLogger"]


class Progbar:
    """Shows how far a loop is, how fast, and some values: `12/40 ━━━━━━ 3s 10ms/step - loss: 0.5124`.

    In a terminal and in a notebook the line is rewritten; elsewhere it is printed once, at the end, without control
    characters. An `interval` of 0 prints there at every update.

    Args:
        target: number of steps; None if it is not known.
        width: of the bar, in characters.
        verbose: 0 shows nothing, 1 a bar, 2 a single line without times at the end.
        interval: least number of seconds between two drawings.
        stateful_metrics: names of values to show as they come; the others are averaged over the steps.
        stateless_metrics: names of values to average; the others are shown as they come.
        unit_name: what a step is called.
        title: a line above the bar.

    Raises:
        ValueError: both lists of names are given.

    >>> bar = Progbar(target=2, verbose=2)
    >>> bar.update(1, [("loss", 0.5)])
    >>> bar.update(2, [("loss", 0.25)])
    2/2 - loss: 0.2500

    Source: Keras page "Progbar".
    """

    def __init__(
        self,
        target,
        width=20,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        stateless_metrics=None,
        unit_name="step",
        title=None,
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Only one of `stateful_metrics` or `stateless_metrics` can be provided: the one lists what is shown as "
                "it comes, the other what is averaged. "
                f"Received: stateful_metrics={stateful_metrics}, stateless_metrics={stateless_metrics}"
            )
        self.target, self.width, self.verbose, self.interval = target, width, verbose, interval
        self.stateful_metrics, self.stateless_metrics = stateful_metrics, stateless_metrics
        self.unit_name, self.title = unit_name, title
        self.seen = 0
        self._sums: dict[str, tuple[float, int]] = {}  # name -> sum and count of what is shown as their quotient
        self._display: Any = None
        self._start = time.perf_counter()
        self._drawn = float("-inf")
        self._timed_from = (self._start, 0)  # a time, and the number of steps done then

    def update(self, current, values=None, finalize=None):
        """Say that `current` steps are done.

        Args:
            current: number of steps done.
            values: list of (name, value).
            finalize: whether this is the end; by default, whether the target is reached.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        now = time.perf_counter()
        for name, value in values or []:
            self._record(name, value, current, finalize)
        self.seen = current
        if current == 1:
            self._timed_from = (now, 1)  # the first step also builds things: it does not count
        if self._is_drawn(finalize, now):
            self._drawn = now
            self._draw(finalize, now)

    def add(self, n, values=None):
        """Say that n more steps are done."""
        self.update(self.seen + n, values)

    def is_due(self) -> bool:
        """Whether an update would be drawn now."""
        return self._is_drawn(False, time.perf_counter())

    def close(self):
        """End an unfinished line."""
        if self._display is not None:
            self._display.close()

    def _is_averaged(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name in self.stateless_metrics
        return name not in (self.stateful_metrics or ())

    def _record(self, name, value, current, finalize):
        if isinstance(value, str):  # a note of some callback
            return
        value = float(np.mean(value))
        if finalize or not self._is_averaged(name):
            self._sums[name] = (value, 1)
            return
        steps = max(current - self.seen, 1)
        total, count = self._sums.get(name, (0.0, 0))
        self._sums[name] = (total + value * steps, count + steps)

    def _is_drawn(self, finalize, now) -> bool:
        if self._display is None or self._display.stream is not sys.stdout:
            self._display = display_for(sys.stdout, self.title, live=self.verbose == 1)
        if finalize:
            return self.verbose == 1 or (self.verbose == 2 and bool(self.target))
        shows_now = self._display.live or self.interval == 0
        return self.verbose == 1 and shows_now and now - self._drawn >= self.interval

    def _draw(self, finalize, now):
        full = int(self.width * min(self.seen / self.target, 1)) if self.target else 0
        bar = ("━" * full, "━" * (self.width - full)) if self.target else ("", "")
        times = [self._times(finalize, now)] if self.verbose == 1 else []
        shown = [f"{name}: {_number(total / count)}" for name, (total, count) in self._sums.items()]
        self._display.show(self._count(), bar, " - ".join(times + shown), finalize)

    def _count(self) -> str:
        if not self.target:
            return f"{self.seen:7d}/Unknown"
        return f"{self.seen:{len(str(self.target))}d}/{self.target}"

    def _times(self, finalize, now) -> str:
        """The time left (at the end: the time taken) and the time of a step."""
        step = self._seconds_per_step(now)
        if self.target and not finalize:
            total = _clock(step * (self.target - self.seen))
        else:
            total = f"{now - self._start:.0f}s"
        return f"{total} {_short(step)}/{self.unit_name}"

    def _seconds_per_step(self, now) -> float:
        start, steps = self._timed_from if self.seen > 1 else (self._start, 0)
        return (now - start) / (self.seen - steps) if self.seen else 0.0


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def _clock(seconds: float) -> str:
    """A time as hours, minutes and seconds.

    >>> _clock(7), _clock(75), _clock(3675)
    ('7s', '1:15', '1:01:15')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if minutes else f"{rest}s"


def _short(seconds: float) -> str:
    """A short time in the unit that fits.

    >>> _short(2.0), _short(0.0123), _short(0.0000456)
    ('2s', '12ms', '46us')
    """
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"


class ProgbarLogger(Callback):
    """The callback behind `verbose`: 1 ("auto") shows a bar for every epoch, 2 a line, 0 nothing.

    Validation inside `fit` has no bar of its own; its results join the line of the epoch.

    Source: Keras page "ProgbarLogger".
    """

    def __init__(self):
        self.seen = 0
        self.progbar: Any = None
        self.target = None
        self.verbose = 1
        self.epochs = 1
        self._in_fit = False

    def set_params(self, params):
        super().set_params(params)
        self.verbose = 1 if params["verbose"] == "auto" else params["verbose"]
        self.epochs, self.target = params.get("epochs", 1), params.get("steps")

    def is_due(self, hook: str, batch: int) -> bool:
        """Note that a batch is done; tell whether its values would be drawn."""
        if self._in_fit and hook.startswith("on_test"):
            return False
        self.seen = batch + 1
        return batch == 0 or self.progbar is None or self.progbar.is_due()

    def on_train_begin(self, logs=None):
        self._in_fit = True

    def on_train_end(self, logs=None):
        self._in_fit = False
        self.close()

    def close(self):
        """End an unfinished line."""
        if self.progbar is not None:
            self.progbar.close()

    def on_epoch_begin(self, epoch, logs=None):
        self._begin(title=f"Epoch {epoch + 1}/{self.epochs}" if self.epochs > 1 else None)

    def on_epoch_end(self, epoch, logs=None):
        self._end(logs)

    def on_train_batch_end(self, batch, logs=None):
        self._update(batch, logs)

    def on_test_begin(self, logs=None):
        if not self._in_fit:
            self._begin()

    def on_test_batch_end(self, batch, logs=None):
        if not self._in_fit:
            self._update(batch, logs)

    def on_test_end(self, logs=None):
        if not self._in_fit:
            self._end(logs)

    def on_predict_begin(self, logs=None):
        self._begin()

    def on_predict_batch_end(self, batch, logs=None):
        self._update(batch, None)

    def on_predict_end(self, logs=None):
        self._end(logs)

    def _begin(self, title=None):
        self.seen = 0
        self.progbar = Progbar(target=self.target, verbose=self.verbose, stateless_metrics=(), title=title)

    def _update(self, batch, logs):
        self.seen = batch + 1
        if self.verbose == 1:
            self.progbar.update(self.seen, (logs or {}).items(), finalize=False)

    def _end(self, logs):
        if self.target is None:
            self.target = self.progbar.target = self.seen
        # the steps that were made: fewer than planned if something ended the epoch
        self.progbar.update(self.seen or self.target, (logs or {}).items(), finalize=True)
