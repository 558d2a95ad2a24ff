"""Exercises with answers that are judged: at once under a notebook's cell, or by the thousand and safely isolated.

`check` is what a learner meets; the README beside this file says how submissions are graded without trusting them.
"""

from layerlab.grading.check import WrongAnswer, check

__all__ = ["WrongAnswer", "check"]
