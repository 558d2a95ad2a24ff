"""How gradients become new weights: the optimizers, by class and by string ("adam", in any case).

>>> from layerlab import optimizers
>>> optimizers.get("RMSprop").get_config()["rho"]
0.9
"""

from layerlab.optimizers import schedules
from layerlab.optimizers.adam import Adam, Adamax, AdamW, Nadam, ScheduleFreeAdamW
from layerlab.optimizers.adaptive import Adadelta, Adagrad, Ftrl, RMSprop
from layerlab.optimizers.descent import SGD, Lion
from layerlab.optimizers.loss_scaling import LossScaleOptimizer
from layerlab.optimizers.matrixwise import Adafactor, Lamb, Muon
from layerlab.optimizers.multi import MultiOptimizer, OptimizerMap
from layerlab.optimizers.optimizer import Optimizer
from layerlab.registry import Family

_family = Family("optimizers", "optimizer", snake=False, ignore_case=True)
serialize = _family.serialize
deserialize = _family.deserialize


def get(identifier):
    """The optimizer that a name, a configuration, a class or an optimizer means; None is None.

    Raises:
        ValueError: anything else, with the nearest known name.

    >>> get("addam")
    Traceback (most recent call last):
    ValueError: Could not interpret optimizer identifier: addam. Did you mean 'adam'?
    """
    found = _family.get(identifier)
    if found is None or isinstance(found, Optimizer):
        return found
    raise ValueError(f"Could not interpret optimizer identifier: {identifier}")


__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
