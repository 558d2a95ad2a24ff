"""What can be drawn for each layer: one entry a layer, the parts of its random configurations.

A new layer adds its entry; a test says which layers that both libraries have are missing here.
"""

from tests.parity.drawing import (
    ACTIVATIONS,
    BOTH,
    Inner,
    always,
    convolved,
    each_weight,
    ids,
    images,
    masked,
    pooled,
    same_shapes,
    shape,
    shapes,
    sometimes,
    training,
    transposed,
    where,
)

__all__ = ["LAYERS", "WITHOUT_ENTRY"]

NOISE = always(rate=(0.2, 0.5)), sometimes(seed=(1, 7))
WEIGHTS = each_weight("kernel", "bias")
LAYER = sometimes(use_bias=BOTH, activation=ACTIVATIONS), WEIGHTS


def grouped(drawn):
    """Whether the channels can be cut into two groups."""
    first = drawn.kwargs.get("data_format") == "channels_first"
    return drawn.shape[1 if first else -1] % 2 == 0


def has_scale(drawn):
    return drawn.kwargs.get("scale", True)


def convolution(rank, *padding):
    groups = where(grouped, sometimes(groups=(2,)))
    return images(rank), convolved(rank, *padding), always(filters=(2, 4)), groups, *LAYER


def transposed_convolution(rank):
    return images(rank), transposed(rank), always(filters=(1, 3)), *LAYER


def depthwise(rank):
    weights = each_weight("depthwise", "bias")
    extras = sometimes(depth_multiplier=(2, 3), use_bias=BOTH, activation=ACTIVATIONS)
    return images(rank), convolved(rank), extras, weights


def separable(rank):
    weights = each_weight("depthwise", "pointwise", "bias")
    extras = sometimes(depth_multiplier=(2, 3), use_bias=BOTH, activation=ACTIVATIONS)
    return images(rank), convolved(rank), always(filters=(1, 3)), extras, weights


def pooling(rank):
    return images(rank), pooled(rank)


def global_pooling(rank):
    return images(rank), sometimes(keepdims=BOTH)


def adaptive(rank):
    return images(rank), always(output_size=(1, 2, 3))


def recurrent(*more, activity=True):
    inside = each_weight("kernel", "recurrent", "bias", activity=activity)
    outside = sometimes(
        use_bias=BOTH, return_sequences=BOTH, return_state=BOTH, go_backwards=BOTH, unroll=BOTH, activation=ACTIVATIONS
    )
    return shape(3, least=2), always(units=(1, 3)), outside, inside, masked, *more


def a_recurrent_layer(rng):
    kwargs = {"units": int(rng.integers(1, 4)), "return_sequences": bool(rng.random() < 0.5)}
    return Inner(("SimpleRNN", "LSTM", "GRU")[rng.integers(3)], kwargs)


def a_cell(rng):
    return Inner(("SimpleRNNCell", "LSTMCell", "GRUCell")[rng.integers(3)], {"units": int(rng.integers(1, 4))})


def cells(rng):
    return [a_cell(rng) for _ in range(rng.integers(1, 4))]


def stacked(rng):
    return Inner("StackedRNNCells", {"cells": cells(rng)})


def cropping(rng, rank):
    pairs = tuple(tuple(map(int, pair)) for pair in rng.integers(0, 3, (rank, 2)))
    whole = int(rng.integers(0, 3))
    one_each = tuple(map(int, rng.integers(0, 3, rank)))
    return (whole, pairs if rank > 1 else pairs[0], one_each if rank > 1 else whole)[rng.integers(3)]


def margins(name, rank):
    return images(rank) if rank > 1 else shape(3, least=5, most=7), always(**{name: (lambda r: cropping(r, rank),)})


GATES = sometimes(recurrent_activation=("sigmoid", "hard_sigmoid"))
PAIRS = [(2, 3), (2, 3)], [(3, 2, 4), (3, 5, 4)], [(2, 3, 4), (2, 3, 4)]
SCALED = sometimes(epsilon=(1e-2, 1e-5), scale=BOTH, center=BOTH), each_weight("beta", "gamma", activity=False)
SEQUENCES = shapes((2, 3, 4), (1, 4, 2), (3, 2, 5))

LAYERS = {
    "Activation": (shape(2, 3, 4), always(activation=(*ACTIVATIONS, "exponential", "log_softmax", "softsign"))),
    "ActivityRegularization": (shape(2, 3), sometimes(l1=(0.1,), l2=(0.2,))),
    "AdaptiveAveragePooling1D": adaptive(1),
    "AdaptiveAveragePooling2D": adaptive(2),
    "AdaptiveAveragePooling3D": adaptive(3),
    "AdaptiveMaxPooling1D": adaptive(1),
    "AdaptiveMaxPooling2D": adaptive(2),
    "AdaptiveMaxPooling3D": adaptive(3),
    "Add": (same_shapes(),),
    "AlphaDropout": (shape(2, 3), *NOISE),
    "Average": (same_shapes(),),
    "AveragePooling1D": pooling(1),
    "AveragePooling2D": pooling(2),
    "AveragePooling3D": pooling(3),
    "BatchNormalization": (
        shape(2, 3, 4, least=2),
        sometimes(axis=(1, -1), momentum=(0.5, 0.9)),
        *SCALED,
        training,
        where(lambda drawn: len(drawn.shape) == 3 and drawn.kwargs.get("axis", -1) == -1, masked),
    ),
    "Bidirectional": (
        SEQUENCES,
        always(layer=(a_recurrent_layer,)),
        sometimes(merge_mode=("sum", "mul", "ave", "concat", None)),
        masked,
    ),
    "Concatenate": (shapes([(2, 3), (2, 4)], [(2, 3, 4), (2, 3, 1), (2, 3, 2)], [(1, 2, 3, 2), (1, 2, 3, 5)]),),
    "Conv1D": convolution(1, "causal"),
    "Conv1DTranspose": transposed_convolution(1),
    "Conv2D": convolution(2),
    "Conv2DTranspose": transposed_convolution(2),
    "Conv3D": convolution(3),
    "Conv3DTranspose": transposed_convolution(3),
    "Cropping1D": margins("cropping", 1),
    "Cropping2D": margins("cropping", 2),
    "Cropping3D": margins("cropping", 3),
    "Dense": (shape(2, 3, 4), always(units=(1, 3, 5)), *LAYER),
    "DepthwiseConv1D": depthwise(1),
    "DepthwiseConv2D": depthwise(2),
    "Dot": (shapes(*PAIRS), always(axes=(-1,)), sometimes(normalize=BOTH)),
    "Dropout": (shape(2, 3), *NOISE),
    "ELU": (shape(2, 3), sometimes(alpha=(0.5, 2.0))),
    "EinsumDense": (
        shapes((2, 3, 4), (3, 2, 5)),
        # sizes that the input tells ("abc,cd->abd") are None in Keras's stated shape, against its documentation
        always(equation=("...c,cde->...de",), output_shape=((3, 2),)),
        sometimes(bias_axes=("d", "de"), activation=ACTIVATIONS),
        each_weight("kernel", "bias"),
    ),
    "Embedding": (
        shape(1, 2, 3),
        ids(4),
        always(input_dim=(4, 6), output_dim=(1, 3)),
        sometimes(mask_zero=BOTH),
        each_weight("embeddings"),
    ),
    "Flatten": (shape(1, 2, 3, 4), sometimes(data_format=("channels_last", "channels_first"))),
    "GRU": recurrent(GATES, sometimes(reset_after=BOTH)),
    "GaussianDropout": (shape(2, 3), *NOISE),
    "GaussianNoise": (shape(2, 3), always(stddev=(0.5, 1.0)), sometimes(seed=(3,))),
    "GlobalAveragePooling1D": (*global_pooling(1), where(lambda d: "data_format" not in d.kwargs, masked)),
    "GlobalAveragePooling2D": global_pooling(2),
    "GlobalAveragePooling3D": global_pooling(3),
    "GlobalMaxPooling1D": global_pooling(1),
    "GlobalMaxPooling2D": global_pooling(2),
    "GlobalMaxPooling3D": global_pooling(3),
    "GroupNormalization": (shapes((2, 4), (2, 3, 6), (1, 2, 3, 4)), always(groups=(1, 2, -1)), *SCALED),
    "Identity": (shape(1, 2, 3),),
    "LSTM": recurrent(GATES, sometimes(unit_forget_bias=BOTH)),
    "LayerNormalization": (shape(2, 3, 4, least=2), sometimes(axis=(1, -1)), *SCALED),
    "LeakyReLU": (shape(2, 3), sometimes(negative_slope=(0.1, 0.0))),
    "Masking": (shape(3), sometimes(mask_value=(1.0,))),
    "MaxPooling1D": pooling(1),
    "MaxPooling2D": pooling(2),
    "MaxPooling3D": pooling(3),
    "Maximum": (same_shapes(),),
    "Minimum": (same_shapes(),),
    "Multiply": (same_shapes(),),
    "PReLU": (shapes((2, 3), (2, 3, 4)), sometimes(shared_axes=([1],)), each_weight("alpha")),
    "Permute": (shapes((2, 3, 4)), always(dims=((2, 1), (1, 2)))),
    "RMSNormalization": (shape(2, 3, 4, least=2), sometimes(axis=(1, -1), epsilon=(1e-2,))),
    "RNN": (
        SEQUENCES,
        always(cell=(a_cell, stacked, cells)),
        sometimes(return_sequences=BOTH, return_state=BOTH),
        masked,
    ),
    "ReLU": (shape(2, 3), sometimes(max_value=(1.0,), negative_slope=(0.2,), threshold=(0.3,))),
    "RepeatVector": (shape(2), always(n=(1, 3))),
    "Reshape": (shapes((2, 12), (3, 2, 6), (1, 3, 2, 2)), always(target_shape=((3, 4), (-1,), (2, -1, 3), (12, 1)))),
    "ReversibleEmbedding": (
        shape(1, 2),
        ids(4),
        always(input_dim=(4, 6), output_dim=(1, 3)),
        sometimes(tie_weights=BOTH),
        each_weight("embeddings", activity=False),
    ),
    "SeparableConv1D": separable(1),
    "SeparableConv2D": separable(2),
    "SimpleRNN": recurrent(activity=False),  # Keras drops that argument of this layer
    "Softmax": (shape(2, 3, 4), sometimes(axis=(1, -1, (1,)))),
    "SpatialDropout1D": (shape(3), *NOISE),
    "SpatialDropout2D": (shape(4), *NOISE, sometimes(data_format=("channels_first",))),
    "SpatialDropout3D": (shape(5), *NOISE, sometimes(data_format=("channels_first",))),
    "Subtract": (same_shapes(counts=(2,)),),
    "TimeDistributed": (
        shapes((2, 3, 4), (1, 2, 6)),
        always(layer=(lambda rng: Inner("Dense", {"units": 2, "activation": "tanh", "kernel_regularizer": "l2"}),)),
    ),
    "UnitNormalization": (shape(2, 3, 4, least=2), sometimes(axis=(1, -1))),
    "UpSampling1D": (shape(3), sometimes(size=(1, 3))),
    "UpSampling2D": (images(2), sometimes(size=(1, 3, (1, 2)), interpolation=("nearest", "bilinear"))),
    "UpSampling3D": (images(3), sometimes(size=(1, (1, 2, 3)))),
    "ZeroPadding1D": margins("padding", 1),
    "ZeroPadding2D": margins("padding", 2),
    "ZeroPadding3D": margins("padding", 3),
}

# No formula of their own, one that is given to them, a part of a layer that has an entry, or weights that calls change.
WITHOUT_ENTRY = set(
    "Layer InputLayer Lambda Wrapper StackedRNNCells SimpleRNNCell LSTMCell GRUCell SpectralNormalization".split()
)
