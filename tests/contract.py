"""What every layer promises, as checks that any layer of the package (or of yours) can be put through.

`run_layer_test` runs them all; `CHECKS` lists them one by one, so that a test can name the one that fails. The
arguments are those of Keras's own `run_layer_test`, where it has them.
"""

import copy
import dataclasses
import json
import pickle
import tempfile
import warnings

import numpy as np
import pytest

from layerlab import Input, Model, layers, optimizers, saving, tree
from layerlab.autodiff import Tape
from layerlab.masking import get_mask, set_mask

__all__ = ["CHECKS", "Case", "run_layer_test"]


@dataclasses.dataclass(frozen=True)
class Case:
    """One layer with one set of arguments, and what is expected of it.

    Args:
        layer: the class.
        kwargs: its arguments.
        input_shape: a whole shape, batch axis included; a list of them for a layer that takes several inputs.
        output_shape: the expected one.
        weights: the expected (name, shape) pairs, in order; "cell/kernel" for the kernel of a layer inside.
        supports_masking: whether a mask of the input reaches the output.
        consumes_masks: whether it ends there without a warning.
        training_random: whether calls with training=True differ.
        training_differs: whether they differ from those without, though not from each other.
        keeps_integers: whether integers come out as integers.
        mask_shape: of the mask that the input carries in the mask check; one entry a step by default.
        ids: below which number whole numbers are given as inputs, to a layer that takes no others.
    """

    layer: type
    kwargs: dict
    input_shape: tuple | list
    output_shape: tuple
    weights: tuple = ()
    supports_masking: bool = False
    consumes_masks: bool = False
    training_random: bool = False
    training_differs: bool = False
    keeps_integers: bool = False
    mask_shape: tuple | None = None
    ids: int | None = None

    def __str__(self):
        arguments = (f"{key}={getattr(value, '__name__', value)}" for key, value in self.kwargs.items())
        return "-".join([self.layer.__name__, *arguments])

    def make(self, **more):
        """A new layer, unbuilt."""
        return self.layer(**self.kwargs, **more)

    def built(self, **more):
        """A new layer with random weights, so that nothing hides behind zeros."""
        layer = self.make(**more)
        layer(self.inputs())
        rng = np.random.default_rng(1)
        for weight in layer.weights:
            value = rng.normal(size=weight.shape)
            weight.assign(np.abs(value) if weight.name.endswith(("variance", "stddev")) else value)
        return layer

    def inputs(self, dtype="float32"):
        """Random numbers, none of them near 0, where some layers have a kink; a list if there are several inputs."""
        rng = np.random.default_rng(0)

        def draw(shape):
            if self.ids is not None:
                return (rng.integers(0, self.ids, shape) + 0.5).astype(dtype)  # a float is cut down to its id
            x = rng.normal(size=shape)
            return (x + 0.1 * np.sign(x)).astype(dtype)

        return each(draw, self.input_shape)

    def symbols(self, dtype="float32"):
        """Symbolic inputs for samples of the input's shape."""
        return each(lambda shape: Input(shape[1:], dtype=dtype), self.input_shape)

    def model(self, layer):
        """A model of this layer alone."""
        inputs = self.symbols()
        return Model(inputs, layer(inputs))


def each(function, inputs):
    """The function of one input (or its shape), or of each in a list."""
    return list(map(function, inputs)) if isinstance(inputs, list) else function(inputs)


def run_layer_test(layer_cls, init_kwargs, input_shape, expected_output_shape, expected_weights=(), **expected):
    """Put a layer through all checks.

    Args:
        layer_cls, init_kwargs: the class and its arguments.
        input_shape, expected_output_shape: whole shapes; a list of them for several inputs.
        expected_weights: (name, shape) pairs, in order.
        **expected: `supports_masking`, `training_random`, ...: see `Case`.
    """
    several = isinstance(input_shape[0], list | tuple)
    shape = list(map(tuple, input_shape)) if several else tuple(input_shape)
    case = Case(layer_cls, init_kwargs, shape, tuple(expected_output_shape), tuple(expected_weights), **expected)
    for check in CHECKS:
        check(case)


def any_batch(shapes):
    """The shape, or each of a list, with the number of samples left open."""
    return each(lambda shape: (None, *shape[1:]), shapes)


def same(a, b):
    np.testing.assert_array_equal(a, b)


# --- what it says about itself ----------------------------------------------------------------------------------------


def check_configuration(case):
    layer = case.built()
    config = json.loads(json.dumps(layers.serialize(layer)))
    again = layers.deserialize(config, {case.layer.__name__: case.layer})
    assert type(again) is case.layer
    assert json.loads(json.dumps(again.get_config())) == config["config"]
    again(case.inputs())
    again.set_weights(layer.get_weights())
    same(again(case.inputs()), layer(case.inputs()))


def check_name(case):
    layer = case.make(name="mine")
    assert layer.name == "mine"
    assert layer.get_config()["name"] == "mine"
    assert "mine" in repr(layer)


def check_stated_shape(case):
    layer = case.make()
    assert layer.compute_output_shape(case.input_shape) == case.output_shape
    assert layer.compute_output_shape(any_batch(case.input_shape)) == any_batch(case.output_shape)
    assert layer(case.inputs()).shape == case.output_shape


def check_symbolic_call(case):
    for dtype in ("float32", "int32"):
        symbol = case.make()(case.symbols(dtype))
        assert symbol.shape == any_batch(case.output_shape)
        assert symbol.dtype == case.make()(case.inputs(dtype)).dtype
        assert symbol._keras_history.operation.built


# --- weights ----------------------------------------------------------------------------------------------------------


def check_weights(case):
    layer = case.make(name="mine")
    if case.weights:
        assert not layer.built
        assert layer.get_weights() == []
    layer(case.inputs())
    assert layer.built
    assert tuple((w.path, w.shape) for w in layer.weights) == tuple((f"mine/{name}", n) for name, n in case.weights)
    assert [w.name for w in layer.weights] == [name.rpartition("/")[2] for name, _ in case.weights]
    assert layer.count_params() == sum(int(np.prod(shape)) for _, shape in case.weights)
    assert all(w.dtype == "float32" for w in layer.weights)


def check_building_by_shape(case):
    layer = case.make()
    layer.build(any_batch(case.input_shape))
    assert [w.shape for w in layer.weights] == [shape for _, shape in case.weights]
    assert layer(case.inputs()).shape == case.output_shape


def check_freezing(case):
    layer = case.built()
    names = [w.path for w in layer.weights]
    layer.trainable = False
    assert layer.trainable_weights == []
    assert [w.path for w in layer.non_trainable_weights] == names
    layer.trainable = True
    assert [w.path for w in layer.weights] == names


# --- numbers ----------------------------------------------------------------------------------------------------------


def check_dtypes(case):
    for dtype in ("float32", "float64", "float16"):
        assert case.make()(case.inputs(dtype)).dtype == "float32"
    for dtype in ("int32", "int64", "uint8"):
        expected = dtype if case.keeps_integers else "float32"
        whole = each(lambda x, dtype=dtype: np.abs(x).astype(dtype), case.inputs())
        assert case.make()(whole).dtype == expected
    for dtype in ("float64", "float16"):
        layer = case.make(dtype=dtype)
        for training in (False, True):
            assert layer(case.inputs(), training=training).dtype == dtype
        assert {w.dtype for w in layer.weights} <= {dtype}


def check_inference_repeats(case):
    layer, x = case.built(), case.inputs()
    same(layer(x), layer(x))
    same(layer(x), layer(x, training=False))


def check_training_randomness(case):
    layer, x = case.built(), case.inputs()
    first, second = layer(x, training=True), layer(x, training=True)
    if case.training_random:
        assert np.any(first != second)
        restart(layer)
        same(layer(x, training=True), first)
    else:
        same(first, second)
        assert np.array_equal(first, layer(x)) != case.training_differs


def restart(layer):
    """Put every random stream of the layer back to its start."""
    for generator in (one for part in layer._flatten_layers() for one in part._seed_generators):
        generator.state.assign(np.array([generator.state.value[0], 0]))


def check_gradients(case):
    """Every partial derivative against central differences, in float64, at inference and in training."""
    layer, x = case.built(dtype="float64"), case.inputs("float64")
    for training in (False, True):
        cotangent = np.random.default_rng(2).normal(size=case.output_shape)

        def loss(inputs, training=training, cotangent=cotangent):
            restart(layer)
            return np.sum(layer(inputs, training=training) * cotangent)

        with Tape() as tape:
            watched = each(tape.watch, x)
            target = loss(watched)
        found = tape.gradient(target, [*tree.flatten(watched), *layer.trainable_weights])
        values = [*tree.flatten(x), *(w.value for w in layer.trainable_weights)]
        for gradient, value in zip(found, values, strict=True):
            np.testing.assert_allclose(gradient, differences(lambda: loss(x), value), rtol=1e-6, atol=1e-6)


def differences(f, array, step=1e-6):
    """The gradient of f() with respect to an array that f reads, one entry at a time."""
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + step
        ahead = f()
        array[index] = kept - step
        gradient[index] = (ahead - f()) / (2 * step)
        array[index] = kept
    return gradient


def check_training_step(case):
    for frozen in (False, True):
        layer = case.built()
        layer.trainable = not frozen
        model = case.model(layer)
        model.compile(optimizers.SGD(0.1), "mse")
        before = layer.get_weights()
        loss = model.train_on_batch(case.inputs(), np.zeros(case.output_shape, "float32"))
        assert np.isfinite(loss)
        for old, new in zip(before, layer.get_weights(), strict=True):
            assert np.array_equal(old, new) == frozen


# --- masks ------------------------------------------------------------------------------------------------------------


def check_masks(case):
    x = each(lambda x: marked(x, case.mask_shape), case.inputs())
    layer = case.make()
    if case.supports_masking or case.consumes_masks:
        assert (get_mask(layer(x)) is not None) == case.supports_masking
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert get_mask(layer(x)) is None
    assert "does not support masking" in str(caught[0].message)


def marked(x, mask_shape):
    """The array with a mask that leaves the first sample out."""
    mask = np.ones(mask_shape or x.shape[: max(1, x.ndim - 1)], bool)
    mask[0] = False
    set_mask(x, mask)
    return x


# --- arrays of every kind ---------------------------------------------------------------------------------------------


def check_memory_layouts(case):
    x = case.inputs()
    layer = case.built()
    expected = layer(x)
    for layout in (np.asfortranarray, strided, read_only, lambda x: x.astype(">f4")):
        np.testing.assert_allclose(layer(each(layout, x)), expected, rtol=1e-6, atol=1e-6)


def strided(x):
    """The array as a view that skips every second row."""
    return np.repeat(x, 2, axis=0)[::2]


def read_only(x):
    """A copy that cannot be written to."""
    x = x.copy()
    x.flags.writeable = False
    return x


def check_inputs_stay_as_they_are(case):
    layer = case.built()
    for training in (False, True):
        x = case.inputs()
        layer(x, training=training)
        for array, original in zip(tree.flatten(x), tree.flatten(case.inputs()), strict=True):
            same(array, original)
            assert get_mask(array) is None


def check_empty_batch(case):
    layer = case.built()
    for training in (False, True):
        y = layer(each(lambda x: x[:0], case.inputs()), training=training)
        assert y.shape == (0, *case.output_shape[1:])


def check_wrong_rank(case):
    """A layer that demands a rank says so, and has no weights after the failure."""
    layer = case.make()
    if layer.input_spec is None:
        return
    with pytest.raises(ValueError, match=f"of layer '{layer.name}' is incompatible with the layer"):
        layer(np.ones((), "float32"))
    assert layer.weights == []


# --- keeping it -------------------------------------------------------------------------------------------------------


def check_own_variables_are_stored(case):
    """Each layer stores its own; those inside store theirs."""
    layer, again = case.built(), case.make()
    again(case.inputs())
    for part, other in zip(layer._flatten_layers(), again._flatten_layers(), strict=True):
        store = {}
        part.save_own_variables(store)
        other.load_own_variables(store)
    same(again(case.inputs()), layer(case.inputs()))


def check_saved_models(case):
    model = case.model(case.built())
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        again = saving.load_model(f"{folder}/model.keras", {case.layer.__name__: case.layer})
    same(again.predict(case.inputs(), verbose=0), model.predict(case.inputs(), verbose=0))


def check_copies(case):
    layer, x = case.built(), case.inputs()
    for again in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        same(again(x), layer(x))
        assert not {id(w) for w in again.weights} & {id(w) for w in layer.weights}
        for w in again.weights:
            w.assign(np.zeros(w.shape))
        assert all(np.any(w.value) for w in layer.weights)


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]
