"""The pictures the course is made of: call them on your own arrays, layers and models too.

Every function draws with matplotlib (imported when first used) and returns the Axes it drew on, or the numbers it drew.
Call `use_style()` once at the top of a notebook for the look of the course.
"""

from layerlab.plots.arrays import array_cells
from layerlab.plots.curves import curves, histogram, training_curves
from layerlab.plots.diagrams import dense_layer, neuron, shape_flow
from layerlab.plots.pictures import confusion, images, kernels, one_hot, pixel_values, predictions
from layerlab.plots.style import COLORS, use_style

__all__ = [
    "COLORS",
    "array_cells",
    "confusion",
    "curves",
    "dense_layer",
    "histogram",
    "images",
    "kernels",
    "neuron",
    "one_hot",
    "pixel_values",
    "predictions",
    "shape_flow",
    "training_curves",
    "use_style",
]
