"""A callback that shows a model its averaged weights while it is evaluated.

It works with optimizers that keep such averages (`use_ema=True`).
"""

from layerlab.callbacks.callback import Callback

__all__ = ["SwapEMAWeights"]


class SwapEMAWeights(Callback):
    """Puts the moving averages of the weights into the model for evaluation, and takes them out again to go on.

    Args:
        swap_on_epoch: also at the end of each epoch, so that a `ModelCheckpoint` that comes later in the list of
            callbacks saves the averages.

    Raises:
        ValueError: the optimizer keeps no averages.

    Source: Keras page "SwapEMAWeights".
    """

    def __init__(self, swap_on_epoch=False):
        self.swap_on_epoch = swap_on_epoch
        self._averages_in_model = False

    def _swap(self, averages_in_model: bool) -> None:
        if self._averages_in_model == averages_in_model:
            return
        for variable, average in self._pairs():
            value = variable.numpy()
            variable.assign(average.value)
            average.assign(value)
        self._averages_in_model = averages_in_model

    def _pairs(self):
        """Every weight that has an average, with it."""
        given = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        averaging = [each for each in getattr(given, "optimizers", [given]) if _averages_of(each)]
        if not averaging:
            raise ValueError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer, or on at least one inner "
                f"optimizer of a MultiOptimizer. Received: use_ema={getattr(given, 'use_ema', None)}"
            )
        return [pair for each in averaging for pair in zip(each._trainable_variables, _averages_of(each), strict=True)]

    def on_epoch_begin(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch, logs=None):
        if not self.swap_on_epoch:
            return
        self._swap(True)
        if epoch == self.params["epochs"] - 1:  # the model keeps them, so the optimizer must not bring the others back
            for variable, average in self._pairs():
                average.assign(variable.value)

    def on_test_begin(self, logs=None):
        self._swap(True)

    def on_test_end(self, logs=None):
        self._swap(False)

    def on_predict_begin(self, logs=None):
        self._swap(True)

    def on_predict_end(self, logs=None):
        self._swap(False)


def _averages_of(optimizer) -> list:
    return getattr(optimizer, "_model_variables_moving_average", [])
