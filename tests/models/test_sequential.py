"""Sequential: building at once or on the first batch, changing the chain, and the messages when it does not fit."""

import copy
import json
import pickle

import numpy as np
import pytest

import layerlab
from layerlab import Input, Model, Sequential
from layerlab.layers import (
    Activation,
    Concatenate,
    Dense,
    Dropout,
    Flatten,
    Identity,
    InputLayer,
    Layer,
    Masking,
    Reshape,
)
from layerlab.masking import get_mask


def chain(*units, **kwargs):
    return Sequential([Input((3,)), *map(Dense, units)], **kwargs)


class TestBuilding:
    def test_an_input_first_builds_at_once(self):
        model = chain(4, 2)
        assert model.built
        assert [w.shape for w in model.weights] == [(3, 4), (4,), (4, 2), (2,)]
        assert (model.input_shape, model.output_shape) == ((None, 3), (None, 2))
        assert [w.path for w in model.weights][:2] == [
            f"{model.name}/{model.layers[0].name}/{n}" for n in ("kernel", "bias")
        ]

    def test_layers_added_one_by_one_have_the_model_in_their_paths(self):
        model = Sequential([Input((3,))], name="outer")
        for name in ("a", "b"):
            model.add(Dense(2, use_bias=False, name=name))
        assert [w.path for w in model.weights] == ["outer/a/kernel", "outer/b/kernel"]

    def test_without_one_the_first_batch_decides(self):
        model = Sequential([Dense(4), Dense(2)])
        assert not model.built
        assert model.weights == []
        with pytest.raises(ValueError, match="isn't built"):
            model.count_params()
        assert model(np.ones((5, 3))).shape == (5, 2)
        assert model.input_shape == (5, 3)
        assert model(np.ones((7, 3))).shape == (7, 2)  # another batch size is fine afterwards

    def test_build_with_a_shape(self):
        model = Sequential([Dense(4), Flatten()])
        model.build((None, 6, 3))
        assert model.output_shape == (None, 24)

    @pytest.mark.parametrize(("keyword", "value"), [("input_shape", (3,)), ("input_dim", 3)])
    def test_the_old_way_of_giving_the_shape_warns_and_works(self, keyword, value):
        with pytest.warns(UserWarning, match="Do not pass an `input_shape`"):
            model = Sequential([Dense(4, **{keyword: value})])
        assert model.built
        assert model.input_shape == (None, 3)

    def test_input_shape_must_be_a_tuple(self):
        with (
            pytest.warns(UserWarning, match="Do not pass"),
            pytest.raises(ValueError, match=r"Did you mean input_shape=\(16,\)"),
        ):
            Dense(4, input_shape=16)

    def test_input_shape_on_a_later_layer_is_ignored(self):
        model = chain(4)
        with pytest.warns(UserWarning, match="Do not pass"):
            model.add(Dense(2, input_shape=(784,)))
        assert model.weights[2].shape == (4, 2)

    def test_building_with_another_shape_than_the_input_is_refused(self):
        with pytest.raises(ValueError, match=r"already been configured to use input shape \(None, 3\)"):
            chain(2).build((None, 4))

    def test_build_needs_layers_and_a_shape(self):
        with pytest.raises(ValueError, match="cannot be built because it has no layers"):
            Sequential().build((None, 3))
        with pytest.raises(ValueError, match="must provide an `input_shape`"):
            Sequential([Dense(3)]).build()

    @pytest.mark.parametrize("attribute", ["inputs", "outputs", "input_shape", "output_shape"])
    def test_shapes_of_an_unbuilt_model_are_an_attribute_error(self, attribute):
        with pytest.raises(AttributeError, match="has no defined"):
            getattr(Sequential([Dense(2)]), attribute)


class TestChanging:
    def test_add_extends_a_built_model(self):
        model = chain(4)
        before = model.get_weights()
        model.add(Dense(2))
        assert model.output_shape == (None, 2)
        np.testing.assert_array_equal(model.get_weights()[0], before[0])

    def test_pop_removes_the_last_layer(self):
        model = chain(4, 2)
        last = model.layers[-1]
        assert model.pop() is last
        assert model.output_shape == (None, 4)
        assert model(np.ones((2, 3))).shape == (2, 4)
        model.add(Dense(5))
        assert model.output_shape == (None, 5)

    def test_pop_of_an_empty_model(self):
        with pytest.raises(ValueError, match="no layer to remove"):
            Sequential().pop()

    def test_a_layer_that_does_not_fit_leaves_the_model_as_it_was(self):
        model = chain(4)
        with pytest.raises(ValueError, match="total size of the tensor must be unchanged") as caught:
            model.add(Reshape((5,)))
        assert "input (None, 3) -> " in "\n".join(caught.value.__notes__)
        assert len(model.layers) == 1
        assert model(np.ones((1, 3))).shape == (1, 4)

    def test_the_brackets_around_the_layers_forgotten(self):
        with pytest.raises(TypeError, match="Sequential takes a list of layers"):
            Sequential(Dense(3))

    @pytest.mark.parametrize(
        ("thing", "hint"), [(3, "int"), (Dense, r"Did you mean Dense\(...\)"), (None, "NoneType"), ("relu", "str")]
    )
    def test_only_layers_can_be_added(self, thing, hint):
        with pytest.raises(ValueError, match=f"(?s)Only instances of `keras.Layer` can be added.*{hint}"):
            Sequential().add(thing)

    def test_names_must_differ(self):
        with pytest.raises(ValueError, match=r"should have unique names. Name 'a' is already"):
            Sequential([Dense(2, name="a"), Dense(2, name="a")])

    def test_a_second_input_is_refused(self):
        with pytest.raises(ValueError, match="already been configured to use input shape"):
            Sequential([Input((3,)), Input((3,))])

    def test_the_same_layer_twice_shares_its_weights(self):
        dense = Dense(3, kernel_initializer="ones")
        model = Sequential([Input((3,)), dense, dense])
        assert len(model.weights) == 2
        np.testing.assert_allclose(model(np.ones((1, 3))), [[9.0, 9.0, 9.0]])


class TestCalling:
    def test_the_result_is_that_of_the_layers(self):
        model = Sequential([Input((3,)), Dense(4, "relu"), Dropout(0.5), Dense(2)])
        x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
        a, _, b = model.layers
        np.testing.assert_array_equal(model(x), b(a(x)))
        assert np.any(model(x, training=True) != model(x))

    def test_an_axis_of_size_one_may_be_missing_or_extra(self):
        model = Sequential([Input((1,)), Dense(2)])
        np.testing.assert_array_equal(model(np.ones(4)), model(np.ones((4, 1))))
        np.testing.assert_array_equal(chain(2)(np.ones((4, 3, 1))).shape, (4, 2))

    def test_a_single_sample_is_refused_with_the_remedy(self):
        with pytest.raises(ValueError, match=r"Invalid input shape .*Expected shape \(None, 3\).*x\[None\]"):
            chain(2)(np.ones(3))

    def test_the_number_of_samples_in_input_is_guessed(self):
        with pytest.raises(ValueError, match=r"the number of samples given to Input\? .*one sample: \(784,\)"):
            Sequential([Input((20, 784)), Dense(2)])(np.ones((20, 784)))

    def test_a_wrong_feature_size_names_layer_and_way(self):
        model = chain(4, 2)
        with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 3") as caught:
            model(np.ones((2, 5)))
        assert f"input (2, 5) -> {model.layers[0].name} fails here" in "\n".join(caught.value.__notes__)

    def test_masks_flow_to_the_end(self):
        model = Sequential([Input((3, 1)), Masking(), Dense(2)])
        output = model(np.array([[[1.0], [2.0], [0.0]]]))
        np.testing.assert_array_equal(get_mask(output), [[True, True, False]])

    def test_nested_models(self):
        inner = chain(4, name="inner")
        outer = Sequential([Input((3,)), inner, Dense(2)])
        assert outer.count_params() == 3 * 4 + 4 + 4 * 2 + 2
        assert outer.output_shape == (None, 2)
        assert outer.weights[0] is inner.weights[0]

    def test_a_custom_layer_in_plain_numpy(self):
        class Center(Layer):
            def call(self, inputs):
                return inputs - np.mean(inputs, axis=-1, keepdims=True)

        model = Sequential([Input((4,)), Center(), Dense(2)])
        assert model.output_shape == (None, 2)
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0)


class TestLooking:
    def test_layers_hide_the_input(self):
        model = chain(4, 2)
        assert [type(layer) for layer in model.layers] == [Dense, Dense]
        assert model.get_layer(index=1) is model.layers[1]
        assert model.get_layer(model.layers[0].name) is model.layers[0]

    def test_get_layer_knows_what_there_is(self):
        model = Sequential([Input((3,)), Dense(2, name="first"), Activation("relu", name="second")])
        with pytest.raises(ValueError, match=r"No such layer: frist. Existing layers are: .*Did you mean 'first'"):
            model.get_layer("frist")
        with pytest.raises(ValueError, match="index 5 but model only has 2 layers"):
            model.get_layer(index=5)
        with pytest.raises(ValueError, match="either a layer name or a layer index"):
            model.get_layer()

    def test_config_makes_the_same_model_again(self):
        model = Sequential([Input((3,)), Dense(4, "relu", name="a"), Dropout(0.3), Dense(2)], name="mine")
        config = json.loads(json.dumps(model.get_config()))
        again = Sequential.from_config(config)
        assert json.loads(json.dumps(again.get_config())) == config
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(again(np.ones((2, 3))), model(np.ones((2, 3))))
        assert isinstance(config["layers"][0], dict)
        assert config["layers"][0]["class_name"] == InputLayer.__name__

    @pytest.mark.parametrize("twin", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
    def test_copies_are_independent(self, twin):
        model = chain(4, 2)
        model.compile("adam", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
        other = twin(model)
        np.testing.assert_array_equal(other(np.ones((1, 3))), model(np.ones((1, 3))))
        other.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
        assert np.any(other.get_weights()[0] != model.get_weights()[0])


class TestSeveralInputs:
    """A chain whose first layer takes several arrays is not a graph: each layer is built when the data reaches it."""

    A, B = np.ones((6, 2), dtype="float32"), np.full((6, 4), 2.0, dtype="float32")

    @pytest.mark.parametrize("inputs", [[A, B], (A, B)])
    def test_it_trains_and_is_saved(self, inputs, tmp_path):
        model = Sequential([Concatenate(), Dense(3, "relu"), Dense(1)])
        assert model(inputs).shape == (6, 1)
        model.compile("sgd", "mse")
        model.fit(list(inputs), np.ones((6, 1)), verbose=0)
        model.save(tmp_path / "model.keras")
        again = layerlab.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(again(inputs), model(inputs))

    def test_a_dictionary_stays_one(self):
        class Pick(Layer):
            def call(self, inputs):
                return {"both": inputs["a"] + inputs["b"]}

        model = Sequential([Pick()])
        assert model({"a": self.A, "b": self.A})["both"].tolist() == (self.A * 2).tolist()
        with pytest.raises(AttributeError, match="has no defined output shape yet"):
            _ = model.output_shape

    def test_a_layer_is_named_when_it_fails(self):
        with pytest.raises(ValueError, match="requires inputs with matching shapes") as caught:
            Sequential([Identity(), Concatenate()])([self.A, self.B[:3]])
        assert "-> concatenate fails here" in "".join(caught.value.__notes__)

    def test_layers_whose_shapes_are_not_known_are_called_one_by_one(self):
        class Dynamic(Layer):
            def call(self, inputs):
                return inputs + 1.0

            def compute_output_spec(self, *args, **kwargs):
                raise NotImplementedError

        model = Sequential([Dynamic(), Dense(2)])
        assert model(self.A).shape == (6, 2)
        assert model.count_params() == 6

    def test_fit_builds_layers_that_do_not_state_their_shapes(self):
        class Twice(Layer):
            def __init__(self):
                super().__init__()
                self.inner = Dense(2)

            def build(self, input_shape):
                self.inner.build(input_shape)

            def call(self, inputs):
                return 2 * self.inner(inputs)

        model = Sequential([Twice(), Dense(1)])
        model.compile("sgd", "mse")
        model.fit(self.A, np.ones((6, 1)), verbose=0)
        assert model.count_params() == 9

    @pytest.mark.parametrize(
        ("call", "expected"),
        [
            (
                lambda self, inputs, other: inputs,
                r"can only have a single required positional argument.*\['inputs', 'o",
            ),
            (lambda self, *, inputs=None: inputs, "should have a single positional argument.*has no positional"),
        ],
    )
    def test_a_layer_must_take_one_input(self, call, expected):
        odd = type("Odd", (Layer,), {"call": call})
        with pytest.raises(ValueError, match=expected):
            Sequential([Input((2,)), odd()])


class TestSubclassing:
    def test_a_model_with_a_call_of_its_own(self):
        class Residual(Model):
            def __init__(self, units):
                super().__init__()
                self.blocks = [Dense(units, "tanh"), Dense(units, "tanh")]
                self.head = Dense(1)

            def call(self, inputs):
                x = inputs
                for block in self.blocks:
                    x = x + block(x)
                return self.head(x)

        layerlab.utils.set_random_seed(0)
        model = Residual(3)
        x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
        model.compile(layerlab.optimizers.Adam(0.02), "mse")
        losses = model.fit(x, x.sum(1), epochs=30, verbose=0).history["loss"]
        assert losses[-1] < 0.1 * losses[0]
        assert len(model.trainable_weights) == 6
        assert model.layers == [*model.blocks, model.head]
