"""Exercises of chapter 13: locally connected sums and their gradients, the matrices behind them, and what sharing does.

A module a subject; here is the order in which the notebook has them.
"""

from layerlab.grading.exercises.chapter_13_locally_connected.layer import LAYER
from layerlab.grading.exercises.chapter_13_locally_connected.matrices import LOCAL_MATRIX, MATRIX
from layerlab.grading.exercises.chapter_13_locally_connected.sharing import SHARED, UNTIE
from layerlab.grading.exercises.chapter_13_locally_connected.sums import COUNT, FORWARD

__all__ = ["EXERCISES"]

EXERCISES = [COUNT, FORWARD, MATRIX, LOCAL_MATRIX, UNTIE, SHARED, LAYER]
