"""What callbacks write: checkpoints, backups and tables."""

import csv
import json
import types

import numpy as np
import pytest

from layerlab import Variable, optimizers
from layerlab.callbacks import BackupAndRestore, CSVLogger, LambdaCallback, ModelCheckpoint, SwapEMAWeights

from .fakes import FakeModel, run

# -- checkpoints


def saved(tmp_path, values, name="{epoch}.keras", batches=0, monitor="val_loss", **kwargs):
    model = run(ModelCheckpoint(tmp_path / "deep" / name, **kwargs), values, batches=batches, monitor=monitor)
    return [path.rpartition("/")[2] for path in model.saved]


def test_every_epoch_is_saved_under_its_own_name(tmp_path):
    assert saved(tmp_path, [0.5, 0.25], "m-{epoch:02d}-{val_loss:.2f}.keras") == ["m-01-0.50.keras", "m-02-0.25.keras"]
    assert (tmp_path / "deep").is_dir()


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({}, [1, 2, 4]),
        ({"mode": "max"}, [1, 3]),
        ({"initial_value_threshold": 0.45}, [2, 4]),
    ],
)
def test_only_improvements_are_saved(tmp_path, kwargs, expected):
    names = saved(tmp_path, [0.5, 0.4, 0.6, 0.3], save_best_only=True, **kwargs)
    assert names == [f"{epoch}.keras" for epoch in expected]


def test_saving_every_few_batches_counts_across_epochs(tmp_path):
    names = saved(tmp_path, [0.5, 0.4], "{epoch}-{batch}.keras", batches=5, save_freq=3)
    assert names == ["1-3.keras", "2-1.keras", "2-4.keras"]


def test_weights_alone_are_saved_by_another_method(tmp_path):
    model = FakeModel()
    model.save = None
    run(ModelCheckpoint(str(tmp_path / "w.weights.h5"), save_weights_only=True), [1.0], model=model)
    assert model.saved == [str(tmp_path / "w.weights.h5")]


def test_a_checkpoint_tells_what_it_does(tmp_path, capsys):
    saved(tmp_path, [0.5, 0.6], "m.keras", save_best_only=True, verbose=1)
    path = tmp_path / "deep" / "m.keras"
    assert capsys.readouterr().out == (
        f"Epoch 1: val_loss improved from None to 0.50000, saving model to {path}\n"
        f"Epoch 1: finished saving model to {path}\n"
        "Epoch 2: val_loss did not improve from 0.50000\n"
    )
    saved(tmp_path, [0.5], "m.keras", verbose=1)
    assert capsys.readouterr().out.startswith(f"Epoch 1: saving model to {path}\n")


@pytest.mark.parametrize(
    ("path", "kwargs", "message"),
    [
        ("m.hdf5", {}, r"The filepath provided must end in `.keras` \(Keras model format\). Received: filepath=m.hdf5"),
        ("m.keras", {"save_weights_only": True}, r"the filepath provided must end in `.weights.h5`"),
        ("m.keras", {"save_freq": "batch"}, "Unrecognized save_freq: batch. Expected save_freq are 'epoch' or integer"),
    ],
)
def test_wrong_arguments_are_refused(path, kwargs, message):
    with pytest.raises(ValueError, match=message):
        ModelCheckpoint(path, **kwargs)


def test_wrong_paths_are_refused(tmp_path):
    with pytest.raises(
        KeyError, match=r"Failed to format this callback filepath: .*Reason: .*acc.*Available are: epoch"
    ):
        saved(tmp_path, [1.0], "{acc}.keras")
    (tmp_path / "deep" / "m.keras").mkdir(parents=True)
    with pytest.raises(OSError, match="Please specify a non-directory filepath for ModelCheckpoint"):
        saved(tmp_path, [1.0], "m.keras")


def test_without_the_watched_value_everything_is_saved_with_a_warning(tmp_path):
    with pytest.warns(UserWarning, match="Can save best model only with val_loss available"):
        assert saved(tmp_path, [1.0], monitor="loss", save_best_only=True) == ["1.keras"]
    with pytest.warns(UserWarning, match="Can save best model only when `monitor` is a scalar value"):
        assert saved(tmp_path, [np.ones(2)], save_best_only=True) == ["1.keras"]


# -- backups


class Backed(FakeModel):
    """A model whose weights files are JSON, and that dies in a given epoch."""

    def __init__(self, dies_at=None):
        super().__init__()
        self.optimizer = types.SimpleNamespace(built=True)
        self.dies_at, self._initial_epoch = dies_at, 0

    def save_weights(self, path, overwrite):
        with open(path, "w") as file:
            json.dump(self.weights, file)

    def load_weights(self, path):
        with open(path) as file:
            self.weights = json.load(file)


def crash(epoch, logs):
    if epoch == 2:
        raise RuntimeError("power failure")


@pytest.mark.parametrize("double", [False, True])
def test_a_crashed_training_goes_on_where_it_was(tmp_path, double):
    backup = BackupAndRestore(tmp_path / "backup", double_checkpoint=double)
    with pytest.raises(RuntimeError, match="power failure"):
        run([backup, LambdaCallback(on_epoch_begin=crash)], [1.0] * 4, model=Backed())
    if double:
        (tmp_path / "backup" / "latest.weights.h5").write_text("{half")
    again = Backed()
    backup = BackupAndRestore(tmp_path / "backup", double_checkpoint=double)
    seen = []
    note = LambdaCallback(on_train_begin=lambda logs: seen.append((again._initial_epoch, again.weights)))
    run([backup, note], [1.0], model=again)
    assert seen == [(1, 0)] if double else [(2, 1)]
    assert not (tmp_path / "backup").exists()


def test_backups_can_follow_batches_and_be_kept(tmp_path):
    backup = BackupAndRestore(str(tmp_path / "b"), save_freq=3, delete_checkpoint=False)
    run(backup, [1.0], batches=4, model=Backed())
    assert json.loads((tmp_path / "b" / "training_metadata.json").read_text()) == {"epoch": 0, "batch": 2}


def test_backups_refuse_what_they_cannot_do(tmp_path):
    with pytest.raises(ValueError, match="Empty `backup_dir` argument passed"):
        BackupAndRestore("")
    with pytest.raises(ValueError, match=r"Invalid value for argument `save_freq`. Received: save_freq=batch"):
        BackupAndRestore("b", save_freq="batch")
    model = Backed()
    model.built = False
    with pytest.raises(ValueError, match="To use the BackupAndRestore callback, you model must be built"):
        run(BackupAndRestore(tmp_path), [1.0], model=model)


# -- tables


def rows(path, delimiter=","):
    with open(path, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_a_table_has_a_row_an_epoch_and_room_for_validation(tmp_path):
    run(CSVLogger(tmp_path / "log.csv"), [0.5, 0.25], monitor="loss")
    assert rows(tmp_path / "log.csv") == [["epoch", "loss", "val_loss"], ["0", "0.5", "NA"], ["1", "0.25", "NA"]]


@pytest.mark.parametrize(("append", "expected"), [(True, 3), (False, 2)])
def test_a_table_can_be_continued(tmp_path, append, expected):
    path = tmp_path / "log.tsv"
    for _ in range(2):
        run(CSVLogger(path, separator="\t", append=append), [0.5])
    table = rows(path, "\t")
    assert table[0] == ["epoch", "val_loss"]
    assert len(table) == expected


def test_lists_stand_in_a_cell(tmp_path):
    run(CSVLogger(tmp_path / "log.csv"), [[1, 2]])
    assert rows(tmp_path / "log.csv")[1] == ["0", '"[1, 2]"']


# -- averages


class Averaged(FakeModel):
    def __init__(self, use_ema=True):
        super().__init__()
        self.variable = Variable(np.array([4.0], "float32"))
        self.optimizer = optimizers.SGD(1.0, use_ema=use_ema, ema_momentum=0.5)
        for _ in range(2):
            self.optimizer.apply([np.array([2.0])], [self.variable])

    @property
    def state(self):
        average = self.optimizer._model_variables_moving_average[0]
        return float(self.variable.value[0]), float(average.value[0])


def test_averages_are_in_the_model_while_it_is_judged():
    model, callback = Averaged(), SwapEMAWeights()
    callback.set_model(model)
    assert model.state == (0.0, 1.0)
    for begin, end in (("on_test_begin", "on_test_end"), ("on_predict_begin", "on_predict_end")):
        getattr(callback, begin)()
        assert model.state == (1.0, 0.0)
        getattr(callback, end)()
        assert model.state == (0.0, 1.0)


def test_averages_stay_in_the_model_after_the_last_epoch():
    states = []
    model = Averaged()
    note = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: states.append(model.state),
        on_epoch_end=lambda epoch, logs: states.append(model.state),
    )
    run([SwapEMAWeights(swap_on_epoch=True), note], [1.0, 1.0], model=model)
    assert states == [(0.0, 1.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]


def test_without_averages_there_is_nothing_to_swap():
    callback = SwapEMAWeights()
    callback.set_model(Averaged(use_ema=False))
    with pytest.raises(ValueError, match="SwapEMAWeights must be used when `use_ema=True` is set on the optimizer"):
        callback.on_test_begin()
