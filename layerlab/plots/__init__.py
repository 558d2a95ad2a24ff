"""The pictures the course is made of: call them on your own arrays, layers and models too.

Every function draws with matplotlib (imported when first used) and returns the Axes it drew on, or the numbers it drew.
Call `use_style()` once at the top of a notebook for the look of the course.
"""

from layerlab.plots.answers import confusion, predictions
from layerlab.plots.arrays import array_cells
from layerlab.plots.calls import method_calls
from layerlab.plots.comparisons import band, bars
from layerlab.plots.computation import chain_rule, computation_graph
from layerlab.plots.connectivity import connection_matrix, connections
from layerlab.plots.embeddings import embedding_lookup, embedding_map, row_values, similarities
from layerlab.plots.fans import fans
from layerlab.plots.filters import feature_maps, filters, kernel_mosaic
from layerlab.plots.flow import shape_flow
from layerlab.plots.heatmaps import heatmap
from layerlab.plots.landscapes import landscape, projection
from layerlab.plots.learning_path import learning_path
from layerlab.plots.letters import masked_words, next_letters
from layerlab.plots.lines import curves, histogram, training_curves
from layerlab.plots.merging import merged
from layerlab.plots.names import timeline, weight_paths
from layerlab.plots.neurons import neuron
from layerlab.plots.penalties import coefficients, loss_parts, regularization_paths
from layerlab.plots.pictures import images, kernels, one_hot, pixel_values
from layerlab.plots.rearranging import rearranged
from layerlab.plots.receptive import receptive_field
from layerlab.plots.regions import decision_regions, plane_map, unit_lines
from layerlab.plots.scores import answers_kept, model_scores
from layerlab.plots.sliding import sliding_kernel, window_taps
from layerlab.plots.slopes import activation_curves
from layerlab.plots.style import COLORS, use_style
from layerlab.plots.units import thinned_network, unit_activity
from layerlab.plots.weights import densities, layer_histograms, norms, tables
from layerlab.plots.windows import pooling_windows
from layerlab.plots.wiring import dense_layer

__all__ = [
    "COLORS",
    "activation_curves",
    "answers_kept",
    "array_cells",
    "band",
    "bars",
    "chain_rule",
    "coefficients",
    "computation_graph",
    "confusion",
    "connection_matrix",
    "connections",
    "curves",
    "decision_regions",
    "dense_layer",
    "densities",
    "embedding_lookup",
    "embedding_map",
    "fans",
    "feature_maps",
    "filters",
    "heatmap",
    "histogram",
    "images",
    "kernel_mosaic",
    "kernels",
    "landscape",
    "layer_histograms",
    "learning_path",
    "loss_parts",
    "masked_words",
    "merged",
    "method_calls",
    "model_scores",
    "neuron",
    "next_letters",
    "norms",
    "one_hot",
    "pixel_values",
    "plane_map",
    "pooling_windows",
    "predictions",
    "projection",
    "rearranged",
    "receptive_field",
    "regularization_paths",
    "row_values",
    "shape_flow",
    "similarities",
    "sliding_kernel",
    "tables",
    "thinned_network",
    "timeline",
    "training_curves",
    "unit_activity",
    "unit_lines",
    "use_style",
    "weight_paths",
    "window_taps",
]
