"""What the library has to say to people: printed, or handed to Python's logging for runs that nobody watches."""

import logging

from layerlab.config import is_interactive_logging_enabled

__all__ = ["print_message"]


def print_message(text: str, stream=None, end: str = "\n") -> None:
    """Print a text (on the standard output by default), or log it when interactive logging is disabled."""
    if is_interactive_logging_enabled():
        print(text, end=end, file=stream, flush=True)
    else:
        logging.getLogger("layerlab").info(text)
