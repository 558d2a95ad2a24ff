"""Every optimizer and schedule against numbers made by real Keras (tests/golden/make_optimizers.py)."""

import copy
import json
import pathlib

import numpy as np
import pytest

from layerlab import Variable, optimizers

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "optimizers.json").read_text())
CASES = GOLDEN["cases"]
STEPS = 4
CONSTRAINTS = {
    None: None,
    "UnitNorm": lambda w: w / (1e-7 + np.sqrt(np.sum(w * w, axis=0, keepdims=True))),
    "NonNeg": lambda w: np.maximum(w, 0.0),
}


def label(case):
    words = [
        f"{key}={value['class_name'] if isinstance(value, dict) else value}" for key, value in case["kwargs"].items()
    ]
    return "-".join([case["class_name"], *words, *case.get("constraints", {}).values()])


def make_variables(case):
    variables = [Variable(np.array(value, "float32"), name=name) for name, value in GOLDEN["weights"].items()]
    for variable in variables:
        variable.constraint = CONSTRAINTS[case["constraints"].get(variable.name)]
    return variables


def make_optimizer(case):
    return getattr(optimizers, case["class_name"]).from_config(case["kwargs"])


def run(case, optimizer, variables):
    for step in range(STEPS):
        optimizer.apply([np.array(GOLDEN["gradients"][v.name][step], "float32") for v in variables], variables)


def close(ours, keras):
    np.testing.assert_allclose(np.ravel(ours), keras, rtol=5e-6, atol=3e-7)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_weights_and_state_after_some_steps_are_those_of_keras(case):
    variables, optimizer = make_variables(case), make_optimizer(case)
    run(case, optimizer, variables)
    assert len(optimizer.variables) == len(case["state"])
    for variable, expected in zip(variables, case["weights"], strict=True):
        assert variable.dtype == "float32"
        close(variable.value, expected)
    for variable, expected, name in zip(optimizer.variables, case["state"], case["state_names"], strict=True):
        assert variable.name == name or name.startswith("variable")
        close(variable.value, expected)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_configuration_is_that_of_keras(case):
    config = make_optimizer(case).get_config()
    config.pop("name")
    if isinstance(config["learning_rate"], dict):
        config["learning_rate"].pop("registered_name")
        case["config"]["learning_rate"].pop("registered_name", None)
    assert config == case["config"]


@pytest.mark.parametrize("case", CASES, ids=label)
def test_rule_written_for_one_weight_equals_the_joined_one(case):
    """Small weights are updated together; overriding `update_step` makes every weight go alone."""
    alone = make_optimizer(case)
    kind = type(alone)
    alone.__class__ = type(kind.__name__, (kind,), {"update_step": lambda self, *args: kind.update_step(self, *args)})
    together, first, second = make_optimizer(case), make_variables(case), make_variables(case)
    run(case, together, first)
    run(case, alone, second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a.value, b.value, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_a_saved_state_goes_on_as_if_never_interrupted(case):
    variables, optimizer = make_variables(case), make_optimizer(case)
    run(case, optimizer, variables)
    store = {}
    optimizer.save_own_variables(store)
    again, fresh = copy.deepcopy(variables), make_optimizer(case)
    fresh.build(again)
    fresh.load_own_variables(store)
    run(case, optimizer, variables)
    run(case, fresh, again)
    for a, b in zip(variables, again, strict=True):
        np.testing.assert_array_equal(a.value, b.value)


@pytest.mark.parametrize("case", GOLDEN["schedules"], ids=label)
def test_schedule_has_the_values_and_configuration_of_keras(case):
    schedule = getattr(optimizers.schedules, case["class_name"])(**case["kwargs"])
    values = [schedule(step) for step in GOLDEN["schedule_steps"]]
    assert all(type(value) is float for value in values)
    np.testing.assert_allclose(values, case["values"], rtol=1e-5, atol=1e-8)
    np.testing.assert_array_equal(schedule(np.array(GOLDEN["schedule_steps"])), values)
    assert schedule.get_config() == case["config"]
