"""All layers, under Keras's names: one star-import a family."""
# ruff: noqa: F403 - each family's __all__ says what comes

from layerlab.layers.activation import *
from layerlab.layers.adaptive_pooling import *
from layerlab.layers.batch_normalization import *
from layerlab.layers.bidirectional import *
from layerlab.layers.cells import *
from layerlab.layers.configurations import *
from layerlab.layers.convolution import *
from layerlab.layers.core import *
from layerlab.layers.dense import *
from layerlab.layers.depthwise_convolution import *
from layerlab.layers.einsum_dense import *
from layerlab.layers.embedding import *
from layerlab.layers.global_pooling import *
from layerlab.layers.input_layer import *
from layerlab.layers.input_spec import *
from layerlab.layers.joining import *
from layerlab.layers.lambda_layer import *
from layerlab.layers.layer import *
from layerlab.layers.locally_connected import *
from layerlab.layers.merging import *
from layerlab.layers.merging_functions import *
from layerlab.layers.noise import *
from layerlab.layers.normalization import *
from layerlab.layers.pooling import *
from layerlab.layers.recurrent import *
from layerlab.layers.regularization import *
from layerlab.layers.reshaping import *
from layerlab.layers.resizing import *
from layerlab.layers.reversible_embedding import *
from layerlab.layers.rnn import *
from layerlab.layers.spectral_normalization import *
from layerlab.layers.stacked_cells import *
from layerlab.layers.transposed_convolution import *
from layerlab.layers.wrappers import *
