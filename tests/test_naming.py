"""Names: snake forms as Keras makes them, automatic ones from one counter, guesses for misspelt ones."""

import pytest

from layerlab.naming import auto_name, did_you_mean, reset_names, to_snake_case

SNAKES = {  # as Keras 3.15.1 names objects of these classes
    "Dense": "dense",
    "Conv2D": "conv2d",
    "Conv2DTranspose": "conv2d_transpose",
    "MaxPooling1D": "max_pooling1d",
    "GlobalAveragePooling1D": "global_average_pooling1d",
    "ReLU": "re_lu",
    "LeakyReLU": "leaky_re_lu",
    "PReLU": "p_re_lu",
    "ELU": "elu",
    "LSTM": "lstm",
    "RMSprop": "rm_sprop",
    "AdamW": "adam_w",
    "L1L2": "l1l2",
    "STFT": "stft",
}


@pytest.mark.parametrize(("name", "snake"), SNAKES.items())
def test_to_snake_case(name, snake):
    assert to_snake_case(name) == snake


def test_automatic_names_count_per_prefix():
    assert [auto_name("Dense") for _ in range(3)] == ["dense", "dense_1", "dense_2"]
    assert auto_name("Flatten") == "flatten"
    reset_names()
    assert auto_name("Dense") == "dense"


GUESSES = [  # word, options, the guess
    ("skernel_initializer", ["kernel_initializer", "bias_initializer"], "kernel_initializer"),
    ("maxnorm", ["MaxNorm", "max_norm", "NonNeg"], "MaxNorm"),
    ("RELU", ["relu", "selu", "elu"], "relu"),
    ("xavier", ["glorot_uniform", "he_normal"], None),
    ("", ["relu"], None),
    ("relu", [], None),
    (3, ["relu"], None),
]


@pytest.mark.parametrize(("word", "options", "guess"), GUESSES)
def test_did_you_mean(word, options, guess):
    assert did_you_mean(word, options) == (f" Did you mean {guess!r}?" if guess else "")


@pytest.mark.parametrize(
    ("word", "options", "renamed"),
    [
        ("init", ["units", "kernel_initializer"], "kernel_initializer"),
        ("init", ["input_dim", "embeddings_initializer"], "embeddings_initializer"),
        ("W_constraint", ["bias_constraint", "kernel_constraint"], "kernel_constraint"),
        ("border_mode", ["padding"], "padding"),
        ("sigma", ["seed", "stddev"], "stddev"),
    ],
)
def test_names_of_keras_1_are_translated(word, options, renamed):
    assert did_you_mean(word, options) == f" Did you mean {renamed!r}, as it is called since Keras 2?"


def test_a_name_of_keras_1_that_has_no_place_here_is_guessed_by_its_spelling():
    assert did_you_mean("bias", ["biases"]) == " Did you mean 'biases'?"
