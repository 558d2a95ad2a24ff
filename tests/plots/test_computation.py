"""Pictures of a computation: slopes multiply, and every recorded step and array has its box."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots
from layerlab.autodiff import Tape
from layerlab.layers import Dense, Input
from layerlab.models import Sequential


def texts():
    return [text.get_text() for text in plt.gca().texts if text.get_text()]  # arrows are texts without text


def test_the_slopes_of_a_chain_are_products():
    chain = {"times 3": lambda x: 3 * x, "tanh": np.tanh, "square": np.square}
    products = plots.chain_rule(chain, 0.2, title="three steps")
    t = np.tanh(0.6)
    np.testing.assert_allclose(products, [2 * t * (1 - t * t) * 3, 2 * t * (1 - t * t), 2 * t, 1], rtol=1e-6)
    assert {"times 3", "× 3", "0.537", "0.2", "1"} <= set(texts())
    assert plt.gca().get_title() == "three steps"


def test_a_chain_without_functions_is_its_start():
    assert plots.chain_rule({}, 5) == [1.0]


def two_layers():
    rng = np.random.default_rng(0)
    with Tape(persistent=True) as tape:
        w, v = tape.watch(rng.normal(size=(3, 4))), tape.watch(rng.normal(size=(4, 1)))
        loss = np.mean((np.tanh(rng.normal(size=(5, 3)) @ w) @ v - np.ones((5, 1))) ** 2)
    return tape, loss, (w, v)


def test_every_step_and_every_array_has_a_box():
    tape, loss, weights = two_layers()
    arrows = plots.computation_graph(tape)
    boxes = {"array (5, 3)", "watch (3, 4)", "matmul → (5, 4)", "tanh → (5, 4)", "watch (4, 1)", "matmul → (5, 1)"}
    boxes |= {"array (5, 1)", "subtract → (5, 1)", "power 2 → (5, 1)", "mean → ()"}
    assert sorted(texts()) == sorted(boxes)
    assert len(arrows) == 9
    assert ("watch (3, 4)", "matmul → (5, 4)") in arrows
    assert len(tape.gradient(loss, list(weights))) == 2  # drawing used nothing up


def test_arrows_go_down_and_boxes_do_not_overlap():
    plots.computation_graph(two_layers()[0])
    boxes = [patch.get_window_extent() for patch in plt.gca().patches if hasattr(patch, "get_boxstyle")]
    assert len(boxes) == 10
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_variables_go_by_their_names():
    model = Sequential([Input((2,)), Dense(1)])
    with Tape() as tape:
        model(np.ones((4, 2), "float32"))
    plots.computation_graph(tape, title="a layer")
    assert {"kernel (2, 1)", "bias (1,)"} < set(texts())


def test_lists_of_arrays_are_taken_apart():
    with Tape() as tape:
        x = tape.watch(np.ones(2))
        np.concatenate([x, np.zeros(3)])
    arrows = plots.computation_graph(tape)
    assert arrows == [("watch (2,)", "concatenate → (5,)"), ("array (3,)", "concatenate → (5,)")]


def test_a_used_up_tape_is_refused():
    with Tape() as tape:
        x = tape.watch(np.ones(2))
        y = np.sum(x)
    tape.gradient(y, x)
    with pytest.raises(ValueError, match="Draw it before"):
        plots.computation_graph(tape)
