"""Writes trained.keras, blocks.weights.h5 and files.json: what real Keras saved, and what its models then predict.

Run it where Keras is installed: `KERAS_BACKEND=jax python tests/golden/make_files.py`.
"""

import json
import re
import zipfile
from pathlib import Path

import keras
import numpy as np
from block_models import blocks

HERE = Path(__file__).parent
rng = np.random.default_rng(5)


def trained():
    """A nested model, compiled and trained; the file holds the state of Adam too."""
    keras.utils.set_random_seed(3)
    inner = keras.Sequential([keras.layers.Dense(4, use_bias=False), keras.layers.PReLU()], name="inner")
    model = keras.Sequential(
        [
            keras.layers.Input((4, 2), name="digits"),
            keras.layers.Flatten(),
            keras.layers.Dense(5, "tanh", kernel_regularizer="l2", kernel_constraint="max_norm", name="first"),
            inner,
            keras.layers.ELU(alpha=0.5),
            keras.layers.Dense(3, activation="softmax", name="last"),
        ],
        name="trained",
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=2, decay_rate=0.5)
    model.compile(
        keras.optimizers.Adam(schedule, clipnorm=1.0), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def arrays(**named):
    return {name: np.asarray(value, "float64").round(7).tolist() for name, value in named.items()}


def main():
    x = rng.normal(size=(6, 4, 2)).astype("float32").round(3)
    y = rng.integers(0, 3, size=6)
    model = trained()
    model.fit(x, y, epochs=3, batch_size=4, verbose=0, shuffle=False)
    model.save(HERE / "trained.keras")
    take_chance_out_of(HERE / "trained.keras")
    before = model.predict(x, verbose=0)
    model.train_on_batch(x, y)
    golden = {"trained": arrays(x=x, y=y, predictions=before, after_one_more_step=model.predict(x, verbose=0))}

    x = rng.normal(size=(3, 3)).astype("float32").round(3)
    model = blocks(keras)
    model(x)
    for variable in model.weights:
        variable.assign(rng.normal(size=variable.shape).round(2))
    model.save_weights(HERE / "blocks.weights.h5")
    golden["blocks"] = arrays(x=x, predictions=model.predict(x, verbose=0))
    (HERE / "files.json").write_text(json.dumps(golden, indent=0) + "\n", encoding="utf-8")


def take_chance_out_of(path):
    """Write an archive again without dates, its shared objects numbered in order: the same bytes every time."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(members["metadata.json"]) | {"date_saved": "2000-01-01@00:00:00"}
    members["metadata.json"] = json.dumps(metadata).encode()
    numbers = {}
    members["config.json"] = re.sub(
        rb'(?<="shared_object_id": )\d+',
        lambda found: str(numbers.setdefault(found[0], len(numbers) + 1)).encode(),
        members["config.json"],
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)


if __name__ == "__main__":
    main()
