"""What all optimizers share: arguments, errors, order of a step, averages, accumulation, state."""

import copy
import inspect
import json
import pickle

import numpy as np
import pytest

from layerlab import Variable, initializers, optimizers
from layerlab.autodiff import Tape
from layerlab.optimizers import SGD, Adam, AdamW, Optimizer, schedules

OTHERS = ("Optimizer", "MultiOptimizer", "OptimizerMap", "LossScaleOptimizer")  # no rules of their own
ALL = [getattr(optimizers, name) for name in optimizers.__all__ if name[0].isupper() and name not in OTHERS]
COMMON = [name for name in inspect.signature(Optimizer).parameters if name not in ("learning_rate", "kwargs")]


def weight(*values, name="kernel", **kwargs):
    return Variable(np.array(values, "float32"), name=name, **kwargs)


def array(*values):
    return np.array(values, "float32")


class Recorder(Optimizer):
    """The smallest rule of one's own, with a variable of its own."""

    def build(self, variables):
        super().build(variables)
        self.sums = [self.add_variable_from_reference(variable, name="sum") for variable in variables]

    def update_step(self, gradient, variable, learning_rate):
        self.sums[self._get_variable_index(variable)].assign_add(gradient)
        variable.assign_sub(gradient * np.float32(learning_rate))


# -- names, arguments, configuration


@pytest.mark.parametrize("kind", ALL)
def test_every_optimizer_is_found_by_name_in_any_case_and_shows_the_common_arguments(kind):
    for name in (kind.__name__, kind.__name__.lower(), kind.__name__.upper()):
        assert type(optimizers.get(name)) is kind
    parameters = inspect.signature(kind).parameters
    assert set(COMMON) | {"learning_rate"} <= set(parameters)
    assert isinstance(parameters["learning_rate"].default, float)


@pytest.mark.parametrize("kind", ALL)
def test_a_configuration_comes_back_through_json(kind):
    optimizer = kind(learning_rate=0.25, weight_decay=0.5, clipnorm=2.0, use_ema=True, name="mine")
    stored = json.loads(json.dumps(optimizers.serialize(optimizer)))
    assert stored["module"] == "keras.optimizers"
    again = optimizers.deserialize(copy.deepcopy(stored))
    assert type(again) is kind
    assert again.get_config() == optimizer.get_config()
    assert optimizers.get(stored).get_config() == optimizer.get_config()


@pytest.mark.parametrize("kind", ALL)
def test_default_arguments_survive_pickling_and_copying(kind):
    optimizer, w = kind(), weight(1.0, 2.0)
    optimizer.apply([array(0.5, -0.5)], [w])
    other, twin = copy.deepcopy((optimizer, w))
    optimizer.apply([array(0.5, -0.5)], [w])
    other.apply([array(0.5, -0.5)])
    np.testing.assert_array_equal(twin.value, w.value)
    assert pickle.loads(pickle.dumps(optimizer)).get_config() == optimizer.get_config()


def test_automatic_names_count_up():
    first, second = AdamW(), AdamW()
    assert first.name.startswith("adam_w")
    assert second.name == f"adam_w_{int((first.name + '_0').split('_')[2]) + 1}"
    assert Adam(name="my_adam").name == "my_adam"


@pytest.mark.parametrize("identifier", [1, 0.5, [], "typo", lambda: None])
def test_unknown_identifiers_are_named(identifier):
    with pytest.raises(ValueError, match="Could not interpret optimizer identifier"):
        optimizers.get(identifier)


def test_get_takes_none_objects_and_classes():
    optimizer = SGD()
    assert optimizers.get(None) is None
    assert optimizers.get(optimizer) is optimizer
    assert type(optimizers.get(SGD)) is SGD


BAD_ARGUMENTS = [
    (SGD, {"learning_rate": 1}, "Argument `learning_rate` should be float, or an instance of LearningRateSchedule"),
    (SGD, {"learning_rate": "fast"}, "Received instead: learning_rate=fast"),
    (SGD, {"lr": 0.1}, r"Argument\(s\) not recognized: \{'lr': 0.1\}. Did you mean 'learning_rate'"),
    (Adam, {"beta1": 0.1}, r"Argument\(s\) not recognized: \{'beta1': 0.1\}. Did you mean 'beta_1'"),
    (SGD, {"momentum": 1}, r"`momentum` must be a float between \[0, 1\]"),
    (SGD, {"momentum": 1.5}, r"`momentum` must be a float between \[0, 1\]"),
    (SGD, {"clipnorm": 1.0, "clipvalue": 1.0}, "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set"),
    (SGD, {"clipnorm": 1.0, "global_clipnorm": 1.0}, "Only one of `clipnorm`"),
    (SGD, {"gradient_accumulation_steps": 1}, "`gradient_accumulation_steps` must be an integer >= 2"),
    (SGD, {"use_ema": True, "ema_momentum": 2.0}, r"`ema_momentum` must be in the range \[0, 1\]"),
    (SGD, {"use_ema": True, "ema_overwrite_frequency": 0.5}, "`ema_overwrite_frequency` must be an integer >= 1"),
    (AdamW, {"weight_decay": None}, "Argument `weight_decay` must be a float"),
    (optimizers.Lion, {"beta_1": 0.0}, "Argument `beta_1` must be in"),
    (optimizers.Ftrl, {"learning_rate_power": 0.5}, "`learning_rate_power` needs to be negative or zero"),
    (optimizers.Ftrl, {"initial_accumulator_value": -1.0}, "`initial_accumulator_value` needs to be positive or zero"),
    (optimizers.Ftrl, {"l1_regularization_strength": -1.0}, "`l1_regularization_strength` needs to be positive"),
]


@pytest.mark.parametrize(("kind", "kwargs", "message"), BAD_ARGUMENTS)
def test_bad_arguments_say_what_was_expected(kind, kwargs, message):
    with pytest.raises(ValueError, match=message):
        kind(**kwargs)


def test_the_old_decay_argument_is_ignored_with_a_warning():
    with pytest.warns(UserWarning, match="Argument `decay` is no longer supported and will be ignored"):
        SGD(decay=0.1)


# -- learning rate and iterations


def test_learning_rate_can_be_read_and_set():
    optimizer = SGD(0.5)
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = 0.25
    optimizer.learning_rate.assign(optimizer.learning_rate / 2)
    w = weight(1.0)
    optimizer.apply([array(1.0)], [w])
    assert w.value[0] == 0.875
    assert int(optimizer.iterations) == 1


def test_a_schedule_follows_the_iterations_and_cannot_be_overwritten_by_a_number():
    optimizer, w = SGD(schedules.PiecewiseConstantDecay([0], [1.0, 0.5])), weight(10.0)
    assert [variable.name for variable in optimizer.variables] == ["iteration"]
    seen = []
    for _ in range(3):
        seen.append(optimizer.learning_rate)
        optimizer.apply([array(1.0)], [w])
    assert seen == [1.0, 0.5, 0.5]
    assert w.value[0] == 8.0
    with pytest.raises(TypeError, match="This optimizer was created with a `LearningRateSchedule`"):
        optimizer.learning_rate = 0.1


def test_a_function_of_no_arguments_is_asked_at_each_step():
    optimizer, w = SGD(learning_rate=iter([0.1, 0.2]).__next__), weight(1.0)
    for _ in range(2):
        optimizer.apply([array(1.0)], [w])
    assert w.value[0] == pytest.approx(0.7)


def test_a_schedule_can_replace_a_number_and_its_variable():
    optimizer = Adam(0.001)
    assert len(optimizer.variables) == 2
    optimizer.learning_rate = schedules.PolynomialDecay(0.5, 4)
    assert len(optimizer.variables) == 1
    assert optimizer.learning_rate == 0.5


# -- a step


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weights_keep_their_dtype_and_array_and_gradients_stay_untouched(kind, dtype):
    w = Variable(np.ones((2, 3), dtype), dtype=dtype)
    storage, gradient = w.value, np.linspace(-1.0, 1.0, 6).reshape(2, 3)
    before = gradient.copy()
    kind(0.1).apply([gradient], [w])
    assert w.value is storage
    assert w.dtype == dtype
    assert not np.array_equal(w.value, np.ones((2, 3)))
    np.testing.assert_array_equal(gradient, before)


def test_order_of_a_step_is_clip_decay_update_average_constraint():
    w = weight(2.0, -2.0, constraint=lambda value: np.maximum(value, 0.0))
    optimizer = SGD(1.0, weight_decay=0.5, clipvalue=0.25, use_ema=True)
    optimizer.apply([array(10.0, -10.0)], [w])
    np.testing.assert_array_equal(w.value, [0.75, 0.0])
    np.testing.assert_array_equal(optimizer.variables[2].value, [0.75, -0.75])


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"clipnorm": 1.0}, [[0.6, 0.8], [0.0, 0.5]]),
        ({"clipvalue": 1.0}, [[1.0, 1.0], [0.0, 0.5]]),
        ({"global_clipnorm": 1.0}, np.array([[3.0, 4.0], [0.0, 0.5]]) / np.sqrt(25.25)),
        ({"global_clipnorm": 10.0}, [[3.0, 4.0], [0.0, 0.5]]),
        ({}, [[3.0, 4.0], [0.0, 0.5]]),
    ],
)
def test_clipping(how, expected):
    clipped = SGD(**how)._clip_gradients([array(3.0, 4.0), array(0.0, 0.5)])
    np.testing.assert_allclose(clipped, expected, rtol=1e-6)
    assert all(gradient.dtype == "float32" for gradient in clipped)


def test_a_gradient_that_is_not_finite_shows_through_the_global_norm():
    clipped = SGD(global_clipnorm=1.0)._clip_gradients([array(np.inf), array(1.0)])
    assert np.isnan(clipped).all()


@pytest.mark.parametrize("spared", [{"var_names": ["bias"]}, {"var_names": ["^b"]}, {"var_list": "bias"}])
def test_weight_decay_spares_what_it_is_told_to(spared):
    kernel, bias = weight(1.0), weight(1.0, name="bias")
    optimizer = SGD(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(**{k: [bias] if k == "var_list" else v for k, v in spared.items()})
    optimizer.apply([array(0.0), array(0.0)], [kernel, bias])
    assert (kernel.value[0], bias.value[0]) == (0.75, 1.0)


def test_average_overwrites_the_weights_now_and_then_and_at_the_end():
    w, optimizer = weight(3.0), SGD(1.0, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=3)
    seen = []
    for _ in range(4):
        optimizer.apply([array(1.0)], [w])
        seen.append((float(w.value[0]), float(optimizer._model_variables_moving_average[0].value[0])))
    np.testing.assert_allclose(seen, [(2, 2), (1, 1.9), (1.71, 1.71), (0.71, 1.61)], rtol=1e-6)
    optimizer.finalize_variable_values([w])
    assert w.value[0] == pytest.approx(1.61)
    with pytest.raises(ValueError, match=r"The length of model variables \(2\) to override does not match"):
        optimizer.finalize_variable_values([w, w])


@pytest.mark.parametrize("kind", ALL)
def test_accumulated_gradients_act_as_their_mean(kind):
    rng = np.random.default_rng(1)
    once, thrice = kind(0.1, weight_decay=0.05), kind(0.1, weight_decay=0.05, gradient_accumulation_steps=3)
    first, second = weight(0.9, 0.5), weight(0.9, 0.5)
    for update in range(4):
        gradients = rng.normal(size=(3, 2)).astype("float32")
        once.apply([gradients.mean(axis=0)], [first])
        for gradient in gradients:
            assert int(thrice.iterations) == update
            thrice.apply([gradient], [second])
    np.testing.assert_allclose(first.value, second.value, rtol=1e-5)


def test_loss_scale_is_divided_out_again():
    w, optimizer = weight(1.0), SGD(1.0, loss_scale_factor=1024.0)
    assert optimizer.scale_loss(1.0) == 1024.0
    optimizer.apply([array(512.0)], [w])
    assert w.value[0] == 0.5
    assert SGD().scale_loss(1.0) == 1.0


@pytest.mark.parametrize("steps", [None, 2])
def test_variables_that_ask_for_it_are_replaced_by_their_gradient(steps):
    scale, w = weight(5.0), weight(5.0)
    scale.overwrite_with_gradient = True
    optimizer = SGD(1.0, gradient_accumulation_steps=steps)
    for value in (2.0, 1.0)[: steps or 1]:
        optimizer.apply([array(value), array(1.0)], [scale, w])
    assert (scale.value[0], w.value[0]) == (2.0, 4.0)


def test_large_and_small_weights_of_any_layout_get_the_plain_formula():
    rng = np.random.default_rng(3)
    shapes = [(), (7,), (300, 150), (3, 5, 2), (200, 170)]
    values, gradients = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
    variables = [Variable(value.astype("float32")) for value in values]
    variables.append(Variable(np.zeros((2, 2), "float64"), dtype="float64"))
    variables[-2].value = np.asfortranarray(variables[-2].value)
    gradients.append(np.eye(2))
    values.append(np.zeros((2, 2)))
    Adam(0.1, epsilon=0.01).apply(gradients, variables)
    for variable, w, g in zip(variables, values, gradients, strict=True):
        m, v = 0.1 * g, 0.001 * g * g
        expected = w - 0.1 * np.sqrt(0.001) / 0.1 * m / (np.sqrt(v) + 0.01)
        np.testing.assert_allclose(variable.value, expected, rtol=1e-4, atol=1e-6)


def test_a_rule_of_ones_own():
    w, optimizer = weight(1.0, 2.0), Recorder(learning_rate=0.5, clipvalue=1.0)
    returned = optimizer.apply_gradients([(array(4.0, -4.0), w)])
    assert int(returned) == 1
    np.testing.assert_array_equal(w.value, [0.5, 2.5])
    np.testing.assert_array_equal(optimizer.sums[0].value, [1.0, -1.0])
    assert [v.path.rpartition("/")[2] for v in optimizer.variables] == ["iteration", "learning_rate", "kernel_sum"]
    assert "clipvalue" in inspect.signature(Recorder).parameters


class Doubled(Adam):
    """A rule that builds on one of ours."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(2 * gradient, variable, 2 * float(learning_rate))


def test_update_step_of_a_subclass_is_used():
    ours, theirs, optimizer = weight(1.0), weight(1.0), Doubled(0.1)
    optimizer.apply([array(3.0)], [theirs])
    Adam(0.2).apply([array(6.0)], [ours])
    assert theirs.value[0] == ours.value[0]


# -- beside a tape


@pytest.mark.parametrize("shape", [(2,), (300, 200)])
@pytest.mark.parametrize("kind", ALL)
def test_a_step_may_be_made_while_the_tape_still_records(kind, shape):
    w, v = (Variable(np.ones(shape, "float32"), constraint=np.abs) for _ in range(2))
    with Tape() as tape:
        loss = np.sum(w * w)
        kind(0.1).apply(tape.gradient(loss, [w]), [w])
    kind(0.1).apply([2 * np.ones(shape)], [v])
    np.testing.assert_array_equal(w.value, v.value)


def test_a_step_does_not_change_what_another_gradient_still_needs():
    w = weight(3.0)
    with Tape(persistent=True) as tape:
        first, second = np.sum(w * w), np.sum(w * w * w)
    with Tape() as other:
        third = np.sum(w**2)
    SGD(1.0).apply(tape.gradient(first, [w]), [w])
    assert w.value[0] == -3.0
    np.testing.assert_allclose(tape.gradient(second, [w]), [[27.0]])
    np.testing.assert_allclose(other.gradient(third, [w]), [[6.0]])


# -- refusals that leave everything as it was


def test_missing_gradients():
    first, second, optimizer = weight(3.0), weight(5.0), SGD(1.0)
    with pytest.raises(ValueError, match=r"No gradients provided for any variable\."):
        optimizer.apply([None], [first])
    optimizer = SGD(1.0)
    with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['kernel'\] when minimizing the loss"):
        optimizer.apply_gradients([(None, first), (array(1.0), second)])
    assert (first.value[0], second.value[0]) == (3.0, 4.0)
    assert optimizer.apply([]) is None


def test_a_gradient_of_the_wrong_shape_names_its_variable_and_moves_nothing():
    first, second, optimizer = weight(1.0), weight(1.0, 2.0, name="bias"), SGD()
    message = r"gradient of variable 'bias' must have the variable's shape \(2,\). Received: gradient.shape=\(3,\)"
    with pytest.raises(ValueError, match=message):
        optimizer.apply([array(1.0), array(1.0, 2.0, 3.0)], [first, second])
    assert first.value[0] == 1.0
    assert int(optimizer.iterations) == 0


def test_only_the_variables_of_build_can_be_updated():
    first, second, optimizer = weight(1.0), weight(2.0), SGD()
    with pytest.raises(ValueError, match="the optimizer must already be built on a list of variables"):
        optimizer.apply([array(1.0)])
    optimizer.build([first])
    with pytest.raises(ValueError, match=r"Unknown variable: .*you should recreate a new optimizer instance"):
        optimizer.apply([array(1.0)], [second])
    with pytest.raises(ValueError, match="Received a list of 2 gradients"):
        optimizer.apply([array(1.0), array(1.0)])


def test_forgetting_super_init_is_explained():
    class Forgetful(Optimizer):
        def __init__(self):
            pass

    with pytest.raises(RuntimeError, match="forgot to call `super"):
        Forgetful().add_variable((1,))
    with pytest.raises(NotImplementedError, match="must override `update_step`"):
        Optimizer(0.1).apply([array(1.0)], [weight(1.0)])


# -- state


def test_set_weights_copies_all_or_nothing():
    w, source, target = weight(1.0, 2.0), Adam(), Adam()
    source.apply([array(1.0, 2.0)], [w])
    with pytest.raises(ValueError, match=r"You are calling `set_weights\(\)` on an optimizer that has not yet been"):
        target.set_weights(source.variables)
    target.build([w])
    with pytest.raises(ValueError, match="not compatible with provided weight shape"):
        target.set_weights([*(v.value for v in source.variables[:-1]), np.zeros(3)])
    assert int(target.iterations) == 0
    target.set_weights(source.variables)
    for a, b in zip(source.variables, target.variables, strict=True):
        np.testing.assert_array_equal(a.value, b.value)


def test_loading_another_number_of_variables_is_a_warning():
    store, optimizer = {}, Adam()
    optimizer.save_own_variables(store)
    optimizer.build([weight(1.0)])
    with pytest.warns(UserWarning, match="Skipping variable loading for optimizer 'adam.*has 4 variables"):
        optimizer.load_own_variables(store)


def test_variables_can_start_from_any_initializer():
    optimizer = SGD()
    variable = optimizer.add_variable((2,), initializers.Constant(3.0), name="threes")
    assert (variable.path, variable.trainable) == (f"{optimizer.name}/threes", False)
    ones, twos = optimizer.add_optimizer_variables([weight(0.0)], ["a", "b"], ["ones", initializers.Constant(2.0)])
    assert (ones[0].value[0], twos[0].value[0]) == (1.0, 2.0)
    with pytest.raises(ValueError, match="The number of provided names must match"):
        optimizer.add_optimizer_variables([], ["a", "b"], ["ones"])


# -- Muon


def test_muon_turns_a_matrix_towards_an_orthogonal_one():
    x = np.random.default_rng(0).normal(size=(6, 4))
    values = np.linalg.svd(optimizers.Muon().zeropower_via_newtonschulz5(x, 5), compute_uv=False)
    assert values.min() > 0.6
    assert values.max() < 1.3
    with pytest.raises(ValueError, match="Expected gradient or momentum to have at least 2 dimensions"):
        optimizers.Muon().zeropower_via_newtonschulz5(x[0], 5)


@pytest.mark.parametrize(
    ("shape", "name", "kwargs", "adam"),
    [
        ((2, 2), "kernel", {}, False),
        ((2,), "bias", {}, True),
        ((2, 2, 2), "cube", {}, True),
        ((2, 2), "embeddings", {}, True),
        ((2, 2), "embeddings", {"exclude_embeddings": False}, False),
        ((2, 2), "head", {"exclude_layers": ["^he"]}, True),
    ],
)
def test_muon_leaves_what_is_no_matrix_to_adam(shape, name, kwargs, adam):
    assert optimizers.Muon(**kwargs)._should_use_adamw(Variable(np.zeros(shape), name=name)) is adam


# -- a step as a pure function


@pytest.mark.parametrize("kind", ALL)
def test_a_stateless_step_gives_what_a_step_gives_and_changes_nothing(kind):
    weights = [weight(1.0, 2.0), weight([3.0], [4.0])]
    grads = [array(0.5, -1.0), array([0.25], [-2.0])]
    optimizer = kind(learning_rate=0.1)
    optimizer.build(weights)
    optimizer.apply(grads, weights)
    start = [w.numpy() for w in weights], [v.numpy() for v in optimizer.variables]
    for _ in range(2):  # a second time it starts from the same place
        new, memory = optimizer.stateless_apply(start[1], grads, start[0])
    held = [w.numpy() for w in weights], [v.numpy() for v in optimizer.variables]
    for left, right in zip((*start[0], *start[1]), (*held[0], *held[1]), strict=True):
        np.testing.assert_array_equal(left, right)
    optimizer.apply(grads, weights)
    for left, right in zip((*new, *memory), (*weights, *optimizer.variables), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-6)


def test_a_stateless_step_says_what_is_missing():
    w = weight(1.0)
    optimizer = SGD(0.1)
    with pytest.raises(ValueError, match="To call `stateless_apply`, SGD must be built"):
        optimizer.stateless_apply([], [array(1.0)], [w])
    optimizer.build([w])
    with pytest.raises(ValueError, match="length 1, but expected 2 variables"):
        optimizer.stateless_apply([0], [array(1.0)], [w])
    with pytest.raises(ValueError, match="`trainable_variables` must be a list of tensors"):
        optimizer.stateless_apply(optimizer.variables, [array(1.0)], [])
