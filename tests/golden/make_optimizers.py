"""Makes optimizers.json: a few steps of every optimizer and option, and values of every schedule, in real Keras.

Run with an interpreter that has Keras 3.15 and jax: `KERAS_BACKEND=jax python make_optimizers.py`.
"""

import json
import pathlib

import keras
import numpy as np

STEPS = 4
SHAPES = {"kernel": (3, 4), "bias": (4,), "cube": (2, 3, 2)}
DECAY = {
    "class_name": "ExponentialDecay",
    "config": {"initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.5},
}
DECAY["module"] = "keras.optimizers.schedules"

# optimizer, its arguments, constraint of each variable
CASES = [
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "weight_decay": 0.1}),
    ("SGD", {"learning_rate": 0.5, "clipnorm": 0.7}),
    ("SGD", {"learning_rate": 0.5, "clipvalue": 0.3}),
    ("SGD", {"learning_rate": 0.5, "global_clipnorm": 0.9}),
    ("SGD", {"learning_rate": 0.5, "global_clipnorm": 90.0}),
    ("SGD", {"learning_rate": 0.5, "use_ema": True, "ema_momentum": 0.8}),
    ("SGD", {"learning_rate": 0.5, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2}),
    ("SGD", {"learning_rate": 0.5, "momentum": 0.5, "gradient_accumulation_steps": 2, "weight_decay": 0.1}),
    ("SGD", {"learning_rate": 0.5, "loss_scale_factor": 4.0}),
    ("SGD", {"learning_rate": DECAY, "momentum": 0.5}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.1, "rho": 0.8, "momentum": 0.9}),
    ("RMSprop", {"learning_rate": 0.1, "centered": True, "epsilon": 0.01}),
    ("RMSprop", {"learning_rate": 0.1, "centered": True, "momentum": 0.5}),
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 0.01}),
    ("Adam", {"learning_rate": 0.1, "amsgrad": True}),
    ("Adam", {"learning_rate": DECAY, "global_clipnorm": 0.9, "weight_decay": 0.1}),
    ("Adam", {"learning_rate": 0.1, "gradient_accumulation_steps": 2, "clipnorm": 0.5, "use_ema": True}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.1, "weight_decay": 0.2, "amsgrad": True}),
    ("Adagrad", {}),
    ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.5, "epsilon": 0.01}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.8, "epsilon": 0.001}),
    ("Adamax", {}),
    ("Adamax", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 0.01}),
    ("Nadam", {}),
    ("Nadam", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 0.01}),
    ("Ftrl", {}),
    ("Ftrl", {"learning_rate": 0.1, "l1_regularization_strength": 0.2, "l2_regularization_strength": 0.3}),
    ("Ftrl", {"learning_rate": 0.1, "learning_rate_power": -0.7, "initial_accumulator_value": 0.4, "beta": 0.2}),
    ("Ftrl", {"learning_rate": 0.1, "l2_shrinkage_regularization_strength": 0.3}),
    ("Lion", {}),
    ("Lion", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.7}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.6, "relative_step": False, "clip_threshold": 0.5, "epsilon_2": 0.1}),
    ("Adafactor", {"learning_rate": 0.9, "beta_2_decay": -0.5, "weight_decay": 0.1}),
    ("Lamb", {}),
    ("Lamb", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 0.01, "weight_decay": 0.1}),
    ("Muon", {}),
    ("Muon", {"learning_rate": 0.1, "nesterov": False, "rms_rate": None, "ns_steps": 3, "adam_lr_ratio": 0.5}),
    ("Muon", {"learning_rate": 0.1, "exclude_layers": ["kern"], "weight_decay": None}),
    ("ScheduleFreeAdamW", {}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.1, "warmup_steps": 3, "weight_decay": 0.1, "beta_1": 0.8}),
]
CONSTRAINED = [
    ("SGD", {"learning_rate": 0.5}),
    ("Adam", {"learning_rate": 0.2, "weight_decay": 0.1}),
]
CONSTRAINTS = {"kernel": "UnitNorm", "bias": "NonNeg"}

SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.05, "decay_steps": 10, "decay_rate": 0.96}),
    ("ExponentialDecay", {"initial_learning_rate": 0.05, "decay_steps": 4, "decay_rate": 0.5, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [5, 9, 20], "values": [1.0, 0.5, 0.1, 0.01]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "end_learning_rate": 0.01, "power": 2.0}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "power": 0.5, "cycle": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.05, "decay_steps": 10, "decay_rate": 0.96}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.05, "decay_steps": 4, "decay_rate": 0.5, "staircase": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "alpha": 0.2}),
    ("CosineDecay", {"initial_learning_rate": 0.01, "decay_steps": 12, "warmup_target": 0.1, "warmup_steps": 6}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 7}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 7, "t_mul": 1.0, "m_mul": 0.9}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.5, "alpha": 0.1}),
]
SCHEDULE_STEPS = [0, 1, 3, 4, 5, 6, 7, 9, 10, 11, 13, 17, 19, 20, 21, 25, 30, 40, 60, 100]


def inputs():
    rng = np.random.default_rng(7)
    weights = {name: rng.normal(size=shape).round(2) for name, shape in SHAPES.items()}
    gradients = {name: rng.normal(size=(STEPS, *shape)).round(2) for name, shape in SHAPES.items()}
    gradients["kernel"][:, 0, 1] = 0.0  # an entry that never moves
    gradients["bias"][0] = 0.0  # a step without any gradient
    gradients["cube"][2] *= 30.0  # one that clipping sees
    return weights, gradients


def numbers(array):
    return [float(f"{value:.9g}") for value in np.asarray(array, "float64").ravel()]


def run(name, kwargs, weights, gradients, constraints=()):
    variables = [keras.Variable(value.astype("float32"), name=key) for key, value in weights.items()]
    for variable in variables:
        variable.constraint = keras.constraints.get(dict(constraints).get(variable.name))
    # `from_config` may change the dictionary it gets
    optimizer = getattr(keras.optimizers, name).from_config(json.loads(json.dumps(kwargs)))
    for step in range(STEPS):
        optimizer.apply([gradients[key][step].astype("float32") for key in weights], variables)
    config = optimizer.get_config()
    config.pop("name")
    return {
        "class_name": name,
        "kwargs": kwargs,
        "constraints": dict(constraints),
        "weights": [numbers(variable.numpy()) for variable in variables],
        "state_names": [variable.name for variable in optimizer.variables],
        "state": [numbers(variable.numpy()) for variable in optimizer.variables],
        "config": config,
    }


def schedule(name, kwargs):
    made = getattr(keras.optimizers.schedules, name)(**kwargs)
    values = [float(f"{float(made(step)):.9g}") for step in SCHEDULE_STEPS]
    return {"class_name": name, "kwargs": kwargs, "values": values, "config": made.get_config()}


def main():
    weights, gradients = inputs()
    golden = {
        "keras": keras.__version__,
        "weights": {key: value.tolist() for key, value in weights.items()},
        "gradients": {key: value.tolist() for key, value in gradients.items()},
        "cases": [run(*case, weights, gradients) for case in CASES]
        + [run(*case, weights, gradients, CONSTRAINTS) for case in CONSTRAINED],
        "schedule_steps": SCHEDULE_STEPS,
        "schedules": [schedule(*case) for case in SCHEDULES],
    }
    path = pathlib.Path(__file__).with_name("optimizers.json")
    path.write_text(json.dumps(golden, separators=(",", ":")).replace('{"class_name"', '\n{"class_name"') + "\n")


if __name__ == "__main__":
    main()
