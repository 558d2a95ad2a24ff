"""All layers, under Keras's names: one star-import a family."""

from layerlab.layers.core import *
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer
