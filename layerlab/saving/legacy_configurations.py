"""Configurations of Keras 2 in the words of Keras 3: what has been renamed, dropped, or moved since."""

from typing import Any

__all__ = ["compile_arguments", "modern"]

# arguments of Keras 2's layers that mean nothing any more, or only the one value that is left
_DROPPED = frozenset(("batch_input_shape", "time_major"))
_LAMBDA_DROPPED = frozenset(("module", "function_type", "output_shape_type", "output_shape_module"))


def modern(config):
    """The configuration of a model, with that of each layer inside, as today's classes take it.

    >>> modern({"class_name": "Dense", "config": {"units": 2, "batch_input_shape": [None, 3]}})
    {'class_name': 'Dense', 'config': {'units': 2}}
    """
    if isinstance(config, list):
        return [modern(item) for item in config]
    if not isinstance(config, dict):
        return config
    config = {key: modern(value) for key, value in config.items()}
    inner = config.get("config")
    if not isinstance(inner, dict) or not isinstance(config.get("class_name"), str):
        return config
    if config["class_name"] == "Model":
        config["class_name"] = "Functional"
    return config | {"config": _modern_arguments(config["class_name"], inner)}


def _modern_arguments(class_name: str, inner: dict) -> dict:
    if class_name == "InputLayer":
        return inner
    if class_name == "Lambda":
        return _modern_lambda({key: value for key, value in inner.items() if key not in _LAMBDA_DROPPED})
    inner = {key: value for key, value in inner.items() if key not in _DROPPED}
    axis = inner.get("axis")
    return inner | {"axis": axis[0]} if isinstance(axis, list) and len(axis) == 1 else inner


def _modern_lambda(inner: dict) -> dict:
    function = inner.get("function")
    if not isinstance(function, list):
        return inner
    code = dict(zip(("code", "defaults", "closure"), function, strict=False))
    return inner | {"function": {"class_name": "__lambda__", "config": code}}


# --- how a model was compiled ----------------------------------------------------------------------------------------

_COMPILE = ("loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "steps_per_execution")
_OPTIMIZER_DROPPED = frozenset(("is_legacy_optimizer", "jit_compile"))


def compile_arguments(training: dict) -> dict[str, Any]:
    """The arguments of `compile` that a file's "training_config" describes, still serialized.

    >>> compile_arguments({"loss": "mse", "optimizer_config": {"class_name": "Custom>SGD", "config": {}}})
    {'loss': 'mse', 'optimizer': {'class_name': 'SGD', 'config': {}, 'module': 'keras.optimizers'}}
    """
    arguments = {key: _compiled(training[key], key) for key in _COMPILE if training.get(key) is not None}
    if "metrics" in arguments:
        arguments["metrics"] = _without_brackets(arguments["metrics"])
    optimizer = training["optimizer_config"]
    inner = {key: value for key, value in optimizer["config"].items() if key not in _OPTIMIZER_DROPPED}
    name = optimizer["class_name"]
    if not name.startswith("Custom>"):
        return arguments | {"optimizer": optimizer | {"config": inner}}
    # Keras 2 registers its own optimizers as if they were the user's
    name = name.removeprefix("Custom>")
    return arguments | {"optimizer": {"class_name": name, "config": inner, "module": "keras.optimizers"}}


def _compiled(value, key: str):
    """A loss or a metric, or nested ones: a wrapper around a function as that function's name, others as they are."""
    if isinstance(value, list):
        return [_compiled(item, key) for item in value]
    if not isinstance(value, dict):
        return value
    if "class_name" not in value:
        return {name: _compiled(item, key) for name, item in value.items()}
    inner = value.get("config")
    if not isinstance(inner, dict):
        return value
    if value["class_name"] in ("MeanMetricWrapper", "LossFunctionWrapper") and isinstance(inner.get("fn"), str):
        return inner["fn"]
    inner = {name: item for name, item in inner.items() if name != "fn"}
    if inner.get("reduction") == "auto":
        inner["reduction"] = "sum_over_batch_size"
    family = "losses" if key == "loss" else "metrics"
    return {"module": f"keras.{family}"} | value | {"config": inner}


def _without_brackets(metrics):
    """Keras 2 gives each output a list of metrics, also where there is one output."""
    return metrics[0] if isinstance(metrics, list) and len(metrics) == 1 and isinstance(metrics[0], list) else metrics
