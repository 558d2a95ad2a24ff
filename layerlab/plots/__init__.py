"""The pictures the course is made of: call them on your own arrays, layers and models too.

Every function draws with matplotlib (imported when first used) and returns the Axes it drew on, or the numbers it drew.
Call `use_style()` once at the top of a notebook for the look of the course.
"""

from layerlab.plots.answers import confusion, predictions
from layerlab.plots.arrays import array_cells
from layerlab.plots.embeddings import embedding_lookup, embedding_map, row_values, similarities
from layerlab.plots.fans import fans
from layerlab.plots.flow import shape_flow
from layerlab.plots.letters import masked_words, next_letters
from layerlab.plots.lines import curves, histogram, training_curves
from layerlab.plots.neurons import neuron
from layerlab.plots.pictures import images, kernels, one_hot, pixel_values
from layerlab.plots.style import COLORS, use_style
from layerlab.plots.weights import densities, layer_histograms, tables
from layerlab.plots.wiring import dense_layer

__all__ = [
    "COLORS",
    "array_cells",
    "confusion",
    "curves",
    "dense_layer",
    "densities",
    "embedding_lookup",
    "embedding_map",
    "fans",
    "histogram",
    "images",
    "kernels",
    "layer_histograms",
    "masked_words",
    "neuron",
    "next_letters",
    "one_hot",
    "pixel_values",
    "predictions",
    "row_values",
    "shape_flow",
    "similarities",
    "tables",
    "training_curves",
    "use_style",
]
