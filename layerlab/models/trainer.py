"""The training loop: `fit`, `evaluate`, `predict` and their one-batch forms.

The order of everything, the draws of the shuffling included, is Keras's.
"""

import contextlib
import warnings
from collections.abc import Mapping

import numpy as np

from layerlab import tree
from layerlab.config import max_epochs
from layerlab.models.batches import (
    ArrayBatches,
    EpochIterator,
    batches_of,
    limited,
    split_validation,
    unpack_x_y_sample_weight,
    with_class_weight,
)
from layerlab.models.failure import NoGuard, Unchanged
from layerlab.models.interrupt import interrupt_between_steps
from layerlab.models.training_step import TrainingStep
from layerlab.threads import one_blas_thread

__all__ = ["Trainer"]

_REPORT_PARTS = 3  # verbose: one line an epoch, with the loss split into data term and penalties


class Trainer(TrainingStep, named=False):
    """What a model can do with data; the other half of `Model`."""

    # --- fit ------------------------------------------------------------------------------------------------------

    @one_blas_thread()
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        """Train for a number of epochs.

        Args:
            x, y: arrays (or lists and dictionaries of them, for several inputs or outputs); or in `x` a generator or
                an iterable of (x, y) or (x, y, sample_weight) batches.
            batch_size: samples a step, 32 by default; for arrays only.
            epochs: the number of the last epoch.
            verbose: 0 silent, 1 a progress bar, 2 one line an epoch, 3 one line an epoch with the loss split into
                `data_loss` and `penalty`, "auto" chooses between 1 and 2.
            callbacks: a list of callbacks.
            validation_split: the fraction at the end of the arrays to validate on.
            validation_data: (x, y), (x, y, sample_weight) or batches to validate on after each epoch.
            shuffle: a new order each epoch; "batch" shuffles whole batches.
            class_weight: class -> weight of its samples.
            sample_weight: a weight a sample.
            initial_epoch: where to begin counting.
            steps_per_epoch, validation_steps: batches an epoch; all of them by default.
            validation_batch_size: `batch_size` by default.
            validation_freq: validate every so many epochs, or a list of epochs (from 1).

        Returns:
            The `History` callback: `.history` maps names to a value an epoch.

        Raises:
            ValueError: not compiled, or data that does not fit; the model is then as it was.
            FloatingPointError: the loss is no longer finite; the weights are those from before that step.
            KeyboardInterrupt: Ctrl-C; the weights are those after the last whole step.

        Source: Keras page "Model training APIs".
        """
        self._check_compiled()
        epochs = limited("epochs", epochs, max_epochs())
        if validation_split and validation_data is None:
            parts = (x, y, sample_weight)
            (x, y, sample_weight), validation_data = split_validation(parts, validation_split)
        batches = batches_of(x, y, sample_weight, batch_size, shuffle)
        epoch_iterator = EpochIterator(batches, steps_per_epoch)
        validate = _validation_arguments(validation_data, validation_steps, validation_batch_size or batch_size)
        callbacks = self._callback_list(callbacks, verbose, epochs, epoch_iterator.num_batches)
        if self._first_fit and isinstance(batches, ArrayBatches):
            batches.discard_draw()
        self._first_fit, self.stop_training = False, False
        with self._reporting_parts(verbose == _REPORT_PARTS), callbacks, interrupt_between_steps() as interrupt:
            callbacks.on_train_begin()
            initial_epoch = self.__dict__.pop("_initial_epoch", initial_epoch)  # BackupAndRestore goes on from there
            logs: dict = {}
            for epoch in range(initial_epoch, epochs):
                if epoch > initial_epoch and steps_per_epoch is None and batches.is_used_up():
                    warnings.warn(f"Your input ran out of data after epoch {epoch}; training ends here.", stacklevel=2)
                    break
                guard = Unchanged(self) if epoch == initial_epoch else NoGuard()
                with guard:
                    logs = self._train_epoch(epoch, epoch_iterator, callbacks, class_weight, interrupt)
                    if validate is not None and _is_due(epoch, validation_freq):
                        validation = self.evaluate(**validate, verbose=0, return_dict=True, callbacks=callbacks)
                        logs |= {f"val_{name}": value for name, value in validation.items()}
                callbacks.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
            if epochs > initial_epoch:
                self.optimizer.finalize_variable_values(self.trainable_weights)
            callbacks.on_train_end(logs)
        return self.history

    @contextlib.contextmanager
    def _reporting_parts(self, wanted: bool):
        """Have the data term and the penalties in the results of this fit, not in those of an evaluate after it."""
        self._report_parts = wanted
        try:
            yield
        finally:
            self._report_parts = False

    def _train_epoch(self, epoch, epoch_iterator, callbacks, class_weight, interrupt) -> dict:
        self.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        train, results = self._light("train_step"), None
        first = -1
        with contextlib.ExitStack() as stack:
            for first, last, batches in epoch_iterator.executions(self.steps_per_execution):
                callbacks.on_train_batch_begin(first)
                for step, batch in enumerate(batches, first):
                    try:
                        with np.errstate(over="ignore", invalid="ignore"):  # a message instead, if the loss is NaN
                            results = train(with_class_weight(batch, class_weight))
                    except Exception as error:
                        error.add_note(f"This happened in epoch {epoch + 1}, step {step + 1} of fit().")
                        raise
                    if interrupt.is_set:
                        break
                callbacks.on_train_batch_end(last, _LazyLogs(self, results))
                interrupt.check()
                if self.stop_training:
                    break
                if first == 0:
                    stack.enter_context(self.remembering())  # by now every layer has its weights
        if first < 0:
            raise ValueError("fit() got no batch of data. Is the generator used up, or the array empty?")
        return _as_floats(self.get_metrics_result() if results is None else results)

    def _light(self, step: str):
        """`train_step` or `test_step`; one that is not a subclass's own leaves its results until somebody asks."""
        method = getattr(self, step)
        own = getattr(method, "__func__", None) is not getattr(TrainingStep, step)
        return method if own else {"train_step": self._learn_from, "test_step": self._test_on}[step]

    def _callback_list(self, callbacks, verbose, epochs, steps):
        from layerlab.callbacks import CallbackList, History, TerminateOnNaN

        if not isinstance(callbacks, CallbackList):
            shown = 2 if verbose == _REPORT_PARTS else verbose
            callbacks = CallbackList(
                callbacks,
                add_history=True,
                add_progbar=shown != 0,
                model=self,
                verbose=shown,
                epochs=epochs,
                steps=steps,
            )
        members = callbacks.callbacks
        self.history = next((c for c in members if isinstance(c, History)), getattr(self, "history", None))
        self._tolerates_nan = any(isinstance(c, TerminateOnNaN) for c in members)
        return callbacks

    # --- evaluate and predict -----------------------------------------------------------------------------------

    @one_blas_thread()
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **kwargs,
    ):
        """The loss (penalties included) and the metrics over data, without training.

        Args:
            x, y, batch_size, sample_weight: as for `fit`.
            steps: the number of batches; all of them by default.
            return_dict: return name -> value instead of a list.

        Returns:
            The loss, or [loss, metric, ...], or a dictionary; floats.
        """
        self._check_compiled()
        _refuse(kwargs, "evaluate")
        epoch_iterator = EpochIterator(batches_of(x, y, sample_weight, batch_size), steps)
        if epoch_iterator.num_batches == 0:
            raise ValueError("evaluate() got no batch of data. Is the array empty?")
        callbacks = self._test_callbacks(callbacks, verbose, epoch_iterator.num_batches)
        self.reset_metrics()
        self.stop_evaluating = False
        callbacks.on_test_begin()
        test, results = self._light("test_step"), None
        for first, last, batches in epoch_iterator.executions(self.steps_per_execution):
            callbacks.on_test_batch_begin(first)
            for batch in batches:
                results = test(batch)
            callbacks.on_test_batch_end(last, _LazyLogs(self, results))
            if self.stop_evaluating:
                break
        results = _as_floats(self.get_metrics_result() if results is None else results)
        callbacks.on_test_end(results)
        return results if return_dict else self._in_order(results)

    def _test_callbacks(self, callbacks, verbose, steps):
        from layerlab.callbacks import CallbackList

        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(callbacks, add_progbar=verbose != 0, model=self, verbose=verbose, epochs=1, steps=steps)

    def _in_order(self, results: dict):
        """Results as a list, the loss first; a lone loss as a number."""
        first = ["loss"] if "loss" in results else []
        known = [metric.name for metric in self.metrics if metric.name in results and metric.name != "loss"]
        rest = [name for name in results if name not in known and name != "loss"]
        values = [results[name] for name in dict.fromkeys([*first, *known, *rest])]
        return values[0] if len(values) == 1 else values

    @one_blas_thread()
    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """The outputs for data, as ndarrays, batch by batch.

        Args:
            x: an array (or several), or an iterable of batches.
            batch_size: 32 by default.
            steps: the number of batches; all of them by default.
        """
        epoch_iterator = EpochIterator(batches_of(x, batch_size=batch_size), steps)
        callbacks = self._test_callbacks(callbacks, verbose, epoch_iterator.num_batches)
        self.stop_predicting = False
        callbacks.on_predict_begin()
        outputs = []
        for first, last, batches in epoch_iterator.executions(self.steps_per_execution):
            callbacks.on_predict_batch_begin(first)
            parts = [self.predict_step(batch) for batch in batches]
            outputs.append(parts[0] if len(parts) == 1 else _joined(parts))
            callbacks.on_predict_batch_end(last, {"outputs": outputs[-1]})
            if self.stop_predicting:
                break
        callbacks.on_predict_end()
        if not outputs and isinstance(epoch_iterator.batches, ArrayBatches):
            outputs = [self.predict_step(epoch_iterator.batches.arrays)]  # no samples: no rows, of the right width
        if not outputs:
            raise ValueError("predict() got no batch of data. Is the generator used up?")
        return _joined(outputs)

    # --- one batch ------------------------------------------------------------------------------------------------

    @one_blas_thread()
    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Learn from one batch.

        Returns:
            The loss, or [loss, metric, ...], or a dictionary; floats.
        """
        self._check_compiled()
        batch = with_class_weight(_one_batch(x, y, sample_weight), class_weight)
        self._tolerates_nan = False
        train = self._light("train_step")
        program = self._repetition.step_for(batch) if train == self._learn_from else None
        # a program that fails has changed nothing; the plain way, taken then, may change states before it fails, too
        is_safe = program is not None and not program.assigned
        with self._as_known_for(program), NoGuard() if is_safe else Unchanged(self):
            return self._results_of(train, batch, return_dict)

    @one_blas_thread()
    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Judge one batch; returns as `train_on_batch` does."""
        self._check_compiled()
        batch, test = _one_batch(x, y, sample_weight), self._light("test_step")
        with self._as_known_for(self._repetition.test_for(batch) if test == self._test_on else None):
            return self._results_of(test, batch, return_dict)

    def _as_known_for(self, program):
        """A block in which nothing is looked for that was found when a program was run before."""
        return NoGuard() if program is None else self.remembering(self._repetition.found)

    def _results_of(self, step, batch, return_dict: bool):
        """The results of one step alone: a number, a list or a dictionary."""
        self.reset_metrics()
        results = step(batch)
        results = _as_floats(self.get_metrics_result() if results is None else results)
        return results if return_dict else self._in_order(results)

    @one_blas_thread()
    def predict_on_batch(self, x):
        """The output for one batch, as ndarrays."""
        batches = batches_of(x, batch_size=_all_samples(x))
        return self.predict_step(batches.arrays if isinstance(batches, ArrayBatches) else next(batches.epoch()))


def _joined(outputs: list):
    """The outputs of several batches as those of one."""
    return tree.map_structure(lambda *parts: np.concatenate(parts), outputs[0], *outputs[1:])


class _LazyLogs(Mapping):
    """Losses and metrics after a step, computed when somebody looks: a silent `fit` saves 20 µs a step by it."""

    def __init__(self, model, results: dict | None):
        self._model, self._results = model, results

    def _known(self) -> dict:
        if self._results is None:
            self._results = self._model.get_metrics_result()
        return self._results

    def __getitem__(self, name):
        return self._known()[name]

    def __iter__(self):
        return iter(self._known())

    def __len__(self):
        return len(self._known())


def _validation_arguments(validation_data, steps, batch_size) -> dict | None:
    if validation_data is None:
        return None
    if isinstance(validation_data, tuple | list):
        x, y, sample_weight = unpack_x_y_sample_weight(tuple(validation_data))
        return {"x": x, "y": y, "sample_weight": sample_weight, "steps": steps, "batch_size": batch_size}
    return {"x": validation_data, "steps": steps}


def _is_due(epoch: int, frequency) -> bool:
    if isinstance(frequency, list | tuple | set | range):
        return epoch + 1 in frequency
    if isinstance(frequency, int | np.integer) and frequency > 0:
        return (epoch + 1) % frequency == 0
    raise ValueError(
        f"`validation_freq` must be a positive integer or a list of epochs. Received: validation_freq={frequency}"
    )


def _one_batch(x, y=None, sample_weight=None) -> tuple:
    """All samples at once."""
    batch = next(batches_of(x, y, sample_weight, _all_samples(x)).epoch(), None)
    if batch is None:
        raise ValueError("Expected at least one sample. Received: no batch, or an array without samples.")
    return batch


def _all_samples(x) -> int:
    return max(1, next((len(leaf) for leaf in tree.flatten(x) if hasattr(leaf, "__len__")), 1))


def _as_floats(results: dict) -> dict:
    """Plain floats (lists for metrics with several values), sorted by name as Keras's history is."""
    plain = {name: np.asarray(value).tolist() for name, value in results.items()}
    return dict(sorted(plain.items()))


def _refuse(kwargs: dict, where: str) -> None:
    if kwargs:
        raise ValueError(f"Arguments not recognized by {where}(): {kwargs}")
