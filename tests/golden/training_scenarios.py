"""Training programs that run unchanged on Keras and on layerlab; each returns numbers that both must agree on.

`make_training_scenarios.py` stores Keras's numbers, `tests/models/test_training_scenarios.py` compares layerlab's.
"""

import numpy as np

RNG_SEED = 11


def data(n=22, features=3, outputs=2):
    rng = np.random.default_rng(RNG_SEED)
    x = rng.normal(size=(n, features)).astype("float32")
    y = (x @ rng.normal(size=(features, outputs)) + 0.1 * rng.normal(size=(n, outputs))).astype("float32")
    return x, y


def classes(n=22, features=3, count=3):
    x, y = data(n, features, count)
    return x, y.argmax(-1)


def fill(model):
    """Weights that do not depend on anybody's random numbers."""
    rng = np.random.default_rng(5)
    model.set_weights([0.5 * rng.normal(size=w.shape).astype("float32") for w in model.get_weights()])
    return model


def mlp(k, outputs=2, activation=None, **kwargs):
    layers = [k.Input((3,)), k.layers.Dense(4, "tanh", **kwargs), k.layers.Dense(outputs, activation)]
    return fill(k.Sequential(layers))


def result(history, model=None, **more):
    found = {f"history.{name}": values for name, values in history.history.items()}
    found["epochs"] = list(history.epoch)
    if model is not None:
        found["weights"] = [np.ravel(w).tolist() for w in model.get_weights()]
    return found | more


def shuffled(k):
    """The order of the samples comes from set_random_seed; the second fit goes on with the generator."""
    x, y = data()
    model = mlp(k)
    model.compile(k.optimizers.SGD(0.1), "mse", metrics=["mae"])
    k.utils.set_random_seed(3)
    first = model.fit(x, y, batch_size=5, epochs=2, verbose=0)
    second = model.fit(x, y, batch_size=8, epochs=1, verbose=0)
    return result(first, model, second=second.history["loss"])


def shuffled_twice_compiled(k):
    x, y = data()
    model = mlp(k)
    k.utils.set_random_seed(3)
    losses = []
    for _ in range(2):
        model.compile(k.optimizers.SGD(0.05), "mse")
        losses += model.fit(x, y, batch_size=5, epochs=1, verbose=0).history["loss"]
    return {"losses": losses}


def validation_split(k):
    x, y = data()
    model = mlp(k, kernel_regularizer=k.regularizers.L2(0.1))
    model.compile(k.optimizers.Adam(0.05), "mse", metrics=["mae", "mse"])
    k.utils.set_random_seed(1)
    return result(model.fit(x, y, batch_size=4, epochs=3, validation_split=0.3, verbose=0), model)


def validation_data_weighted(k):
    x, y = data()
    weights = np.linspace(0.1, 2, len(x)).astype("float32")
    model = mlp(k)
    model.compile(k.optimizers.SGD(0.1), "mae", metrics=["mse"], weighted_metrics=["mse", "mae"])
    history = model.fit(
        x, y, sample_weight=weights, validation_data=(x[:7], y[:7], weights[:7]), epochs=3, validation_freq=2,
        shuffle=False, verbose=0,
    )  # fmt: skip
    evaluated = model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)
    return result(history, model, **{f"evaluate.{name}": value for name, value in evaluated.items()})


def sparse_classes(k):
    x, y = classes()
    model = mlp(k, 3, "softmax")
    model.compile(k.optimizers.RMSprop(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=2, batch_size=6, shuffle=False, class_weight={0: 1.0, 2: 3.0}, verbose=0)
    return result(history, model, evaluate=model.evaluate(x, y, batch_size=5, verbose=0))


def one_hot_classes(k):
    x, y = classes()
    model = mlp(k, 3)
    loss = k.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    model.compile("sgd", loss, metrics=["acc", k.metrics.TopKCategoricalAccuracy(2)])
    return result(model.fit(x, np.eye(3, dtype="float32")[y], epochs=2, shuffle=False, verbose=0), model)


def binary(k):
    x, y = classes(count=2)
    model = mlp(k, 1, "sigmoid")
    model.compile(k.optimizers.SGD(0.5, momentum=0.9), "binary_crossentropy", metrics=["accuracy", "AUC"])
    history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    return result(history, model, predict=np.ravel(model.predict(x, verbose=0)))


def flat_targets(k):
    """Targets (n,) meet predictions (n, 1)."""
    x, y = data(outputs=1)
    model = mlp(k, 1)
    model.compile(k.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return result(model.fit(x, y[:, 0], epochs=2, shuffle=False, verbose=0), model)


def generator(k):
    x, y = data()

    def batches():
        while True:
            for i in range(0, 20, 4):
                yield x[i : i + 4], y[i : i + 4]

    model = mlp(k)
    model.compile(k.optimizers.SGD(0.1), "mse")
    validation = {"validation_data": (x, y), "validation_batch_size": 7, "validation_steps": 2}
    return result(model.fit(batches(), steps_per_epoch=3, epochs=3, verbose=0, **validation), model)


def steps_of_arrays(k):
    """Fewer steps than batches: the next epoch goes on where this one stopped."""
    x, y = data()
    model = mlp(k)
    model.compile(k.optimizers.SGD(0.1), "mse")
    return result(model.fit(x, y, batch_size=3, steps_per_epoch=4, epochs=2, shuffle=False, verbose=0), model)


def on_batches(k):
    x, y = data()
    model = mlp(k)
    model.compile(k.optimizers.Adagrad(0.3), "mse", metrics=["mae"])
    trained = [model.train_on_batch(x[:5], y[:5]), model.train_on_batch(x[5:], y[5:], return_dict=True)]
    tested = model.test_on_batch(x[:5], y[:5], sample_weight=np.arange(5.0))
    return {
        "trained": [float(v) for v in trained[0]],
        "trained_dict": {name: float(v) for name, v in trained[1].items()},
        "tested": [float(v) for v in tested],
        "predicted": np.ravel(model.predict_on_batch(x[:3])),
    }


def penalties(k):
    x, y = data()
    model = mlp(k, activity_regularizer="l2", bias_regularizer=k.regularizers.L1(0.02), kernel_constraint="UnitNorm")
    model.compile(k.optimizers.SGD(0.1), "mse", metrics=["mse"])
    history = model.fit(x, y, epochs=2, batch_size=10, shuffle=False, verbose=0)
    return result(history, model, evaluate=model.evaluate(x, y, verbose=0))


def frozen(k):
    x, y = data()
    model = mlp(k, kernel_regularizer="l2")
    model.layers[0].trainable = False
    model.compile(k.optimizers.Adam(0.1), "mse")
    return result(model.fit(x, y, epochs=2, shuffle=False, verbose=0), model)


def schedule_and_clipping(k):
    x, y = data()
    model = mlp(k)
    rate = k.optimizers.schedules.ExponentialDecay(0.3, 4, 0.5)
    model.compile(k.optimizers.SGD(rate, momentum=0.9, nesterov=True, global_clipnorm=0.5), k.losses.Huber(0.3))
    return result(model.fit(x, y, epochs=3, batch_size=7, shuffle=False, verbose=0), model)


def callbacks(k):
    x, y = data()
    model = mlp(k)
    model.compile(k.optimizers.SGD(0.9), "mse")
    rates = []
    note_rate = lambda epoch, logs: rates.append(float(model.optimizer.learning_rate))  # noqa: E731
    watch = k.callbacks.LambdaCallback(on_epoch_end=note_rate)
    history = model.fit(
        x, y, epochs=9, shuffle=False, verbose=0, validation_split=0.2,
        callbacks=[
            watch,
            k.callbacks.ReduceLROnPlateau("val_loss", factor=0.3, patience=1, min_delta=0.05),
            k.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True, min_delta=0.01),
        ],
    )  # fmt: skip
    return result(history, model, rates=rates)


def masked_loss(k):
    """Masked time steps count for nothing in the loss, nor in a metric.

    (Keras on jax loses the mask on the way to the metrics of a training step: only those of `evaluate` are compared.)
    """
    x = np.array([[[1.0], [2.0], [0.0]], [[3.0], [0.0], [0.0]]], "float32")
    model = fill(k.Sequential([k.Input((3, 1)), k.layers.Masking(), k.layers.Dense(2)]))
    y = np.ones((2, 3, 2), "float32")
    model.compile(k.optimizers.SGD(0.1), "mse")
    history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    model.compile(k.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return result(history, model, evaluate=model.evaluate(x, y, verbose=0))


SCENARIOS = {
    function.__name__: function
    for function in (
        shuffled, shuffled_twice_compiled, validation_split, validation_data_weighted, sparse_classes, one_hot_classes,
        binary, flat_targets, generator, steps_of_arrays, on_batches, penalties, frozen, schedule_and_clipping,
        callbacks, masked_loss,
    )
}  # fmt: skip
