"""Losses that are scaled: by a fixed factor in `fit`, and by LossScaleOptimizer, which looks for the factor."""

import json

import numpy as np
import pytest

from layerlab import Sequential, Variable, callbacks, optimizers
from layerlab.layers import Dense, Input
from layerlab.models import Model
from layerlab.optimizers import SGD, Adam, LossScaleOptimizer, MultiOptimizer, OptimizerMap
from layerlab.saving import load_model


def one_weight(optimizer, dtype=None):
    model = Sequential([Input((1,)), Dense(1, kernel_initializer="ones", use_bias=False, dtype=dtype)])
    model.compile(optimizer, "mse")
    return model


def built(initial_scale=4.0, **options):
    weight = Variable(np.ones(2, "float32"), name="w")
    optimizer = LossScaleOptimizer(SGD(0.5, **options), initial_scale, dynamic_growth_steps=2)
    optimizer.build([weight])
    return optimizer, weight


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(0.1, loss_scale_factor=128.0),
        lambda: LossScaleOptimizer(SGD(0.1)),
        lambda: MultiOptimizer(OptimizerMap(SGD(0.1)), loss_scale_factor=128.0),
    ],
)
def test_a_scaled_loss_trains_as_one_that_is_not(make):
    plain, scaled = one_weight(SGD(0.1)), one_weight(make())
    for model in (plain, scaled):
        history = model.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=3, verbose=0).history
    assert history["loss"][0] == 1  # what is reported is not scaled
    np.testing.assert_allclose(scaled.get_weights()[0], plain.get_weights()[0], rtol=1e-6)


def test_it_keeps_gradients_that_float16_would_lose():
    x, y = np.full((64, 1), 1000.0, "float16"), np.full((64, 1), 1e-7, "float16")
    weights = []
    for optimizer in (SGD(1.0), LossScaleOptimizer(SGD(1.0), initial_scale=2.0**10)):
        model = one_weight(optimizer, dtype="float16")
        model.set_weights([np.zeros((1, 1))])
        model.train_on_batch(x, y)
        weights.append(model.get_weights()[0].item())
    assert weights[0] == 0  # the gradient by a prediction, 4e-9, is 0 in float16; that by the weight is not
    assert weights[1] == pytest.approx(2e-4, rel=0.3)


def test_a_bad_step_moves_nothing_and_halves_the_scale_good_ones_double_it():
    optimizer, weight = built()
    optimizer.apply([np.array([np.nan, 1.0])], [weight])
    assert (weight.numpy().tolist(), optimizer.scale_loss(1.0), int(optimizer.iterations)) == ([1, 1], 2.0, 0)
    optimizer.apply([np.array([2.0, 0.0])])
    assert (weight.numpy().tolist(), optimizer.scale_loss(1.0), int(optimizer.iterations)) == ([0.5, 1], 2.0, 1)
    optimizer.apply([np.array([2.0, 0.0])])
    assert (weight.numpy().tolist(), optimizer.scale_loss(1.0), int(optimizer.iterations)) == ([0, 1], 4.0, 2)


def test_a_stateless_step_is_the_same():
    optimizer, weight = built()
    for gradient in (np.inf, 1.0, 1.0):
        (new,), memory = optimizer.stateless_apply(optimizer.variables, [np.full(2, gradient)], [weight])
        optimizer.apply([np.full(2, gradient)])
        np.testing.assert_array_equal(new, weight.numpy())
        assert [float(v) for v in memory] == [float(v) for v in optimizer.variables]


def test_a_variable_that_takes_its_gradient_takes_it_as_it_is():
    optimizer, weight = built()
    weight.overwrite_with_gradient = True
    optimizer.apply([np.array([3.0, 4.0])])
    assert weight.numpy().tolist() == [3, 4]


def test_learning_rate_and_averages_are_those_of_the_inner_optimizer():
    optimizer, weight = built(use_ema=True, ema_momentum=0.5)
    assert optimizer.inner_optimizer.loss_scale_factor is None
    optimizer.learning_rate = 0.25
    assert float(optimizer.inner_optimizer.learning_rate) == 0.25
    for _ in range(2):
        optimizer.apply([np.full(2, 4.0)])
    optimizer.finalize_variable_values([weight])
    np.testing.assert_allclose(weight.numpy(), 0.625)  # 0.75, then halfway to 0.5
    model = Model()
    model.optimizer = optimizer
    swap = callbacks.SwapEMAWeights()
    swap.set_model(model)
    swap.on_test_begin()
    np.testing.assert_allclose(weight.numpy(), 0.625)


def test_it_comes_back_from_its_configuration_and_a_file(tmp_path):
    optimizer = LossScaleOptimizer(Adam(0.5), initial_scale=8.0, dynamic_growth_steps=3, name="mine")
    config = json.loads(json.dumps(optimizers.serialize(optimizer)))
    assert optimizers.deserialize(config).get_config() == optimizer.get_config()
    defaults = {"clipnorm": None, "use_ema": False, "ema_momentum": 0.99}  # older configurations name them
    assert LossScaleOptimizer.from_config(optimizer.get_config() | defaults).initial_scale == 8
    model = one_weight(optimizer)
    model.fit(np.ones((3, 1)), np.zeros((3, 1)), batch_size=1, verbose=0)
    model.save(tmp_path / "model.keras")
    assert load_model(tmp_path / "model.keras").optimizer.scale_loss(1.0) == 16


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dynamic": False}, "no longer supports `dynamic=False`. Instead, simply set `loss_scale_factor`"),
        ({"clipnorm": 1.0}, "does not support `clipnorm`. Instead, set `clipnorm` on the `inner_optimizer`"),
        ({"ema_momentum": 0.5}, "set `ema_momentum` on the `inner_optimizer`"),
        ({"foo": 1, "bar": 2}, "does not support arguments: `foo`, `bar`"),
    ],
)
def test_options_belong_to_the_inner_optimizer(options, message):
    with pytest.raises(ValueError, match=message):
        LossScaleOptimizer(SGD(), **options)
    assert LossScaleOptimizer(SGD(), dynamic=True).scales_loss


def test_it_goes_around_a_multi_optimizer_not_into_one():
    with pytest.raises(ValueError, match="optimizer cannot be LossScaleOptimizer"):
        OptimizerMap(SGD(), {".*": LossScaleOptimizer(SGD())})
    with pytest.raises(ValueError, match="LossScaleOptimizer cannot be used inside"):
        MultiOptimizer(lambda _: LossScaleOptimizer(SGD())).build([Variable(np.ones(1))])
    optimizer, weight = LossScaleOptimizer(MultiOptimizer(OptimizerMap(SGD(0.5))), 2.0), Variable(np.ones(1))
    optimizer.apply([np.array([2.0])], [weight])
    assert weight.numpy() == 0.5


@pytest.mark.parametrize("options", [{"inner_optimizer": "adam"}, {"inner_optimizer": SGD(), "initial_scale": 0}])
def test_what_can_scale_nothing_is_refused(options):
    with pytest.raises((TypeError, ValueError), match=r"Received: (inner_optimizer='adam'|initial_scale=0)"):
        LossScaleOptimizer(**options)
