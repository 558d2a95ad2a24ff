"""MultiOptimizer: who moves which weight, what it shares with other optimizers, and callbacks on top of it."""

import copy
import json
import pickle

import numpy as np
import pytest

from layerlab import Sequential, Variable, callbacks, optimizers
from layerlab.layers import Dense, Input
from layerlab.optimizers import SGD, Adam, MultiOptimizer, OptimizerMap
from layerlab.saving import load_model
from layerlab.variables import name_scope


def weights(*paths):
    made = []
    for path in paths:
        scope, _, name = path.rpartition("/")
        with name_scope(scope):
            made.append(Variable(np.ones(2, "float32"), name=name))
    return made


def by_name():
    return OptimizerMap(SGD(0.5), {"first/.*": SGD(0.25), "second/kernel": SGD(0.125)})


def two_layers(optimizer):
    dense = [Dense(1, kernel_initializer="ones", use_bias=False, name=name) for name in ("first", "last")]
    model = Sequential([Input((1,)), *dense])
    model.compile(optimizer, "mse")
    return model


# -- the map


def test_a_weight_gets_the_optimizer_of_the_pattern_that_fits_its_whole_path():
    choice = by_name()
    rates = [
        float(choice[path].learning_rate) for path in ("first/kernel", "second/kernel", "second/kernels", "a/first/b")
    ]
    assert rates == [0.25, 0.125, 0.5, 0.5]
    assert list(choice) == ["first/.*", "second/kernel"]
    del choice["first/.*"]
    assert len(choice) == 1


def test_two_patterns_that_fit_are_an_error_but_an_exact_path_is_not():
    choice = OptimizerMap(SGD(), {"a/.*": SGD(), ".*/b": SGD(), "a/c": Adam()})
    with pytest.raises(ValueError, match="Multiple optimizers assigned to variable a/b"):
        choice["a/b"]
    assert choice["a/c"].name == "adam"


@pytest.mark.parametrize(
    ("error", "message", "make"),
    [
        (TypeError, "default_optimizer must be a Keras Optimizer instance. Received: sgd", lambda: OptimizerMap("sgd")),
        (TypeError, "optimizer_map must be a dictionary", lambda: OptimizerMap(SGD(), [SGD()])),
        (ValueError, "'first/.*' already exists", lambda: by_name().update({"first/.*": SGD()})),
        (ValueError, "key must be a string. Received: 1", lambda: by_name().update({1: SGD()})),
        (ValueError, "optimizer must be a Keras Optimizer instance", lambda: by_name().update(other="sgd")),
        (ValueError, "cannot be MultiOptimizer", lambda: by_name().update(other=MultiOptimizer(by_name()))),
    ],
)
def test_a_map_says_what_it_does_not_take(error, message, make):
    with pytest.raises(error, match=message):
        make()


# -- steps


def test_each_weight_is_moved_by_its_own_optimizer():
    first, second, other = weights("first/kernel", "second/kernel", "other/kernel")
    optimizer = MultiOptimizer(by_name())
    optimizer.apply([np.ones(2)] * 3, [first, second, other])
    assert [float(w.numpy()[0]) for w in (first, second, other)] == [0.75, 0.875, 0.5]
    assert [int(each.iterations) for each in (optimizer, *optimizer.optimizers)] == [1, 1, 1, 1]


def test_an_optimizer_without_weights_takes_no_step_and_a_weight_without_gradient_stays():
    first, other = weights("first/kernel", "first/bias")
    optimizer = MultiOptimizer(by_name())
    with pytest.warns(UserWarning, match="Gradients do not exist for variables"):
        optimizer.apply([np.ones(2), None], [first, other])
    assert other.numpy().tolist() == [1, 1]
    assert [int(each.iterations) for each in optimizer.optimizers] == [1, 0, 0]


def test_a_function_may_choose():
    kernel, bias = weights("a/kernel", "a/bias")
    adam, sgd = Adam(), SGD(0.5)
    optimizer = MultiOptimizer(lambda variable: sgd if variable.name == "bias" else adam)
    assert optimizer.optimizers == []
    optimizer.build([kernel, bias])
    assert optimizer.optimizers == [adam, sgd]
    optimizer.apply([np.ones(2)] * 2)
    assert bias.numpy().tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [("sgd", "is not an Optimizer instance"), (MultiOptimizer(by_name()), "cannot be used inside an MultiOptimizer")],
)
def test_what_a_function_must_not_choose(chosen, message):
    with pytest.raises(ValueError, match=message):
        MultiOptimizer(lambda _: chosen).build(weights("a/kernel"))


def test_it_has_no_learning_rate():
    optimizer = MultiOptimizer(by_name())
    assert not hasattr(optimizer, "learning_rate")
    with pytest.raises(AttributeError, match="cannot be set on a MultiOptimizer"):
        optimizer.learning_rate = 0.1


def test_one_loss_scale_for_all():
    optimizer = MultiOptimizer(OptimizerMap(SGD(0.5, loss_scale_factor=3.0)), loss_scale_factor=4.0)
    (w,) = weights("a/kernel")
    optimizer.apply([np.full(2, 4.0)], [w])
    assert optimizer.scale_loss(2.0) == 8.0
    assert w.numpy().tolist() == [0.5, 0.5]
    optimizer.loss_scale_factor = 2.0
    assert optimizer.optimizers[0].loss_scale_factor == 2.0


# -- state


def test_its_state_holds_that_of_all_and_can_be_copied():
    parameters = weights("first/kernel", "second/kernel")
    optimizer = MultiOptimizer(OptimizerMap(Adam(), {"first/.*": SGD(momentum=0.5)}))
    optimizer.apply([np.ones(2)] * 2, parameters)
    names = [variable.path.rpartition("/")[2] for variable in optimizer.variables]
    assert names[:2] == ["iteration", "learning_rate"]
    assert len(names) == 2 + 3 + 4  # SGD: one momentum; Adam: two
    again = MultiOptimizer(OptimizerMap(Adam(), {"first/.*": SGD(momentum=0.5)}))
    again.build(parameters)
    again.set_weights(optimizer.variables)
    for left, right in zip(optimizer.variables, again.variables, strict=True):
        np.testing.assert_array_equal(left.numpy(), right.numpy())
    stored: dict = {}
    optimizer.save_own_variables(stored)
    assert len(stored) == len(names)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_moves_the_copied_weights(duplicate):
    parameters = weights("first/kernel", "second/kernel")
    optimizer = MultiOptimizer(by_name())
    optimizer.build(parameters)
    again = duplicate(optimizer)
    again.apply([np.ones(2)] * 2)
    assert [float(w.numpy()[0]) for w in again._trainable_variables] == [0.75, 0.875]
    assert [float(w.numpy()[0]) for w in parameters] == [1, 1]
    duplicate(MultiOptimizer(by_name())).apply([np.ones(2)] * 2, parameters)
    assert [float(w.numpy()[0]) for w in parameters] == [0.75, 0.875]


def test_it_comes_back_from_its_configuration():
    optimizer = MultiOptimizer(by_name(), loss_scale_factor=2.0, name="mine")
    stored = json.loads(json.dumps(optimizers.serialize(optimizer)))
    again = optimizers.deserialize(stored)
    assert again.get_config() == optimizer.get_config()
    assert [float(each.learning_rate) for each in again.optimizers] == [0.25, 0.125, 0.5]


# -- in a model


def test_a_model_trains_with_it_and_keeps_it_in_a_file(tmp_path):
    model = two_layers(MultiOptimizer(OptimizerMap(SGD(0.01), {".*first/.*": SGD(0.001)})))
    model.fit(np.ones((1, 1)), np.zeros((1, 1)), verbose=0)
    np.testing.assert_allclose([w.numpy().item() for w in model.weights], [0.998, 0.98], rtol=1e-6)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert [int(each.iterations) for each in again.optimizer.optimizers] == [1, 1]
    again.fit(np.ones((1, 1)), np.zeros((1, 1)), verbose=0)
    model.fit(np.ones((1, 1)), np.zeros((1, 1)), verbose=0)
    np.testing.assert_array_equal(again.predict(np.ones((1, 1)), verbose=0), model.predict(np.ones((1, 1)), verbose=0))


def test_the_callbacks_of_the_learning_rate_change_each_of_them(capsys):
    model = two_layers(MultiOptimizer(OptimizerMap(SGD(0.5, name="slow"), {".*first/.*": SGD(0.25, name="fast")})))
    x = np.zeros((4, 1))
    halve = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2, verbose=1)
    history = model.fit(x, x, epochs=2, verbose=0, callbacks=[halve]).history
    assert history["learning_rate_fast"] == [0.125, 0.0625]
    assert history["learning_rate_slow"] == [0.25, 0.125]
    assert "setting fast learning rate to 0.125" in capsys.readouterr().out
    lower = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_lr=0.0625)
    history = model.fit(x, x, epochs=2, verbose=0, callbacks=[lower]).history
    assert [float(each.learning_rate) for each in model.optimizer.optimizers] == [0.0625, 0.0625]


def test_averages_are_swapped_where_there_are_some():
    averaging = SGD(0.5, use_ema=True, ema_momentum=0.5)
    model = two_layers(MultiOptimizer(OptimizerMap(SGD(0.5), {".*first/.*": averaging})))
    model.train_on_batch(np.ones((1, 1)), np.zeros((1, 1)))
    first, last = model.weights
    averaging._model_variables_moving_average[0].assign([[9.0]])
    swap, before = callbacks.SwapEMAWeights(), last.numpy()
    swap.set_model(model)
    swap.on_test_begin()
    assert first.numpy().item() == 9
    np.testing.assert_array_equal(last.numpy(), before)
    swap.on_test_end()
    assert first.numpy().item() != 9


def test_averages_are_in_the_weights_at_the_end():
    averaging = SGD(0.125, use_ema=True, ema_momentum=0.5)
    model = two_layers(MultiOptimizer(OptimizerMap(SGD(0.0), {".*first/.*": averaging})))
    model.fit(np.ones((2, 1)), np.zeros((2, 1)), batch_size=1, epochs=1, shuffle=False, verbose=0)
    # w: 1 -> 0.75 -> 0.5625; average: 0.75 -> 0.65625
    np.testing.assert_allclose(model.weights[0].numpy(), [[0.65625]])


@pytest.mark.parametrize("wrong", [None, [SGD()], SGD(), "sgd"])
def test_what_tells_no_optimizer_of_a_weight_is_refused(wrong):
    with pytest.raises(TypeError, match=r"expects an OptimizerMap.*Received: optimizer_map="):
        MultiOptimizer(wrong).build([Variable(np.ones(2))])
