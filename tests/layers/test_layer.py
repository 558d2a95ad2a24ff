"""The base of every layer: its calls, on arrays and on symbolic tensors, its constructor, and their messages."""

import numpy as np
import pytest

from layerlab import Input, Sequential
from layerlab.layers import Dense, Flatten, Layer, Masking, Reshape, Softmax
from tests.layers.sample_layers import INNER, OWN, Around, Block, X, paths


class TestCalling:
    @pytest.mark.parametrize("x", [[[1.0, 2.0]], [1.0, 2.0], 3.0, "a", Dense])
    def test_inputs_are_arrays(self, x):
        with pytest.raises(ValueError, match="Only input tensors may be passed as positional arguments"):
            Dense(2)(x)

    def test_a_list_is_several_inputs(self):
        with pytest.raises(ValueError, match=r"A Python list means several inputs.*np.array\(x\)"):
            Dense(2)([[1.0, 2.0]])
        with pytest.raises(ValueError, match=r'Layer "d" expects 1 input\(s\), but it received 2 input tensors'):
            Dense(2, name="d")([X, X])

    def test_none_is_no_input(self):
        with pytest.raises(ValueError, match=r"Inputs to a layer should be tensors\. Got 'None'"):
            Dense(2)(None)

    @pytest.mark.parametrize(
        ("args", "kwargs", "message"),
        [
            ((), {}, "missing a required argument: 'inputs'"),
            ((X,), {"foo": 1}, "got an unexpected keyword argument 'foo'"),
            ((X,), {"input": X}, "Did you mean 'inputs'"),
            ((X, X), {}, r"too many positional arguments.*layer\(\[a, b\]\)"),
        ],
    )
    def test_arguments_of_call(self, args, kwargs, message):
        layer = Dense(2)
        with pytest.raises(TypeError, match=message):
            layer(*args, **kwargs)
        assert not layer.built

    def test_a_shape_needs_a_formula(self):
        with pytest.raises(NotImplementedError, match="does not have a `compute_output_shape` method implemented"):
            Layer().compute_output_shape((None, 3))

    def test_a_layer_needs_a_call(self):
        with pytest.raises(NotImplementedError, match="Layer Layer does not have a `call` method implemented"):
            Layer()(X)

    def test_an_error_in_call_keeps_its_type_and_says_what_came_in(self):
        class Broken(Layer):
            def call(self, inputs, factor=1):
                raise KeyError("original")

        with pytest.raises(KeyError, match="original") as caught:
            Broken(name="mine")(X, factor=3)
        note = "\n".join(caught.value.__notes__)
        assert "Exception encountered when calling Broken.call() (layer 'mine')" in note
        assert "inputs=array(shape=(2, 3), dtype=float32)" in note
        assert "factor=3" in note

    def test_several_inputs_by_position_and_keyword(self):
        class Plus(Layer):
            def call(self, a, b):
                return a + b

        assert np.all(Plus()(X, X) == 2)
        assert np.all(Plus()(a=X, b=X) == 2)
        assert Plus()(Input((3,)), b=Input((3,))).shape == (None, 3)

    def test_nested_inputs_and_outputs(self):
        class Swap(Layer):
            def call(self, inputs):
                return {"a": inputs["b"], "b": inputs["a"] + 1}

        y = Swap()({"a": X, "b": 2 * X})
        assert (np.all(y["a"] == 2), np.all(y["b"] == 2)) == (True, True)
        symbols = Swap()({"a": Input((3,)), "b": Input((4,))})
        assert (symbols["a"].shape, symbols["b"].shape) == ((None, 4), (None, 3))


class TestConstructing:
    @pytest.mark.parametrize(
        ("kwargs", "message"),
        [
            (
                {"skernel_initializer": "ones"},
                r"passed to Dense: \{'skernel_initializer': 'ones'\}.*'kernel_initializer'",
            ),
            ({"batch_input_shape": (2, 3)}, r"Unrecognized keyword arguments.*Input\(batch_shape=...\)"),
            ({"weights": [X]}, r"(?s)Unrecognized keyword arguments.*set_weights"),
            ({"name": 3}, "Argument `name` must be a string and cannot contain character `/`. Received: name=3"),
            ({"name": "a/b"}, "Argument `name` must be a string and cannot contain character `/`"),
            ({"trainable": "a"}, "Expected `trainable` to be a boolean. Received: trainable=a"),
            ({"trainable": 1}, "Expected `trainable` to be a boolean. Received: trainable=1"),
        ],
    )
    def test_wrong_arguments(self, kwargs, message):
        with pytest.raises(ValueError, match=message):
            Dense(2, **kwargs)

    @pytest.mark.parametrize(("kwargs", "shape"), [({"input_shape": (4, 3)}, (4, 3)), ({"input_dim": 3}, (3,))])
    def test_the_old_way_to_state_an_input_shape(self, kwargs, shape):
        with pytest.warns(UserWarning, match="Do not pass an `input_shape`/`input_dim` argument to a layer") as caught:
            layer = Dense(2, **kwargs)
        assert caught[0].filename == __file__
        assert Sequential([layer]).input_shape == (None, *shape)

    def test_a_number_is_no_input_shape(self):
        hint = r"Did you mean input_shape=\(16,\)"
        with pytest.warns(UserWarning, match="Do not pass"), pytest.raises(ValueError, match=hint):
            Dense(2, input_shape=16)

    @pytest.mark.parametrize("cls", [Flatten, Softmax, Masking])
    def test_a_tensor_is_no_argument(self, cls):
        with pytest.raises(TypeError, match=rf"make it first, then call it, {cls.__name__}\(...\)\(x\)"):
            cls(Input((3,)))

    def test_names_count_up(self):
        assert [Dense(1).name, Dense(1).name, Softmax().name] == ["dense", "dense_1", "softmax"]

    def test_repr(self):
        assert repr(Dense(2, name="d")) == "<Dense name=d, built=False>"


class Counting(Layer):
    """Counts its calls in a variable."""

    def __init__(self):
        super().__init__()
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, x):
        self.calls.assign_add(1)
        self.add_loss(1.0)
        return x[:, :2]


class TestSymbolicCalls:
    def test_a_dry_run_changes_nothing(self):
        layer = Counting()
        assert layer(Input((3,))).shape == layer.compute_output_shape((None, 3)) == (None, 2)
        assert layer.calls.numpy() == 0
        assert layer.losses == []

    def test_weights_are_made(self):
        block = Block()
        assert block(Input((3,))).shape == (None, 1)
        assert paths(block.weights) == [*OWN, "frozen", *INNER]

    def test_layers_inside_are_built_even_if_the_shape_is_stated(self):
        class Stated(Around):
            def __init__(self):
                super().__init__()
                self.dense = Dense(4)

            def call(self, x):
                return self.dense(x)

            def compute_output_shape(self, input_shape):
                return (*input_shape[:-1], 4)

        layer = Stated()
        layer(Input((3,)))
        assert len(layer.weights) == 2

    def test_input_and_output(self):
        layer = Dense(2, name="d")
        with pytest.raises(AttributeError, match="The layer d has never been called and thus has no defined input"):
            _ = layer.input
        x = Input((3,))
        y = layer(x)
        layer(Input((3,)))
        assert layer.input is x
        assert layer.output is y

    def test_an_error_says_where(self):
        with pytest.raises(ValueError, match="The total size of the tensor must be unchanged") as caught:
            Reshape((5,), name="r")(Input((3, 4)))
        assert "(layer 'r')" in caught.value.__notes__[0]
