"""One step of training: what `compile` chose, the loss with its penalties, the gradients and the update.

A step runs forward with training=True, adds data loss and penalties, takes gradients by the tape, then calls the
optimizer.
"""

import functools
import inspect
import math
import warnings
from typing import Any

import numpy as np

from layerlab import optimizers, tree
from layerlab.autodiff import Tape, stop_gradient
from layerlab.layers.layer import Layer
from layerlab.masking import get_mask, set_mask
from layerlab.metrics import Mean, Metric
from layerlab.models.batches import as_count, unpack_x_y_sample_weight
from layerlab.models.compiled_loss import CompiledLoss
from layerlab.models.compiled_metrics import CompiledMetrics
from layerlab.models.failure import explain_nan
from layerlab.models.repetition import Repetition
from layerlab.serialization import deserialize_keras_object, serialize_keras_object

__all__ = ["TrainingStep"]


class TrainingStep(Layer, named=False):
    """What a model does with one batch."""

    optimizer: Any  # there is none before `compile`; `loss` is None until then
    loss: Any = None
    run_eagerly = jit_compile = False
    steps_per_execution = 1
    stop_training = stop_evaluating = stop_predicting = False  # for callbacks to set
    _compiled_loss: CompiledLoss | None = None
    _compiled_metrics: CompiledMetrics

    # --- compile ------------------------------------------------------------------------------------------------

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Choose how to train.

        Args:
            optimizer: a name or an optimizer.
            loss: a name, a function (y_true, y_pred) or a Loss; for several outputs a list or a dictionary of them.
            loss_weights: a factor an output.
            metrics: a list of names, functions or metrics; for several outputs lists or a dictionary.
            weighted_metrics: metrics that see the sample weights.
            steps_per_execution: steps between two calls of the callbacks.
            run_eagerly: go through layers and tape in every step, also where `fit` could repeat one as a program.
            jit_compile: True says that layers, losses and functions of your own make the same NumPy calls each time, as
                `jax.jit` asks of them: then models with these are repeated as programs, too. What they do beside that
                (print, count in a global) happens while a program is written, not when it runs.
            auto_scale_loss: accepted for Keras's sake.

        Raises:
            ValueError: an unknown optimizer, no positive number of steps, or a `jit_compile` that is neither a bool nor
                "auto". Unknown losses and metrics are found at the first batch, as in Keras.

        Source: Keras page "Model training APIs".
        """
        steps_per_execution = as_count(steps_per_execution, "steps_per_execution")
        if isinstance(jit_compile, str) and jit_compile != "auto":
            raise ValueError(f'`jit_compile` must be True, False or "auto". Received: jit_compile={jit_compile!r}')
        optimizer = optimizers.get(optimizer)
        compiled_metrics = CompiledMetrics(metrics, weighted_metrics, self._output_names)
        self.optimizer = optimizer
        self._compiled_loss = CompiledLoss(loss, loss_weights, self._output_names) if loss is not None else None
        self._compiled_metrics = compiled_metrics
        self._loss_tracker = Mean(name="loss")
        self._part_trackers = {"data_loss": Mean(name="data_loss"), "penalty": Mean(name="penalty")}
        self._report_parts = False
        self._repetition = Repetition()
        self._first_fit = True
        self.compiled = True
        self.run_eagerly, self.steps_per_execution = bool(run_eagerly), steps_per_execution
        self.jit_compile = jit_compile != "auto" and bool(jit_compile)
        self.loss, self.stop_training = loss, False
        self._compile_arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": bool(run_eagerly),
            "steps_per_execution": steps_per_execution,
            "jit_compile": self.jit_compile,
        }

    @property
    def _output_names(self):
        return getattr(self, "output_names", None)

    compiled = False

    def get_compile_config(self) -> dict | None:
        """What `compile` was given, serialized; None before it."""
        if not self.compiled:
            return None
        return {key: serialize_keras_object(value) for key, value in self._compile_arguments.items()}

    def compile_from_config(self, config: dict) -> None:
        """Compile with what `get_compile_config` gave; a `compile` of your own is left to you, with a warning."""
        if type(self).compile is not TrainingStep.compile:
            warnings.warn(
                "`compile()` was not called as part of model loading because the model's `compile()` method is custom. "
                "All subclassed Models that have `compile()` overridden should also override `get_compile_config()` "
                "and `compile_from_config(config)`. Alternatively, you can call `compile()` manually after loading.",
                stacklevel=2,
            )
            return
        config = dict(config)
        optimizer = config.pop("optimizer", "rmsprop")
        arguments = {key: deserialize_keras_object(value) for key, value in config.items()}
        self.compile(optimizer=optimizers.get(optimizer), **arguments)
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def _check_compiled(self):
        if not self.compiled:
            raise ValueError("You must call `compile()` before using the model.")

    # --- metrics ------------------------------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Metric]:
        """The running mean of the loss, the compiled metrics, and metrics kept in attributes."""
        parts = set(map(id, self._part_trackers.values())) if self.compiled else set()
        own = [metric for metric in super().metrics if id(metric) not in parts]
        if not self.compiled:
            return own
        compiled: list[Metric] = [self._loss_tracker, *self._compiled_metrics.metrics]
        if self._compiled_loss is not None:
            compiled += self._compiled_loss.metrics
        return compiled + [metric for metric in own if not any(metric is other for other in compiled)]

    @property
    def metrics_names(self) -> list[str]:
        """Their names."""
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        """Start all running means again."""
        for metric in [*self.metrics, *(self._part_trackers.values() if self._report_parts else ())]:
            metric.reset_state()

    def get_metrics_result(self) -> dict:
        """Name -> value so far: the loss, and every metric."""
        results = {"loss": self._loss_tracker.result(), **self._compiled_metrics.result()}
        if self._compiled_loss is not None:
            results |= {metric.name: metric.result() for metric in self._compiled_loss.metrics}
        if self._report_parts:
            results |= {name: tracker.result() for name, tracker in self._part_trackers.items()}
        known = {id(metric) for metric in [self._loss_tracker, *self._compiled_metrics.metrics]}
        results |= {m.name: m.result() for m in self.metrics if id(m) not in known and m.name not in results}
        return results

    def compute_metrics(self, x, y, y_pred, sample_weight=None) -> dict:
        """Update the compiled metrics with a batch and return all results. Override for metrics of your own."""
        self._compiled_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    # --- loss -----------------------------------------------------------------------------------------------------

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The total loss of a batch: the compiled loss plus all penalties. Override for a loss of your own.

        Raises:
            ValueError: there is neither a loss nor a penalty.
        """
        data_loss = None
        if self._compiled_loss is not None:
            self._check_targets(y)
            data_loss = self._compiled_loss(y, y_pred, sample_weight)
        penalties = self.losses
        if data_loss is None and not penalties:
            raise ValueError("No loss to compute. Provide a `loss` argument in `compile()`.")
        penalty = sum(penalties[1:], penalties[0]) if penalties else None
        self._last_parts = (data_loss, penalty)
        if data_loss is None or penalty is None:
            return penalty if data_loss is None else data_loss
        return data_loss + penalty

    def _loss_of(self, x, y, y_pred, sample_weight, training: bool):
        """`compute_loss`, which a subclass may have written before it got the argument `training`."""
        named = {"training": training} if _takes_training(type(self).compute_loss) else {}
        return self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, **named)

    def _check_targets(self, y):
        if y is None:
            raise ValueError(
                "The model was compiled with a loss, which compares predictions with targets. "
                "Received: y=None. Pass targets: fit(x, y) or batches of (x, y)."
            )

    def _track_loss(self, loss, x) -> None:
        size = len(x) if type(x) is np.ndarray else _batch_size(x)
        self._loss_tracker.update_state(loss, sample_weight=size)
        if self._report_parts:
            for tracker, value in zip(self._part_trackers.values(), self._last_parts, strict=True):
                tracker.update_state(_number(value), sample_weight=size)
        if self._compiled_loss is not None:
            for tracker, value in zip(self._compiled_loss.metrics, self._compiled_loss.last, strict=False):
                tracker.update_state(_number(value), sample_weight=size)

    # --- one step -----------------------------------------------------------------------------------------------

    def train_step(self, data) -> dict:
        """Learn from one batch; returns name -> value. Override for a training step of your own.

        Args:
            data: (x, y, sample_weight), or a shorter tuple.
        """
        results = self._learn_from(data)
        return self.get_metrics_result() if results is None else results

    def _learn_from(self, data) -> dict | None:
        """A step, without looking up its results if that can wait until somebody asks."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        plainly = self._report_parts or self.optimizer.scales_loss
        repeated = None if plainly else self._repetition.step(self, (x, y, sample_weight))
        if repeated is not None:
            loss, y_pred = repeated.loss, repeated.y_pred
            self._check_finite(loss, x, y)
            if repeated.states:
                repeated.program.assign(repeated.states)
            self.optimizer.apply(repeated.gradients, repeated.variables)
        else:
            loss, y_pred = self._learn(x, y, sample_weight)
        self._track_loss(loss, x)
        return self._judge(x, y, y_pred, sample_weight)

    def _learn(self, x, y, sample_weight) -> tuple:
        """Loss and predictions, by layers and tape; the optimizer has made its step."""
        with Tape() as tape:
            y_pred = self(x, training=True)
            loss = self._loss_of(x, y, y_pred, sample_weight, training=True)
            scaled = self.optimizer.scale_loss(loss)
        if variables := self.trainable_variables:
            try:
                self._check_finite(_number(loss), x, y)
            except FloatingPointError:
                tape.undo_assignments()  # such as moving averages of NaN
                raise
            self.optimizer.apply(tape.gradient(scaled, variables), variables)
        return _number(loss), tree.map_structure(_detached, y_pred)

    def _judge(self, x, y, y_pred, sample_weight) -> dict | None:
        """Update the metrics; the results, if `compute_metrics` is a subclass's own."""
        if getattr(self.compute_metrics, "__func__", None) is not TrainingStep.compute_metrics:
            return self.compute_metrics(x, y, y_pred, sample_weight)
        self._compiled_metrics.update_state(y, y_pred, sample_weight)
        return None

    def _check_finite(self, loss: float, x, y) -> None:
        if not math.isfinite(loss) and not self._tolerates_nan:
            raise FloatingPointError(explain_nan(loss, x, y))

    _repetition: Any = None  # made by `compile`, or by the first prediction
    _report_parts = False
    _last_parts: tuple[Any, Any] = (None, None)  # data loss and penalty of the batch, if compute_loss tells
    _tolerates_nan = False  # a TerminateOnNaN callback wants to see it

    def test_step(self, data) -> dict:
        """Judge one batch; returns name -> value."""
        results = self._test_on(data)
        return self.get_metrics_result() if results is None else results

    def _test_on(self, data) -> dict | None:
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        repeated = None if self._report_parts else self._repetition.test(self, (x, y, sample_weight))
        loss, y_pred = self._test(x, y, sample_weight) if repeated is None else repeated
        if loss is not None:
            self._track_loss(loss, x)
        return self._judge(x, y, y_pred, sample_weight)

    def _test(self, x, y, sample_weight) -> tuple:
        """Loss (None without one) and predictions, by the layers."""
        y_pred = self(x, training=False)
        if self._compiled_loss is None and not self.losses:
            return None, y_pred
        return _number(self._loss_of(x, y, y_pred, sample_weight, training=False)), y_pred

    def predict_step(self, data):
        """The output for one batch."""
        x, _, _ = unpack_x_y_sample_weight(data)
        if self._repetition is None:  # not compiled
            vars(self)["_repetition"] = Repetition()
        repeated = self._repetition.prediction(self, x)
        return self(x, training=False) if repeated is None else repeated[0]


@functools.cache
def _takes_training(function) -> bool:
    parameters = inspect.signature(function).parameters
    return "training" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _batch_size(x) -> int:
    """The length of the first array that has one."""
    return next((leaf.shape[0] for leaf in tree.flatten(x) if np.shape(leaf)), 1)


def _detached(y_pred):
    """The plain value of a prediction; its mask goes with it."""
    plain, mask = stop_gradient(y_pred), get_mask(y_pred)
    if mask is not None:
        set_mask(plain, mask)
    return plain


def _number(value) -> float:
    return 0.0 if value is None else float(stop_gradient(value))
