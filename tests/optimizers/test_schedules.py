"""Schedules: refusals, restarts at their exact step, configurations, schedules of one's own."""

import json

import numpy as np
import pytest

from layerlab import Variable, optimizers
from layerlab.optimizers import schedules


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (schedules.ExponentialDecay, "decay_steps"),
        (schedules.InverseTimeDecay, "decay_steps"),
        (schedules.PolynomialDecay, "decay_steps"),
        (schedules.CosineDecay, "decay_steps"),
        (schedules.CosineDecayRestarts, "first_decay_steps"),
    ],
)
def test_the_number_of_steps_must_be_positive(kind, argument):
    with pytest.raises(ValueError, match=rf"Argument `{argument}` must be > 0. Received: {argument}=0"):
        kind(0.1, 0, 0.5)


def test_boundaries_and_values_must_fit():
    with pytest.raises(ValueError, match="The length of boundaries should be 1 less than the length of values"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])


@pytest.mark.parametrize("t_mul", [1.0, 1.5, 2.0, 3.0])
def test_every_restart_begins_at_the_top(t_mul):
    schedule = schedules.CosineDecayRestarts(0.1, first_decay_steps=4, t_mul=t_mul)
    starts = np.cumsum([0, *(4 * t_mul**k for k in range(12))])
    np.testing.assert_allclose(schedule(starts), 0.1, rtol=1e-6)
    assert (schedule(starts[1:] * (1 - 1e-6)) < 1e-6).all()


def test_a_schedule_comes_back_through_json_alone_and_inside_an_optimizer():
    schedule = schedules.CosineDecayRestarts(0.1, 7, t_mul=1.5, m_mul=0.9, alpha=0.2, name="mine")
    stored = json.loads(json.dumps(schedules.serialize(schedule)))
    assert (stored["module"], stored["class_name"]) == ("keras.optimizers.schedules", "CosineDecayRestarts")
    assert schedules.deserialize(stored).get_config() == schedule.get_config()
    config = json.loads(json.dumps(optimizers.serialize(optimizers.SGD(schedule))))
    assert optimizers.deserialize(config).learning_rate == schedule(0)


class Inverse(schedules.LearningRateSchedule):
    """The plainest schedule of one's own: the step comes as the optimizer's variable."""

    def __init__(self, scale):
        self.scale = scale

    def __call__(self, step):
        return self.scale / (step + 1)

    def get_config(self):
        return {"scale": self.scale}


def test_a_schedule_of_ones_own_drives_an_optimizer_and_is_saved():
    optimizer, w = optimizers.SGD(Inverse(1.0)), Variable(np.array([2.0]))
    for _ in range(2):
        optimizer.apply([np.array([1.0])], [w])
    assert w.value[0] == 0.5
    config = optimizers.serialize(optimizer)
    again = optimizers.deserialize(config, custom_objects={"Inverse": Inverse})
    assert again.get_config()["learning_rate"]["config"] == {"scale": 1.0}


def test_the_base_class_says_what_to_override():
    base = schedules.LearningRateSchedule()
    with pytest.raises(NotImplementedError, match=r"must override `__call__\(self, step\)`"):
        base(0)
    with pytest.raises(NotImplementedError, match=r"must override `get_config\(\)` in order to be serializable"):
        base.get_config()
