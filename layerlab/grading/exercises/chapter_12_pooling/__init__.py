"""Exercises of chapter 12: lengths, the largest and the mean of windows, of whole maps, and where gradients go.

A module a subject; here is the order in which the notebook has them.
"""

from layerlab.grading.exercises.chapter_12_pooling.geometry import LENGTH
from layerlab.grading.exercises.chapter_12_pooling.layer import LAYER
from layerlab.grading.exercises.chapter_12_pooling.maxima import MAX_1D, MAX_2D, MAX_BACKWARD
from layerlab.grading.exercises.chapter_12_pooling.means import AVERAGE_BACKWARD, AVERAGE_SAME
from layerlab.grading.exercises.chapter_12_pooling.whole_maps import GLOBAL, GLOBAL_BACKWARD

__all__ = ["EXERCISES"]

EXERCISES = [LENGTH, MAX_1D, MAX_2D, MAX_BACKWARD, AVERAGE_SAME, AVERAGE_BACKWARD, GLOBAL, GLOBAL_BACKWARD, LAYER]
