"""What a Python with real Keras does for test_with_keras.py: loads every file in a folder, predicts, and saves again.

Run as `python keras_side.py <folder>`; for each name.keras there is a name.npz with the inputs.
"""

import sys
import warnings
from pathlib import Path

import numpy as np


def inputs_of(path):
    with np.load(path) as stored:
        arrays = [stored[key] for key in sorted(stored)]
    return arrays if len(arrays) > 1 else arrays[0]


def main(folder):
    import keras

    for path in sorted(Path(folder).glob("*.keras")):
        x = inputs_of(path.with_suffix(".npz"))
        model = keras.saving.load_model(path)
        outputs = {"before": np.asarray(model.predict(x, verbose=0))}
        model.set_weights([0 * weight for weight in model.get_weights()])
        model.load_weights(path.with_suffix(".weights.h5"))
        outputs["again"] = np.asarray(model.predict(x, verbose=0))
        legacy = path.with_suffix(".legacy.h5")
        if legacy.exists():
            outputs["legacy"] = np.asarray(keras.saving.load_model(legacy).predict(x, verbose=0))
        if model.compiled:
            y = np.ones_like(outputs["before"])
            model.fit(x, y, epochs=2, batch_size=len(y), shuffle=False, verbose=0)
            outputs["after"] = np.asarray(model.predict(x, verbose=0))
        np.savez(path.with_suffix(".out.npz"), **outputs)
        again = path.with_name("again")
        again.mkdir(exist_ok=True)
        model.save(again / path.name)
        try:
            model.save(again / legacy.name)
        except ValueError:  # "name already exists": Keras gives two weights one name
            (again / legacy.name).unlink()
        model.save_weights(again / path.with_suffix(".weights.h5").name)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1])
