"""Exercises of chapter 11: sizes and weights of a convolution, its sums by loops and by one product, and the way back.

A module a subject; here is the order in which the notebook has them.
"""

from layerlab.grading.exercises.chapter_11_convolution.geometry import FIELD, LENGTH, PARAMETERS, SAME_PADDING
from layerlab.grading.exercises.chapter_11_convolution.gradients import BACKWARD, LAYER
from layerlab.grading.exercises.chapter_11_convolution.sums import CONV1D, CONV2D, IM2COL

__all__ = ["EXERCISES"]

EXERCISES = [LENGTH, SAME_PADDING, PARAMETERS, FIELD, CONV1D, IM2COL, CONV2D, BACKWARD, LAYER]
