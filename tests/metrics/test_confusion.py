"""Counts at many thresholds, and the confusion matrix, against loops that look at one prediction at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import metrics
from layerlab.metrics.confusion import are_even, confusion_counts, even_thresholds, parse_thresholds

SCORES = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 0.75, 0.9, 1.0])
ROWS = st.lists(st.tuples(st.booleans(), SCORES, st.integers(0, 3)), min_size=1, max_size=12)


def count_one_by_one(rows, threshold):
    """The four weighted counts, prediction by prediction."""
    counts = dict.fromkeys(("true_positives", "false_positives", "true_negatives", "false_negatives"), 0)
    for label, score, weight in rows:
        said_yes = np.float32(score) > np.float32(threshold)
        kind = ("true" if said_yes == label else "false") + ("_positives" if said_yes else "_negatives")
        counts[kind] += weight
    return counts


@given(rows=ROWS, thresholds=st.lists(SCORES, min_size=1, max_size=5))
def test_counts_against_a_loop(rows, thresholds):
    labels, scores, weights = zip(*rows, strict=True)
    counts = confusion_counts(labels, scores, thresholds, np.array(weights))
    for i, threshold in enumerate(thresholds):
        expected = count_one_by_one(rows, threshold)
        assert {name: count[i] for name, count in counts.items()} == expected


@given(rows=ROWS, columns=st.integers(1, 3))
def test_columns_are_counted_for_themselves(rows, columns):
    labels, scores, weights = (np.array(column) for column in zip(*rows, strict=True))
    thresholds = [0.2, 0.6]
    table = [np.stack([x] * columns, axis=1) for x in (labels, scores)]
    together = confusion_counts(*table, thresholds, weights, by_label=True)
    alone = confusion_counts(labels, scores, thresholds, weights)
    for name, count in together.items():
        np.testing.assert_array_equal(count, np.stack([alone[name]] * columns, axis=1))


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), min_size=1, max_size=20))
def test_intersection_over_union_by_sets(pairs):
    labels, guesses = np.array(pairs).T
    valid = [(label, guess) for label, guess in pairs if 0 <= label < 3 and 0 <= guess < 3]
    ratios = []
    for wanted in range(3):
        named = {i for i, (label, _) in enumerate(valid) if label == wanted}
        guessed = {i for i, (_, guess) in enumerate(valid) if guess == wanted}
        ratios += [len(named & guessed) / len(named | guessed)] if named | guessed else []
    expected = np.mean(ratios) if ratios else 0.0
    assert metrics.MeanIoU(num_classes=3)(labels, guesses) == pytest.approx(expected, abs=1e-5)


def test_the_first_of_equal_scores_are_the_top():
    labels, scores = np.array([[1, 0, 1]]), np.array([[0.5, 0.5, 0.5]])
    assert metrics.Precision(top_k=2)(labels, scores) == 0.5
    assert metrics.Precision(top_k=1)(labels, scores) == 1.0


def test_weights_may_be_one_a_sample_or_one_a_prediction():
    labels, scores = np.array([[1, 0], [0, 1]]), np.array([[0.9, 0.8], [0.1, 0.2]])
    assert metrics.FalsePositives()(labels, scores, sample_weight=np.array([3.0, 1.0])) == 3.0
    assert metrics.FalsePositives()(labels, scores, sample_weight=np.array([[3.0, 7.0], [1.0, 1.0]])) == 7.0


def test_even_thresholds():
    assert even_thresholds(5) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert are_even([0.0, 0.5, 1.0])
    assert not are_even([0.0, 0.4, 1.0])
    assert not are_even([0.0, 1.0])


@pytest.mark.parametrize(
    ("given_thresholds", "expected"), [(None, [0.5]), (0.3, [0.3]), ([0.1, 0.9], [0.1, 0.9]), ((0, 1), [0, 1])]
)
def test_thresholds_as_a_list(given_thresholds, expected):
    assert parse_thresholds(given_thresholds, 0.5) == expected
