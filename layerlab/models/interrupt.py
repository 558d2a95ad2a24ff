"""Ctrl-C between two steps instead of in the middle of one, so that an interrupted `fit` leaves a usable model."""

import contextlib
import signal
import threading

__all__ = ["InterruptFlag", "interrupt_between_steps"]


class InterruptFlag:
    """Whether Ctrl-C was pressed; a second press interrupts at once."""

    def __init__(self):
        self.is_set = False

    def set(self, signum, frame):
        """The signal handler."""
        if self.is_set:
            raise KeyboardInterrupt
        self.is_set = True

    def check(self) -> None:
        """KeyboardInterrupt, if Ctrl-C was pressed since the block began."""
        if self.is_set:
            raise KeyboardInterrupt


@contextlib.contextmanager
def interrupt_between_steps():
    """Hold Ctrl-C back inside the block until `flag.check()` is called."""
    flag = InterruptFlag()
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield flag  # somebody else handles Ctrl-C here, or it never comes to this thread
        return
    signal.signal(signal.SIGINT, flag.set)
    try:
        yield flag
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    flag.check()
